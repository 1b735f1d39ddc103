"""Value iteration: the best policy computed from the published rules, without trial and error."""

"""Random search: draw a policy, try it, keep the best."""

"""Model-based control: learn what actions lead to, and act by searching in what was learned."""

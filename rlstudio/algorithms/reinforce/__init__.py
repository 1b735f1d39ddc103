"""REINFORCE: the plain policy gradient."""

"""REINFORCE by hand: a policy gradient in NumPy alone, to be read."""

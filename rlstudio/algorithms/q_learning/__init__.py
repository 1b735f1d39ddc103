"""Q-learning: a table of action values, corrected towards the best that can follow."""

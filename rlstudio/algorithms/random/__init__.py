"""Random: acts at random, to show what no learning looks like."""

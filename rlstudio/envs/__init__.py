"""Everything that knows Gymnasium: which environments there are, how one is made, what its spaces mean."""

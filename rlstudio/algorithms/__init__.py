"""The algorithms, one folder each: a torch-free spec and a learner."""

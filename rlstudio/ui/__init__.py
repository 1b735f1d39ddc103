"""The window. Nothing else in the house knows Qt."""

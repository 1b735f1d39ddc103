"""Composed pictures: the environment beside what its policy thinks and how its returns go. Drawn with Pillow, no Qt."""

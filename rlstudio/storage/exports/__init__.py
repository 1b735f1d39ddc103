"""A run written for other programs and people: one file for each format; `formats` lists them."""

"""Frames in, file out."""

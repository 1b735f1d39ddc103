"""Stable-Baselines3 and sb3-contrib, fitted to the contracts of the house by one adapter."""

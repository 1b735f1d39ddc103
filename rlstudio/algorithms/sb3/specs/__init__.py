"""The specs of the algorithms from Stable-Baselines3 and sb3-contrib: one file each, no torch."""

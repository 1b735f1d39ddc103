"""Reward predictor: predict what candidate actions bring, and take the best."""

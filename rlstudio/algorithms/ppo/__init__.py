"""PPO: policy gradient with clipped steps."""

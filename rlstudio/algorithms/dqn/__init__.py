"""DQN: Q-learning with a network, a replay buffer and a target network."""

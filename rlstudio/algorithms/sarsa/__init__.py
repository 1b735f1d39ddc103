"""SARSA: a table of action values, corrected towards what the policy really does next."""

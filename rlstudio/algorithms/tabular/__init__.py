"""What the tabular algorithms share: states counted from 0, a table of Q-values, ε-greedy learning, the policy."""

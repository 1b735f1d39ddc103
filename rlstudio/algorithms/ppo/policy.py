"""PPOPolicy: the policy network with its value network, in NumPy alone."""

from __future__ import annotations

from rlstudio.algorithms.blocks.actor import ActorPolicy


class PPOPolicy(ActorPolicy):
    """An actor whose critic says what it expects of each state."""

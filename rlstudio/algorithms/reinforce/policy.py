"""ReinforcePolicy: the policy network, with its value baseline where there is one, in NumPy alone."""

from __future__ import annotations

from rlstudio.algorithms.blocks.actor import ActorPolicy


class ReinforcePolicy(ActorPolicy):
    """An actor without dropout: units are switched off while learning only."""

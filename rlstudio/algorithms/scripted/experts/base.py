"""Expert: a rule that acts from observations, with a memory of its own, and says which part of it fired."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np


class Expert(ABC):
    """One rule for one environment.

    Attributes:
        observation_size: how many numbers an observation has; 0 for a picture.
        actions: how many discrete actions there are; 0 where actions are continuous.
        action_size: how many numbers a continuous action has.
    """

    observation_size = 0
    actions = 0
    action_size = 0

    def reset(self, rng: np.random.Generator) -> None:  # noqa: B027 - most rules remember nothing
        """A new episode begins: forget the last one, and draw all randomness from `rng`."""

    @abstractmethod
    def act(self, observation: Any) -> tuple[Any, str]:
        """An action (a number, or an array of `action_size`), and in a few words why."""

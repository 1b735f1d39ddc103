"""Random generators that can be saved as plain JSON and taken up again."""

from __future__ import annotations

from typing import Any

import numpy as np


def generator_state(rng: np.random.Generator) -> dict[str, Any]:
    """The generator's state: builtin numbers and text only."""
    return dict(rng.bit_generator.state)


def load_generator(rng: np.random.Generator, state: dict[str, Any]) -> None:
    """Take over what `generator_state` returned. Raises ValueError where it is of another kind."""
    rng.bit_generator.state = state


def environment_seed(seed: int, resumed_at: int) -> int:
    """Seed of the environment's first reset: the run's own, and another after each resume.

    A resumed run that started its environments from the same seed would meet the same episodes again. Nothing is
    drawn from the learner's generator for it, so what that draws does not depend on where a run was interrupted.
    """
    if resumed_at == 0:
        return seed
    return int(np.random.SeedSequence([seed, resumed_at]).generate_state(1)[0] % 2**31)

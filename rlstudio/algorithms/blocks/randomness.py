"""Random generators: saved as plain JSON and taken up again, and seeded apart from the environment's."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import gymnasium as gym

_ACTING = 1
"""Spawn key of the stream that actions are drawn from."""


def generator_state(rng: np.random.Generator) -> dict[str, Any]:
    """The generator's state: builtin numbers and text only."""
    return dict(rng.bit_generator.state)


def load_generator(rng: np.random.Generator, state: dict[str, Any]) -> None:
    """Take over what `generator_state` returned. Raises ValueError where it is of another kind."""
    rng.bit_generator.state = state


def space_states(space: gym.Space[Any]) -> list[dict[str, Any]]:
    """The states of all generators that a space draws with, in order: those of its parts where it has any."""
    return [generator_state(part.np_random) for part in _drawing(space)]


def load_space_states(space: gym.Space[Any], states: list[dict[str, Any]]) -> None:
    """Take over what `space_states` returned. Raises ValueError where it does not fit."""
    for part, state in zip(_drawing(space), states, strict=True):
        load_generator(part.np_random, state)


def _drawing(space: Any) -> list[Any]:
    inner = getattr(space, "spaces", ())
    parts = inner.values() if hasattr(inner, "values") else inner
    return [space, *(found for part in parts for found in _drawing(part))]


def environment_seed(seed: int, resumed_at: int) -> int:
    """Seed of the environment's first reset: the run's own, and another after each resume.

    A resumed run that started its environments from the same seed would meet the same episodes again. Nothing is
    drawn from the learner's generator for it, so what that draws does not depend on where a run was interrupted.
    """
    if resumed_at == 0:
        return seed
    return int(np.random.SeedSequence([seed, resumed_at]).generate_state(1)[0] % 2**31)


def acting_generator(seed: int) -> np.random.Generator:
    """The generator for a policy's or a learner's own draws where the environment is reset with the same `seed`.

    Gymnasium seeds an environment's generator just as `default_rng(seed)` is: actions drawn from that would follow
    the environment's own luck.
    """
    return np.random.default_rng(_acting_sequence(seed))


def acting_seed(seed: int) -> int:
    """As `acting_generator`, for what takes a seed only: gymnasium's action spaces."""
    return int(_acting_sequence(seed).generate_state(1, np.uint64)[0])


def _acting_sequence(seed: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(_ACTING,))


@contextmanager
def shared_generators_kept() -> Iterator[None]:
    """Give the process's own generators (Python's, NumPy's, torch's) back as they were.

    Some learners, and some environments, draw from them. What is played in between must not move them on.
    """
    torch = sys.modules.get("torch")  # where nobody imported it, nobody draws from it
    python, numpy = random.getstate(), np.random.get_state()
    torch_state = torch.get_rng_state() if torch is not None else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if torch is not None and torch_state is not None:
            torch.set_rng_state(torch_state)

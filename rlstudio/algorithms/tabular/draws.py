"""Draws: uniform random numbers one at a time, as cheap as a list's pop, that can be saved to the bit."""

from __future__ import annotations

from typing import Any

from rlstudio.algorithms.blocks.randomness import acting_generator, generator_state, load_generator

_AT_ONCE = 1024


class Draws:
    """Numbers from 0 up to 1, apart from the environment's own luck.

    NumPy's generator takes ten times as long for one number as for each of a thousand.
    """

    def __init__(self, seed: int) -> None:
        self._rng = acting_generator(seed)
        self._before = generator_state(self._rng)
        self._left: list[float] = []

    def one(self) -> float:
        """The next number."""
        if not self._left:
            self._refill()
        return self._left.pop()

    def below(self, n: int) -> int:
        """One of 0 … n − 1, each as likely."""
        return int(self.one() * n)

    def _refill(self) -> None:
        self._before = generator_state(self._rng)
        self._left = self._rng.random(_AT_ONCE).tolist()

    def state(self) -> dict[str, Any]:
        """Plain numbers: the generator as it was before what is left of the block at hand, and how much that is."""
        return {"rng": self._before if self._left else generator_state(self._rng), "left": len(self._left)}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        load_generator(self._rng, state["rng"])
        self._before, self._left = state["rng"], []
        if state["left"]:
            self._refill()
            del self._left[int(state["left"]) :]

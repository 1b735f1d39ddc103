"""StateIndex: observations as the numbers of a table's rows.

| observation | becomes |
| --- | --- |
| Discrete | its number, counted from 0 |
| MultiDiscrete, MultiBinary | the digits of one number |
| Box | its numbers sorted into bins, then as digits |
| Tuple, Dict | its parts as digits |
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.tabular.bins import bin_counts, bin_words, cuts, ranges_of
from rlstudio.envs.encoder import is_picture
from rlstudio.envs.spaces import readable_names

Edges = list[list[float]]


class _Part(Protocol):
    size: int

    def index(self, observation: Any) -> int: ...


class _Choice:
    """Discrete."""

    def __init__(self, space: gym.spaces.Discrete) -> None:
        self.size = int(space.n)
        self._start = int(space.start)

    def index(self, observation: Any) -> int:
        return int(observation) - self._start


class _Digits:
    """MultiDiscrete and MultiBinary: the last number counts fastest."""

    def __init__(self, counts: Sequence[int], starts: Sequence[int]) -> None:
        self._digits = list(zip(counts, starts, strict=True))
        self.size = _product(counts)

    def index(self, observation: Any) -> int:
        place = 0
        for value, (count, start) in zip(np.ravel(observation).tolist(), self._digits, strict=True):
            place = place * count + int(value) - start
        return place


class _Binned:
    """A Box: each number sorted into its bins."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self.size = _product([len(cut) + 1 for cut in edges])

    def index(self, observation: Any) -> int:
        place = 0
        for value, edges in zip(observation.ravel().tolist(), self._edges, strict=True):
            place = place * (len(edges) + 1) + bisect_right(edges, value)
        return place


class _Joined:
    """Tuple and Dict."""

    def __init__(self, parts: Sequence[tuple[Any, _Part]]) -> None:
        self._parts = parts
        self.size = _product([part.size for _, part in parts])

    def index(self, observation: Any) -> int:
        place = 0
        for key, part in self._parts:
            place = place * part.size + part.index(observation[key])
        return place


def _product(counts: Sequence[int]) -> int:
    """Python's own whole numbers: NumPy's would overflow where a table is far too large."""
    product = 1
    for count in counts:
        product *= int(count)
    return product


def _inner(space: Any) -> list[tuple[Any, Any]]:
    """The parts of a Tuple or Dict with their keys; none for any other space."""
    if isinstance(space, gym.spaces.Tuple):
        return list(enumerate(space.spaces))
    return list(space.spaces.items()) if isinstance(space, gym.spaces.Dict) else []


def _boxes(space: Any) -> list[gym.spaces.Box]:
    """All Box spaces inside, in order."""
    if isinstance(space, gym.spaces.Box):
        return [space]
    return [box for _, part in _inner(space) for box in _boxes(part)]


def _build(space: Any, edges: Edges) -> _Part:
    """The part for a space; takes from the front of `edges` what its Boxes need."""
    if isinstance(space, gym.spaces.Discrete):
        return _Choice(space)
    if isinstance(space, gym.spaces.MultiDiscrete):
        return _Digits(space.nvec.ravel().tolist(), space.start.ravel().tolist())
    if isinstance(space, gym.spaces.MultiBinary):
        return _Digits([2] * int(np.prod(space.shape)), [0] * int(np.prod(space.shape)))
    if isinstance(space, gym.spaces.Box) and not is_picture(space):
        own = [edges.pop(0) for _ in range(min(len(edges), int(np.prod(space.shape))))]
        return _Binned(own)
    if _inner(space):
        return _Joined([(key, _build(part, edges)) for key, part in _inner(space)])
    raise ValueError(f"observations of the space {space} cannot be numbered as states of a table")


class StateIndex:
    """Numbers the observations of a space from 0 to `n_states` − 1: `index(observation)`.

    `edges` holds for each continuous number the ascending cuts between its bins, `names` its name. Make one with
    `of_space`, or again from `settings` with `from_settings`.

    Raises:
        ValueError: where the space has pictures or no fixed numbers, or the edges do not fit it.
    """

    def __init__(self, space: gym.Space[Any], edges: Edges, names: Sequence[str]) -> None:
        needed = sum(int(np.prod(box.shape)) for box in _boxes(space))
        if len(edges) != needed or len(names) != needed:
            raise ValueError(
                f"this policy was made for {len(edges)} continuous numbers; the environment has {needed} of them"
            )
        left = [list(map(float, cut)) for cut in edges]
        part = _build(space, left)
        self.n_states = part.size
        self.index: Callable[[Any], int] = part.index
        self._edges = [list(map(float, cut)) for cut in edges]
        self._names = list(names)
        self._space = space

    @classmethod
    def of_space(cls, space: gym.Space[Any], bins: Sequence[int], env_id: str) -> Self:
        """With bins as a parameter asks for. Raises ParamError where they do not fit."""
        ranges = [each for box in _boxes(space) if not is_picture(box) for each in ranges_of(env_id, box)]
        edges = [cuts(low, high, n) for (low, high), n in zip(ranges, bin_counts(bins, len(ranges)), strict=True)]
        return cls(space, edges, _box_names(space, env_id, len(edges)))

    def settings(self) -> dict[str, Any]:
        """Plain data that it can be made from again."""
        return {"edges": self._edges, "names": self._names}

    @classmethod
    def from_settings(cls, space: gym.Space[Any], settings: dict[str, Any]) -> Self:
        """What `settings` described. Raises ValueError where it does not fit the space."""
        return cls(space, settings["edges"], [str(name) for name in settings["names"]])

    def words(self, observation: Any) -> str:
        """The state in words: its number, or the bin of each continuous number by name."""
        if not self._edges:
            return f"state {self.index(observation):,}"
        values = [value for box in _box_values(self._space, observation) for value in np.ravel(box).tolist()]
        bins = zip(self._names, self._edges, values, strict=True)
        return " · ".join(bin_words(name, edges, bisect_right(edges, value)) for name, edges, value in bins)


def _box_values(space: Any, observation: Any) -> list[Any]:
    """What the Box spaces inside show, in the order of `_boxes`."""
    if isinstance(space, gym.spaces.Box):
        return [observation]
    return [value for key, part in _inner(space) for value in _box_values(part, observation[key])]


def _box_names(space: Any, env_id: str, count: int) -> list[str]:
    """A name, with its unit, for each continuous number."""
    names = readable_names(env_id, space)
    if isinstance(space, gym.spaces.Box) and len(names) == count:
        return list(names)
    return [f"number {index + 1}" for index in range(count)]

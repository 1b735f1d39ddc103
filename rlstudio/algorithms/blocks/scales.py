"""Scales: bring what networks read and predict to mean 0 and spread 1, and fold that back into their weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.ensemble import Ensemble
from rlstudio.algorithms.blocks.layout import Array

TINY = 1e-6


class Scales:
    """Mean and standard deviation of named groups of numbers; a number that never changes keeps its own unit."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.mean: dict[str, Array] = {name: np.zeros(size, np.float32) for name, size in sizes.items()}
        self.std: dict[str, Array] = {name: np.ones(size, np.float32) for name, size in sizes.items()}

    def measure(self, name: str, rows: Array, columns: slice = slice(None)) -> None:
        """Take mean and standard deviation of `rows` (n, size); nothing of no rows."""
        if len(rows) == 0:
            return
        std = rows.std(axis=0)
        self.mean[name][columns] = rows.mean(axis=0)
        self.std[name][columns] = np.where(std > TINY, std, 1.0)

    def guess_returns(self, name: str, rewards: Array, discount: float) -> None:
        """A scale for discounted returns of unknown policies: about half of what such rewards could add up to.

        A network that learns from its own predictions needs one that holds still, so this is set once.
        """
        ahead = 1.0 / max(1.0 - discount, 0.01)
        self.mean[name][:] = rewards.mean() * ahead / 2
        self.std[name][:] = max(float(np.sqrt(np.mean(rewards**2))) * ahead / 2, TINY)

    def normalise(self, name: str, rows: Array) -> Array:
        """(rows − mean) / std."""
        found: Array = (rows - self.mean[name]) / self.std[name]
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What `load` needs."""
        means = {f"scales.mean.{name}": array for name, array in self.mean.items()}
        return {**means, **{f"scales.std.{name}": array for name, array in self.std.items()}}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `arrays` gave. Raises ValueError where it does not fit."""
        for key, own in self.arrays().items():
            if key not in arrays or arrays[key].shape != own.shape:
                raise ValueError(f"the saved {key!r} does not fit this environment")
            own[...] = arrays[key]


def fold(
    network: Ensemble, into: Mapping[str, Array], inputs: tuple[Array, Array], outputs: tuple[Array, Array]
) -> None:
    """Write the network's weights into the arrays of the same names, so that they take raw inputs to raw outputs.

    `inputs` and `outputs` are mean and standard deviation, each (size,).
    """
    name, last = network.name, len(network.spec.sizes) - 2
    for key, array in network.parameters.items():
        into[key][...] = array
    into[f"{name}.weight.0"] /= inputs[1][:, None]
    into[f"{name}.bias.0"] -= np.einsum("i,eio->eo", inputs[0], into[f"{name}.weight.0"])[:, None]
    into[f"{name}.weight.{last}"] *= outputs[1]
    into[f"{name}.bias.{last}"] *= outputs[1]
    into[f"{name}.bias.{last}"] += outputs[0]

"""Several perceptrons of one shape side by side, as stacked matrices: one call runs or trains them all.

Members start from different weights and see different minibatches; where they disagree, they do not know. Source:
Lakshminarayanan, Pritzel and Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles"
(2017), section 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.adam import Adam, AdamSettings
from rlstudio.algorithms.blocks.initial import uniform_by_inputs
from rlstudio.algorithms.blocks.layout import Array, Layout
from rlstudio.algorithms.blocks.mlp import Activation
from rlstudio.algorithms.blocks.networks import saved_memory


@dataclass(frozen=True)
class EnsembleSpec:
    """Shape of the members: `sizes` from inputs over hidden layers to outputs."""

    sizes: tuple[int, ...]
    members: int = 1
    activation: Activation = "relu"

    def shapes(self, name: str) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the parameters; weights are (members, inputs, outputs)."""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (n_in, n_out) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True)):
            shapes[f"{name}.weight.{i}"] = (self.members, n_in, n_out)
            shapes[f"{name}.bias.{i}"] = (self.members, 1, n_out)
        return shapes

    def draw(self, name: str, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Initial parameters by name, as torch.nn.Linear draws them."""
        return {key: uniform_by_inputs(rng, self._inputs_of(key), shape) for key, shape in self.shapes(name).items()}

    def _inputs_of(self, key: str) -> int:
        return self.sizes[int(key.rpartition(".")[2])]


def read_ensemble(row: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> EnsembleSpec:
    """An ensemble's shape from plain data. Raises ValueError for one that these saved arrays cannot be of."""
    sizes, members = tuple(int(size) for size in row["sizes"]), int(row["members"])
    if not 2 <= len(sizes) <= 20 or members < 1 or min(sizes) < 1 or row["activation"] not in ("relu", "tanh"):
        raise ValueError("the saved networks are of a shape that none here has")
    wanted = members * sum(below * above for below, above in pairwise(sizes))
    there = sum(array.size for array in arrays.values())
    if wanted > there:  # said before memory is taken for it
        raise ValueError(f"the saved arrays do not fit: the networks have {wanted:,} numbers, {there:,} are there")
    return EnsembleSpec(sizes, members, row["activation"])


class EnsembleMLP:
    """The members on given parameter views; `gradients` (same names) is where `backward` writes.

    Results are views of scratch memory, overwritten by the next call with as many rows: copy what is to be kept.
    """

    def __init__(
        self,
        spec: EnsembleSpec,
        name: str,
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array] | None = None,
    ) -> None:
        count = len(spec.sizes) - 1
        self.spec = spec
        self._weights = [parameters[f"{name}.weight.{i}"] for i in range(count)]
        self._biases = [parameters[f"{name}.bias.{i}"] for i in range(count)]
        self._weight_gradients = [gradients[f"{name}.weight.{i}"] for i in range(count)] if gradients else []
        self._bias_gradients = [gradients[f"{name}.bias.{i}"] for i in range(count)] if gradients else []
        self._last = count - 1
        self._tanh = spec.activation == "tanh"
        self._scratch: dict[int, list[Array]] = {}
        self._kept: list[Array] = []

    def _outputs(self, rows: int) -> list[Array]:
        """Scratch for batches of `rows`; a planner needs a few sizes again and again."""
        found = self._scratch.get(rows)
        if found is None:
            if len(self._scratch) >= 8:
                self._scratch.clear()
            found = [np.zeros((self.spec.members, rows, size), np.float32) for size in self.spec.sizes[1:]]
            self._scratch[rows] = found
        return found

    def forward(self, inputs: Array) -> Array:
        """Outputs (members, n, sizes[-1]) of `inputs` (members, n, sizes[0]), or (n, sizes[0]) shown to all alike."""
        outputs = self._outputs(inputs.shape[-2])
        below = inputs
        self._kept = [inputs]
        for i, out in enumerate(outputs):
            np.matmul(below, self._weights[i], out=out)
            out += self._biases[i]
            if i != self._last:
                if self._tanh:
                    np.tanh(out, out=out)
                else:
                    np.maximum(out, 0.0, out=out)
                self._kept.append(out)
            below = out
        return below

    def backward(self, output_gradient: Array) -> None:
        """Write the loss's gradient by every parameter, given that by the outputs (members, n, sizes[-1])."""
        delta = output_gradient
        for i in range(self._last, -1, -1):
            below = self._kept[i]
            np.matmul(np.swapaxes(below, -1, -2), delta, out=self._weight_gradients[i])
            np.sum(delta, axis=1, keepdims=True, out=self._bias_gradients[i])
            if i > 0:
                delta = np.matmul(delta, np.swapaxes(self._weights[i], 1, 2))
                delta *= (1.0 - below * below) if self._tanh else (below > 0.0)


class Ensemble:
    """Members with one flat parameter vector, its gradient and Adam's memory."""

    def __init__(
        self, name: str, spec: EnsembleSpec, rng: np.random.Generator, adam: AdamSettings | None = None
    ) -> None:
        self.name = name
        self.spec = spec
        self._layout = Layout(spec.shapes(name))
        self._theta: Array = np.zeros(self._layout.size, np.float32)
        self._gradient: Array = np.zeros(self._layout.size, np.float32)
        self._layout.fill(self._theta, spec.draw(name, rng))
        self.parameters = self._layout.views(self._theta)
        self.gradients = self._layout.views(self._gradient)
        self.mlp = EnsembleMLP(spec, name, self.parameters, self.gradients)
        self._adam = Adam(self._layout.size, adam or AdamSettings())

    def step(self, output_gradient: Array, learning_rate: float) -> None:
        """One step of Adam, given the loss's gradient by the outputs of the last `mlp.forward`."""
        self.mlp.backward(output_gradient)
        self._adam.step(self._theta, self._gradient, learning_rate)

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Weights and optimiser, all that an exact resume needs."""
        arrays: dict[str, NDArray[Any]] = dict(self.parameters)
        arrays.update({f"{self.name}.adam.{key}": array for key, array in self._adam.memory().items()})
        return arrays, {f"{self.name}.adam_steps": self._adam.steps}

    def load_state(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        """Take over what `state` returned. Raises ValueError where it does not fit."""
        self._layout.fill(self._theta, arrays)
        prefix = f"{self.name}."
        own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
        self._adam.load_memory(saved_memory(own), int(values[f"{self.name}.adam_steps"]))

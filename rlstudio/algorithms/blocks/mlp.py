"""A multi-layer perceptron with its gradient written by hand, on views of one flat parameter vector.

For networks this small most of an update in an autograd library is bookkeeping; the arithmetic itself is a third of
it. Back-propagation as in Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rlstudio.algorithms.blocks.initial import orthogonal, uniform_by_inputs
from rlstudio.algorithms.blocks.layout import Array

Activation = Literal["relu", "tanh"]


@dataclass(frozen=True)
class MLPSpec:
    """Shape and start of a perceptron: `sizes` from inputs over hidden layers to outputs.

    `initial` "torch" draws as torch.nn.Linear does; "orthogonal" with gain √2 in hidden layers, `output_gain` in the
    last one and zero biases, as in Schulman et al.'s PPO code.
    """

    sizes: tuple[int, ...]
    activation: Activation = "relu"
    initial: Literal["torch", "orthogonal"] = "torch"
    output_gain: float = 1.0

    def shapes(self, name: str) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the parameters; weights are (inputs, outputs)."""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (n_in, n_out) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True)):
            shapes[f"{name}.weight.{i}"] = (n_in, n_out)
            shapes[f"{name}.bias.{i}"] = (n_out,)
        return shapes

    def draw(self, name: str, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Initial parameters by name."""
        drawn: dict[str, NDArray[Any]] = {}
        last = len(self.sizes) - 2
        for i, (n_in, n_out) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True)):
            if self.initial == "orthogonal":
                gain = self.output_gain if i == last else float(np.sqrt(2.0))
                drawn[f"{name}.weight.{i}"] = orthogonal(rng, n_in, n_out, gain)
                drawn[f"{name}.bias.{i}"] = np.zeros(n_out)
            else:
                drawn[f"{name}.weight.{i}"] = uniform_by_inputs(rng, n_in, (n_in, n_out))
                drawn[f"{name}.bias.{i}"] = uniform_by_inputs(rng, n_in, (n_out,))
        return drawn


class MLP:
    """A perceptron on given parameter views; `gradients` (same names) is where `backward` writes.

    Results are views of scratch memory, overwritten by the next call: copy what is to be kept.
    """

    def __init__(
        self, spec: MLPSpec, name: str, parameters: Mapping[str, Array], gradients: Mapping[str, Array] | None = None
    ) -> None:
        count = len(spec.sizes) - 1
        self.spec = spec
        self._weights = [parameters[f"{name}.weight.{i}"] for i in range(count)]
        self._biases = [parameters[f"{name}.bias.{i}"] for i in range(count)]
        self._layers = list(zip(self._weights, self._biases, strict=True))
        self._weight_gradients = [gradients[f"{name}.weight.{i}"] for i in range(count)] if gradients else []
        self._bias_gradients = [gradients[f"{name}.bias.{i}"] for i in range(count)] if gradients else []
        self._tanh = spec.activation == "tanh"
        self._dtype: DTypeLike = self._weights[0].dtype
        self._last = count - 1
        self._single = [np.zeros(size, self._dtype) for size in spec.sizes[1:]]
        self._grow(1)

    def _grow(self, rows: int) -> None:
        """Scratch for batches of up to `rows`."""
        self._rows = rows
        sizes = self.spec.sizes
        self._outputs: list[Array] = [np.zeros((rows, size), self._dtype) for size in sizes[1:]]
        kept = sizes[1:-1] if self._weight_gradients else ()
        self._dropped: list[Array] = [np.zeros((rows, size), self._dtype) for size in kept]
        self._deltas: list[Array] = [np.zeros((rows, size), self._dtype) for size in kept]
        self._slopes: list[Array] = [np.zeros((rows, size), self._dtype) for size in kept]
        self._ones: Array = np.ones(rows, self._dtype)
        self._inputs: list[Array] = []
        self._masks: Sequence[Array] | None = None

    @property
    def hidden(self) -> Array:
        """Outputs of the last hidden layer in the last `forward`, shape (n, sizes[-2])."""
        return self._inputs[self._last]

    def forward(self, inputs: Array, masks: Sequence[Array] | None = None) -> Array:
        """Outputs (n, sizes[-1]) of `inputs` (n, sizes[0]); keeps what `backward` needs.

        `masks` holds for each hidden layer the factors (n, size) its outputs are multiplied by (dropout).
        """
        n = len(inputs)
        if n > self._rows:
            self._grow(n)
        self._masks = masks
        below = inputs
        self._inputs = [inputs]
        for i, (weight, bias) in enumerate(self._layers):
            out = self._outputs[i][:n]
            np.dot(below, weight, out=out)
            out += bias
            if i == self._last:
                return out
            if self._tanh:
                np.tanh(out, out=out)
            else:
                np.maximum(out, 0.0, out=out)
            below = out
            if masks is not None:
                below = np.multiply(out, masks[i], out=self._dropped[i][:n] if self._dropped else None)
            self._inputs.append(below)
        raise AssertionError("a perceptron has at least one layer")

    def backward(self, output_gradient: Array) -> None:
        """Write the loss's gradient by every parameter, given that by the outputs (n, sizes[-1]) of `forward`.

        Overwrites the gradient of before: a network takes part in a loss once.
        """
        n = len(output_gradient)
        ones = self._ones[:n]
        delta = output_gradient
        for i in range(self._last, -1, -1):
            below = self._inputs[i]
            np.dot(below.T, delta, out=self._weight_gradients[i])
            np.dot(ones, delta, out=self._bias_gradients[i])
            if i == 0:
                return
            passed = self._deltas[i - 1][:n]
            np.dot(delta, self._weights[i].T, out=passed)
            passed *= self._slope(i - 1, n)
            if self._masks is not None:
                passed *= self._masks[i - 1]
            delta = passed

    def _slope(self, layer: int, n: int) -> Array:
        """Derivative of the activation at the layer's outputs, (n, size)."""
        out, slope = self._outputs[layer][:n], self._slopes[layer][:n]
        if self._tanh:
            np.multiply(out, out, out=slope)
            return np.subtract(1.0, slope, out=slope)
        return np.sign(out, out=slope)

    def input_gradient(self, inputs: Array, output_gradient: Array) -> Array:
        """Gradient (…, sizes[0]) by one observation `inputs` (sizes[0],), given that by its outputs (…, sizes[-1]).

        Leaves no trace in what `forward` and `act` keep.
        """
        slopes, below = [], inputs
        for weight, bias in self._layers[:-1]:
            below = np.dot(below, weight) + bias
            if self._tanh:
                np.tanh(below, out=below)
                slopes.append(1.0 - below * below)
            else:
                np.maximum(below, 0.0, out=below)
                slopes.append(np.sign(below))
        delta = output_gradient
        for i in range(self._last, -1, -1):
            delta = np.dot(delta, self._weights[i].T)
            if i > 0:
                delta = delta * slopes[i - 1]
        return delta

    def act(self, inputs: Array, masks: Sequence[Array] | None = None) -> Array:
        """Outputs (sizes[-1],) of one observation (sizes[0],); nothing is kept for `backward`."""
        below = inputs
        for i, (weight, bias) in enumerate(self._layers):
            out = self._single[i]
            np.dot(below, weight, out=out)
            out += bias
            if i != self._last:
                if self._tanh:
                    np.tanh(out, out=out)
                else:
                    np.maximum(out, 0.0, out=out)
                if masks is not None:
                    out *= masks[i]
            below = out
        return below

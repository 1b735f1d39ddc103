"""Several perceptrons and free parameters that share one flat vector, one gradient and one optimiser step.

A learner works out the gradient of its loss by the networks' outputs in closed form, once; `NumpyNetworks` (on the
CPU) or `TorchNetworks` (on cuda and mps) does the rest. `make_networks` chooses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rlstudio.algorithms.blocks.adam import Adam, AdamSettings, clip_by_norm, clip_by_value, gradient_norm
from rlstudio.algorithms.blocks.layout import Array, Layout
from rlstudio.algorithms.blocks.mlp import MLP, MLPSpec

PREDICT_ROWS = 1024


@dataclass(frozen=True)
class NetworksSpec:
    """What to make.

    Attributes:
        mlps: perceptrons by name.
        free: parameters that depend on no input (a Gaussian's log standard deviation), with their initial values.
        target_of: name of the perceptron that has a slowly following twin, "" for none.
    """

    mlps: Mapping[str, MLPSpec]
    free: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    adam: AdamSettings = field(default_factory=AdamSettings)
    target_of: str = ""

    def layout(self) -> Layout:
        """Where everything lies in the flat vector."""
        shapes: dict[str, tuple[int, ...]] = {}
        for name, mlp in self.mlps.items():
            shapes.update(mlp.shapes(name))
        shapes.update({name: value.shape for name, value in self.free.items()})
        return Layout(shapes)

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Initial parameters by name, alike on every device."""
        drawn: dict[str, NDArray[Any]] = {}
        for name, mlp in self.mlps.items():
            drawn.update(mlp.draw(name, rng))
        drawn.update(self.free)
        return drawn


class Networks(ABC):
    """The interface that learners use; arrays in and out are NumPy's on every device."""

    spec: NetworksSpec

    @abstractmethod
    def forward(self, name: str, inputs: Array, masks: Sequence[Array] | None = None) -> Array:
        """Outputs (n, n_outputs) of a perceptron, keeping what `backward` needs; overwritten by its next call."""

    @abstractmethod
    def hidden(self, name: str) -> Array:
        """Last hidden layer's outputs in the last `forward`, shape (n, sizes[-2])."""

    @abstractmethod
    def backward(self, name: str, output_gradient: Array) -> None:
        """Set the gradient of one perceptron's parameters, given that of its outputs."""

    @abstractmethod
    def set_free_gradient(self, name: str, gradient: Array) -> None:
        """Set the gradient of a free parameter."""

    @abstractmethod
    def clip_gradient(self, max_norm: float | None, max_value: float | None = None) -> float:
        """Clip the whole gradient by value, then by norm (None: not at all); returns its norm before."""

    @abstractmethod
    def step(self, learning_rate: float) -> None:
        """One step of the optimiser against the gradient."""

    @abstractmethod
    def forward_target(self, inputs: Array) -> Array:
        """Outputs of the slowly following twin."""

    @abstractmethod
    def update_target(self, share: float) -> None:
        """Move the twin towards the perceptron: target += share · (perceptron − target). 1 copies."""

    @abstractmethod
    def host(self, name: str) -> MLP:
        """The perceptron with its present weights on the CPU, for acting; it never disturbs a pending `backward`."""

    def predict(self, name: str, inputs: Array) -> Array:
        """Outputs (n, n_outputs) for any number of rows, in parts that stay in the processor's cache; a copy."""
        mlp = self.host(name)
        outputs: Array = np.empty((len(inputs), mlp.spec.sizes[-1]), inputs.dtype)
        for start in range(0, len(inputs), PREDICT_ROWS):
            part = slice(start, start + PREDICT_ROWS)
            outputs[part] = mlp.forward(inputs[part])
        return outputs

    @abstractmethod
    def parameters(self) -> dict[str, Array]:
        """All parameters by name on the CPU; views of the weights there, copies from other devices."""

    @abstractmethod
    def gradients(self) -> dict[str, Array]:
        """The gradient by name, as NumPy arrays."""

    @abstractmethod
    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Weights, target and optimiser: the same names and numbers on every device."""

    @abstractmethod
    def load_state(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        """Take over what `state` returned. Raises ValueError where it does not fit."""


def make_networks(device: str, spec: NetworksSpec, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> Networks:
    """Networks on "cpu" (NumPy), or on a torch device: "cuda", "mps", and "torch-cpu" for comparison."""
    if device == "cpu":
        return NumpyNetworks(spec, rng, dtype)
    from rlstudio.algorithms.blocks.torch_mlp import TorchNetworks

    return TorchNetworks(spec, rng, device.removeprefix("torch-"), dtype)


class NumpyNetworks(Networks):
    """Networks on the CPU, gradients by hand."""

    def __init__(self, spec: NetworksSpec, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        self.spec = spec
        self._layout = spec.layout()
        self._theta: Array = np.zeros(self._layout.size, dtype)
        self._gradient: Array = np.zeros(self._layout.size, dtype)
        self._layout.fill(self._theta, spec.draw(rng))
        self._views = self._layout.views(self._theta)
        self._gradient_views = self._layout.views(self._gradient)
        self._mlps = {name: MLP(mlp, name, self._views, self._gradient_views) for name, mlp in spec.mlps.items()}
        self._hosts = {name: MLP(mlp, name, self._views) for name, mlp in spec.mlps.items()}
        self._adam = Adam(self._layout.size, spec.adam, dtype)
        self._target: Array = self._theta.copy() if spec.target_of else np.zeros(0, dtype)
        self._scratch: Array = np.zeros_like(self._target)
        if spec.target_of:
            name = spec.target_of
            self._target_mlp = MLP(spec.mlps[name], name, self._layout.views(self._target))

    def forward(self, name: str, inputs: Array, masks: Sequence[Array] | None = None) -> Array:
        return self._mlps[name].forward(inputs, masks)

    def hidden(self, name: str) -> Array:
        return self._mlps[name].hidden

    def backward(self, name: str, output_gradient: Array) -> None:
        self._mlps[name].backward(output_gradient)

    def set_free_gradient(self, name: str, gradient: Array) -> None:
        self._gradient_views[name][...] = gradient

    def clip_gradient(self, max_norm: float | None, max_value: float | None = None) -> float:
        norm = gradient_norm(self._gradient)
        if max_value is not None:
            clip_by_value(self._gradient, max_value)
        if max_norm is not None:
            clip_by_norm(self._gradient, max_norm)
        return norm

    def step(self, learning_rate: float) -> None:
        self._adam.step(self._theta, self._gradient, learning_rate)

    def forward_target(self, inputs: Array) -> Array:
        return self._target_mlp.forward(inputs)

    def update_target(self, share: float) -> None:
        if share == 1.0:
            self._target[:] = self._theta
            return
        np.subtract(self._theta, self._target, out=self._scratch)
        self._scratch *= share
        self._target += self._scratch

    def host(self, name: str) -> MLP:
        return self._hosts[name]

    def parameters(self) -> dict[str, Array]:
        return dict(self._views)

    def gradients(self) -> dict[str, Array]:
        return dict(self._gradient_views)

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        arrays: dict[str, NDArray[Any]] = dict(self._views)
        if self.spec.target_of:
            arrays["target"] = self._target
        arrays.update({f"adam.{name}": array for name, array in self._adam.memory().items()})
        return arrays, {"adam_steps": self._adam.steps}

    def load_state(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        self._layout.fill(self._theta, arrays)
        self._adam.load_memory(saved_memory(arrays), int(values["adam_steps"]))
        if self.spec.target_of:
            self._target[:] = saved_target(arrays, self._target.size)


def saved_memory(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The optimiser's arrays among saved ones."""
    return {name.removeprefix("adam."): array for name, array in arrays.items() if name.startswith("adam.")}


def saved_target(arrays: Mapping[str, NDArray[Any]], size: int) -> NDArray[Any]:
    """The flat target network among saved arrays. Raises ValueError where it does not fit."""
    if "target" not in arrays or arrays["target"].shape != (size,):
        raise ValueError(f"the saved target network does not fit {size} parameters")
    return arrays["target"]

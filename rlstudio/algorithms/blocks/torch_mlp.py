"""The same networks on a torch device: `backward` is autograd's, everything else speaks NumPy.

Imported only when a run asks for cuda or mps (or a test compares the two).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray

from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mlp import MLP
from rlstudio.algorithms.blocks.networks import Networks, NetworksSpec, saved_memory, saved_target


class TorchNetworks(Networks):
    """Networks whose flat parameter vector lives on a torch device, mirrored on the CPU for acting."""

    def __init__(
        self, spec: NetworksSpec, rng: np.random.Generator, device: str, dtype: DTypeLike = np.float32
    ) -> None:
        self.spec = spec
        self._device = torch.device(device)
        self._layout = spec.layout()
        self._mirror: Array = np.zeros(self._layout.size, dtype)
        self._layout.fill(self._mirror, spec.draw(rng))
        self._theta = torch.tensor(self._mirror, device=self._device).requires_grad_()
        self._theta.grad = torch.zeros_like(self._theta)
        self._leaves = self._make_leaves()
        self._target = self._theta.detach().clone()
        self._optimiser = self._make_optimiser()
        views = self._layout.views(self._mirror)
        self._hosts = {name: MLP(mlp, name, views) for name, mlp in spec.mlps.items()}
        self._stale = False
        self._outputs: dict[str, torch.Tensor] = {}
        self._hidden: dict[str, torch.Tensor] = {}

    def _make_leaves(self) -> dict[str, torch.Tensor]:
        """A leaf tensor for each parameter, whose memory and gradient lie in the flat vectors."""
        flat, gradient = self._theta.detach(), self._flat_gradient()
        leaves = {}
        for name, shape in self._layout.shapes.items():
            span = self._layout.span(name)
            leaf = flat[span].view(shape).requires_grad_()
            leaf.grad = gradient[span].view(shape)
            leaves[name] = leaf
        return leaves

    def _make_optimiser(self) -> torch.optim.Optimizer:
        adam = self.spec.adam
        return torch.optim.AdamW(
            [self._theta],
            betas=(adam.beta1, adam.beta2),
            eps=adam.epsilon,
            weight_decay=adam.weight_decay,
            amsgrad=adam.amsgrad,
        )

    def _flat_gradient(self) -> torch.Tensor:
        gradient = self._theta.grad
        if gradient is None:
            raise RuntimeError("the flat gradient was dropped")
        return gradient

    def _tensor(self, array: Array) -> torch.Tensor:
        return torch.as_tensor(np.ascontiguousarray(array), device=self._device)

    def _run(
        self, name: str, parameters: Mapping[str, torch.Tensor], inputs: Array, masks: Sequence[Array] | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Outputs, and the last hidden layer's."""
        spec = self.spec.mlps[name]
        value = self._tensor(inputs)
        last = len(spec.sizes) - 2
        for i in range(last):
            value = torch.addmm(parameters[f"{name}.bias.{i}"], value, parameters[f"{name}.weight.{i}"])
            value = torch.tanh(value) if spec.activation == "tanh" else torch.relu(value)
            if masks is not None:
                value = value * self._tensor(masks[i])
        return torch.addmm(parameters[f"{name}.bias.{last}"], value, parameters[f"{name}.weight.{last}"]), value

    def forward(self, name: str, inputs: Array, masks: Sequence[Array] | None = None) -> Array:
        self._outputs[name], self._hidden[name] = self._run(name, self._leaves, inputs, masks)
        return _numpy(self._outputs[name])

    def hidden(self, name: str) -> Array:
        return _numpy(self._hidden[name])

    def backward(self, name: str, output_gradient: Array) -> None:
        gradient = self._flat_gradient()
        for parameter in self.spec.mlps[name].shapes(name):
            gradient[self._layout.span(parameter)] = 0.0
        self._outputs.pop(name).backward(self._tensor(output_gradient))  # type: ignore[no-untyped-call]

    def set_free_gradient(self, name: str, gradient: Array) -> None:
        self._flat_gradient()[self._layout.span(name)] = self._tensor(gradient).reshape(-1)

    def clip_gradient(self, max_norm: float | None, max_value: float | None = None) -> float:
        gradient = self._flat_gradient()
        norm = float(gradient.norm())
        if max_value is not None:
            gradient.clamp_(-max_value, max_value)
        if max_norm is not None:
            length = float(gradient.norm()) if max_value is not None else norm
            if length > max_norm:
                gradient.mul_(max_norm / (length + 1e-6))
        return norm

    def step(self, learning_rate: float) -> None:
        self._optimiser.param_groups[0]["lr"] = learning_rate
        self._optimiser.step()
        self._stale = True

    def forward_target(self, inputs: Array) -> Array:
        views = {name: self._target[self._layout.span(name)].view(shape) for name, shape in self._layout.shapes.items()}
        with torch.no_grad():
            return _numpy(self._run(self.spec.target_of, views, inputs, None)[0])

    def update_target(self, share: float) -> None:
        with torch.no_grad():
            self._target.lerp_(self._theta, share)

    def _sync(self) -> None:
        if self._stale:
            self._mirror[:] = _numpy(self._theta)
            self._stale = False

    def host(self, name: str) -> MLP:
        self._sync()
        return self._hosts[name]

    def parameters(self) -> dict[str, Array]:
        self._sync()
        return self._layout.views(self._mirror.copy())

    def gradients(self) -> dict[str, Array]:
        return self._layout.views(_numpy(self._flat_gradient()).copy())

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        arrays: dict[str, NDArray[Any]] = dict(self.parameters())
        if self.spec.target_of:
            arrays["target"] = _numpy(self._target)
        adam, memory = self.spec.adam, self._optimiser.state.get(self._theta, {})
        zeros = torch.zeros_like(self._theta)
        arrays["adam.mean"] = _numpy(memory.get("exp_avg", zeros)) / (1.0 - adam.beta1)
        arrays["adam.square"] = _numpy(memory.get("exp_avg_sq", zeros)) / (1.0 - adam.beta2)
        if adam.amsgrad:
            arrays["adam.largest"] = _numpy(memory.get("max_exp_avg_sq", zeros)) / (1.0 - adam.beta2)
        return arrays, {"adam_steps": int(memory.get("step", 0))}

    def load_state(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        self._layout.fill(self._mirror, arrays)
        with torch.no_grad():
            self._theta.copy_(torch.as_tensor(self._mirror))
            if self.spec.target_of:
                self._target.copy_(torch.as_tensor(np.array(saved_target(arrays, self._layout.size))))
        adam, saved = self.spec.adam, saved_memory(arrays)
        names = {"exp_avg": ("mean", adam.beta1), "exp_avg_sq": ("square", adam.beta2)}
        if adam.amsgrad:
            names["max_exp_avg_sq"] = ("largest", adam.beta2)
        state: dict[str, Any] = {"step": torch.tensor(float(values["adam_steps"]))}
        for key, (name, beta) in names.items():
            if name not in saved or saved[name].shape != self._mirror.shape:
                raise ValueError(f"the saved optimiser state {name!r} does not fit {self._mirror.size} parameters")
            state[key] = self._tensor((saved[name] * (1.0 - beta)).astype(self._mirror.dtype))
        self._optimiser.state[self._theta] = state
        self._stale = False


def _numpy(tensor: torch.Tensor) -> Array:
    """The tensor's values as a NumPy array on the CPU (shared memory where it lies there)."""
    found: Array = tensor.detach().cpu().numpy()
    return found

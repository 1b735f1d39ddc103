"""A model's state as named arrays and plain values, and back: parameters, optimisers, replay buffer, counters.

An on-policy model's unfinished rollout is dropped: a resumed run gathers a whole one with the restored policy.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays
from rlstudio.algorithms.sb3.normalising import load_statistics, observation_statistics, statistics_arrays

_COUNTERS = ("num_timesteps", "_n_updates", "_episode_num", "_n_calls")
_POLICY, _OPTIMISER, _REPLAY, _OBSERVED, _RETURNS = "policy.", "optimiser.", "replay.", "observed.", "returns."
_REPLAY_ARRAYS = (
    "observations",
    "next_observations",
    "actions",
    "rewards",
    "dones",
    "timeouts",
    "ep_start",
    "ep_length",
)


def as_array(tensor: torch.Tensor) -> NDArray[Any]:
    """A copy of a tensor's numbers."""
    return tensor.detach().cpu().numpy().copy()


def load_tensors(module: torch.nn.Module, arrays: Arrays, *, skip: tuple[str, ...] = ()) -> None:
    """Fill a module's parameters, but for those whose names begin with `skip`. Raises ValueError where one is missing
    or does not fit."""
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if name.startswith(skip):
                continue
            saved = arrays.get(name)
            if saved is None:
                raise ValueError(f"there is no array {name!r} among those saved")
            if saved.shape != tuple(tensor.shape):
                raise ValueError(
                    f"the saved {name!r} does not fit: its shape is {saved.shape}, {tuple(tensor.shape)} is needed"
                )
            tensor.copy_(torch.from_numpy(np.array(saved)))


def optimisers(model: Any) -> dict[str, torch.optim.Optimizer]:
    """Every optimiser of a model by name."""
    found = {
        "policy": getattr(model.policy, "optimizer", None),
        "actor": getattr(getattr(model, "actor", None), "optimizer", None),
        "critic": getattr(getattr(model, "critic", None), "optimizer", None),
        "entropy_weight": getattr(model, "ent_coef_optimizer", None),
    }
    return {name: optimiser for name, optimiser in found.items() if optimiser is not None}


def save_model(model: Any) -> tuple[Arrays, dict[str, Any]]:
    """Copies, but for the replay buffer's filled part, which is a view."""
    arrays = {_POLICY + name: as_array(tensor) for name, tensor in model.policy.state_dict().items()}
    for name, optimiser in optimisers(model).items():
        arrays |= _save_optimiser(f"{_OPTIMISER}{name}.", optimiser)
    for name in ("log_ent_coef", "ent_coef_tensor"):
        if getattr(model, name, None) is not None:
            arrays[name] = as_array(getattr(model, name))
    values: dict[str, Any] = {name: int(getattr(model, name)) for name in _COUNTERS if hasattr(model, name)}
    if hasattr(model, "exploration_rate"):
        values["exploration_rate"] = float(model.exploration_rate)
    values["successes"] = [float(success) for success in model.ep_success_buffer or ()]
    wrapper = model.get_vec_normalize_env()
    if wrapper is not None:
        arrays |= statistics_arrays(_OBSERVED, observation_statistics(wrapper))
        arrays |= statistics_arrays(_RETURNS, {"": wrapper.ret_rms})
    buffer = getattr(model, "replay_buffer", None)
    if buffer is not None:
        arrays |= _replay_arrays(buffer)
        values["replay"] = {"position": int(buffer.pos), "full": bool(buffer.full)}
    return arrays, values


def load_model(model: Any, arrays: Arrays, values: dict[str, Any]) -> None:
    """Take over what `save_model` gave. Raises ValueError where it does not fit."""
    load_tensors(model.policy, _under(_POLICY, arrays))
    for name, optimiser in optimisers(model).items():
        _load_optimiser(name, optimiser, _under(f"{_OPTIMISER}{name}.", arrays))
    with torch.no_grad():
        for name in ("log_ent_coef", "ent_coef_tensor"):
            if getattr(model, name, None) is not None and name in arrays:
                getattr(model, name).copy_(torch.from_numpy(np.array(arrays[name])))
    for name in _COUNTERS:
        if hasattr(model, name):
            setattr(model, name, int(values[name]))
    if hasattr(model, "exploration_rate"):
        model.exploration_rate = float(values["exploration_rate"])
    if hasattr(model, "weights"):  # ARS moves a vector of its own
        model.weights = torch.nn.utils.parameters_to_vector(model.policy.parameters()).detach()
    size = model._stats_window_size
    model.ep_info_buffer = deque(maxlen=size)
    model.ep_success_buffer = deque(values["successes"], maxlen=size)
    wrapper = model.get_vec_normalize_env()
    if wrapper is not None:
        load_statistics(_OBSERVED, observation_statistics(wrapper), arrays)
        load_statistics(_RETURNS, {"": wrapper.ret_rms}, arrays)
    buffer = getattr(model, "replay_buffer", None)
    if buffer is not None:
        _load_replay(buffer, _under(_REPLAY, arrays), values["replay"])


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _save_optimiser(prefix: str, optimiser: torch.optim.Optimizer) -> Arrays:
    state = optimiser.state_dict()["state"]
    return {
        f"{prefix}{index}.{name}": as_array(value) if isinstance(value, torch.Tensor) else np.array(value)
        for index, row in state.items()
        for name, value in row.items()
        if value is not None
    }


def _load_optimiser(name: str, optimiser: torch.optim.Optimizer, arrays: Arrays) -> None:
    current = optimiser.state_dict()
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, saved in arrays.items():
        index, _, field = key.partition(".")
        if int(index) >= len(parameters) or saved.shape not in ((), tuple(parameters[int(index)].shape)):
            raise ValueError(f"the saved optimiser of {name} does not fit: {key} has the shape {saved.shape}")
        state.setdefault(int(index), {})[field] = torch.from_numpy(np.array(saved))
    optimiser.load_state_dict({"state": state, "param_groups": current["param_groups"]})


def _replay_fields(buffer: Any) -> dict[str, NDArray[Any]]:
    """The buffer's own arrays by name, (capacity, n_envs, …)."""
    found: dict[str, NDArray[Any]] = {}
    for name in _REPLAY_ARRAYS:
        value = getattr(buffer, name, None)
        if isinstance(value, dict):
            found |= {f"{name}.{key}": array for key, array in value.items()}
        elif value is not None:
            found[name] = value
    return found


def _replay_arrays(buffer: Any) -> Arrays:
    found = {_REPLAY + name: array[: buffer.size()] for name, array in _replay_fields(buffer).items()}
    if hasattr(buffer, "_current_ep_start"):
        found[_REPLAY + "current_start"] = np.array(buffer._current_ep_start)
    return found


def _load_replay(buffer: Any, arrays: Arrays, values: dict[str, Any]) -> None:
    size = len(arrays.get("rewards", ()))
    for name, array in _replay_fields(buffer).items():
        saved = arrays.get(name)
        if saved is None or saved.shape[1:] != array.shape[1:] or len(saved) != size or size > len(array):
            raise ValueError(f"the saved replay buffer's {name!r} does not fit this environment and these settings")
        array[:size] = saved
    buffer.full = size == buffer.buffer_size
    buffer.pos = int(values["position"]) % buffer.buffer_size if buffer.full else size
    if hasattr(buffer, "_current_ep_start"):
        buffer._current_ep_start = np.array(arrays["current_start"])

"""Model files as plain Stable-Baselines3 saves them, and ways to spoil them."""

from __future__ import annotations

import copy
import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import sb3_contrib
import stable_baselines3 as sb3
import torch

Change = Callable[[bytes], bytes]

_SMALL = {"policy_kwargs": {"net_arch": [16, 8]}}
MODELS: dict[str, tuple[Any, str, str, dict[str, Any]]] = {
    "ppo": (sb3.PPO, "MlpPolicy", "CartPole-v1", {}),
    "ppo_unlike": (
        sb3.PPO,
        "MlpPolicy",
        "Pendulum-v1",
        {"policy_kwargs": {"net_arch": {"pi": [16], "vf": [8, 4]}, "activation_fn": torch.nn.ReLU}, "gamma": 0.9},
    ),
    "ppo_noisy": (sb3.PPO, "MlpPolicy", "Pendulum-v1", {**_SMALL, "use_sde": True}),
    "ppo_pictures": (sb3.PPO, "CnnPolicy", "CarRacing-v3", {"policy_kwargs": {"net_arch": [8]}, "n_steps": 4}),
    "a2c": (sb3.A2C, "MlpPolicy", "FrozenLake-v1", _SMALL),
    "dqn": (sb3.DQN, "MlpPolicy", "CartPole-v1", {**_SMALL, "buffer_size": 500}),
    "sac": (sb3.SAC, "MlpPolicy", "Pendulum-v1", {**_SMALL, "buffer_size": 500, "learning_rate": 0.001}),
    "sac_noisy": (sb3.SAC, "MlpPolicy", "Pendulum-v1", {**_SMALL, "buffer_size": 500, "use_sde": True}),
    "td3": (sb3.TD3, "MlpPolicy", "Pendulum-v1", {**_SMALL, "buffer_size": 500}),
    "ddpg": (sb3.DDPG, "MlpPolicy", "Pendulum-v1", {**_SMALL, "buffer_size": 500}),
    "qrdqn": (
        sb3_contrib.QRDQN,
        "MlpPolicy",
        "CartPole-v1",
        {"policy_kwargs": {"net_arch": [16], "n_quantiles": 7}, "buffer_size": 500},
    ),
    "tqc": (sb3_contrib.TQC, "MlpPolicy", "Pendulum-v1", {**_SMALL, "buffer_size": 500}),
    "trpo": (sb3_contrib.TRPO, "MlpPolicy", "CartPole-v1", _SMALL),
    "ars": (sb3_contrib.ARS, "MlpPolicy", "Pendulum-v1", _SMALL),
    "ars_linear": (sb3_contrib.ARS, "LinearPolicy", "CartPole-v1", {}),
    "recurrent_ppo": (
        sb3_contrib.RecurrentPPO,
        "MlpLstmPolicy",
        "CartPole-v1",
        {"policy_kwargs": {"net_arch": [8], "lstm_hidden_size": 12, "n_lstm_layers": 2}},
    ),
    "maskable_ppo": (sb3_contrib.MaskablePPO, "MlpPolicy", "CartPole-v1", _SMALL),
}
"""Class, policy, environment and arguments."""


def saved_model(key: str, folder: Path) -> Path:
    """An untrained model of `MODELS`, saved by the library alone. The global generators are left as they were."""
    model_class, policy, env, arguments = MODELS[key]
    path = folder / f"{key}.zip"
    before = torch.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = model_class(policy, gym.make(env), device="cpu", **copy.deepcopy(arguments))
        torch.manual_seed(7)
        with torch.no_grad():
            for parameter in model.policy.parameters():  # ARS begins with zeros, and others choose alike everywhere
                # By the square root of what goes in: a picture's features in the thousands leave float32 no fifth
                # decimal, and another processor's order of adding then shows.
                inputs = max(1, parameter[0].numel()) if parameter.ndim > 1 else 10
                parameter.add_(torch.randn_like(parameter) / inputs**0.5)
        model.save(path)
    torch.set_rng_state(before)
    model.get_env().close()
    return path


def changed(path: Path, target: Path, **changes: Change | None) -> Path:
    """The archive at `path` with some entries' bytes changed, or left out; names with dots are written with `__`."""
    named = {name.replace("__", "."): change for name, change in changes.items()}
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for info in source.infolist():
            content = source.read(info)
            if info.filename in named:
                change = named[info.filename]
                if change is None:
                    continue
                content = change(content)
            out.writestr(info.filename, content)
    return target


def with_fields(**fields: Any) -> Change:
    """Change fields of `data`; `...` drops one."""

    def change(content: bytes) -> bytes:
        data = {**json.loads(content), **fields}
        return json.dumps({name: value for name, value in data.items() if value is not ...}).encode()

    return change


def with_table(change: Change) -> Change:
    """Change the instructions that name the tensors in `policy.pth`."""

    def changed_table(content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as made:
            for info in source.infolist():
                inner = source.read(info)
                made.writestr(info.filename, change(inner) if info.filename.endswith("data.pkl") else inner)
        return out.getvalue()

    return changed_table


def torch_file(value: Any) -> bytes:
    """What `torch.save` makes of a value."""
    out = io.BytesIO()
    torch.save(value, out)
    return out.getvalue()

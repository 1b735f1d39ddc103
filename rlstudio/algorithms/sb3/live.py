"""Live parameters: a new value of one of ours, put where the model will read it next.

Many attributes of a model are copies: its learning rate is in a schedule, its discount also in the rollout buffer.
Setting the attribute of that name would change nothing, or only half of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from stable_baselines3.common.type_aliases import TrainFreq, TrainFrequencyUnit
from stable_baselines3.common.utils import FloatSchedule

from rlstudio.algorithms.sb3 import build
from rlstudio.algorithms.sb3.names import ARGUMENTS, entropy_argument


def apply_param(model: Any, params: Any, name: str) -> None:
    """Give `model` the value that `params` now holds for `name`; nothing where its algorithm has no such thing.

    Raises:
        ValueError: for a parameter that no model takes while it learns.
    """
    setter = _SETTERS.get(name)
    if setter is not None:
        setter(model, params)
        return
    attribute = ARGUMENTS.get(name)
    if attribute is None:
        raise ValueError(f"{name} cannot change while it learns")
    if hasattr(model, attribute):
        setattr(model, attribute, getattr(params, name))


def _learning_rate(model: Any, params: Any) -> None:
    model.learning_rate = build.learning_rate(params)
    model.lr_schedule = FloatSchedule(model.learning_rate)


def _clip_range(model: Any, params: Any) -> None:
    model.clip_range = FloatSchedule(build.clip_range(params))


def _discount(model: Any, params: Any) -> None:
    model.gamma = params.discount
    if hasattr(model, "rollout_buffer"):
        model.rollout_buffer.gamma = params.discount
    if model.get_vec_normalize_env() is not None:
        model.get_vec_normalize_env().gamma = params.discount


def _gae_lambda(model: Any, params: Any) -> None:
    model.gae_lambda = model.rollout_buffer.gae_lambda = params.gae_lambda


def _entropy_weight(model: Any, params: Any) -> None:
    weight = params.entropy_weight
    if hasattr(model, "log_ent_coef"):  # SAC and TQC
        model.ent_coef = entropy_argument(params.entropy_auto, weight)
        with torch.no_grad():
            if model.log_ent_coef is not None:
                model.log_ent_coef.fill_(math.log(weight))
            else:
                model.ent_coef_tensor.fill_(weight)
    elif hasattr(model, "rollout_buffer"):
        model.ent_coef = weight


def _train_every(model: Any, params: Any) -> None:
    model.train_freq = TrainFreq(params.train_every, TrainFrequencyUnit.STEP)


def _epsilon(model: Any, params: Any) -> None:
    if hasattr(model, "exploration_schedule"):
        model.exploration_schedule = build.epsilon_schedule(params)
        model.exploration_rate = model.exploration_schedule(model._current_progress_remaining)


def _action_noise(model: Any, params: Any) -> None:
    if model.action_noise is not None:
        model.action_noise.sigma = params.action_noise


def _delta_std(model: Any, params: Any) -> None:
    model.delta_std_schedule = FloatSchedule(params.delta_std)


def _n_top(model: Any, params: Any) -> None:
    model.n_top = min(params.n_top or model.n_delta, model.n_delta)


def _n_sampled_goal(model: Any, params: Any) -> None:
    model.replay_buffer.n_sampled_goal = params.n_sampled_goal
    model.replay_buffer.her_ratio = 1.0 - 1.0 / (params.n_sampled_goal + 1)


_SETTERS: dict[str, Callable[[Any, Any], None]] = {
    "learning_rate": _learning_rate,
    "learning_rate_schedule": _learning_rate,
    "clip_range": _clip_range,
    "clip_range_schedule": _clip_range,
    "discount": _discount,
    "gae_lambda": _gae_lambda,
    "entropy_weight": _entropy_weight,
    "train_every": _train_every,
    "epsilon_start": _epsilon,
    "epsilon_end": _epsilon,
    "exploration_fraction": _epsilon,
    "action_noise": _action_noise,
    "delta_std": _delta_std,
    "n_top": _n_top,
    "n_sampled_goal": _n_sampled_goal,
}

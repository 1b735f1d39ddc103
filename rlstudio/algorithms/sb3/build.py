"""From our parameters to a model of Stable-Baselines3: its class, its arguments, its policy, its schedules."""

from __future__ import annotations

import inspect
import os
import warnings
from typing import Any

import numpy as np
import sb3_contrib
import stable_baselines3 as sb3
import torch
from gymnasium import spaces
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.utils import ConstantSchedule, LinearSchedule
from stable_baselines3.common.vec_env import VecEnv, VecNormalize

from rlstudio.algorithms.sb3.ars import StudioARS
from rlstudio.algorithms.sb3.names import arguments, policy_arguments
from rlstudio.algorithms.sb3.noise import ActionNoise
from rlstudio.algorithms.sb3.spaces import ObservationBridge
from rlstudio.core.params import ParamError, ParamFault

torch.set_num_threads(1)  # faster for networks this small, and the same bits everywhere

MODELS: dict[str, Any] = {
    "sb3_ppo": sb3.PPO,
    "sb3_a2c": sb3.A2C,
    "sb3_dqn": sb3.DQN,
    "sb3_ddpg": sb3.DDPG,
    "sb3_sac": sb3.SAC,
    "sb3_td3": sb3.TD3,
    "ars": StudioARS,
    "qrdqn": sb3_contrib.QRDQN,
    "recurrent_ppo": sb3_contrib.RecurrentPPO,
    "tqc": sb3_contrib.TQC,
    "trpo": sb3_contrib.TRPO,
    "maskable_ppo": sb3_contrib.MaskablePPO,
}
HER = "sb3_her"
ACTIVATIONS: dict[str, Any] = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}


def base_key(key: str, params: Any, action_space: spaces.Space[Any]) -> str:
    """The algorithm that is run: HER is a replay buffer around another one. Raises ParamError where that cannot act."""
    if key != HER:
        return key
    discrete = isinstance(action_space, spaces.Discrete)
    if params.base == "auto":
        return "sb3_dqn" if discrete else "sb3_sac"
    if (params.base == "dqn") != discrete:
        allowed = "auto or dqn where actions are discrete" if discrete else "auto, sac, td3 or ddpg where they are not"
        raise ParamError([ParamFault("base", params.base, allowed)])
    return f"sb3_{params.base}"


def learning_rate(params: Any) -> float | LinearSchedule:
    """The learning rate, or its schedule."""
    return _scheduled(params.learning_rate, getattr(params, "learning_rate_schedule", "constant"))


def clip_range(params: Any) -> float | LinearSchedule:
    """The clip range, or its schedule."""
    return _scheduled(params.clip_range, getattr(params, "clip_range_schedule", "constant"))


def epsilon_schedule(params: Any) -> LinearSchedule:
    """ε falls linearly over a share of the run, then stays."""
    return LinearSchedule(params.epsilon_start, params.epsilon_end, params.exploration_fraction)


def _scheduled(value: float, how: str) -> float | LinearSchedule:
    """Constant, or falling linearly to 0 at the end of the run."""
    return LinearSchedule(value, 0.0, 1.0) if how == "linear" else value


def normalised(env: VecEnv, params: Any) -> VecEnv:
    """`env` with observations and rewards brought to one scale, as asked for and as far as they are plain numbers.

    Raises ParamError for what Stable-Baselines3's replay buffers cannot store: it takes an observation of one number
    for a row of them (`OffPolicyAlgorithm._store_transition`).
    """
    space = env.observation_space
    wanted = bool(getattr(params, "normalise_observations", False))
    rewards = bool(getattr(params, "normalise_rewards", False))
    keys = None
    if rewards and isinstance(space, spaces.Discrete) and hasattr(params, "buffer_size"):
        allowed = "off where the observation is a single number, the state's: Stable-Baselines3 cannot replay that"
        raise ParamError([ParamFault("normalise_rewards", True, allowed)])
    if isinstance(space, spaces.Dict):
        keys = [key for key, part in space.spaces.items() if is_numbers(part)]
        wanted = wanted and bool(keys)
    else:
        wanted = wanted and is_numbers(space)
    if not wanted and not rewards:
        return env
    discount = float(getattr(params, "discount", 0.99))
    return VecNormalize(env, norm_obs=wanted, norm_reward=rewards, gamma=discount, norm_obs_keys=keys)


def is_numbers(space: Any) -> bool:
    """Whether a space holds plain numbers, no picture: what can be normalised."""
    return isinstance(space, spaces.Box) and not (len(space.shape) == 3 and space.dtype == np.uint8)


def policy_name(key: str, params: Any, observations: ObservationBridge) -> str:
    """Which of an algorithm's policies can see these observations."""
    if key == "ars":
        return "MlpPolicy" if params.hidden else "LinearPolicy"
    kind = "Cnn" if observations.is_picture else "MultiInput" if observations.is_dict else "Mlp"
    return f"{kind}LstmPolicy" if key == "recurrent_ppo" else f"{kind}Policy"


def policy_settings(
    key: str, params: Any, observations: ObservationBridge, action_space: spaces.Space[Any]
) -> dict[str, Any]:
    """Plain data that a policy can be built from: "algorithm", "policy" and its "arguments"."""
    name = policy_name(key, params, observations)
    policy_class = MODELS[key].policy_aliases[name]
    accepted = inspect.signature(policy_class.__init__).parameters
    found = {name: value for name, value in policy_arguments(params).items() if name in accepted}
    noisy = getattr(params, "state_dependent_noise", False) and isinstance(action_space, spaces.Box)
    if noisy and "use_sde" in accepted:
        found["use_sde"] = True
    if key == "sb3_ddpg" and "n_critics" not in found:
        found["n_critics"] = 1
    return {"algorithm": key, "policy": name, "arguments": found}


def policy_kwargs(settings: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the policy's class from plain data. Raises ValueError for an activation there is not."""
    found = dict(settings["arguments"])
    activation = found.get("activation_fn")
    if activation is not None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"the saved policy's activation is {activation!r}; {', '.join(ACTIVATIONS)} are known")
        found["activation_fn"] = ACTIVATIONS[activation]
    return found


def build_policy(settings: dict[str, Any], observation_space: Any, action_space: Any) -> Any:
    """A policy with random weights. Draws from torch's global generator."""
    policy_class = MODELS[settings["algorithm"]].policy_aliases[settings["policy"]]
    kwargs = policy_kwargs(settings)
    if settings["algorithm"] == "ars":
        return policy_class(observation_space, action_space, **kwargs)
    return policy_class(observation_space, action_space, ConstantSchedule(1e-3), **kwargs)


def check_memory(buffer_size: int, space: Any) -> None:
    """Raise ValueError, in words, where so many transitions of these observations are more than this machine holds."""
    parts = space.spaces.values() if isinstance(space, spaces.Dict) else [space]
    row = sum(2 * int(np.prod(part.shape or (1,))) * np.dtype(part.dtype).itemsize for part in parts)
    if not hasattr(os, "sysconf"):
        return
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if buffer_size * row > there:
        raise ValueError(
            f"buffer_size: {buffer_size:,} transitions of this environment take {buffer_size * row / 1e9:,.0f} GB and "
            f"this machine has {there / 1e9:,.0f} GB; set it to {there // row // 2:,} or less"
        )


def build_model(key: str, params: Any, env: VecEnv, settings: dict[str, Any], seed: int, device: str) -> Any:
    """The model. Seeds and draws from the global generators."""
    base = settings["algorithm"]
    model_class = MODELS[base]
    if issubclass(model_class, OffPolicyAlgorithm):
        check_memory(params.buffer_size, env.observation_space)
    accepted = inspect.signature(model_class.__init__).parameters
    kwargs = {name: value for name, value in arguments(params).items() if name in accepted}
    if isinstance(kwargs.get("ent_coef"), str) and not base.endswith(("sac", "tqc")):
        del kwargs["ent_coef"]
    kwargs["learning_rate"] = learning_rate(params)
    if "clip_range" in kwargs:
        kwargs["clip_range"] = clip_range(params)
    for_policy = policy_kwargs(settings)
    for_policy.pop("use_sde", None)  # the model hands it on
    if "use_sde" in kwargs and not isinstance(env.action_space, spaces.Box):
        kwargs["use_sde"] = False
    if "action_noise" in accepted and issubclass(model_class, OffPolicyAlgorithm) and hasattr(params, "action_noise"):
        drifting = getattr(params, "action_noise_kind", "gaussian") != "gaussian"
        shape = env.action_space.shape or ()
        kwargs["action_noise"] = ActionNoise(params.action_noise, env.num_envs, shape, drifting=drifting)
    if key == HER:
        kwargs["replay_buffer_class"] = sb3.HerReplayBuffer
        kwargs["replay_buffer_kwargs"] = {
            "n_sampled_goal": params.n_sampled_goal,
            "goal_selection_strategy": params.goal_selection_strategy,
        }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "You have specified a mini-batch size of")
        warnings.filterwarnings("ignore", "The number of environments used is greater")
        warnings.filterwarnings("ignore", "This system does not have apparently enough memory")
        warnings.filterwarnings("ignore", "You are trying to run")
        model = model_class(settings["policy"], env, policy_kwargs=for_policy, seed=seed, device=device, **kwargs)
    if hasattr(model, "exploration_schedule"):
        model.exploration_schedule = epsilon_schedule(params)
        model.exploration_rate = model.exploration_schedule(1.0)
    if base == "recurrent_ppo" and isinstance(env.action_space, spaces.MultiBinary):
        _take_switches_as_numbers(model.policy)
    return model


def _take_switches_as_numbers(policy: Any) -> None:
    """sb3-contrib 2.9.2 keeps switches as bytes in its recurrent buffer, and their distribution takes floats only."""
    evaluate = policy.evaluate_actions

    def evaluate_actions(observations: Any, actions: Any, *memory: Any) -> Any:
        return evaluate(observations, actions.float(), *memory)

    policy.evaluate_actions = evaluate_actions

"""SB3Policy: a policy of Stable-Baselines3 in the studio: built from tensors and settings, inspected, its own dice."""

from __future__ import annotations

from typing import Any, Self

import gymnasium as gym
import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.running_mean_std import RunningMeanStd

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.algorithms.blocks.randomness import acting_generator
from rlstudio.algorithms.sb3.build import build_policy
from rlstudio.algorithms.sb3.normalising import (
    OBSERVATIONS,
    Normaliser,
    load_statistics,
    parts_of,
    statistics_arrays,
)
from rlstudio.algorithms.sb3.random_state import untouched
from rlstudio.algorithms.sb3.saved_settings import check_settings, check_size
from rlstudio.algorithms.sb3.scores import action_preferences, gradients, state_values, value_title
from rlstudio.algorithms.sb3.snapshot import as_array, load_tensors
from rlstudio.algorithms.sb3.spaces import ActionBridge, ObservationBridge
from rlstudio.algorithms.sb3.thinking import MINDS
from rlstudio.algorithms.sb3.vec_env import allowed_actions
from rlstudio.core.episode import Thought
from rlstudio.envs.readable_gradient import ReadableGradient

TARGETS = ("critic_target.", "actor_target.", "q_net_target.", "quantile_net_target.")
"""Networks that only learning needs."""
_MASKED = "maskable_ppo"


class SB3Policy(Policy):
    """Acts by `module`, Stable-Baselines3's policy, on the CPU, which may be a learner's own.

    Args:
        settings: what `build.policy_settings` gave; with "epsilon" and "noise", the exploration when sampled.
        statistics: of observations, by part, where the networks see normalised ones.
    """

    def __init__(
        self,
        module: Any,
        settings: dict[str, Any],
        observation_space: gym.Space[Any],
        action_space: gym.Space[Any],
        statistics: dict[str, RunningMeanStd],
    ) -> None:
        self._module = module
        self._settings = settings
        key = settings["algorithm"]
        self._observations = ObservationBridge(observation_space, flat=key == "ars")
        self._actions = ActionBridge(action_space)
        self._gradients = ReadableGradient(observation_space)
        self._normalise = Normaliser(statistics)
        self._masked = key == _MASKED
        noise, epsilon = float(settings.get("noise", 0.0)), float(settings.get("epsilon", 0.0))
        self._mind = MINDS[key](module, noise=noise, epsilon=epsilon)
        self._rng = np.random.default_rng(0)

    @property
    def module(self) -> Any:
        """Stable-Baselines3's own policy, a torch module."""
        return self._module

    def start_episode(self, seed: int) -> None:
        self._rng = acting_generator(seed)
        self._mind.forget()

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        seen = self._normalise(self._observations.convert(observation))
        allowed = allowed_actions(info, self._actions.n_choices) if self._masked else None
        with torch.no_grad():
            action, thought = self._mind.decide(self._as_tensors(seen), allowed, self._rng, greedy)
        return self._actions.own(action), thought

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> NDArray[np.float32] | None:
        if not self._gradients.there:
            return None
        allowed = allowed_actions(info, self._actions.n_choices) if self._masked else None
        raw = self._observations.convert(observation)
        found = gradients(self._mind, self._as_tensors(self._normalise(raw)), self._actions.choices(action), allowed)
        if isinstance(raw, dict):
            parts = {k: None if g is None else g * self._normalise.slope(raw[k], k) for k, g in found.items()}
            return self._gradients.of_parts(parts)
        gradient = found[""]
        if gradient is None:
            return None
        if self._observations.is_picture:
            return self._gradients.of_pixels(gradient, channels_first=True)
        return self._gradients.readable((gradient * self._normalise.slope(raw)).reshape(-1))

    def values(self, observations: Any) -> NDArray[np.float32] | None:
        with torch.no_grad():
            return None if self._observations.is_dict else state_values(self._mind, self._batch(observations))

    def preferences(self, observations: Any) -> NDArray[np.float32] | None:
        if self._observations.is_dict or not isinstance(self._actions.space, gym.spaces.Discrete):
            return None
        with torch.no_grad():
            return action_preferences(self._mind, self._batch(observations))

    @property
    def value_title(self) -> str:  # type: ignore[override]
        return value_title(self._mind)

    def _batch(self, observations: Any) -> torch.Tensor:
        rows = [self._normalise(self._observations.convert(observation)) for observation in observations]
        return torch.from_numpy(np.stack(rows))

    def _as_tensors(self, seen: Any) -> Any:
        """A batch of one."""
        if isinstance(seen, dict):
            return {key: torch.from_numpy(np.array(part)[None]) for key, part in seen.items()}
        return torch.from_numpy(np.array(seen)[None])

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        arrays = {
            name: as_array(tensor) for name, tensor in self._module.state_dict().items() if not name.startswith(TARGETS)
        }
        arrays |= statistics_arrays(OBSERVATIONS, self._normalise.statistics)
        return arrays, {**self._settings, "made_for": signatures(self._observations.space, self._actions.space)}

    @classmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Self:
        check_settings(settings)
        key = settings["algorithm"]
        seen, acting = ObservationBridge(observation_space, flat=key == "ars").space, ActionBridge(action_space).space
        made_for, here = settings.get("made_for"), signatures(seen, acting)
        if not isinstance(made_for, list | tuple) or len(made_for) != 2:
            raise ValueError("it does not say which observations and actions it was made for")
        made_for = [str(part)[:200] for part in made_for]
        if made_for != here:
            raise ValueError(
                f"this policy was made for observations {made_for[0]} and actions {made_for[1]}; "
                f"the environment has {here[0]} and {here[1]}, which do not fit"
            )
        check_size(settings, seen, acting, arrays)
        with untouched():
            module = build_policy(settings, seen, acting)
        load_tensors(module, arrays, skip=TARGETS)
        module.set_training_mode(False)
        statistics = {
            part: RunningMeanStd(shape=arrays[f"{OBSERVATIONS}{part}.mean"].shape)
            for part in parts_of(OBSERVATIONS, arrays)
        }
        load_statistics(OBSERVATIONS, statistics, arrays)
        kept = {name: value for name, value in settings.items() if name != "made_for"}
        return cls(module, kept, observation_space, action_space, statistics)


def signatures(seen: Any, acting: Any) -> list[str]:
    """What a policy was made for: the spaces of its observations and actions, each in a word."""
    return [_signature(seen), _signature(acting)]


def _signature(space: Any) -> str:
    """A space in a word: kind, shape and number of choices, without bounds."""
    if isinstance(space, gym.spaces.Dict):
        return "{" + ", ".join(f"{key}: {_signature(part)}" for key, part in sorted(space.spaces.items())) + "}"
    if isinstance(space, gym.spaces.Box):
        return f"Box{tuple(space.shape)}"
    if isinstance(space, gym.spaces.MultiDiscrete):
        return f"MultiDiscrete{space.nvec.tolist()}"
    return f"{type(space).__name__}({int(getattr(space, 'n', 0))})"

"""StudioVecEnv: the studio's copies of an environment as Stable-Baselines3's VecEnv, and the run told of each step.

A copy is reset as soon as its episode ended; the last observation goes into `infos[i]["terminal_observation"]`, and
`infos[i]["TimeLimit.truncated"]` says that it was cut off rather than over.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from rlstudio.algorithms.base import Run
from rlstudio.algorithms.sb3.foresight import Foresight
from rlstudio.algorithms.sb3.spaces import ActionBridge, ObservationBridge

ACTION_MASK = "action_mask"
"""Where Gymnasium's environments (Taxi, Blackjack's kin) say in `info` which actions are allowed, 1 for each."""


def allowed_actions(info: dict[str, Any], n_choices: int) -> NDArray[np.bool_]:
    """Mask of the actions that an environment allows now, (n_choices,); all where it does not say, or says none."""
    mask = info.get(ACTION_MASK)
    if mask is None:
        return np.ones(n_choices, np.bool_)
    found = np.asarray(mask).reshape(-1).astype(np.bool_)
    return found if len(found) == n_choices and found.any() else np.ones(n_choices, np.bool_)


class StudioVecEnv(VecEnv):
    """Copies stepped and reset one by one.

    The run hears of a step's rewards at once, but of the step itself (`tick`) only when the next one is about to be
    taken: by then its transition is stored and what it set off is learned, so that a run which stops or is saved in
    `tick` is whole.
    """

    def __init__(self, copies: Sequence[gym.Env[Any, Any]], observations: ObservationBridge, actions: ActionBridge):
        self._copies = list(copies)
        self._observations = observations
        self._bridge = actions
        self._run: Run | None = None
        self._untold = 0
        self._actions: Any = None
        self._first_seed: int | None = None
        self.foresight: Foresight | None = None
        self.masks = np.ones((len(self._copies), actions.n_choices), np.bool_)
        super().__init__(len(self._copies), observations.space, actions.space)

    def begin(self, run: Run, seed: int) -> None:
        """The run that will be told, and the seed of the first reset (copy i gets seed + i)."""
        self._run, self._first_seed = run, seed

    # ------------------------------------------------------------ what Stable-Baselines3 calls

    def reset(self) -> Any:
        seeds = [None] * self.num_envs if self._first_seed is None else [self._first_seed + i for i in self._indices]
        self._first_seed = None
        if self.foresight is not None:
            self.foresight.begin()
        return self._observations.batch([self._reset(i, seed) for i, seed in zip(self._indices, seeds, strict=True)])

    @property
    def _indices(self) -> range:
        return range(self.num_envs)

    def _reset(self, index: int, seed: int | None = None) -> Any:
        observation, info = self._copies[index].reset(seed=seed)
        self.masks[index] = allowed_actions(info, self.masks.shape[1])
        return self._observations.convert(observation)

    def step_async(self, actions: NDArray[Any]) -> None:
        self._actions = actions

    def step_wait(self) -> tuple[Any, NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        self.tell()
        assert self._run is not None
        if self.foresight is not None:
            self.foresight.before_step()
        n = self.num_envs
        rewards, ended = np.zeros(n), np.zeros((2, n), np.bool_)
        observations, infos = [], []
        for i, copy in enumerate(self._copies):
            raw, rewards[i], ended[0, i], ended[1, i], info = copy.step(self._bridge.own(self._actions[i]))
            observations.append(self._observations.convert(raw))
            infos.append(dict(info))
            self.masks[i] = allowed_actions(info, self.masks.shape[1])
        self._run.record(rewards, ended[0], ended[1])
        self._untold = n
        dones = ended[0] | ended[1]
        if self.foresight is not None:
            self.foresight.after_step(rewards, dones)
        for i in np.flatnonzero(dones).tolist():
            infos[i]["terminal_observation"] = deepcopy(observations[i])  # the reset may write into the same memory
            infos[i]["TimeLimit.truncated"] = bool(ended[1, i] and not ended[0, i])
            observations[i] = self._reset(i)
        return self._observations.batch(observations), rewards.astype(np.float32), dones, infos

    def tell(self) -> None:
        """Tell the run of the step before. Raises StopTraining."""
        told, self._untold = self._untold, 0
        if told:
            assert self._run is not None
            self._run.tick(told)

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions each copy allows now, (n_envs, n_choices)."""
        return self.masks.copy()

    def close(self) -> None:
        """The copies belong to the job, which closes them."""

    def has_attr(self, attr_name: str) -> bool:
        return attr_name == "action_masks" or super().has_attr(attr_name)

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        if attr_name == "render_mode":
            return [None] * self.num_envs
        return [self._copies[i].get_wrapper_attr(attr_name) for i in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise NotImplementedError("the studio's environments are not changed from here")

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        if method_name == "action_masks":
            return [self.masks[i].copy() for i in self._get_indices(indices)]
        found = (self._copies[i].get_wrapper_attr(method_name) for i in self._get_indices(indices))
        return [method(*method_args, **method_kwargs) for method in found]

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False for _ in self._get_indices(indices)]

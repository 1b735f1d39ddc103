"""Replaying: the environment made anew, reset with the seed and given the recorded actions, checked at every step.

Copying an environment is not an option: `copy.deepcopy` of a Box2D one "succeeds" and returns it without its world.
Whether replaying brings the same state back is not assumed but seen: every observation, reward, end and picture that
was recorded is compared to the bit, and the first that differs is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.core.track import Track
from rlstudio.envs.make import frame_of
from rlstudio.envs.spaces import readable


class NotTheSameError(ValueError):
    """Replaying an episode does not bring back what was recorded; the message says what differs first.

    Attributes:
        frame: the first frame that is not as it was; all before are.
    """

    def __init__(self, what: str, frame: int) -> None:
        super().__init__(f"this environment does not come back to the same state: {what}")
        self.frame = frame


def action_for(space: gym.Space[Any], recorded: Any) -> Any:
    """A recorded or given action as its space takes it.

    Raises:
        ValueError: it is not one of the space's actions.
    """
    if isinstance(space, gym.spaces.Discrete):
        action: Any = int(recorded)
    else:
        size, numbers = int(np.prod(space.shape or ())), np.asarray(recorded)
        if numbers.size != size:
            raise ValueError(f"an action of {numbers.size} numbers cannot act here: it takes {size}")
        action = numbers.astype(space.dtype).reshape(space.shape or ())
    if not space.contains(action):
        raise ValueError(f"the action {recorded!r} is not one that this environment takes: {space}")
    return action


def _drawn_from_state_alone(env: gym.Env[Any, Any]) -> bool:
    """Whether a picture does not hang on those drawn before. LunarLander's flames fade whenever they are drawn."""
    return type(env.unwrapped).__module__.startswith("gymnasium.envs.classic_control")


def _same(recorded: NDArray[Any], now: NDArray[Any]) -> bool:
    """Whether two arrays are equal to the bit: 0 and −0 are two numbers here, NaN and the same NaN one."""
    return recorded.shape == now.shape and recorded.tobytes() == now.tobytes()


class Replay:
    """Goes through a track step by step; `observation` and `info` are those of the state it stands at.

    `env` is fresh, and was made with `render=True` if the track brings pictures. Then it is drawn as often as it was
    when it was recorded, where pictures hang on that.
    """

    def __init__(self, env: gym.Env[Any, Any], track: Track) -> None:
        self._env = env
        self._track = track
        self._store = FrameStore(track.shape, track.pictures.values())
        self._places = {index: place for place, index in enumerate(track.pictures)}
        self._draws_all = bool(track.pictures) and not _drawn_from_state_alone(env)
        self.observation: Any = None
        self.info: dict[str, Any] = {}
        self.frame: Frame | None = None
        """Picture of the state it stands at, where it was drawn."""

    def run(self, at_state: Callable[[int, Any, dict[str, Any]], None] = lambda step, observation, info: None) -> None:
        """To the end of the track. `at_state` is called with every state that it passes, but not with the last.

        Raises:
            NotTheSameError: something differs from the recording.
            ValueError: a recorded action does not fit the environment.
        """
        track = self._track
        self.observation, self.info = self._env.reset(seed=track.seed)
        self._compare_state(0)
        for step in range(track.length):
            at_state(step, self.observation, self.info)
            action = action_for(self._env.action_space, track.actions[step])
            self.observation, reward, terminated, truncated, self.info = self._env.step(action)
            self._compare_reward(step, float(reward))
            self._compare_end(step, bool(terminated), bool(truncated))
            self._compare_state(step + 1)

    def _compare_reward(self, step: int, now: float) -> None:
        then = float(self._track.rewards[step])
        if not _same(np.float64(then), np.float64(now)):  # type: ignore[arg-type]
            raise NotTheSameError(
                f"the reward of step {step:,} was {then!r} and is now {now!r}, {now - then:+.3g}", step + 1
            )

    def _compare_end(self, step: int, terminated: bool, truncated: bool) -> None:
        last = step == self._track.length - 1
        then = (last and self._track.terminated, last and self._track.truncated)
        if then != (terminated, truncated):
            recorded, now = (_end_words(*flags) for flags in (then, (terminated, truncated)))
            raise NotTheSameError(f"after step {step:,} the episode {recorded}, and now it {now}", step + 1)

    def _compare_state(self, index: int) -> None:
        row = readable(self._env.observation_space, self.observation).astype(np.float32)
        recorded = self._track.observations[index]
        if not _same(recorded, row):
            raise NotTheSameError(self._first_number(index, recorded, row), index)
        self.frame = None
        if index in self._places or self._draws_all:
            self.frame = frame_of(self._env)
            if index in self._places and not _same(self._store[self._places[index]], self.frame):
                raise NotTheSameError(f"the picture of frame {index:,} is another", index)

    def _first_number(self, index: int, recorded: NDArray[np.float32], now: NDArray[np.float32]) -> str:
        """In words: the first number of an observation that differs, and by how much."""
        if recorded.shape != now.shape:
            return f"an observation had {len(recorded)} numbers and has now {len(now)}"
        place = next(place for place in range(len(now)) if not _same(recorded[place], now[place]))
        names = self._track.observation_names
        name = names[place] if place < len(names) else f"number {place + 1}"
        then, new = recorded[place], now[place]
        return f"at frame {index:,} the {name} was {then} and is now {new}, {float(new) - float(then):+.3g}"


def _end_words(terminated: bool, truncated: bool) -> str:
    if not (terminated or truncated):
        return "goes on"
    return "is at its end" if terminated else "is cut off"

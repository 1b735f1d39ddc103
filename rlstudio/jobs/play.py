"""Playing for the eye: the newest policy acts in an environment of its own, at that environment's real frame rate."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import numpy as np

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core import messages as m
from rlstudio.envs.make import ending_words, frame_of, frame_rate, make, step_limit
from rlstudio.envs.spaces import action_names
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.policies import build_policy, untrained_policy
from rlstudio.jobs.value_maps import ValueMaps
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

HOLD_LAST_PICTURE_SECONDS = 0.4


class _Done(Exception):  # noqa: N818 - a signal, not an error
    pass


class LivePlayer:
    """One endless succession of episodes, drawn only when the screen has taken the last frame."""

    def __init__(self, start: m.StartPlaying, channel: Channel) -> None:
        self._channel = channel
        self._start = start
        channel.enter(Phase.STARTING)
        channel.send(m.Preparing(f"opening {start.env}"))
        self._env = make(start.env, start.env_kwargs, render=True)
        self._fps = frame_rate(self._env)
        self._limit = step_limit(self._env)
        self._actions = action_names(start.env, self._env.action_space)
        self._given = start.policy
        self._policy_step: int | None = start.policy.step if start.policy else None
        self._untrained = start.policy is None
        self._paused = False
        self._changed_policy = False
        self._policy = self._first_policy()
        self._values = ValueMaps(start.env, self._env, channel.send)
        self._observation: Any = None

    def _first_policy(self) -> Policy:
        start = self._start
        key = start.algorithm if start.policy is None else start.policy.algorithm
        if key is not None:
            self._channel.send(m.Preparing(f"loading {get_algorithm(key).full_title}"))
        if start.policy is None and start.algorithm is not None:
            return untrained_policy(self._env, start.env_kwargs, start.algorithm, start.params, start.seed)
        return build_policy(start.policy, self._env)

    def play(self) -> None:
        """Until Stop."""
        seed = self._start.seed
        try:
            while True:
                self._episode(seed)
                seed += 1
        except _Done:
            self._channel.send(m.Finished("stopped"))
        finally:
            self._env.close()

    def _episode(self, seed: int) -> None:
        self._channel.enter(Phase.STEPPING)
        observation, info = self._env.reset(seed=seed)
        self._observation = observation
        self._policy.start_episode(seed)
        episode, t, total, reward, ending, action_name = seed - self._start.seed + 1, 0, 0.0, 0.0, "", ""
        due = time.perf_counter()
        while not ending:
            if self._channel.wants_frame():
                self._show(episode, t, total, reward, ending, action_name)
            due = max(due + 1.0 / self._fps, time.perf_counter() - 1.0 / self._fps)
            self._listen_until(due)
            if self._changed_policy:
                self._policy.start_episode(seed)
            self._channel.enter(Phase.STEPPING)
            action, _ = self._policy.decide(observation, info, greedy=self._start.greedy)
            observation, gained, terminated, truncated, info = self._env.step(action)
            self._observation = observation
            reward = float(gained)
            total += reward
            t += 1
            action_name = self._actions[int(action)] if self._actions and np.ndim(action) == 0 else ""
            if terminated or truncated:
                ending = (
                    ending_words(self._start.env, observation, terminated, truncated, reward) or "the episode ended"
                )

        self._wait_for_the_screen()
        self._show(episode, t, total, reward, ending, action_name)
        self._listen_until(time.perf_counter() + HOLD_LAST_PICTURE_SECONDS)

    def _wait_for_the_screen(self) -> None:
        """Until the frame before was taken, for a moment at most: why an episode ended is worth showing."""
        give_up = time.perf_counter() + HOLD_LAST_PICTURE_SECONDS
        while not self._channel.wants_frame() and time.perf_counter() < give_up:
            self._listen_until(time.perf_counter() + 1.0 / self._fps)

    def _show(self, episode: int, t: int, total: float, reward: float, ending: str, action: str) -> None:
        self._channel.enter(Phase.RENDERING)
        note = m.FrameNote(
            source="policy",
            episode=episode,
            t=t,
            limit=self._limit,
            total_reward=total,
            reward=reward,
            fps=self._fps,
            greedy=self._start.greedy,
            policy_step=self._policy_step,
            untrained=self._untrained,
            ending=ending,
            action=action,
            extra={
                "random": self._untrained and self._start.algorithm in (None, "random"),
                **self._values.note(self._observation),
            },
        )
        self._channel.put_frame(frame_of(self._env), asdict(note))

    def _listen_until(self, due: float) -> None:
        """Wait, obeying commands as they come. Newer weights are taken between two steps."""
        self._changed_policy = False
        self._channel.enter(Phase.WAITING)
        while True:
            left = due - time.perf_counter()
            command = self._channel.receive(max(0.0, left) if not self._paused else 0.2)
            if command is not None:
                self._obey(command)
            self._values.update(self._policy, self._policy_step, self._observation)
            if not self._paused and due - time.perf_counter() <= 0 and command is None:
                return

    def _obey(self, command: m.Command) -> None:
        match command:
            case m.Stop():
                raise _Done
            case m.Pause():
                self._paused = True
            case m.Resume():
                self._paused = False
            case m.ShowValues():
                self._values.want(command)
            case m.UsePolicy(policy):
                if not _is_the_same(policy, self._given):
                    self._policy = build_policy(policy, self._env)
                    self._changed_policy = True
                self._given = policy
                self._policy_step = policy.step if policy else None
                self._untrained = policy is None or policy.step is None


def _is_the_same(new: m.PolicyData | None, old: m.PolicyData | None) -> bool:
    """Whether a policy has no weights and so acts as before: what it remembers of the episode is not to be lost."""
    if new is None or old is None or new.arrays or old.arrays:
        return False
    return (new.algorithm, new.settings) == (old.algorithm, old.settings)


@with_its_consent
def play(start: m.StartPlaying, channel: Channel) -> None:
    """The job."""
    LivePlayer(start, channel).play()

"""TrainingView: the training environment's own frames, drawn by the clock and only while somebody watches."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import FrameNote
from rlstudio.envs.make import frame_rate, step_limit, training_frame
from rlstudio.jobs.episode_counter import EpisodeCounter


class TrainingView:
    """Copy 0 of the training environment, as a picture and a note."""

    def __init__(self, env: Any, n_envs: int) -> None:
        self._env = env
        self._n_envs = n_envs
        self._fps = frame_rate(env)
        self._limit = step_limit(env)
        self._drawn_step = -1
        self._can_draw = True
        self._last_reward: Any = None

    def saw(self, rewards: Any, terminated: Any, truncated: Any) -> None:
        """The outcome of a step, kept as it is: read only when a frame is drawn."""
        self._last_reward = rewards

    def stale(self, step: int) -> bool:
        """Whether the run has moved since the last frame."""
        return step != self._drawn_step

    def draw(self, counter: EpisodeCounter, step: int) -> tuple[NDArray[np.uint8], dict[str, Any]] | None:
        """The picture now; None where this environment cannot be drawn, or has not made a step yet."""
        if not self._can_draw or self._last_reward is None:
            return None
        frame = training_frame(self._env)
        if frame is None:
            self._can_draw = False
            return None
        self._drawn_step = step
        note = FrameNote(
            source="training",
            episode=counter.episodes + 1,
            t=max(0, int(counter.lengths[0])),
            limit=self._limit,
            total_reward=float(counter.returns[0]),
            reward=float(np.ravel(self._last_reward)[0]),
            fps=self._fps,
            greedy=False,
            n_envs=self._n_envs,
            train_step=step,
        )
        return frame, asdict(note)

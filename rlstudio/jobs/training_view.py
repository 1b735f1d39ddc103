"""TrainingView: the training environment's own frames, drawn by the clock and only while somebody watches."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.messages import FrameNote
from rlstudio.envs.make import ending_of, frame_rate, step_limit, training_frame
from rlstudio.jobs.episode_counter import EpisodeCounter

SHOW_ENDING_SECONDS = 0.4

Picture = tuple[NDArray[np.uint8], FrameNote]


class TrainingView:
    """Copy 0 of the training environment, as a picture and a note."""

    def __init__(self, env: Any, n_envs: int) -> None:
        self._env = env
        self._n_envs = n_envs
        self._fps = frame_rate(env)
        self._limit = step_limit(env)
        self._drawn_step = -1
        self._can_draw = True
        self.last_rewards: Any = None
        """Those of the step just taken, as they came: read only when a frame is drawn."""
        self._ending, self._ending_until = "", 0.0
        self._last_picture: Picture | None = None

    def ended(self, counter: EpisodeCounter, terminated: Any, truncated: Any, now: float, *, picture: bool) -> None:
        """The episode of copy 0 ended at the step just taken, of which `counter` has not heard yet.

        With `picture` it is drawn now, for the next step shows another episode; for a moment the notes tell of it.
        """
        reward = self._reward
        words = ending_of(self._env, bool(np.ravel(terminated)[0]), bool(np.ravel(truncated)[0]), reward)
        self._ending, self._ending_until = f"episode {counter.episodes + 1}: {words}", now + SHOW_ENDING_SECONDS
        if picture and self._last_picture is None:
            frame = self._frame()
            if frame is not None:
                t, total = int(counter.lengths[0]) + 1, float(counter.returns[0]) + reward
                self._last_picture = frame, self._note(counter, t, total, words)

    def forget_ending(self) -> None:
        """Nobody watches any more."""
        self._ending, self._last_picture = "", None

    @property
    def has_last_picture(self) -> bool:
        """Whether an episode's last picture waits to be shown."""
        return self._last_picture is not None

    def stale(self, step: int) -> bool:
        """Whether the run has moved since the last frame."""
        return step != self._drawn_step

    def draw(self, counter: EpisodeCounter, step: int, now: float) -> tuple[NDArray[np.uint8], dict[str, Any]] | None:
        """The picture now, or that of the last step of an episode that ended since the last one.

        None where this environment cannot be drawn, or has not made a step yet.
        """
        picture = self._last_picture or self._picture_now(counter, now)
        if picture is None:
            return None
        self._last_picture = None
        self._drawn_step = step
        return picture[0], asdict(replace(picture[1], train_step=step))

    def _picture_now(self, counter: EpisodeCounter, now: float) -> Picture | None:
        frame = self._frame()
        if frame is None:
            return None
        t, total = max(0, int(counter.lengths[0])), float(counter.returns[0])
        return frame, self._note(counter, t, total, self._ending if now < self._ending_until else "")

    def _frame(self) -> NDArray[np.uint8] | None:
        if not self._can_draw or self.last_rewards is None:
            return None
        frame = training_frame(self._env)
        self._can_draw = frame is not None
        return frame

    @property
    def _reward(self) -> float:
        return float(np.ravel(self.last_rewards)[0])

    def _note(self, counter: EpisodeCounter, t: int, total: float, ending: str) -> FrameNote:
        return FrameNote(
            source="training",
            episode=counter.episodes + 1,
            t=t,
            limit=self._limit,
            total_reward=total,
            reward=self._reward,
            fps=self._fps,
            greedy=False,
            n_envs=self._n_envs,
            ending=ending,
        )

"""ScreenFeed: what a training job shows the window. Batches, one on its way at a time; weights; its own frames."""

from __future__ import annotations

import time
from typing import Any

from rlstudio.core import messages as m
from rlstudio.jobs.episode_counter import EpisodeCounter
from rlstudio.jobs.gathered import Gathered
from rlstudio.jobs.training_view import SHOW_ENDING_SECONDS, TrainingView
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

BATCH_EVERY_SECONDS = 1 / 30
WEIGHTS_EVERY_SECONDS = 1.0
UNWATCHED_WEIGHTS_EVERY_SECONDS = 2.0
"""Weights that nobody watches are sent too: the policy can be recorded and evaluated at any time."""
_RATE_OVER_SECONDS = 1.0


class ScreenFeed:
    """Says what is due, and sends it. Times are of `time.perf_counter`, seconds those of training."""

    def __init__(
        self, channel: Channel, view: TrainingView, watch: m.WatchMode, now: float, first: tuple[float, int]
    ) -> None:
        """`first` is the training second and the step at which the run begins."""
        self.gathered = Gathered()
        self._channel = channel
        self._view = view
        self._watch = watch
        self.looking = watch == "training"
        self._in_flight = False
        self._next_batch = self._next_weights = self._held_until = now
        self._weights_step = -1
        self._rate_from = first
        self._rate = 0.0

    def set_watch(self, mode: m.WatchMode) -> None:
        """Another thing to look at; the newest weights go out at once."""
        self._watch = mode
        self.looking = mode == "training"
        self._next_weights = self._held_until = 0.0
        self._weights_step = -1
        self._view.forget_ending()

    # ------------------------------------------------------------ batches

    def took(self) -> None:
        """The last batch was taken."""
        self._in_flight = False

    @property
    def ready(self) -> bool:
        """Whether the last batch was taken."""
        return not self._in_flight

    def batch_due(self, now: float) -> bool:
        """Whether it is time for a batch that will be taken."""
        return now >= self._next_batch and not self._in_flight

    def send_batch(self, now: float, *, step: int, seconds: float, **moment: Any) -> None:
        """What was gathered since the last batch; `moment` holds its other fields, but for the rate."""
        passed = seconds - self._rate_from[0]
        if passed >= _RATE_OVER_SECONDS or self._rate == 0.0:
            self._rate = (step - self._rate_from[1]) / max(passed, 1e-9)
            self._rate_from = (seconds, step)
        gathered, self.gathered = self.gathered, Gathered()
        self._channel.send(
            m.Batch(
                step=step,
                seconds=seconds,
                steps_per_second=self._rate,
                metrics=gathered.series(),
                evaluations=tuple(gathered.evaluations),
                changes=tuple(gathered.changes),
                **gathered.episode_arrays(),
                **moment,
            )
        )
        self._in_flight = True
        self._next_batch = now + BATCH_EVERY_SECONDS

    # ------------------------------------------------------------ weights

    def weights_due(self, now: float, step: int, *, standing: bool = False) -> bool:
        """Whether newer weights are to be sent. To who watches a run that stands still, at once."""
        if step == self._weights_step:
            return False
        return now >= self._next_weights or (standing and self._watch == "policy")

    def send_weights(self, now: float, policy: m.PolicyData, step: int) -> None:
        """The policy as it stands."""
        self._channel.send(m.PolicyUpdate(policy))
        self._weights_step = step
        watched = self._watch == "policy"
        self._next_weights = now + (WEIGHTS_EVERY_SECONDS if watched else UNWATCHED_WEIGHTS_EVERY_SECONDS)

    # ------------------------------------------------------------ frames

    def saw(self, counter: EpisodeCounter, terminated: Any, truncated: Any, *, slow: bool) -> None:
        """How a step of a run that is looked at ended, before `counter` hears of it: why an episode ended is kept.

        The last picture goes with it where the run is `slow` enough to see it, and where the screen waits for one.
        """
        ended = terminated[0] or truncated[0] if hasattr(terminated, "__len__") else terminated or truncated
        if ended:
            self._channel.enter(Phase.RENDERING)
            now = time.perf_counter()
            picture = now >= self._held_until and (slow or self._channel.wants_frame())
            self._view.ended(counter, terminated, truncated, now, picture=picture)
            self._channel.enter(Phase.STEPPING)

    def show_frame(self, counter: EpisodeCounter, step: int, now: float, *, slow: bool) -> None:
        """Draw the training environment, if somebody watches it and took the last frame.

        How an episode of a `slow` run ended stays for a moment, as it does where a policy plays.
        """
        if not self.looking or now < self._held_until or not self._channel.wants_frame():
            return
        self._channel.enter(Phase.RENDERING)
        last = self._view.has_last_picture
        shown = self._view.draw(counter, step, now)
        if shown is not None:
            self._channel.put_frame(*shown)
            if slow and last:
                self._held_until = now + SHOW_ENDING_SECONDS

    def show_standing(self, counter: EpisodeCounter, step: int, now: float) -> None:
        """The frame of a run that stands still, once."""
        if self._view.stale(step):
            self._held_until = 0.0
            self.show_frame(counter, step, now, slow=False)

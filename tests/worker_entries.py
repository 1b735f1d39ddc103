"""What children run in the tests of workers: each is called with the child's end of the channel."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from rlstudio.algorithms import catalogue
from rlstudio.core import messages as m
from rlstudio.jobs.serve import serve
from rlstudio.workers.channel import PipeChannel
from rlstudio.workers.vitals import Phase


def echo(channel: PipeChannel) -> None:
    """Sends every command's name back, until Stop."""
    channel.enter(Phase.WAITING)
    while True:
        command = channel.receive(1.0)
        if command is None:
            continue
        channel.send(m.Warned(type(command).__name__))
        if isinstance(command, m.Stop):
            return


def deaf(channel: PipeChannel) -> None:
    """Reads nothing."""
    channel.enter(Phase.WAITING)
    time.sleep(3600)


def dies(channel: PipeChannel) -> None:
    """Says a word and ends with an exit code of its own."""
    channel.send(m.Warned("last words"))
    os._exit(7)


def paints(channel: PipeChannel) -> None:
    """Frames of one colour each, as fast as they are taken, each with its number; and without asking, too."""
    channel.enter(Phase.RENDERING)
    number = 0
    while not isinstance(channel.receive(), m.Stop):
        number += 1
        size = 50 + number % 7
        channel.put_frame(np.full((size, 2 * size, 3), number % 256, np.uint8), {"number": number})


class Hangs(gym.Env[np.ndarray, int]):
    """An environment whose 30th step never ends."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 1000}  # noqa: RUF012 - as Gymnasium declares it
    observation_space = spaces.Box(-1.0, 1.0, (2,))
    action_space = spaces.Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self._steps = 0

    def reset(self, *, seed: int | None = None, options: dict[str, object] | None = None):  # type: ignore[no-untyped-def]
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action: int):  # type: ignore[no-untyped-def]
        self._steps += 1
        if self._steps == 30:
            time.sleep(3600)
        return np.zeros(2, np.float32), 0.0, False, False, {}

    def render(self):  # type: ignore[no-untyped-def]
        return np.zeros((10, 10, 3), np.uint8)


def serves_hanging(channel: PipeChannel) -> None:
    """The usual jobs, and an environment Hangs-v0."""
    gym.register("Hangs-v0", Hangs)
    serve(channel)


class BrokenLearner(catalogue.RANDOM.load_learner()):  # type: ignore[misc]
    """Acts at random, and divides by nought after some steps."""

    def learn(self, run):  # type: ignore[no-untyped-def]
        tick = run.tick

        def broken_tick(n_steps: int = 1) -> None:
            tick(n_steps)
            if run.step == 300:
                _ = 1 / 0

        run.tick = broken_tick
        super().learn(run)


def serves_broken(channel: PipeChannel) -> None:
    """The usual jobs, with a random agent that breaks."""
    broken = replace(catalogue.RANDOM, learner="worker_entries:BrokenLearner")
    catalogue.BUILT_IN = (broken,)
    catalogue.algorithms.cache_clear()
    serve(channel)

"""Evaluation: N episodes with fixed seeds, no pictures; each return, mean and spread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Policy
from rlstudio.core.messages import EvaluatePolicy, Finished, Progress, Score, Stop
from rlstudio.envs.make import ending_words, make
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.policies import build_policy
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

FIRST_SEED = 10_000
"""Evaluations use seeds from here on, apart from those of training."""

_LOOK_EVERY_SECONDS = 0.02
"""By the clock: a hundred steps of one environment take longer than one step of another may."""


@dataclass(frozen=True)
class Outcome:
    """How one episode went."""

    total_reward: float
    length: int
    ending: str


def play_out(
    env: gym.Env[Any, Any], policy: Policy, seed: int, *, greedy: bool, look_up: Callable[[], None]
) -> Outcome:
    """One whole episode without pictures. `look_up` is called before it and 50 times a second; it may raise."""
    look_up()
    next_look = time.perf_counter() + _LOOK_EVERY_SECONDS
    observation, info = env.reset(seed=seed)
    policy.start_episode(seed)
    total, length = 0.0, 0
    while True:
        action, _ = policy.decide(observation, info, greedy=greedy)
        observation, reward, terminated, truncated, info = env.step(action)
        total += float(reward)
        length += 1
        if terminated or truncated:
            name = env.spec.id if env.spec else ""
            return Outcome(total, length, ending_words(name, observation, terminated, truncated, float(reward)))
        if time.perf_counter() >= next_look:
            look_up()
            next_look = time.perf_counter() + _LOOK_EVERY_SECONDS


def summarise(scores: Iterable[Score], seed: int) -> dict[str, Any]:
    """The object that `rlstudio evaluate --json` prints."""
    rows = list(scores)
    returns = [score.total_reward for score in rows]
    return {
        "episodes": len(rows),
        "returns": returns,
        "lengths": [score.length for score in rows],
        "mean": float(np.mean(returns)) if returns else None,
        "std": float(np.std(returns)) if returns else None,
        "seed": seed,
    }


class _Cancelled(Exception):  # noqa: N818 - a signal, not an error
    pass


@with_its_consent
def evaluate(command: EvaluatePolicy, channel: Channel) -> None:
    """The job: report a Score an episode, then Finished with the summary. Stop ends it between steps."""
    env = make(command.env, command.env_kwargs)
    scores: list[Score] = []

    def look_up() -> None:
        channel.enter(Phase.STEPPING)
        if isinstance(channel.receive(), Stop):
            raise _Cancelled

    try:
        policy = build_policy(command.policy, env)
        for index in range(command.episodes):
            channel.send(Progress(index, command.episodes, f"episode {index + 1} of {command.episodes}"))
            seed = command.seed + index
            outcome = play_out(env, policy, seed, greedy=command.greedy, look_up=look_up)
            scores.append(Score(index, seed, outcome.total_reward, outcome.length, outcome.ending))
            channel.send(scores[-1])
        channel.send(Finished("finished", summarise(scores, command.seed)))
    except _Cancelled:
        channel.send(Finished("stopped", summarise(scores, command.seed)))
    finally:
        env.close()

"""Recording: whole episodes with every frame, number and thought, to step through and to export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Policy
from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.frame_store import Frame, FrameStore
from rlstudio.core.messages import EpisodeRecorded, Finished, PolicyData, Progress, RecordEpisodes, Score, Stop
from rlstudio.envs.make import ending_words, frame_of, frame_rate, make, step_limit
from rlstudio.envs.spaces import action_names, readable, readable_names
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.evaluate import summarise
from rlstudio.jobs.known_discount import known_discount
from rlstudio.jobs.looking import Looking
from rlstudio.jobs.policies import build_policy
from rlstudio.storage.episode_file import SUFFIX, save_episode
from rlstudio.storage.run_info import library_versions, now
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


class Cancelled(Exception):  # noqa: N818 - a signal, not an error
    """Raised by a `look_up` to give up between two steps."""


def source_words(policy: PolicyData | None, greedy: bool) -> str:
    """Whose behaviour it is: "checkpoint 40,000 · greedy"."""
    if policy is None or policy.algorithm == "random":
        return "random policy"
    name = "untrained policy" if policy.step is None else f"checkpoint {policy.step:,}"
    return f"{name} · {'greedy' if greedy else 'sampled'}"


def record_episode(
    env: gym.Env[Any, Any],
    policy: Policy,
    seed: int,
    *,
    greedy: bool,
    look_up: Callable[[int], None] = lambda step: None,
    **labels: Any,
) -> Episode:
    """One whole episode of an environment made with render=True.

    `look_up` is called with t before every step and may raise; `labels` are further fields of the Episode.
    """
    observation, info = env.reset(seed=seed)
    policy.start_episode(seed)
    looking = Looking(policy, greedy=greedy)
    episode = record_from(env, observation, info, looking.decide, look_up=look_up, seed=seed, greedy=greedy, **labels)
    return replace(episode, saliency=looking.pictures_of(episode.length))


def record_from(
    env: gym.Env[Any, Any],
    observation: Any,
    info: dict[str, Any],
    decide: Callable[[Any, dict[str, Any]], tuple[Any, Thought]],
    *,
    first: Frame | None = None,
    look_up: Callable[[int], None] = lambda step: None,
    seen: Callable[[Frame, list[float]], None] = lambda frame, rewards: None,
    **labels: Any,
) -> Episode:
    """From the state where the environment stands, with that observation, to the end of the episode.

    `first` is the picture of that state if it was drawn already (a picture may hang on how often one was drawn), `seen`
    is called with each frame and the rewards so far; the rest as in `record_episode`.
    """
    assert env.spec is not None
    name = env.spec.id
    frames = FrameStore()
    observations = [readable(env.observation_space, observation)]
    actions: list[Any] = []
    rewards: list[float] = []
    thoughts: list[Thought] = []

    def keep(frame: Frame) -> None:
        frames.append(frame)
        seen(frame, rewards)

    keep(frame_of(env) if first is None else first)
    terminated = truncated = False
    while not (terminated or truncated):
        look_up(len(rewards))
        action, thought = decide(observation, info)
        observation, reward, terminated, truncated, info = env.step(action)
        actions.append(action)
        rewards.append(float(reward))
        thoughts.append(thought)
        observations.append(readable(env.observation_space, observation))
        keep(frame_of(env))
    discrete = np.ndim(actions[0]) == 0
    episode = Episode(
        env=name,
        fps=frame_rate(env),
        observation_names=readable_names(name, env.observation_space),
        action_names=action_names(name, env.action_space),
        discrete=discrete,
        observations=np.stack(observations).astype(np.float32),
        actions=np.asarray(actions, np.int64 if discrete else np.float32),
        rewards=np.asarray(rewards, np.float64),
        terminated=bool(terminated),
        truncated=bool(truncated),
        ending=ending_words(name, observation, bool(terminated), bool(truncated), rewards[-1]),
        thoughts=thoughts,
        frames=frames,
        **labels,
    )
    episode.check()
    return episode


@with_its_consent
def record(command: RecordEpisodes, channel: Channel) -> None:
    """The job: an EpisodeRecorded and a Score each, then Finished with the summary. Stop ends it between steps."""
    channel.enter(Phase.STARTING)
    env = make(command.env, command.env_kwargs, render=True)
    scores: list[Score] = []
    try:
        policy = build_policy(command.policy, env)
        discount = known_discount(command.policy)
        limit = step_limit(env)
        for index in range(command.episodes):

            def look_up(t: int, index: int = index) -> None:
                channel.enter(Phase.STEPPING)
                if t % 10 == 0 and isinstance(channel.receive(), Stop):
                    raise Cancelled
                if t % 50 == 0:
                    words = f"recording episode {index + 1} of {command.episodes}, step {t}"
                    share = t / limit if limit else 0.0
                    channel.send(Progress(int((index + share) * 1000), command.episodes * 1000, words))

            episode = record_episode(
                env,
                policy,
                command.seed + index,
                greedy=command.greedy,
                look_up=look_up,
                env_kwargs=command.env_kwargs,
                source=source_words(command.policy, command.greedy),
                run=command.policy.run if command.policy else None,
                algorithm=command.policy.algorithm if command.policy else "random",
                step=command.policy.step if command.policy else None,
                discount=discount,
                recorded=now(),
                versions=library_versions(),
            )
            channel.enter(Phase.SAVING)
            if command.save_to:
                save_episode(_free_path(Path(command.save_to)), episode)
            scores.append(Score(index, episode.seed, episode.total_reward, episode.length, episode.ending))
            channel.send(EpisodeRecorded(index, episode_to_data(episode)))
            channel.send(scores[-1])
        channel.send(Finished("finished", summarise(scores, command.seed)))
    except Cancelled:
        channel.send(Finished("stopped", summarise(scores, command.seed)))
    finally:
        env.close()


def _free_path(folder: Path) -> Path:
    """The next unused file name among recorded episodes."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (path := folder / f"episode-{number:04d}{SUFFIX}").exists():
        number += 1
    return path

"""Recorded episodes carry where the policy looked: by named number, or as pictures; through the pipe and the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from rlstudio.algorithms.dqn.policy import DQNPolicy
from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.saliency import saliency_of, saliency_picture
from rlstudio.envs.make import make
from rlstudio.jobs.looking import Looking
from rlstudio.jobs.policies import untrained_policy
from rlstudio.jobs.record import record_episode
from rlstudio.storage.episode_file import load_episode, save_episode

SMALL: dict[str, Any] = {"hidden": [8]}


def recorded(key: str = "dqn", env_id: str = "CartPole-v1") -> Episode:
    env = make(env_id, {}, render=True)
    try:
        policy = untrained_policy(env, {}, key, SMALL if key != "random" else {}, seed=3)
        return record_episode(env, policy, 5, greedy=True, env_kwargs={}, source="test")
    finally:
        env.close()


def test_recording_keeps_the_gradient_of_what_was_done() -> None:
    episode = recorded()
    env = make("CartPole-v1", {})
    policy = untrained_policy(env, {}, "dqn", SMALL, seed=3)
    for t in range(episode.length):
        expected = policy.sensitivity(episode.observations[t], int(episode.actions[t]), {})
        found = episode.thoughts[t].sensitivity
        assert found is not None
        np.testing.assert_array_equal(found, expected)
    env.close()


def test_a_policy_without_gradient_leaves_it_open() -> None:
    assert all(thought.sensitivity is None for thought in recorded("random").thoughts)


class SometimesTells(RandomPolicy):
    """Says of every other action which pixels it hung on."""

    _told = False

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> Any:
        self._told = not self._told
        return np.ones((4, 4), np.float32) if self._told else None


def test_pictures_of_some_actions_alone_are_left_out(tmp_path: Path) -> None:
    env = make("CartPole-v1", {}, render=True)
    policy = SometimesTells(env.action_space)
    episode = record_episode(env, policy, 5, greedy=True, env_kwargs={}, source="test")
    env.close()
    assert episode.length > 1
    assert len(episode.saliency) == 0
    save_episode(tmp_path / "one.rlepisode", episode)


class Picture(gym.Env[Any, Any]):
    observation_space = spaces.Box(0, 255, (30, 40, 3), np.uint8)
    action_space = spaces.Discrete(3)


def pictured(steps: int = 3) -> Episode:
    """An episode of pictures, its numbers left empty."""
    env = Picture()
    policy = untrained_policy(env, {}, "dqn", SMALL, seed=0)
    assert isinstance(policy, DQNPolicy)
    looking = Looking(policy, greedy=True)
    frames, actions = FrameStore(), []
    for t in range(steps + 1):
        env.observation_space.seed(t)
        picture = env.observation_space.sample()
        frames.append(picture)
        if t < steps:
            action, thought = looking.decide(picture, {})
            assert thought.sensitivity is None
            actions.append(action)
            gradient = policy.sensitivity(picture, action, {})
            assert gradient is not None
            kept = saliency_of(looking.pictures[t])
            assert kept.shape == (30, 40)
            strong = np.abs(kept) > 0.1
            assert strong.any()
            np.testing.assert_array_equal(np.sign(kept[strong]), np.sign(gradient[strong]))
    return Episode(
        "Picture-v0",
        {},
        0,
        "test",
        30.0,
        observations=np.zeros((steps + 1, 0), np.float32),
        actions=np.array(actions),
        rewards=np.zeros(steps),
        terminated=True,
        thoughts=[looking.decide(frames[0], {})[1] for _ in range(steps)],
        frames=frames,
        saliency=FrameStore(looking.pictures.shape, looking.pictures.blobs[:steps]),
    )


def test_pictures_cross_the_pipe_and_the_disk(tmp_path: Path) -> None:
    episode = pictured()
    episode.check()
    save_episode(tmp_path / "episode.npz", episode)
    for again in (episode_from_data(episode_to_data(episode)), load_episode(tmp_path / "episode.npz")):
        assert len(again.saliency) == 3
        for before, after in zip(episode.saliency, again.saliency, strict=True):
            np.testing.assert_array_equal(before, after)


def test_numbers_cross_the_pipe_and_the_disk(tmp_path: Path) -> None:
    episode = recorded()
    save_episode(tmp_path / "episode.npz", episode)
    for again in (episode_from_data(episode_to_data(episode)), load_episode(tmp_path / "episode.npz")):
        assert len(again.saliency) == 0
        for before, after in zip(episode.thoughts, again.thoughts, strict=True):
            np.testing.assert_array_equal(before.sensitivity, after.sensitivity)  # type: ignore[arg-type]


def test_data_of_before_opens_without() -> None:
    data = episode_to_data(recorded())
    for name in ("saliency_shape", "saliency_blobs", "thought_sensitivity"):
        del data[name]
    again = episode_from_data(data)
    assert len(again.saliency) == 0
    assert all(thought.sensitivity is None for thought in again.thoughts)


def test_a_picture_too_few_is_refused() -> None:
    episode = pictured()
    del episode.saliency.blobs[-1]
    with pytest.raises(ValueError, match="saliency: 2 instead of 3"):
        episode.check()


def test_scale_of_a_saliency_picture() -> None:
    gradient = np.zeros((10, 10), np.float32)
    gradient[2, 3], gradient[4, 5] = 2.0, -1.0
    kept = saliency_of(saliency_picture(gradient))
    assert kept[2, 3] == pytest.approx(1.0)
    assert kept[4, 5] == pytest.approx(-0.5, abs=0.05)
    assert np.count_nonzero(kept) == 2
    assert not saliency_picture(np.zeros((4, 4), np.float32)).any()

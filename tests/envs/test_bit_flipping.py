"""Bit flipping: its rules, and the reward that hindsight asks it for."""

from __future__ import annotations

import numpy as np

from rlstudio.envs.bit_flipping import BitFlippingEnv
from rlstudio.envs.make import ending_words, frame_of, make


def test_flipping_every_wrong_bit_reaches_the_goal() -> None:
    env = make("rlstudio/BitFlipping-v0", {"n_bits": 9})
    observation, info = env.reset(seed=2)
    assert not info["is_success"]
    wrong = np.flatnonzero(observation["achieved_goal"] != observation["desired_goal"])
    assert len(wrong)
    for number, bit in enumerate(wrong):
        observation, reward, terminated, truncated, info = env.step(int(bit))
        last = number == len(wrong) - 1
        assert (reward, terminated, truncated, info["is_success"]) == (0.0 if last else -1.0, last, False, last)
    assert ending_words("rlstudio/BitFlipping-v0", observation, True, False, 0.0) == "reached the goal"


def test_the_continuous_one_is_solved_in_one_step() -> None:
    env = make("rlstudio/BitFlippingContinuous-v0")
    observation, _ = env.reset(seed=2)
    wrong = observation["achieved_goal"] != observation["desired_goal"]
    _, reward, terminated, _, _ = env.step(np.where(wrong, 0.5, -0.5).astype(np.float32))
    assert (reward, terminated) == (0.0, True)


def test_an_episode_is_as_long_as_there_are_bits() -> None:
    env = make("rlstudio/BitFlipping-v0")
    env.reset(seed=0)
    bits = [0] * 15
    ended = [env.step(bit)[2:4] for bit in bits]
    assert ended == [(False, False)] * 14 + [(False, True)]


def test_rewards_of_many_goals_at_once() -> None:
    env = BitFlippingEnv(3)
    reached, wanted = np.array([[0, 1, 1], [1, 1, 1]]), np.array([[0, 1, 1], [1, 0, 1]])
    rewards = env.compute_reward(reached, wanted, [{}, {}])
    assert rewards.dtype == np.float32
    assert rewards.tolist() == [0.0, -1.0]


def test_the_picture_shows_bits_and_goal() -> None:
    env = make("rlstudio/BitFlipping-v0", {"n_bits": 4}, render=True)
    env.reset(seed=1)
    before = frame_of(env)
    env.step(2)
    after = frame_of(env)
    assert before.shape == after.shape
    columns = np.flatnonzero((before != after).any(axis=(0, 2)))
    assert 16 + 2 * 40 <= columns.min() < columns.max() < 16 + 3 * 40, "only the third bit's column changes"

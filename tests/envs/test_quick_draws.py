"""Quick draws give what Gymnasium's own give, to the bit."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.toy_text.utils import categorical_sample

from rlstudio.envs.make import make
from rlstudio.envs.quick_draws import quick


def test_the_same_number_draws_the_same_outcome() -> None:
    drawn, rng = quick(categorical_sample), np.random.default_rng(0)
    for seed in range(2_000):
        chances = rng.random(int(rng.integers(1, 12)))
        chances /= chances.sum() * (1.0 if seed % 2 else 1.01)  # also where they do not quite add up to 1
        ours, theirs = np.random.default_rng(seed), np.random.default_rng(seed)
        for probabilities in (chances.tolist(), chances, [1.0]):
            assert drawn(probabilities, ours) == categorical_sample(probabilities, theirs)
        assert ours.bit_generator.state == theirs.bit_generator.state


@pytest.mark.parametrize("env_id", ["FrozenLake-v1", "CliffWalkingSlippery-v1", "Taxi-v4"])
def test_episodes_are_those_of_gymnasium(env_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = make(env_id)
    module: Any = __import__(type(ours.unwrapped).__module__, fromlist=["x"])
    assert module.categorical_sample is not categorical_sample

    def episodes(env: gym.Env[Any, Any]) -> list[Any]:
        seen: list[Any] = [env.reset(seed=1)[0]]
        rng = np.random.default_rng(0)
        for _ in range(300):
            observation, reward, terminated, truncated, _ = env.step(int(rng.integers(env.action_space.n)))  # type: ignore[attr-defined]
            seen.append((observation, reward, terminated, truncated))
            if terminated or truncated:
                seen.append(env.reset()[0])
        return seen

    quickly = episodes(ours)
    monkeypatch.setattr(module, "categorical_sample", categorical_sample)
    assert episodes(gym.make(env_id)) == quickly

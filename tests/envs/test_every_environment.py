"""What holds for every environment that can be made here."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import iterate

from rlstudio.envs.make import ending_words, frame_of, frame_rate, make, make_vector, step_limit
from rlstudio.envs.spaces import ObservationEncoder, action_names, describe_space, readable, readable_names


def course(env: Any, seed: int, n_steps: int) -> list[np.ndarray[Any, Any]]:
    """Observations and rewards of random actions from a seed, over as many episodes as the steps need."""
    space = env.observation_space
    observation, _ = env.reset(seed=seed)
    env.action_space.seed(seed)
    flat = [numbers_of(observation)]
    for _ in range(n_steps):
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        assert space.contains(observation)
        flat.append(np.append(numbers_of(observation), reward))
        if terminated or truncated:
            observation, _ = env.reset()
            flat.append(numbers_of(observation))
    return flat


def numbers_of(observation: Any) -> np.ndarray[Any, Any]:
    """All numbers of an observation, whatever its parts."""
    parts = observation.values() if isinstance(observation, dict) else [observation]
    return np.concatenate([np.ravel(np.asarray(part)) for part in parts])


def same(one: list[np.ndarray[Any, Any]], other: list[np.ndarray[Any, Any]]) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_it_is_made_stepped_drawn_described_and_closed(every_env_id: str) -> None:
    env = make(every_env_id, render=True)
    encoder = ObservationEncoder(env.observation_space)
    names = readable_names(every_env_id, env.observation_space)
    observation, _ = env.reset(seed=3)
    env.action_space.seed(3)
    first = frame_of(env)
    for _ in range(50):
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        encoded = encoder.encode(observation)
        assert encoded.shape == (encoder.size,)
        assert encoded.dtype == np.float32
        assert np.all(np.isfinite(encoded))
        numbers = readable(env.observation_space, observation, every_env_id)
        assert numbers.shape == (len(names),)
        assert np.array_equal(numbers, readable(env.observation_space, observation))
        assert np.isfinite(float(reward))
        assert bool(ending_words(every_env_id, observation, terminated, truncated)) == (terminated or truncated)
        frame = frame_of(env)
        assert frame.shape == first.shape
        assert frame.flags.c_contiguous
        if terminated or truncated:
            env.reset()
    assert first.dtype == np.uint8
    assert len(np.unique(first)) > 1, "a picture shows something"
    env.close()


def test_the_same_seed_gives_the_same_course_even_after_earlier_episodes(every_env_id: str) -> None:
    n_steps = 60 if every_env_id.startswith("CarRacing") else 300
    fresh = make(every_env_id)
    expected = course(fresh, seed=7, n_steps=n_steps)
    used = make(every_env_id)
    course(used, seed=1, n_steps=n_steps)
    assert same(course(used, seed=7, n_steps=n_steps), expected)
    fresh.close()
    used.close()


def test_a_rendered_copy_takes_the_same_course(every_env_id: str) -> None:
    n_steps = 40 if every_env_id.startswith("CarRacing") else 200
    expected = course(make(every_env_id), seed=5, n_steps=n_steps)
    drawn = make(every_env_id, render=True)
    render, drawn_frames = drawn.step, 0

    def step_and_draw(action: Any) -> Any:
        nonlocal drawn_frames
        drawn_frames += 1
        frame_of(drawn)
        return render(action)

    drawn.step = step_and_draw  # type: ignore[method-assign]
    assert same(course(drawn, seed=5, n_steps=n_steps), expected)
    assert drawn_frames == n_steps
    drawn.close()


def test_copies_step_together_and_reset_at_the_next_step(every_env_id: str) -> None:
    vector = make_vector(every_env_id, 2)
    assert vector.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP
    assert vector.num_envs == 2
    encoder = ObservationEncoder(vector.single_observation_space)
    observations, _ = vector.reset(seed=0)
    vector.action_space.seed(0)
    for _ in range(20):
        batch = encoder.encode_batch(observations)
        assert batch.shape == (2, encoder.size)
        assert batch.flags.c_contiguous
        one_by_one = [encoder.encode(row) for row in iterate(vector.observation_space, observations)]
        assert np.array_equal(batch, np.stack(one_by_one))
        observations, rewards, terminated, truncated, _ = vector.step(vector.action_space.sample())
        assert rewards.shape == terminated.shape == truncated.shape == (2,)
    assert step_limit(vector) == step_limit(make(every_env_id))
    vector.close()


def test_its_spaces_are_described(every_env_id: str) -> None:
    env = make(every_env_id)
    observation = describe_space(env.observation_space, every_env_id, "observation")
    action = describe_space(env.action_space, every_env_id, "action")
    assert tuple(d.label for d in observation.dimensions) == readable_names(every_env_id, env.observation_space)
    assert tuple(d.label for d in action.dimensions) == action_names(every_env_id, env.action_space)
    assert observation.words
    assert action.words
    env.close()


def test_gymnasiums_own_have_a_name_for_every_number_and_action(known_env_id: str) -> None:
    env = make(known_env_id)
    names = readable_names(known_env_id, env.observation_space) + action_names(known_env_id, env.action_space)
    assert names
    assert len(set(names)) == len(names)
    assert not [name for name in names if name.startswith(("number", "action", "state"))], "not only its place"
    env.close()


def test_every_episode_has_a_limit_and_a_frame_rate(every_env_id: str) -> None:
    env = make(every_env_id)
    limit = step_limit(env)
    assert limit is not None
    assert limit > 0
    assert frame_rate(env) == frame_rate(every_env_id) > 0
    env.close()

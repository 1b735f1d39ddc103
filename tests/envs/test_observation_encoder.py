"""Observations become float32 vectors, each kind of space in its own way."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector.utils import batch_space, iterate

from rlstudio.envs.spaces import ObservationEncoder

SPACES = [
    spaces.Box(-1, 1, (5,), np.float32),
    spaces.Box(-1, 1, (2, 3), np.float64),
    spaces.Box(-1, 1, (), np.float32),
    spaces.Box(0, 255, (96, 96, 3), np.uint8),
    spaces.Box(0, 255, (50, 37), np.uint8),
    spaces.Box(0, 255, (7,), np.uint8),
    spaces.Discrete(6),
    spaces.Discrete(4, start=-2),
    spaces.MultiDiscrete([3, 4, 2]),
    spaces.MultiDiscrete([3, 4], start=[1, -1]),
    spaces.MultiBinary(5),
    spaces.Tuple((spaces.Discrete(32), spaces.Discrete(11), spaces.Discrete(2))),
    spaces.Dict(
        {"goal": spaces.Box(0, 1, (2,)), "cell": spaces.Discrete(3), "see": spaces.Box(0, 255, (30, 30, 1), np.uint8)}
    ),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_a_batch_is_its_rows(space: spaces.Space) -> None:
    encoder = ObservationEncoder(space)
    batched = batch_space(space, 4)
    batched.seed(0)
    observations = batched.sample()
    rows = encoder.encode_batch(observations)
    assert rows.shape == (4, encoder.size)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    assert np.array_equal(rows, np.stack([encoder.encode(one) for one in iterate(batched, observations)]))


def test_a_float32_vector_is_not_copied() -> None:
    encoder = ObservationEncoder(spaces.Box(-1, 1, (3,)))
    observation = np.array([1, 2, 3], np.float32)
    assert encoder.encode(observation) is observation


def test_discrete_is_one_hot() -> None:
    encoder = ObservationEncoder(spaces.Discrete(4, start=10))
    assert encoder.encode(12).tolist() == [0, 0, 1, 0]
    assert encoder.encode_batch(np.array([10, 13])).tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]
    several = ObservationEncoder(spaces.MultiDiscrete([2, 3]))
    assert several.encode(np.array([1, 0])).tolist() == [0, 1, 1, 0, 0]


def test_blackjacks_tuple_is_three_one_hots() -> None:
    encoder = ObservationEncoder(SPACES[11])
    row = encoder.encode((20, 10, 1))
    assert encoder.size == 45
    assert np.flatnonzero(row).tolist() == [20, 32 + 10, 43 + 1]


def test_a_picture_is_averaged_to_grey() -> None:
    encoder = ObservationEncoder(spaces.Box(0, 255, (48, 96, 3), np.uint8))
    picture = np.zeros((48, 96, 3), np.uint8)
    picture[:, :48] = (255, 0, 0)
    grid = encoder.encode(picture).reshape(24, 24)
    assert np.allclose(grid[:, :12], 1 / 3)
    assert np.all(grid[:, 12:] == 0)


def test_a_small_picture_keeps_its_pixels() -> None:
    encoder = ObservationEncoder(spaces.Box(0, 255, (5, 9), np.uint8))
    picture = np.arange(45, dtype=np.uint8).reshape(5, 9)
    assert np.allclose(encoder.encode(picture) * 255, picture.reshape(-1), atol=1e-4)


def test_an_uneven_grid_still_gives_means() -> None:
    encoder = ObservationEncoder(spaces.Box(0, 255, (50, 37), np.uint8))
    assert np.allclose(encoder.encode(np.full((50, 37), 51, np.uint8)), 0.2)


def test_binary_says_that_all_is_zeros_and_ones() -> None:
    binary = [space for space in SPACES if ObservationEncoder(space).binary]
    assert binary == SPACES[6:12]


def test_a_space_without_a_size_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="cannot be turned into numbers"):
        ObservationEncoder(spaces.Text(10))

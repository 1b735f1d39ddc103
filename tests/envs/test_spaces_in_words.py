"""Spaces in words: the right name at the right number."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium import spaces

from rlstudio.envs.make import make
from rlstudio.envs.spaces import action_names, describe_space, readable, readable_names


def test_cart_poles_numbers_have_names_units_and_bounds() -> None:
    card = describe_space(make("CartPole-v1").observation_space, "CartPole-v1", "observation")
    assert [d.label for d in card.dimensions] == [
        "cart position (m)",
        "cart velocity (m/s)",
        "pole angle (rad)",
        "pole angular velocity (rad/s)",
    ]
    assert card.dimensions[0].high == pytest.approx(4.8)
    assert card.dimensions[1].high is None
    assert not card.bounded
    assert card.shape == (4,)
    assert card.text == "Box(-inf, inf, (4,), float32)"
    assert "pole angle (rad)" in card.words


def test_actions_have_names() -> None:
    assert action_names("CartPole-v1", spaces.Discrete(2)) == ("push left", "push right")
    assert action_names("LunarLander-v3", spaces.Discrete(4))[2] == "fire main engine"
    assert len(action_names("BipedalWalker-v3", make("BipedalWalker-v3").action_space)) == 4
    assert action_names("Unheard-v0", spaces.Discrete(2, start=5)) == ("action 5", "action 6")
    assert action_names("mine/CartPole-v1", spaces.Discrete(2)) == ("action 0", "action 1"), "a stranger's own thing"


@pytest.mark.parametrize(("action", "row", "column"), [(1, 1, 0), (2, 0, 1)])
def test_frozen_lake_is_read_as_row_and_column(action: int, row: int, column: int) -> None:
    env = make("FrozenLake-v1", {"is_slippery": False})
    env.reset(seed=0)
    observation = env.step(action)[0]
    assert readable_names("FrozenLake-v1", env.observation_space) == ("row", "column")
    assert readable(env.observation_space, observation).tolist() == [row, column]


def test_taxi_is_read_as_the_environment_itself_decodes_it() -> None:
    env = make("Taxi-v4")
    inner = env.unwrapped
    for state in range(0, 500, 7):
        assert readable(env.observation_space, state).tolist() == list(inner.decode(state))  # type: ignore[attr-defined]


def test_cliff_walking_is_twelve_columns_wide() -> None:
    env = make("CliffWalking-v1")
    start, _ = env.reset(seed=0)
    assert readable(env.observation_space, start).tolist() == [3, 0]


def test_blackjack_is_three_numbers() -> None:
    space = make("Blackjack-v1").observation_space
    assert readable(space, (14, 10, 0)).tolist() == [14, 10, 0]
    assert readable_names("Blackjack-v1", space)[0] == "your sum"


def test_a_discrete_space_of_a_stranger_is_one_number() -> None:
    space = spaces.Discrete(16)
    assert readable_names("Unheard-v0", space) == ("state",)
    assert readable(space, 7).tolist() == [7]


def test_a_lake_that_is_no_square_is_not_taken_apart() -> None:
    env = make("FrozenLake-v1", {"desc": ["SFFFF", "FFFFG"]})
    assert readable_names("FrozenLake-v1", env.observation_space) == ("state",)
    assert readable(env.observation_space, 6).tolist() == [6]


def test_a_picture_says_how_learners_see_it() -> None:
    space = spaces.Box(0, 255, (96, 96, 3), np.uint8)
    card = describe_space(space, "CarRacing-v3", "observation")
    assert card.kind == "image"
    assert "averaged to 24×24" in card.words
    assert card.dimensions == ()
    assert readable(space, space.sample()).shape == (0,)


def test_parts_of_a_dict_carry_their_keys() -> None:
    space = spaces.Dict({"goal": spaces.Box(0, 1, (2,)), "cell": spaces.Discrete(3)})
    space.seed(0)
    observation = space.sample()
    assert readable_names("Unheard-v0", space) == ("cell", "goal 1", "goal 2")
    assert readable(space, observation).tolist() == [observation["cell"], *observation["goal"].tolist()]


def test_too_many_numbers_are_counted_only() -> None:
    space = spaces.Box(-1, 1, (2000,))
    assert readable_names("Unheard-v0", space) == ()
    assert readable(space, space.sample()).shape == (0,)
    assert describe_space(space, "Unheard-v0", "observation").words == "2,000 numbers"


def test_a_long_list_is_cut_in_the_sentence_alone() -> None:
    card = describe_space(make("BipedalWalker-v3").observation_space, "BipedalWalker-v3", "observation")
    assert len(card.dimensions) == 24
    assert card.words.startswith("24 numbers: hull angle (rad), ")
    assert card.words.endswith(" and 18 more")


@pytest.mark.parametrize("env_id", ["Acrobot-v1", "BipedalWalker-v3", "LunarLander-v3", "Pendulum-v1", "Taxi-v4"])
def test_names_are_short_and_tell_numbers_apart_from_the_start(env_id: str) -> None:
    card = describe_space(make(env_id).observation_space, env_id, "observation")
    names = [dimension.label.partition(" (")[0] for dimension in card.dimensions]
    assert max(map(len, names)) <= 24
    starts = [name[:10] if name.startswith("lidar") else name for name in names]
    assert len(set(starts)) == len(names)

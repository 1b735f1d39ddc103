"""Keyboard maps: every environment has one that its actions fit, named as the environment names them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from rlstudio.core.keys import Key, KeyMap
from rlstudio.envs.card import Dimension, SpaceCard
from rlstudio.envs.keys import key_map, why_no_keys
from rlstudio.envs.make import make
from rlstudio.envs.spaces import describe_space


def mapped(env_id: str, **kwargs: Any) -> tuple[KeyMap, Any]:
    env = make(env_id, kwargs)
    space = env.action_space
    found = key_map(env_id, describe_space(space, env_id, "action"))
    env.close()
    assert found is not None
    return found, space


def fits(space: Any, action: Any) -> bool:
    return bool(space.contains(action if isinstance(action, int) else np.array(action, space.dtype)))


def test_every_key_and_every_idle_action_is_one_of_the_environments(every_env_id: str) -> None:
    keys, space = mapped(every_env_id)
    names = [key.key for key in keys.keys]
    assert len(set(names)) == len(names) > 0
    for name in names:
        assert fits(space, keys.action([name]))
    assert fits(space, keys.action(names))  # all at once
    assert all(fits(space, idle) for idle in keys.idle)
    assert keys.action([]) is keys.action(["F12"]) is None
    assert keys.idle_words


@pytest.mark.parametrize(
    "env_id",
    ["CartPole-v1", "MountainCar-v0", "FrozenLake-v1", "CliffWalking-v1", "Taxi-v4"],
)
def test_a_discrete_key_is_called_what_the_action_is_called(env_id: str) -> None:
    env = make(env_id)
    names = [number.name for number in describe_space(env.action_space, env_id, "action").dimensions]
    env.close()
    keys, _ = mapped(env_id)
    compass = {"left": "west", "right": "east", "up": "north", "down": "south"}
    for key in keys.keys:
        assert isinstance(key.action, int)
        assert names[key.action] in (key.words, compass.get(key.words))


@pytest.mark.parametrize(("key", "place", "less"), [("Left", 0, True), ("Right", 0, False), ("Up", 1, False)])
def test_a_lander_flies_where_the_key_points(key: str, place: int, less: bool) -> None:
    for env_id in ("LunarLander-v3", "LunarLanderContinuous-v3"):
        keys, space = mapped(env_id)
        action: Any = keys.action([key])
        ends = []
        for taken in (action, keys.idle[0]):
            env = make(env_id)
            env.reset(seed=1)
            for _ in range(20):
                row = env.step(taken if isinstance(taken, int) else np.array(taken, space.dtype))[0]
            ends.append(row[place + 2])  # the velocity
            env.close()
        assert bool(ends[0] < ends[1]) is less


def test_waiting_is_for_worlds_that_only_move_when_somebody_acts() -> None:
    waits = {env_id: mapped(env_id)[0].waits for env_id in ("Taxi-v4", "Blackjack-v1", "CartPole-v1", "Pendulum-v1")}
    assert waits == {"Taxi-v4": True, "Blackjack-v1": True, "CartPole-v1": False, "Pendulum-v1": False}


def test_keys_of_several_joints_add_up_and_opposite_ones_cancel() -> None:
    keys, _ = mapped("BipedalWalker-v3")
    assert keys.action(["Q", "L"]) == (1.0, 0.0, 0.0, -1.0)
    assert keys.action(["Q", "A"]) == (0.0, 0.0, 0.0, 0.0)
    assert {key.words[-1] for key in keys.keys} == {"+", "−"}


def test_of_discrete_actions_the_key_pressed_last_counts() -> None:
    keys, _ = mapped("CartPole-v1")
    assert (keys.action(["Left", "Right"]), keys.action(["Right", "Left"])) == (1, 0)


def test_a_car_of_either_kind_can_be_driven() -> None:
    numbers, _ = mapped("CarRacing-v3")
    assert numbers.action(["Left", "Up"]) == (-1.0, 1.0, 0.0)
    choices, space = mapped("CarRacing-v3", continuous=False)
    assert fits(space, choices.action(["Down"]))


def card(kind: str, count: int, **fields: Any) -> SpaceCard:
    numbers = tuple(Dimension(f"thing {index}", low=-2.0, high=3.0) for index in range(count))
    return SpaceCard(kind, "", "", numbers, **fields)  # type: ignore[arg-type]


def test_unknown_environments_get_digits_letters_or_arrows() -> None:
    many = key_map("mine/Thing-v0", card("discrete", 12, n=12))
    assert many is not None
    assert (many.keys[0], many.keys[10]) == (Key("0", "thing 0", 0), Key("A", "thing 10", 10))
    assert many.waits
    numbers = key_map("mine/Thing-v0", card("box", 3, shape=(3,)))
    assert numbers is not None
    assert [key.words for key in numbers.keys] == ["thing 0 −", "thing 0 +", "thing 1 −", "thing 1 +"]
    assert numbers.action(["Left", "Up"]) == (-2.0, 3.0, 0.0)
    assert numbers.idle == ((0.0, 0.0, 0.0),)


def test_a_strangers_environment_of_a_known_name_is_not_taken_for_it() -> None:
    found = key_map("mine/CartPole-v1", card("discrete", 2, n=2))
    assert found is not None
    assert [key.key for key in found.keys] == ["0", "1"]


@pytest.mark.parametrize("space", [spaces.MultiDiscrete([3, 2, 4], start=[0, 5, -1]), spaces.MultiBinary(12)])
def test_every_setting_of_several_choices_has_a_key_and_several_are_held_at_once(space: Any) -> None:
    described = describe_space(space, "mine/Pad-v0", "action")
    keys = key_map("mine/Pad-v0", described)
    assert keys is not None
    assert why_no_keys("mine/Pad-v0", described) == ""
    assert fits(space, keys.idle[0])
    alone = [keys.action([key.key]) for key in keys.keys]
    assert len({key.key for key in keys.keys}) == len(set(alone)) == len(alone)
    assert all(fits(space, action) for action in alone)
    assert fits(space, keys.action([key.key for key in keys.keys]))
    low, sizes = np.array(keys.low), np.array(keys.high) - np.array(keys.low) + 1
    assert len(alone) == sum(sizes - 1), "each setting but the one at rest"
    reached = [{action[place] for action in (*alone, keys.idle[0])} for place in range(len(low))]  # type: ignore[index]
    assert reached == [set(np.arange(size) + least) for size, least in zip(sizes, low, strict=True)]


def test_the_keys_of_several_choices_say_what_they_set() -> None:
    keys = key_map("mine/Pad-v0", describe_space(spaces.MultiDiscrete([3, 2]), "mine/Pad-v0", "action"))
    assert keys is not None
    assert [(key.key, key.words) for key in keys.keys] == [
        ("1", "action 1 = 1"),
        ("2", "action 1 = 2"),
        ("3", "action 2 = 1"),
    ]
    assert keys.action(["2", "3"]) == (2.0, 1.0)
    assert keys.action(["1", "2"]) == (2.0, 0.0), "two keys of one choice: never beyond its last"
    switches = key_map("mine/Pad-v0", describe_space(spaces.MultiBinary(3), "mine/Pad-v0", "action"))
    assert switches is not None
    assert [key.words for key in switches.keys] == ["action 1", "action 2", "action 3"]
    assert (switches.action(["1", "3"]), switches.waits) == ((1.0, 0.0, 1.0), False)


def test_more_settings_than_keys_are_told_with_what_to_do() -> None:
    described = describe_space(spaces.MultiDiscrete([20, 20]), "mine/Pad-v0", "action")
    assert key_map("mine/Pad-v0", described) is None
    words = why_no_keys("mine/Pad-v0", described)
    assert "38 settings are more than 36 keys" in words
    assert words.endswith("Force an action instead.")


def test_what_no_keys_can_serve_is_said() -> None:
    assert key_map("mine/Thing-v0", card("tuple", 0)) is None
    assert why_no_keys("mine/Thing-v0", card("tuple", 0)).endswith("Force an action instead.")

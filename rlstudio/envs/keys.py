"""Keyboard maps of the environments: which key does what, and what happens while none is held.

An environment that moves by itself (a physics engine) goes on while no key is held, with its idle action; one that
only moves when somebody acts (a grid, a card game) waits for a key. Imports no gymnasium: the window reads this.
"""

from __future__ import annotations

import string

from rlstudio.core.keys import Action, Key, KeyMap
from rlstudio.envs.card import SpaceCard
from rlstudio.envs.ids import split_id

_DIGITS_AND_LETTERS = string.digits + string.ascii_uppercase
_ONE_TO_Z = "1234567890" + string.ascii_uppercase
_ARROW_PAIRS = (("Left", "Right"), ("Down", "Up"))


def _grid(left: int, down: int, right: int, up: int, *more: Key) -> KeyMap:
    arrows = (Key("Left", "left", left), Key("Right", "right", right), Key("Up", "up", up), Key("Down", "down", down))
    return KeyMap((*arrows, *more))


_DISCRETE: dict[str, KeyMap] = {
    "CartPole": KeyMap(
        (Key("Left", "push left", 0), Key("Right", "push right", 1)), (0, 1), "pushes left and right in turn"
    ),
    "MountainCar": KeyMap((Key("Left", "push left", 0), Key("Right", "push right", 2)), (1,), "does nothing"),
    "Acrobot": KeyMap((Key("Left", "torque −1", 0), Key("Right", "torque +1", 2)), (1,), "no torque"),
    "LunarLander": KeyMap(
        (Key("Up", "main engine", 2), Key("Left", "left engine", 1), Key("Right", "right engine", 3)), (0,), "no engine"
    ),
    "CarRacing": KeyMap(
        (Key("Left", "steer left", 2), Key("Right", "steer right", 1), Key("Up", "gas", 3), Key("Down", "brake", 4)),
        (0,),
        "rolls",
    ),
    "FrozenLake": _grid(0, 1, 2, 3),
    "CliffWalking": _grid(3, 2, 1, 0),
    "Taxi": _grid(3, 0, 2, 1, Key("P", "pick up", 4), Key("D", "drop off", 5)),
    "Blackjack": KeyMap((Key("H", "hit", 1), Key("S", "stick", 0))),
}
_SAME = {"FrozenLake8x8": "FrozenLake", "CliffWalkingSlippery": "CliffWalking"}

_CONTINUOUS: dict[str, tuple[Key, ...]] = {
    "MountainCarContinuous": (Key("Left", "push left", (-1.0,)), Key("Right", "push right", (1.0,))),
    "Pendulum": (Key("Left", "torque +2", (2.0,)), Key("Right", "torque −2", (-2.0,))),
    "LunarLander": (
        Key("Up", "main engine", (1.0, 0.0)),
        Key("Left", "left engine", (0.0, -1.0)),
        Key("Right", "right engine", (0.0, 1.0)),
    ),
    "BipedalWalker": (
        Key("Q", "hip 1 +", (1.0, 0.0, 0.0, 0.0)),
        Key("A", "hip 1 −", (-1.0, 0.0, 0.0, 0.0)),
        Key("W", "knee 1 +", (0.0, 1.0, 0.0, 0.0)),
        Key("S", "knee 1 −", (0.0, -1.0, 0.0, 0.0)),
        Key("O", "hip 2 +", (0.0, 0.0, 1.0, 0.0)),
        Key("K", "hip 2 −", (0.0, 0.0, -1.0, 0.0)),
        Key("P", "knee 2 +", (0.0, 0.0, 0.0, 1.0)),
        Key("L", "knee 2 −", (0.0, 0.0, 0.0, -1.0)),
    ),
    "CarRacing": (
        Key("Left", "steer left", (-1.0, 0.0, 0.0)),
        Key("Right", "steer right", (1.0, 0.0, 0.0)),
        Key("Up", "gas", (0.0, 1.0, 0.0)),
        Key("Down", "brake", (0.0, 0.0, 0.8)),
    ),
}
_SAME_CONTINUOUS = {"LunarLanderContinuous": "LunarLander", "BipedalWalkerHardcore": "BipedalWalker"}
_IDLE_WORDS = {"Pendulum": "no torque", "BipedalWalker": "no torque", "CarRacing": "rolls", "LunarLander": "no engine"}


def key_map(env_id: str, action: SpaceCard) -> KeyMap | None:
    """The keys for an environment whose action space is `action`; None for a space that no keys can serve.

    An environment that is not known by name gets a digit for each discrete action, or arrows for the first two numbers
    of a continuous one. An action of several switches or choices gets a key for each of their settings but the first,
    which is what counts while none of its keys is held; so several can be set at once.
    """
    parts = split_id(env_id)
    known = parts.namespace in ("", "phys2d", "tabular")
    if action.kind == "discrete":
        found = _DISCRETE.get(_SAME.get(parts.name, parts.name)) if known else None
        fits = found is not None and all(isinstance(key.action, int) and key.action < action.n for key in found.keys)
        return found if fits else _digits(action)
    if action.kind in ("multi_binary", "multi_discrete"):
        return _settings(action)
    if action.kind != "box" or not action.dimensions:
        return None
    low = tuple(-1.0 if number.low is None else number.low for number in action.dimensions)
    high = tuple(1.0 if number.high is None else number.high for number in action.dimensions)
    idle: Action = tuple(min(max(0.0, least), most) for least, most in zip(low, high, strict=True))
    name = _SAME_CONTINUOUS.get(parts.name, parts.name)
    keys = _CONTINUOUS.get(name) if known else None
    if keys is None or any(isinstance(key.action, int) or len(key.action) != len(low) for key in keys):
        return KeyMap(_arrows(action, low, high), (idle,), "every number 0", low, high)
    return KeyMap(keys, (idle,), _IDLE_WORDS.get(name, "does nothing"), low, high)


def why_no_keys(env_id: str, action: SpaceCard) -> str:
    """Why nobody can play an environment at the keyboard, in words, and what to do instead; "" where one can."""
    if key_map(env_id, action) is not None:
        return ""
    count = sum(len(number) for number in _choices(action))
    many = f": its {count:,} settings are more than {len(_ONE_TO_Z)} keys" if count > len(_ONE_TO_Z) else ""
    return f"{env_id} cannot be played with keys: an action is {action.words}{many}. Force an action instead."


def _choices(action: SpaceCard) -> list[range]:
    """Of each switch or choice of an action the settings that need a key: all but the lowest."""
    if action.kind not in ("multi_binary", "multi_discrete"):
        return []
    return [range(int(number.low or 0) + 1, int(number.high or 0) + 1) for number in action.dimensions]


def _settings(action: SpaceCard) -> KeyMap | None:
    """Keys 1 to 9, 0, A to Z; None where there are more settings than these, or too many to name."""
    choices, names = _choices(action), _ONE_TO_Z
    if not 0 < sum(len(settings) for settings in choices) <= len(names):
        return None
    low = tuple(float(settings.start - 1) for settings in choices)
    high = tuple(float(settings.stop - 1) for settings in choices)
    keys: list[Key] = []
    for place, settings in enumerate(choices):
        for setting in settings:
            words = action.dimensions[place].name
            words += "" if action.kind == "multi_binary" else f" = {setting}"
            more = tuple(setting - low[at] if at == place else 0.0 for at in range(len(choices)))
            keys.append(Key(names[len(keys)], words, more))
    resting = "all off" if action.kind == "multi_binary" else "all at their lowest"
    return KeyMap(tuple(keys), (low,), resting, low, high)


def _digits(action: SpaceCard) -> KeyMap:
    """Key 0 for action 0, and so on; letters from A for the eleventh on."""
    names = [number.name for number in action.dimensions] or [f"action {index}" for index in range(action.n)]
    return KeyMap(
        tuple(Key(key, name, index) for index, (key, name) in enumerate(zip(_DIGITS_AND_LETTERS, names, strict=False)))
    )


def _arrows(action: SpaceCard, low: tuple[float, ...], high: tuple[float, ...]) -> tuple[Key, ...]:
    """← and → for the first number, ↓ and ↑ for the second: to the bounds, or by 1 where there are none."""
    keys: list[Key] = []
    for place, (less, more) in enumerate(_ARROW_PAIRS[: len(low)]):
        name = action.dimensions[place].name
        for key, sign, by in ((less, "−", low[place]), (more, "+", high[place])):
            keys.append(Key(key, f"{name} {sign}", tuple(by if at == place else 0.0 for at in range(len(low)))))
    return tuple(keys)

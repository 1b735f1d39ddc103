"""KeyMap: how a keyboard acts in an environment, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Action = int | tuple[float, ...]
"""One of the discrete actions, or every number of a continuous one."""


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        key: its name as Qt writes it: "Left", "A", "1".
        words: what it does: "push left".
        action: of discrete actions the one it stands for; of a continuous one what holding it adds to each number.
    """

    key: str
    words: str
    action: Action


@dataclass(frozen=True)
class KeyMap:
    """All keys of an environment.

    Attributes:
        idle: the actions taken in turn while no key is held; empty where the environment waits for a key.
        idle_words: the same in words.
        low, high: bounds of each number of a continuous action; empty for discrete ones.
    """

    keys: tuple[Key, ...]
    idle: tuple[Action, ...] = ()
    idle_words: str = "waits for a key"
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether time stands still until a key is pressed: one press, one step."""
        return not self.idle

    def action(self, held: Sequence[str]) -> Action | None:
        """The action of the keys that are held, in the order in which they were pressed; None while none counts.

        Of discrete actions the key pressed last decides; what keys add to a continuous action is added up.
        """
        known = {key.key: key for key in self.keys}
        pressed = [known[name] for name in held if name in known]
        if not pressed:
            return None
        if isinstance(pressed[-1].action, int):
            return pressed[-1].action
        numbers = list(self.idle[0]) if self.idle and isinstance(self.idle[0], tuple) else [0.0] * len(self.low)
        for key in pressed:
            assert isinstance(key.action, tuple)
            numbers = [number + more for number, more in zip(numbers, key.action, strict=True)]
        return tuple(
            min(max(number, low), high) for number, low, high in zip(numbers, self.low, self.high, strict=True)
        )

"""EnvironmentWords: what a person reads about an environment that Gymnasium's registry does not hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from rlstudio.envs.card import Dimension

CLASSIC_CONTROL, BOX2D, TOY_TEXT, GOALS, MUJOCO, THIRD_PARTY = FAMILIES = (
    "Classic control",
    "Box2D",
    "Toy text",
    "Goals",
    "MuJoCo",
    "Third party",
)


@dataclass(frozen=True)
class EnvironmentWords:
    """Words for one environment, all its versions alike.

    Attributes:
        docs: its page below https://gymnasium.farama.org/environments/, "" when it has none.
        observation: the named numbers of an observation, in order; bounds come from the space.
        action: the named numbers of a continuous action.
        choices: the named actions of a discrete action space.
        decode: for a discrete observation, from (state, number of states) to the numbers `observation` names;
            None where that number of states is not one it knows.
        states: what a discrete observation is, "one of {n} …".
        picture_steps: random steps taken before the catalogue's picture.
    """

    title: str
    family: str
    docs: str = ""
    summary: str = ""
    observation: tuple[Dimension, ...] = ()
    action: tuple[Dimension, ...] = ()
    choices: tuple[str, ...] = ()
    decode: Callable[[int, int], tuple[int, ...] | None] | None = None
    states: str = ""
    picture_steps: int = 10


def numbers(*names: str | tuple[str, str]) -> tuple[Dimension, ...]:
    """Dimensions from names, or from (name, unit)."""
    return tuple(Dimension(name) if isinstance(name, str) else Dimension(*name) for name in names)


def grid_decoder(columns: int | None = None) -> Callable[[int, int], tuple[int, ...] | None]:
    """A decoder from a cell's index to (row, column): of a grid with that many columns, or of a square one."""

    def decode(state: int, n_states: int) -> tuple[int, ...] | None:
        width = columns or math.isqrt(n_states)
        if n_states % width or (columns is None and width * width != n_states):
            return None
        return divmod(state, width)

    return decode


def title_from_name(name: str) -> str:
    """A readable title: "HalfCheetah" becomes "Half Cheetah", "my_env" "my env"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").strip()

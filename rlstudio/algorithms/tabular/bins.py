"""Bins: where continuous numbers are cut so that a table can hold them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator

from rlstudio.algorithms.blocks.fields import split_numbers
from rlstudio.algorithms.tabular.sizes import automatic_bins
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.envs.ids import split_id

MOST_BINS = 1000
_WORDS = (
    f"0 (chosen by how many numbers there are), or one or more whole numbers between 1 and {MOST_BINS}, as in 6, 12"
)
_ENDLESS = 1e6
"""Bounds beyond this are as good as none: some spaces write the largest float instead of infinity."""

KNOWN_RANGES: dict[str, tuple[tuple[float, float], ...]] = {
    "CartPole": ((-2.4, 2.4), (-3.0, 3.0), (-0.2095, 0.2095), (-3.0, 3.0)),
    "Acrobot": ((-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0), (-5.0, 5.0), (-9.0, 9.0)),
    "LunarLander": (
        (-1.0, 1.0),
        (0.0, 1.5),
        (-1.0, 1.0),
        (-1.5, 0.5),
        (-0.6, 0.6),
        (-1.0, 1.0),
        (0.0, 1.0),
        (0.0, 1.0),
    ),
}
"""Where the numbers of an observation really are, by environment, where the bounds of its space say something else: an
episode ends long before them, or there are none. Outside a range the outermost bin counts."""


def _listed(value: Any) -> Any:
    """One count may come without a list around it."""
    return [value] if isinstance(value, int) and not isinstance(value, bool) else split_numbers(value)


def _check(bins: tuple[int, ...]) -> tuple[int, ...]:
    if bins == (0,) or (bins and all(1 <= count <= MOST_BINS for count in bins)):
        return bins
    raise ValueError(_WORDS)


Bins = Annotated[tuple[int, ...], BeforeValidator(_listed), AfterValidator(_check)]
"""How many bins: one number for all of an observation's continuous numbers, or one each; 0 leaves it to the program."""


def bin_counts(bins: Sequence[int], n_numbers: int) -> list[int]:
    """Bins of each continuous number. Raises ParamError where `bins` names another number of them."""
    if tuple(bins) == (0,):
        return [automatic_bins(n_numbers)] * n_numbers
    if len(bins) == 1:
        return list(bins) * n_numbers
    if len(bins) != n_numbers and n_numbers:
        allowed = f"one number, or {n_numbers}: one for each continuous number of the environment's observations"
        raise ParamError([ParamFault("bins", list(bins), allowed)])
    return list(bins)[:n_numbers]


def cuts(low: float, high: float, count: int) -> list[float]:
    """The `count` − 1 numbers between which the bins lie, ascending.

    Bins are of one width between finite bounds. Towards an end without a bound they widen like the quantiles of a
    standard Cauchy distribution: fine near 0 (or near the one bound), coarse far out.
    """
    shares: NDArray[np.float64] = np.arange(1, count) / count
    endless_low, endless_high = low < -_ENDLESS, high > _ENDLESS
    if endless_low and endless_high:
        found = np.tan(math.pi * (shares - 0.5))
    elif endless_high:
        found = low + np.tan(0.5 * math.pi * shares)
    elif endless_low:
        found = high - np.tan(0.5 * math.pi * (1.0 - shares))
    else:
        found = low + (high - low) * shares
    return [float(cut) for cut in found]


def ranges_of(env_id: str, space: Any) -> list[tuple[float, float]]:
    """Low and high of each number of a Box: the known range of that environment, else the space's bounds."""
    name = split_id(env_id).name if env_id else ""
    known = KNOWN_RANGES.get(name, ())
    if len(known) == int(np.prod(space.shape)):
        return list(known)
    pairs = zip(space.low.reshape(-1).tolist(), space.high.reshape(-1).tolist(), strict=True)
    return [(float(low), float(high)) for low, high in pairs]


def bin_words(name: str, edges: Sequence[float], place: int) -> str:
    """One bin in words: "pole angle (rad) −0.07 to 0.07"; the outermost ones have no end."""
    if not edges:
        return f"any {name}"
    if place == 0:
        return f"{name} below {_short(edges[0])}"
    if place == len(edges):
        return f"{name} above {_short(edges[-1])}"
    return f"{name} {_short(edges[place - 1])} to {_short(edges[place])}"


def _short(number: float) -> str:
    rounded = 0.0 if abs(number) < 1e-9 else number
    return f"{rounded:.3g}".replace("-", "−")

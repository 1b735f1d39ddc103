"""How large a table gets, and why one is refused; read by the window, so without gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.blocks.refusals import environment_name, not_discrete
from rlstudio.envs.card import Dimension, EnvironmentCard

MAX_CELLS = 4_000_000
"""Largest table, states × actions: 32 MB of Q-values, which are sent and saved as a whole."""

FEWEST_BINS = 2
_AUTOMATIC_STATES = 20_000
_AUTOMATIC_MOST = 20


def automatic_bins(n_numbers: int) -> int:
    """Bins for each of so many continuous numbers: 20, or fewer where the table would pass 20,000 states."""
    most = int(_AUTOMATIC_STATES ** (1.0 / max(1, n_numbers)) + 1e-9)
    return max(FEWEST_BINS, min(_AUTOMATIC_MOST, most))


def too_large(n_states: int, n_actions: int) -> str | None:
    """Why a table is refused for its size, in words; None when it is not."""
    if n_states * n_actions <= MAX_CELLS:
        return None
    return f"a table of {n_states:,} states × {n_actions} actions is too large; at most {MAX_CELLS:,} cells"


def no_table(card: EnvironmentCard, title: str) -> str | None:
    """Why no table can be kept of an environment's states and actions; None when one can.

    Judged by the coarsest bins: whether the chosen ones are too fine, only the run itself can say.
    """
    reason = not_discrete(card, title)
    if reason is not None or card.observation is None or card.action is None:
        return reason
    seen, name = card.observation, environment_name(card)
    if seen.kind == "image":
        return f"{title} keeps a table of states; {name} shows pictures, of which no two are alike"
    if seen.kind == "other":
        return f"{title} keeps a table of numbered states; {name}'s observations are {seen.words}"
    if seen.kind != "discrete" and not seen.dimensions:
        return f"{title} keeps a table of states; {name}'s observations are {seen.words}: too many to number"
    n_states = seen.n
    if seen.kind != "discrete":
        n_states = 1
        for dimension in seen.dimensions:
            n_states *= FEWEST_BINS if seen.kind == "box" else _choices(dimension)
    words = too_large(n_states, card.action.n)
    if words is None:
        return None
    coarsest = f", even with {FEWEST_BINS} bins for each of its {len(seen.dimensions)} numbers"
    return f"{name} has too many states for {title}: {words}{coarsest if seen.kind == 'box' else ''}"


def _choices(dimension: Dimension) -> int:
    """How many values a number of a MultiDiscrete, Tuple or Dict observation takes; the coarsest bins if continuous."""
    low, high = dimension.low, dimension.high
    if low is None or high is None or low != int(low) or high != int(high):
        return FEWEST_BINS
    return int(high - low) + 1

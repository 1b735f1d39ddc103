"""What is plotted of an episode: its numbers over time, each a Series of one or more lines. NumPy alone, vectorised.

The point at t belongs to frame t: the observation that was seen there, the action that was then done, the reward that
it brought. The last frame has an observation and a return, no action.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.returns import TAIL_WEIGHT, known_until, return_to_go
from rlstudio.core.thoughts import Thoughts
from rlstudio.core.units import is_unit

Numbers = NDArray[np.floating[Any]]
Kind = Literal["line", "lanes"]

NO_DISCOUNT = (
    "The discount is not known (the episode comes from no run of this program), or the run learned from normalised "
    "rewards, whose values are in other units."
)
NO_VALUE = "This policy estimates no value of a state."


@dataclass(frozen=True)
class Line:
    """A name and T+1 values, NaN where there is none."""

    name: str
    values: Numbers

    @cached_property
    def whole(self) -> bool:
        """Whether all its numbers are whole ones."""
        finite = self.values[np.isfinite(self.values)]
        return bool((finite == np.rint(finite)).all())


@dataclass(frozen=True)
class Series:
    """One plot.

    Attributes:
        key: stays the same from episode to episode.
        title, unit: what is plotted, and what its numbers count; "" for a number without a unit.
        help: what it is, in a sentence or two.
        kind: "lanes" are discrete actions, one lane each, named by `lanes`; `lines` holds one line of their indices.
        chosen: for lines that are one an action, which action was done, shape (T,); else None.
        known: from this frame on what is drawn lacks what a time limit cut off; None where nothing is lacking.
        note: what else is in these numbers, in words that stand by themselves.
    """

    key: str
    title: str
    help: str
    lines: tuple[Line, ...]
    unit: str = ""
    kind: Kind = "line"
    lanes: tuple[str, ...] = ()
    chosen: NDArray[np.int64] | None = None
    known: int | None = None
    note: str = ""


@dataclass(frozen=True)
class EpisodeSeries:
    """All plots of an episode, the most telling first; `absent` holds (title, why) of those it cannot have."""

    series: tuple[Series, ...] = ()
    absent: tuple[tuple[str, str], ...] = ()
    _by_key: dict[str, Series] = field(default_factory=dict)

    def get(self, key: str) -> Series | None:
        """The plot of that key, if there is one."""
        return self._by_key.get(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of all plots, in order."""
        return tuple(each.key for each in self.series)


def series_of(episode: Episode, *, value_counts: str = "") -> EpisodeSeries:
    """All that can be plotted of an episode; `value_counts` is what the policy's values count beside rewards, in words
    ("SAC's value counts the entropy … as well"), which is then said wherever they are compared with what came."""
    thoughts = Thoughts.of(episode.thoughts)
    absent: list[tuple[str, str]] = []
    found = [
        *_values(episode, thoughts, absent, f" {value_counts}; what then came does not." if value_counts else ""),
        *_of_actions(episode, thoughts),
        *_hesitation(episode, thoughts, absent),
        *_actions(episode, thoughts),
        *_rewards(episode),
        *_observations(episode),
    ]
    return EpisodeSeries(tuple(found), tuple(absent), {each.key: each for each in found})


def _values(episode: Episode, thoughts: Thoughts, absent: list[tuple[str, str]], more: str) -> list[Series]:
    """The value of each state beside what then came, and the difference."""
    values = _padded(thoughts.values)
    if not np.isfinite(values).any():
        absent += [("state value", NO_VALUE), ("value error", NO_VALUE)]
        return []
    value = Line("state value", values)
    if episode.discount is None:
        absent.append(("value error", NO_DISCOUNT))
        return [Series("value", "state value", f"The return that the policy expects from here on.{more}", (value,))]
    gamma = episode.discount
    came = return_to_go(episode.rewards, gamma)
    known = known_until(episode.length, gamma, truncated=_cut_off(episode))
    tail = known if known <= episode.length else None
    error = values - came
    error[known:] = np.nan
    both = f"What the policy expected from here on, and what then came: the return to go discounted by γ = {gamma:g}."
    both += more
    wrong = "State value minus the discounted return to go: above 0 the policy hoped for too much."
    wrong += f"{more} So part of the error is no mistake." if more else ""
    cut = (
        f" A time limit cut this episode off; what would have followed is unknown. Where it would have entered with a "
        f"weight γⁿ above {TAIL_WEIGHT:g} "
    )
    return [
        Series(
            "value",
            "value and what came",
            both + (cut + "the return is hatched: it is too small." if tail is not None else ""),
            (value, Line("what came", came)),
            known=tail,
        ),
        Series(
            "value_error",
            "value error",
            wrong + (cut + "the error is left out." if tail is not None else ""),
            (Line("value error", error),),
            known=tail,
            note=more.strip(),
        ),
    ]


def _cut_off(episode: Episode) -> bool:
    """Whether the episode would have gone on: a state that ends it has no future, however it was stopped."""
    return episode.truncated and not episode.terminated


def _of_actions(episode: Episode, thoughts: Thoughts) -> list[Series]:
    """Probabilities and Q-values of discrete actions: all of them, and of the one that was done."""
    if not episode.discrete or episode.actions.ndim != 1:
        return []
    found = []
    for key, title, of_one, what in (
        ("probabilities", "action probabilities", "probability", "How likely the policy was to do each action."),
        ("q_values", "Q-values", "Q-value", "The return that the policy expects of each action."),
    ):
        column = thoughts.column(key)
        if column is None or column.ndim != 2:
            continue
        chosen = np.clip(episode.actions.astype(np.int64), 0, column.shape[1] - 1)
        lines = tuple(Line(_action_name(episode, i), _padded(column[:, i])) for i in range(column.shape[1]))
        name = f"{of_one} of the action done"
        done = Line(name, _padded(column[np.arange(len(column)), chosen]))
        found.append(Series(key, title, what, lines, chosen=chosen))
        found.append(Series(f"chosen_{key}", name, f"{what} This is the one that was then done.", (done,)))
    return found


def _hesitation(episode: Episode, thoughts: Thoughts, absent: list[tuple[str, str]]) -> list[Series]:
    """Entropy of what the policy might have done; where it has only Q-values, how close the best two came."""
    probabilities, std = thoughts.column("probabilities"), thoughts.column("std")
    q_values = thoughts.column("q_values")
    if probabilities is not None and probabilities.ndim == 2:
        values = entropy(probabilities)
        most = np.log(max(2, probabilities.shape[1]))
        words = f"Entropy of the policy in nats: 0 when it is certain, {most:.2f} when all actions are equally likely."
        if np.nanmax(values, initial=0.0) > 0 or q_values is None:
            return [Series("entropy", "entropy of the policy", words, (Line("entropy", _padded(values)),), "nats")]
    if std is not None and std.ndim == 2 and (np.nan_to_num(std) > 0).any():
        words = "Entropy of the policy's Gaussian in nats, from its spread: lower is more certain; it may be below 0."
        values = gaussian_entropy(std)
        return [Series("entropy", "entropy of the policy", words, (Line("entropy", _padded(values)),), "nats")]
    if q_values is not None and q_values.ndim == 2 and q_values.shape[1] > 1:
        words = "How much better the best action's Q-value is than the second best's: near 0 the policy hesitates."
        gap = gap_of_best_two(q_values, thoughts.column("allowed"))
        return [Series("gap", "gap of best two Qs", words, (Line("gap", _padded(gap)),))]
    absent.append(("entropy of the policy", "This policy gives neither probabilities nor Q-values to its actions."))
    return []


def entropy(probabilities: Numbers) -> Numbers:
    """H_t = −Σ p ln p of each row, in nats, shape (T,); NaN where a step has none."""
    p = np.asarray(probabilities, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(p > 0, -p * np.log(p), 0.0)
    return np.where(np.isnan(p).all(axis=1), np.nan, parts.sum(axis=1))


def gaussian_entropy(std: Numbers) -> Numbers:
    """H_t = Σ ½ ln(2πe σ²) of each row, in nats, shape (T,); NaN where a step has none or knows no spread."""
    s = np.asarray(std, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (0.5 * np.log(2 * np.pi * np.e * np.square(s))).sum(axis=1)
    return np.where(np.isfinite(found), found, np.nan)


def gap_of_best_two(q_values: Numbers, allowed: Numbers | None = None) -> Numbers:
    """Best minus second best Q-value of each row, of allowed actions only, shape (T,); NaN with fewer than two."""
    q = np.asarray(q_values, np.float64)
    if allowed is not None and allowed.shape == q.shape:
        q = np.where(allowed > 0, q, np.nan)
    best = np.partition(np.where(np.isnan(q), -np.inf, q), (-2, -1), axis=1)[:, -2:]
    with np.errstate(invalid="ignore"):
        gap = best[:, 1] - best[:, 0]
    return np.where(np.isfinite(gap), gap, np.nan)


def _actions(episode: Episode, thoughts: Thoughts) -> list[Series]:
    """What was done: lanes of discrete actions, a line for each number of a continuous one."""
    if episode.discrete and episode.actions.ndim == 1:
        count = max(len(episode.action_names), int(episode.actions.max(initial=0)) + 1)
        names = tuple(_action_name(episode, i) for i in range(count))
        line = Line("action", _padded(episode.actions))
        return [
            Series("action", "action", "The action that was done at each step.", (line,), kind="lanes", lanes=names)
        ]
    numbers = episode.actions.reshape(episode.length, int(np.prod(episode.actions.shape[1:])))
    mean = thoughts.column("mean")
    found = []
    for i in range(numbers.shape[1]):
        name = episode.action_names[i] if i < len(episode.action_names) else f"action {i}"
        lines = [Line("done", _padded(numbers[:, i]))]
        if mean is not None and mean.shape == numbers.shape and not np.array_equal(mean[:, i], numbers[:, i]):
            lines.append(Line("policy's mean", _padded(mean[:, i])))
        title, unit = _name_and_unit(name)
        found.append(Series(f"action:{i}", title, "This number of the action that was done.", tuple(lines), unit))
    return found


def _rewards(episode: Episode) -> list[Series]:
    go = return_to_go(episode.rewards)
    missing = " A time limit cut it off: what would have followed is not in it." if _cut_off(episode) else ""
    return [
        Series("reward", "reward", "The reward that each step brought.", (Line("reward", _padded(episode.rewards)),)),
        Series(
            "return_so_far",
            "return so far",
            "The rewards added up to here, undiscounted.",
            (Line("return so far", episode.returns_so_far()),),
        ),
        Series(
            "return_to_go",
            "return to go",
            "The rewards still to come in this episode, added up undiscounted." + missing,
            (Line("return to go", go),),
        ),
    ]


def _observations(episode: Episode) -> list[Series]:
    names = episode.observation_names
    if episode.observations.ndim != 2:
        return []
    found = []
    for i in range(min(len(names), episode.observations.shape[1])):
        name, unit = _name_and_unit(names[i])
        line = Line(name, episode.observations[:, i])
        found.append(Series(f"observation:{names[i]}", name, f"What was observed: {names[i]}.", (line,), unit))
    return found


def _name_and_unit(label: str) -> tuple[str, str]:
    """Of "pole angle (rad)" "pole angle" and "rad". A bracket that explains numbers ("1 is upright") is no unit."""
    found = re.fullmatch(r"(\S.*?)\s+\(([^()]*)\)", label)
    if found is None:
        return label, ""
    return found[1], found[2] if is_unit(found[2]) else ""


def _action_name(episode: Episode, index: int) -> str:
    names = episode.action_names
    return names[index] if index < len(names) else f"action {index}"


def _padded(values: NDArray[Any]) -> Numbers:
    """T values and NaN for the last frame, which has none."""
    return np.append(np.asarray(values, np.float64), np.nan)

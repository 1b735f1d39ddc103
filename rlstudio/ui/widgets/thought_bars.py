"""ThoughtBars: what a policy thought of the actions at one step, in the bars that suit it: probabilities, Q-values,
quantiles, or mean and spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rlstudio.core.episode import Episode, Thought
from rlstudio.core.thoughts import Thoughts
from rlstudio.ui.widgets.bars import ActionBars, SpreadBars
from rlstudio.ui.widgets.candidate_list import MOST_NUMBERS
from rlstudio.ui.widgets.quantile_bars import QuantileBars

Range = tuple[float, float]
_TITLES = {
    "probabilities": "action probabilities",
    "quantiles": "expected return: quantiles and mean",
    "q_values": "Q-values (expected return)",
}


def value_range(values: NDArray[np.floating]) -> Range:
    """Lowest and highest finite value, (0, 0) if there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


class ThoughtBars(QWidget):
    """Rows and ranges are fixed for an episode by `lay_out`; `show_step` only repaints."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.action_bars = ActionBars()
        self.quantile_bars = QuantileBars()
        self.spread_bars = SpreadBars()
        self.title = ""
        self._kind = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.quantile_bars, self.action_bars, self.spread_bars):
            layout.addWidget(widget)

    def lay_out(self, episode: Episode) -> bool:
        """Fix rows and ranges for an episode; whether there is anything to show."""
        thoughts = Thoughts.of(episode.thoughts)
        found = {name: thoughts.column(name) for name in _TITLES}
        self._kind = next((name for name in ("probabilities", "q_values") if found[name] is not None), "")
        rows = found[self._kind] if self._kind else None
        quantiles = found["quantiles"]
        if quantiles is not None and self._kind == "q_values":  # their mean, which the strips show too
            self._kind, rows = "", None
        if rows is not None:
            low, high = (0.0, 1.0) if self._kind == "probabilities" else value_range(rows)
            self.action_bars.set_rows(_names(episode.action_names, rows.shape[1]), low, high)
        if quantiles is not None:
            self.quantile_bars.set_rows(_quantile_names(episode, quantiles.shape[1]), *value_range(quantiles))
        planned = thoughts.column("candidates") is not None
        width = int(np.prod(episode.actions.shape[1:]))
        spreads = not episode.discrete and not (planned and width <= MOST_NUMBERS)  # a planner's stand in its list
        if spreads:
            self.spread_bars.set_rows(_names(episode.action_names, width), *_spread_range(episode, thoughts))
        self.action_bars.setVisible(rows is not None)
        self.quantile_bars.setVisible(quantiles is not None)
        self.spread_bars.setVisible(spreads)
        kind = "quantiles" if quantiles is not None else self._kind
        self.title = _TITLES[kind] if kind else "action done (policy's mean ± spread)"
        return rows is not None or quantiles is not None or spreads

    def show_step(self, episode: Episode, index: int) -> None:
        """Show what was thought before action `index`; after the last one there is none."""
        if index >= episode.length:
            for bars in (self.action_bars, self.quantile_bars, self.spread_bars):
                bars.clear_values()
            return
        thought = episode.thoughts[index]
        chosen = int(np.ravel(episode.actions[index])[0]) if episode.discrete else None
        values = getattr(thought, self._kind) if self._kind else None
        _show(self.action_bars, values, chosen, thought)
        if thought.quantiles is None:
            self.quantile_bars.clear_values()
        else:
            self.quantile_bars.set_quantiles(thought.quantiles, chosen, thought.allowed)
        if not episode.discrete:
            self.spread_bars.set_values(np.ravel(episode.actions[index]), thought.mean, thought.std)


def _show(bars: ActionBars, values: NDArray[np.float32] | None, chosen: int | None, thought: Thought) -> None:
    if values is None:
        bars.clear_values()
    else:
        bars.set_values(values, chosen, thought.allowed)


def _names(names: Sequence[str], count: int) -> list[str]:
    """The first `count` names; numbers where there are none."""
    return [names[index] if index < len(names) else f"action {index}" for index in range(count)]


def _quantile_names(episode: Episode, count: int) -> list[str]:
    """An action a row; a critic of continuous actions judges the one that was done."""
    if episode.discrete:
        return _names(episode.action_names, count)
    return ["this action"] if count == 1 else [f"critic {index + 1}" for index in range(count)]


def _spread_range(episode: Episode, thoughts: Thoughts) -> Range:
    """From the lowest to the highest of all mean ± spread and all actions."""
    parts = [np.ravel(episode.actions).astype(np.float64)]
    mean, std = thoughts.column("mean"), thoughts.column("std")
    if mean is not None:
        spread = np.zeros_like(mean) if std is None or std.shape != mean.shape else np.nan_to_num(std)
        parts += [np.ravel(mean - spread), np.ravel(mean + spread)]
    return value_range(np.concatenate(parts))

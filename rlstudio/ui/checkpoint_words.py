"""What checkpoints are called, and the question which of them to compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from rlstudio.core.checkpoint_choice import film_steps
from rlstudio.core.history import History
from rlstudio.ui.widgets.checkpoint_dialog import CheckpointDialog
from rlstudio.ui.widgets.compare_view import MOST_EPISODES
from rlstudio.ui.widgets.numbers import number


def name_of(step: int, best: int | None = None) -> str:
    """ "untrained policy", "checkpoint 12,400", "checkpoint 40,000 · best"."""
    name = "untrained policy" if step == 0 else f"checkpoint {step:,}"
    return f"{name} · best" if step == best else name


def captions_of(steps: Sequence[int], best: int | None) -> list[str]:
    """The names of several."""
    return [name_of(step, best) for step in steps]


def rows_of(steps: Sequence[int], history: History, best: int | None) -> list[tuple[int, str]]:
    """Each checkpoint with the mean return that training had come to by then."""
    means, rows = history.mean(), []
    for step in steps:
        ended = int(np.searchsorted(history.end_steps, step, side="right"))
        mean = f" · training mean {number(float(means[ended - 1]))}" if ended and np.isfinite(means[ended - 1]) else ""
        rows.append((step, name_of(step, best) + mean))
    return rows


def choose(
    parent: QWidget, steps: Sequence[int], history: History, best: int | None, then: Callable[[list[int]], None]
) -> None:
    """Ask which to show side by side, then call `then` with their steps. At first the telling ones and the last."""
    dialog = CheckpointDialog(rows_of(steps, history, best), film_steps(steps, history, best, MOST_EPISODES), parent)
    dialog.accepted.connect(lambda: then(dialog.steps()))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()

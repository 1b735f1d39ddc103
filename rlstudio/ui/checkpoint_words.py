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


def idle_words(steps: Sequence[int], *, ended: bool) -> str:
    """What can be done with the checkpoints there are while none of them is shown."""
    if len(steps) > 1:
        return f"{len(steps)} checkpoints: slide, or click on the curve"
    if ended:
        return f"This run kept {'one checkpoint' if steps else 'no checkpoint'}: nothing to compare"
    return "Training keeps checkpoints here, from untrained to trained"


def captions_of(steps: Sequence[int], best: int | None) -> list[str]:
    """The names of several."""
    return [name_of(step, best) for step in steps]


def rows_of(steps: Sequence[int], history: History, best: int | None) -> list[tuple[int, str]]:
    """Each checkpoint with the mean return of its own evaluation, and that which training had come to by then."""
    evaluated = {evaluation.step: evaluation.mean for evaluation in history.evaluations if evaluation.returns}
    means, rows = history.mean(), []
    for step in steps:
        words = name_of(step, best)
        if step in evaluated:
            words += f" · evaluation mean {number(evaluated[step])}"
        ended = int(np.searchsorted(history.end_steps, step, side="right"))
        if ended and np.isfinite(means[ended - 1]):
            words += f" · training mean {number(float(means[ended - 1]))}"
        rows.append((step, words))
    return rows


def choose(
    parent: QWidget, steps: Sequence[int], history: History, best: int | None, then: Callable[[list[int]], None]
) -> None:
    """Ask which to show side by side, then call `then` with their steps. At first the telling ones and the last."""
    dialog = CheckpointDialog(rows_of(steps, history, best), film_steps(steps, history, best, MOST_EPISODES), parent)
    dialog.accepted.connect(lambda: then(dialog.steps()))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()

"""The row at the foot of the window: what comes and goes in it moves nothing, and cuts no word for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from rlstudio.core.messages import Exported
from rlstudio.ui.theme import font_points, set_font_size
from rlstudio.ui.widgets.export_progress import ExportProgress
from rlstudio.ui.widgets.status_row import StatusRow

LONG = "/home/somebody/a-recording-of-cart-pole-by-proximal-policy-optimisation-at-step-29636-greedy.gif"


@pytest.fixture(params=[1024, 1600])
def foot(show: Callable[..., Any], request: pytest.FixtureRequest) -> tuple[QWidget, StatusRow, ExportProgress]:
    """A page above the row, and an export's progress in it, as in the window."""
    window, page, row, export = QWidget(), QWidget(), StatusRow(), ExportProgress()
    row.extra.addWidget(export)
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(page, 1)
    layout.addWidget(row)
    row.say("Finished after 29,636 steps: mean of last 25 reached 475.4")
    row.show_numbers(["29,636 steps", "173 episodes", "1 min 12 s", "best mean 475.4", "CPU"])
    show(window, request.param, 400)
    return page, row, export


def test_an_export_moves_nothing(app: QApplication, foot: tuple[QWidget, StatusRow, ExportProgress]) -> None:
    page, row, export = foot
    before = page.geometry(), row.height()
    for act in (
        lambda: export.begin(LONG, 100),
        lambda: export.finish(Exported(LONG, 394, 600, 400, 220_000, 0.4)),
        lambda: export.fail("The disk is full."),
        export.close_button.click,
    ):
        act()
        app.processEvents()
        assert (page.geometry(), row.height()) == before
        for part in (export.cancel_button, export.show_button, export.close_button):
            assert not part.isVisible() or part.height() >= part.minimumSizeHint().height(), "a button is cut off"


def test_a_long_name_is_cut_and_the_tooltip_has_all_of_it(
    app: QApplication, foot: tuple[QWidget, StatusRow, ExportProgress]
) -> None:
    _page, row, export = foot
    export.finish(Exported(LONG, 394, 600, 400, 220_000, 0.4))
    app.processEvents()
    assert export.words.fontMetrics().horizontalAdvance(export.words.text()) > export.words.width()
    assert export.words.toolTip() == export.words.text()
    assert export.toolTip() == LONG
    assert export.geometry().right() <= row.width()
    assert row.words.width() > 0
    export.finish(Exported("/a.gif", 3, 6, 4, 200, 0.4))
    app.processEvents()
    if row.width() > 1200:
        assert export.words.toolTip() == "", "it is shown whole"


def test_a_larger_font_gets_a_higher_row(app: QApplication, foot: tuple[QWidget, StatusRow, ExportProgress]) -> None:
    _page, row, _export = foot
    before, points = row.height(), font_points()
    try:
        set_font_size(app, points + 6)
        app.processEvents()
        assert row.height() > before
        assert row.height() >= row.words.fontMetrics().height()
    finally:
        set_font_size(app, points)
    app.processEvents()
    assert row.height() == before

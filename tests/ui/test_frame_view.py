"""FrameView: letterboxed, owned, sharp where asked, painted only for new frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from rlstudio.ui.widgets.frame_view import FrameView

Show = Callable[..., Any]


def halves(height: int = 100, width: int = 200) -> Any:
    """Left half black, right half white."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, width // 2 :] = 255
    return picture


@pytest.mark.parametrize(
    ("size", "place"), [((400, 400), QRectF(0, 100, 400, 200)), ((800, 200), QRectF(200, 0, 400, 200))]
)
def test_the_picture_is_as_large_as_fits_and_centred(show: Show, size: tuple[int, int], place: QRectF) -> None:
    view = show(FrameView(), *size)
    view.show_frame(halves())
    assert view.picture_rect() == place


def test_the_frame_is_copied(show: Show) -> None:
    view, picture = show(FrameView(), 400, 400), halves()
    view.show_frame(picture)
    picture[:] = 127
    assert QColor(view.grab().toImage().pixel(380, 200)).red() == 255


def test_rows_that_are_not_contiguous_are_shown_right(show: Show) -> None:
    view = show(FrameView(), 400, 200)
    view.show_frame(np.ascontiguousarray(halves().transpose(1, 0, 2)).transpose(1, 0, 2))
    image = view.grab().toImage()
    assert QColor(image.pixel(20, 100)).red() == 0
    assert QColor(image.pixel(380, 100)).red() == 255


def test_sharp_pixels_have_no_shades_between(show: Show) -> None:
    view = show(FrameView(), 410, 210)
    shades = {}
    for sharp in (False, True):
        view.show_frame(halves(10, 20), sharp=sharp)
        image, place = view.grab().toImage(), view.picture_rect()
        row = [QColor(image.pixel(x, 100)).red() for x in range(int(place.left()), int(place.right()))]
        shades[sharp] = {shade for shade in row if 0 < shade < 255}
    assert shades[False]
    assert not shades[True]


def test_it_repaints_for_a_new_frame_and_not_otherwise(
    app: QApplication, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    original = FrameView.paintEvent
    monkeypatch.setattr(FrameView, "paintEvent", lambda self, event: (painted.append(1), original(self, event))[1])
    view = show(FrameView(), 400, 400)
    app.processEvents()
    painted.clear()
    view.show_frame(halves())
    view.show_frame(halves())
    app.processEvents()
    app.processEvents()
    assert len(painted) == 1
    hint = view.sizeHint()
    view.show_frame(halves(300, 50))
    assert view.sizeHint() == hint


def test_words_stand_where_there_is_no_picture(show: Show) -> None:
    view = show(FrameView(), 400, 200)
    view.show_message("Watching is off")
    image = view.grab().toImage()
    background = image.pixel(0, 0)
    assert any(image.pixel(x, y) != background for x in range(100, 300) for y in range(80, 120))


@pytest.mark.parametrize("height", [130, 137, 151, 170])
def test_a_thin_line_stays_visible_in_a_small_picture(show: Show, height: int) -> None:
    """CartPole's track is one pixel high of 400: side by side with others it is drawn at a third of its size."""
    picture = np.full((400, 600, 3), 255, np.uint8)
    picture[300] = 0
    view = show(FrameView(), height * 3 // 2, height)
    view.show_frame(picture)
    image = view.grab().toImage()
    darkest = min(QColor(image.pixel(view.width() // 2, y)).red() for y in range(image.height()))
    assert darkest < 200

"""Boxes for numbers, named and explained, their text standing off the edge as in other fields."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

_TEXT_MARGIN = 6  # pixels; the stylesheet's padding does not reach the text of a box with arrows


def whole_box(name: str, words: str, tip: str, lowest: int, highest: int) -> QSpinBox:
    """A box for whole numbers; it tells of a number once it is written, not of each digit."""
    box = QSpinBox()
    box.setRange(lowest, highest)
    _explain(box, name, words, tip)
    return box


def real_box(name: str, words: str, tip: str, lowest: float, highest: float) -> QDoubleSpinBox:
    """A box for numbers with one decimal, otherwise the same."""
    box = QDoubleSpinBox()
    box.setDecimals(1)
    box.setRange(lowest, highest)
    _explain(box, name, words, tip)
    return box


def _explain(box: QAbstractSpinBox, name: str, words: str, tip: str) -> None:
    box.setObjectName(name)
    box.setAccessibleName(words)
    box.setToolTip(tip)
    box.setKeyboardTracking(False)
    box.lineEdit().setTextMargins(_TEXT_MARGIN, 0, 0, 0)

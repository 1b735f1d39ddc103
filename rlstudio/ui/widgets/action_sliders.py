"""ActionSliders: the numbers of an action that is no single choice, each on a slider between its bounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QScrollArea, QSlider, QWidget

from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.plain_tip import plain_tip

_PLACES = 200  # of a slider
_MOST_ROWS = 6  # before it scrolls
_ROW_HEIGHT = 34


class ActionSliders(QScrollArea):
    """A row for each number: its name, a slider, and the value to be typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("actionSliders")
        self.setAccessibleName("Numbers of the forced action")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._boxes: list[QDoubleSpinBox] = []

    def set_numbers(
        self,
        names: Sequence[str],
        bounds: Sequence[tuple[float, float]],
        values: NDArray[np.float64],
        *,
        whole: bool = False,
    ) -> None:
        """One row for each value, named and bounded; a number without a name or bounds gets plain ones.

        `whole` numbers are switches and choices: nothing between them can be set.
        """
        page, self._boxes = QWidget(), []
        set_role(page, "page")
        rows = QGridLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setColumnStretch(1, 1)
        for place, value in enumerate(values.tolist()):
            name = names[place] if place < len(names) else f"number {place + 1}"
            low, high = bounds[place] if place < len(bounds) else (min(-1.0, value), max(1.0, value))
            rows.addWidget(self._label(name), place, 0)
            slider, box = self._row(name, low, high, value, whole=whole)
            rows.addWidget(slider, place, 1)
            rows.addWidget(box, place, 2)
            self._boxes.append(box)
        self.setWidget(page)
        self.setFixedHeight(_ROW_HEIGHT * max(1, min(len(self._boxes), _MOST_ROWS)))

    def values(self) -> tuple[float, ...]:
        """The numbers as they stand."""
        return tuple(box.value() for box in self._boxes)

    def first(self) -> QWidget:
        """What takes the keyboard first."""
        return self._boxes[0] if self._boxes else self

    def _label(self, name: str) -> QLabel:
        label = ElidedLabel(name.split(" (")[0], widest=150)  # the unit is in the tooltip
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setToolTip(plain_tip(name))
        return label

    def _row(self, name: str, low: float, high: float, value: float, *, whole: bool) -> tuple[QSlider, QDoubleSpinBox]:
        slider, box = QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        for control in (slider, box):
            control.setAccessibleName(name)
            control.setToolTip(plain_tip(f"{name}, from {low:g} to {high:g}"))
        places = max(1, round(high - low)) if whole else _PLACES
        slider.setRange(0, places)
        slider.setMinimumWidth(90)
        box.setRange(low, high)
        box.setDecimals(0 if whole else 2)
        box.setSingleStep(1.0 if whole else (high - low) / 20)

        def to_box(place: int) -> None:
            with QSignalBlocker(box):
                box.setValue(low + (high - low) * place / places)

        def to_slider(now: float) -> None:
            with QSignalBlocker(slider):
                slider.setValue(round((now - low) / (high - low) * places) if high > low else 0)

        slider.valueChanged.connect(to_box)
        box.valueChanged.connect(to_slider)
        box.setValue(value)
        to_slider(box.value())
        return slider, box

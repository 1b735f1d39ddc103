"""ValuesPanel: what the policy thinks states are worth: a map that follows its learning, and what it is drawn over."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from rlstudio.core.value_map import ValueMap
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.row_words import row_words
from rlstudio.ui.widgets.value_map import ValueMapView

_SIDE_WIDTH, _NARROW_WIDTH = 280, 180
_LISTED = 16
_OF_A_GRID = "Arrows: its best moves. Empty cells: an episode ends there, or it has not acted there yet."
_NOTHING = "While the policy is watched, what it thinks states are worth appears here."


def source_words(step: int | None) -> str:
    """Whose values a map shows."""
    return "untrained policy" if step is None else f"policy at step {step:,}"


class ValuesPanel(QWidget):
    """The map, and at its left what it shows: of a plane which two numbers, of a grid what else its states hang on.

    Signals:
        wishChanged: another choice; `wish` says which.
    """

    wishChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("valuesPanel")
        self.setAccessibleName("Values of states")
        self.view = ValueMapView()
        self.title = ElidedLabel()
        self.source = ElidedLabel()
        set_role(self.title, "heading")
        set_role(self.source, "muted")
        self._explained = QLabel()
        self._explained.setWordWrap(True)
        set_role(self._explained, "muted")
        self._kind: Any = None
        self._pickers: dict[str, QComboBox] = {}
        self._held: dict[int, QComboBox] = {}
        self._side = QWidget()
        self._side.setFixedWidth(_SIDE_WIDTH)
        self._side.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 8, 0, 0)
        self._form.setVerticalSpacing(6)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        left = QVBoxLayout(self._side)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(2)
        left.addWidget(self.title)
        left.addWidget(self.source)
        left.addLayout(self._form)
        left.addSpacing(6)
        left.addWidget(self._explained)
        left.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 4, 16, 4)
        layout.setSpacing(16)
        layout.addWidget(self._side)
        layout.addWidget(self.view, 1)
        self.show_reason(_NOTHING)

    def show_map(self, found: ValueMap) -> None:
        """Show a map; of another environment the choices are made anew."""
        kind = (found.env, tuple(each.label for each in found.coordinates))
        if kind != self._kind:
            self._kind = kind
            self._lay_out(found)
        self._side.show()
        self.title.setText(found.title or "greedy actions")
        self.source.setText(source_words(found.step))
        self.view.show_map(found)

    def show_reason(self, words: str) -> None:
        """Say in words why there is no map."""
        self._side.hide()
        self.view.show_message(words)

    def wish(self) -> dict[str, Any]:
        """What is to be mapped: `x`, `y` and `held` of a ShowValues."""
        x, y = (self._pickers[name].currentData() if name in self._pickers else None for name in ("x", "y"))
        held = {index: box.currentData() for index, box in self._held.items() if box.currentData() is not None}
        if "others" in self._pickers and self._pickers["others"].currentData() is not None:
            count = self._pickers["x"].count()
            held = {index: 0.0 for index in range(count) if index not in (x, y)}
        return {"x": x, "y": y, "held": held}

    def begin_anew(self) -> None:
        """Another environment: its choices are not those of the one before."""
        self._kind = None
        self._clear()
        self.show_reason(_NOTHING)

    # ------------------------------------------------------------ choices

    def _clear(self) -> None:
        self._pickers.clear()
        self._held.clear()
        while self._form.rowCount():
            self._form.removeRow(0)

    def _lay_out(self, found: ValueMap) -> None:
        self._clear()
        self._explained.setText(_OF_A_GRID if found.is_grid else "")
        self._side.setFixedWidth(_SIDE_WIDTH if len(found.coordinates) > 2 else _NARROW_WIDTH)
        names = [row_words(each.label).name for each in found.coordinates]
        if found.is_grid:
            for index in sorted(found.held):
                self._add_held(index, found)
        elif len(names) > 2:
            for name, chosen, words in (("x", found.x, "across"), ("y", found.y, "upwards")):
                self._add(name, words, [(label, place) for place, label in enumerate(names)], chosen)
            self._add("others", "all others", [("as they are now", None), ("at 0", 0.0)], None)

    def _add_held(self, index: int, found: ValueMap) -> None:
        coordinate = found.coordinates[index]
        words = row_words(coordinate.label)
        numbers = range(int(coordinate.low), min(int(coordinate.high), _LISTED) + 1)
        entries = [(words.legend.get(value, str(value)), float(value)) for value in numbers]
        self._held[index] = self._make(f"values_{words.name}", words.name, [("as it is now", None), *entries], None)

    def _add(self, name: str, words: str, entries: list[tuple[str, Any]], chosen: Any) -> None:
        self._pickers[name] = self._make(f"values_{name}", words, entries, chosen)

    def _make(self, name: str, words: str, entries: list[tuple[str, Any]], chosen: Any) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(f"{words} of the map of values")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for text, data in entries:
            box.addItem(text, data)
        box.setCurrentIndex(next((i for i, (_, data) in enumerate(entries) if data == chosen), 0))
        box.currentIndexChanged.connect(lambda _index, box=box: self._changed(box))
        label = QLabel(words)
        label.setBuddy(box)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        set_role(label, "muted")
        self._form.addRow(label, box)
        return box

    def _changed(self, box: QComboBox) -> None:
        """The two sides are never the same number: the other one takes this one's former place."""
        pair = [self._pickers.get("x"), self._pickers.get("y")]
        if box in pair and pair[0].currentData() == pair[1].currentData():
            other = pair[1] if box is pair[0] else pair[0]
            other.blockSignals(True)
            other.setCurrentIndex(next(i for i in range(other.count()) if i != box.currentIndex()))
            other.blockSignals(False)
        self.wishChanged.emit()

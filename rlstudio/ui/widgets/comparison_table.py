"""ComparisonTable: the legend of a comparison, and what differs between its lines, in one table."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from rlstudio.core.comparison import Comparison, Line
from rlstudio.ui.theme import theme_events
from rlstudio.ui.widgets.comparison_plot import line_look
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.plot_parts import pen

_SAMPLE = QSize(28, 12)


class ComparisonTable(QTableWidget):
    """A row for each line: its ticked name in its colour, runs, last and best mean, then every setting that differs.

    Signals:
        hiddenChanged: the lines that are not ticked.
    """

    hiddenChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonTable")
        self.setAccessibleName("Compared runs and the settings that differ")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(_SAMPLE)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._comparison = Comparison((), ())
        self.itemChanged.connect(lambda item: self._ticked() if item.column() == 0 else None)
        theme_events.changed.connect(self._draw_samples)

    def show_comparison(self, comparison: Comparison, names: list[str]) -> None:
        """Show these lines; `names` are the compared runs', for the tooltips. What was unticked stays so."""
        hidden = self.hidden() if len(comparison.lines) == len(self._comparison.lines) else frozenset()
        self._comparison = comparison
        differing = [difference.name for difference in comparison.differences]
        titles = ["", "runs", "last mean", "best mean", *(name.replace("_", " ") for name in differing)]
        self.blockSignals(True)
        self.setColumnCount(len(titles))
        self.setRowCount(len(comparison.lines))
        self.setHorizontalHeaderLabels(titles)
        for row, line in enumerate(comparison.lines):
            self._fill(row, line, [difference.values[row] for difference in comparison.differences], names)
            self.item(row, 0).setCheckState(Qt.CheckState.Unchecked if row in hidden else Qt.CheckState.Checked)
        self.blockSignals(False)
        self._draw_samples()
        self.resizeColumnsToContents()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def hidden(self) -> frozenset[int]:
        """The lines that are not ticked."""
        items = [self.item(row, 0) for row in range(self.rowCount())]
        return frozenset(row for row, item in enumerate(items) if item.checkState() != Qt.CheckState.Checked)

    def _ticked(self) -> None:
        self.hiddenChanged.emit(self.hidden())

    def _fill(self, row: int, line: Line, values: list[Any], names: list[str]) -> None:
        name = QTableWidgetItem(line.label)
        name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        name.setToolTip("\n".join(names[index] for index in line.runs))
        self.setItem(row, 0, name)
        texts = [str(len(line.runs)), _mean(line.last), _mean(line.best), *(_value(value) for value in values)]
        for column, text in enumerate(texts, start=1):
            cell = QTableWidgetItem(text)
            cell.setFlags(Qt.ItemFlag.ItemIsEnabled)
            if column <= 3:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, cell)

    def _draw_samples(self) -> None:
        self.blockSignals(True)
        for row in range(self.rowCount()):
            self.item(row, 0).setIcon(QIcon(_sample(row, self.devicePixelRatioF())))
        self.blockSignals(False)


def _sample(row: int, ratio: float) -> QPixmap:
    """A piece of the line."""
    color, pattern = line_look(row)
    picture = QPixmap(_SAMPLE * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    painter.setPen(pen(color, 2.5, style=pattern))
    middle = QRectF(0, 0, _SAMPLE.width(), _SAMPLE.height()).center().y()
    painter.drawLine(0, round(middle), _SAMPLE.width(), round(middle))
    painter.end()
    return picture


def _mean(value: float) -> str:
    return "–" if value != value else number(value)


def _value(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)

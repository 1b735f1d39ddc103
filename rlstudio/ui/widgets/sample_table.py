"""Samples as a table: a row a transition, a column a number; only what is on the screen is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from rlstudio.storage.samples import Samples

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class SampleSheet:
    """Samples as they are shown: `numbers` of shape (n_rows, n_columns), and which columns hold whole numbers alone."""

    samples: Samples
    titles: tuple[str, ...]
    numbers: NDArray[np.float64]
    whole: tuple[bool, ...]


def sheet_of(samples: Samples) -> SampleSheet:
    """Lay samples out. It converts every number there is: not for the window's thread."""
    numbers = samples.table()
    whole = tuple(bool((column == np.round(column)).all()) for column in numbers.T)
    return SampleSheet(samples, samples.titles, numbers, whole)


class SampleModel(QAbstractTableModel):
    """Reads numbers out of one array; nothing is made for rows that are not shown."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._titles: tuple[str, ...] = ()
        self._table: NDArray[np.float64] = np.zeros((0, 0))
        self._whole: tuple[bool, ...] = ()

    def set_sheet(self, sheet: SampleSheet) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._titles, self._table, self._whole = sheet.titles, sheet.numbers, sheet.whole
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Number of transitions."""
        return 0 if parent.isValid() else len(self._table)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Numbers of each."""
        return 0 if parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles above, numbers from 1 at the left."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section] if orientation == Qt.Orientation.Horizontal else f"{section + 1:,}"
        return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        if role == Qt.ItemDataRole.DisplayRole:
            value = self._table[index.row(), index.column()]
            return f"{value:.0f}" if self._whole[index.column()] else f"{value:.4f}"
        return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None

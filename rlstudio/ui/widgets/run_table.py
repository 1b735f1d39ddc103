"""Runs as a table model, sorted and filtered: those that train stay on top."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from rlstudio.core.family import Kin, family_order
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.run_columns import COLUMNS, LABELS, RUN, STATUS, WHEN, Column, searched, status_of, tip

Index = QModelIndex | QPersistentModelIndex
RUN_ROLE = int(Qt.ItemDataRole.UserRole) + 1
KIN_ROLE = RUN_ROLE + 1
_ROLES = {
    RUN_ROLE,
    KIN_ROLE,
    *map(
        int,
        (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.EditRole,
            Qt.ItemDataRole.TextAlignmentRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.ForegroundRole,
        ),
    ),
}


@dataclass(frozen=True)
class Wanted:
    """Which runs are shown: every word of `text` occurs in them; of the others, "" means any."""

    text: str = ""
    env: str = ""
    algorithm: str = ""
    status: str = ""
    tag: str = ""

    def accepts(self, run: ListedRun, text: str) -> bool:
        """Whether a run, found by `text`, is shown."""
        config = run.info.config
        return (
            self.env in ("", config.env)
            and self.algorithm in ("", config.algorithm)
            and self.status in ("", status_of(run))
            and (not self.tag or self.tag.casefold() in {tag.casefold() for tag in run.labels.tags})
            and all(word in text for word in self.text.lower().split())
        )


class RunTableModel(QAbstractTableModel):
    """Rows of ListedRun; `RUN_ROLE` gives the run itself, `KIN_ROLE` where it stands in the family tree.

    Signals:
        titleTyped(run, text): the title was changed in the table. It shows once the run is listed with it.
    """

    titleTyped = Signal(object, str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._runs: list[ListedRun] = []
        self._texts: dict[Path, tuple[ListedRun, str]] = {}  # what searches look in, made anew for a run that changed
        self._wanted = Wanted()
        self._sorted_by, self._order = WHEN, Qt.SortOrder.DescendingOrder
        self._shown: list[ListedRun] = []
        self._as_tree = False
        self._kin: list[Kin[ListedRun]] = []

    def show_as_tree(self, wanted: bool) -> None:
        """Whether forks stand beneath the runs that they were forked from, as far as those are shown."""
        if wanted != self._as_tree:
            self._as_tree = wanted
            self._show()

    def set_runs(self, runs: Iterable[ListedRun]) -> None:
        """Replace all runs; rows that stay where they are keep selection and place."""
        self._runs = list(runs)
        known, self._texts = self._texts, {}
        for run in self._runs:
            before = known.get(run.path)
            same = before is not None and before[0] is run
            self._texts[run.path] = before if before is not None and same else (run, searched(run))
        self._show()

    def runs(self) -> list[ListedRun]:
        """All runs, whether shown or not."""
        return self._runs

    def shown(self) -> list[ListedRun]:
        """The runs that are shown, in order."""
        return self._shown

    def wanted(self) -> Wanted:
        """Which runs are shown."""
        return self._wanted

    def want(self, wanted: Wanted) -> None:
        """Show only these."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._show()

    def row_of(self, path: Path) -> int:
        """The row of the run in that folder, -1 when it is not shown."""
        return next((row for row, run in enumerate(self._shown) if run.path == path), -1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; those without a value come last, those that train first."""
        self._sorted_by, self._order = column, order
        self._show()

    def _show(self) -> None:
        runs = [run for run in self._runs if self._wanted.accepts(run, self._texts[run.path][1])]
        key = COLUMNS[self._sorted_by].key if 0 <= self._sorted_by < len(COLUMNS) else COLUMNS[WHEN].key
        keyed = [(key(run), run) for run in runs]
        known = sorted(
            (each for each in keyed if each[0] is not None),
            key=lambda each: each[0],
            reverse=self._order == Qt.SortOrder.DescendingOrder,
        )
        ordered = [run for _key, run in known] + [run for value, run in keyed if value is None]
        ordered.sort(key=lambda run: not run.live)
        kin = family_order(ordered, lambda run: run.path.name, lambda run: run.parent_name) if self._as_tree else []
        if self._as_tree:
            ordered = [each.item for each in kin]
        if [each.branch for each in kin] == [each.branch for each in self._kin] and [run.path for run in ordered] == [
            run.path for run in self._shown
        ]:
            changed = [row for row, run in enumerate(ordered) if run is not self._shown[row]]
            self._shown, self._kin = ordered, kin
            for row in changed:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
            if ordered:  # "5 min ago" goes on, too
                self.dataChanged.emit(self.index(0, WHEN), self.index(len(ordered) - 1, WHEN))
            return
        self.beginResetModel()
        self._shown, self._kin = ordered, kin
        self.endResetModel()

    # ------------------------------------------------------------ what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Number of runs shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """The title can be written in its cell."""
        plain = super().flags(index)
        return plain | Qt.ItemFlag.ItemIsEditable if index.column() == RUN else plain

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles, aligned as their columns are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return column.help or None if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell. For each that is painted a view asks for many roles."""
        if role not in _ROLES:
            return None
        run, column = self._shown[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(run)
        if role == Qt.ItemDataRole.EditRole:
            return run.labels.title
        if role == RUN_ROLE:
            return run
        if role == KIN_ROLE:
            return self._kin[index.row()] if self._as_tree else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(run)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _color(run, index.column())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A title that was typed."""
        run = self._shown[index.row()]
        if role != Qt.ItemDataRole.EditRole or index.column() != RUN or str(value) == run.labels.title:
            return False
        self.titleTyped.emit(run, str(value))
        return True


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _color(run: ListedRun, column: int) -> QColor | None:
    colors = current_colors()
    if column == STATUS:
        known = {
            "failed": colors.danger,
            "interrupted": colors.warning,
            "running": colors.live,
            "paused": colors.warning,
            "solved": colors.good,
        }
        return QColor(known.get(status_of(run), colors.text))
    return QColor(colors.muted) if column in (LABELS, WHEN) else None

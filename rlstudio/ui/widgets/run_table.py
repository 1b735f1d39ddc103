"""Runs as a table model: what each column shows, sorts by, and is searched for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor

from rlstudio.storage.run_info import RunInfo
from rlstudio.ui.theme import current_colors

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
RUN_ROLE = SORT_ROLE + 1
NOTHING = "–"


@dataclass(frozen=True)
class Column:
    """A column: its title, its text, what it sorts by, and whether it holds numbers."""

    title: str
    text: Callable[[RunInfo], str]
    key: Callable[[RunInfo], Any]
    number: bool = False
    help: str = ""


def moment(iso: str) -> datetime | None:
    """The moment an ISO date names, in local time; None when it names none."""
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone()


def ago(iso: str, now: datetime | None = None) -> str:
    """How long ago, in words: "just now", "5 min ago", "3 h ago", "yesterday", then the date."""
    then = moment(iso)
    if then is None:
        return NOTHING
    now = (now or datetime.now(UTC)).astimezone()
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if then.date() == now.date():
        return f"{int(seconds // 3600)} h ago"
    if (now.date() - then.date()).days == 1:
        return f"yesterday {then:%H:%M}"
    return f"{then.day} {then:%b %Y}"


def _return(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _low(value: float | None) -> float:
    return float("-inf") if value is None else value


def _status(run: RunInfo) -> str:
    return "solved" if run.solved_at and run.status in ("finished", "stopped") else run.status


COLUMNS = (
    Column("Environment", lambda run: run.config.env, lambda run: run.config.env.lower()),
    Column("Algorithm", lambda run: run.config.algorithm, lambda run: run.config.algorithm),
    Column("Seed", lambda run: str(run.config.seed), lambda run: run.config.seed, number=True),
    Column("Status", _status, _status),
    Column("Steps", lambda run: f"{run.steps:,}", lambda run: run.steps, number=True, help="Environment steps taken"),
    Column(
        "Best mean",
        lambda run: _return(run.best_mean_return),
        lambda run: _low(run.best_mean_return),
        number=True,
        help="Best mean return over the run's window of episodes",
    ),
    Column(
        "Last mean",
        lambda run: _return(run.mean_return),
        lambda run: _low(run.mean_return),
        number=True,
        help="Mean return over the last episodes",
    ),
    Column("When", lambda run: ago(run.started), lambda run: run.started),
)


class RunTableModel(QAbstractTableModel):
    """Rows of RunInfo. `RUN_ROLE` gives the run itself."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._runs: list[RunInfo] = []

    def set_runs(self, runs: Iterable[RunInfo]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._runs = list(runs)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Number of runs."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

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
        """A cell."""
        run, column = self._runs[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(run)
        if role == SORT_ROLE:
            return column.key(run)
        if role == RUN_ROLE:
            return run
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return run.error or f"{run.path}\nstarted {run.started}"
        if role == Qt.ItemDataRole.ForegroundRole and column.title == "Status":
            return QColor(_status_color(_status(run)))
        return None


class RunFilter(QSortFilterProxyModel):
    """Sorts by each column's own key, and keeps the runs in which every word searched for occurs."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self.setSortRole(SORT_ROLE)

    def search(self, text: str) -> None:
        """Show only the runs that every word of `text` occurs in: names, status, seed, preset, folder."""
        self._words = text.lower().split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Whether a run is shown."""
        run: RunInfo = self.sourceModel().index(row, 0, parent).data(RUN_ROLE)
        config = run.config
        text = (
            f"{config.env} {config.algorithm} {config.preset} seed {config.seed} {_status(run)} {run.path.name}".lower()
        )
        return all(word in text for word in self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Order of two cells of one column."""
        return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _status_color(status: str) -> str:
    colors = current_colors()
    known = {"failed": colors.danger, "interrupted": colors.warning, "running": colors.live, "solved": colors.good}
    return known.get(status, colors.text)

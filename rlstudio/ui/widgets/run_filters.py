"""RunFilters: a search field and four lists that say which runs are shown."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.widgets.run_columns import status_of
from rlstudio.ui.widgets.run_table import Wanted

_LISTS = {
    "env": ("Environment", "Show the runs of one environment"),
    "algorithm": ("Algorithm", "Show the runs of one algorithm"),
    "status": ("Status", "Show the runs that stand so: finished, solved, failed…"),
    "tag": ("Tag", "Show the runs with a tag"),
}


class RunFilters(QWidget):
    """Signals:
    changed: other runs are wanted.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.search.setObjectName("runsSearch")
        self.search.setPlaceholderText("Search runs")
        self.search.setAccessibleName("Search runs")
        self.search.setToolTip("Shows the runs in which every word occurs: names, settings, tags, note (Ctrl+F)")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(110)
        self.search.setMaximumWidth(260)
        self.search.textChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        self._lists: dict[str, QComboBox] = {}
        for name, (everything, help_) in _LISTS.items():
            box = QComboBox(self)
            box.setObjectName(f"{name}Filter")
            box.setAccessibleName(help_)
            box.setToolTip(help_)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(len(everything) - 2)
            box.addItem(everything, "")
            box.currentIndexChanged.connect(self.changed)
            self._lists[name] = box
            row.addWidget(box)
        self._lists["tag"].hide()

    def wanted(self) -> Wanted:
        """Which runs are to be shown."""
        return Wanted(self.search.text(), **{name: box.currentData() or "" for name, box in self._lists.items()})

    def clear(self) -> None:
        """Show all runs."""
        self.search.clear()
        for box in self._lists.values():
            box.setCurrentIndex(0)

    def offer(self, runs: Iterable[ListedRun]) -> None:
        """Offer what there is; a choice that no run fits any more stays until another is made."""
        runs = list(runs)
        found = {
            "env": {run.info.config.env for run in runs},
            "algorithm": {run.info.config.algorithm for run in runs},
            "status": {status_of(run) for run in runs},
            "tag": {tag for run in runs for tag in run.labels.tags},
        }
        for name, values in found.items():
            box = self._lists[name]
            chosen = box.currentData()
            wanted = sorted(values | ({chosen} if chosen else set()), key=str.lower)
            if wanted == [box.itemData(row) for row in range(1, box.count())]:
                continue
            box.blockSignals(True)
            while box.count() > 1:
                box.removeItem(1)
            for value in wanted:
                box.addItem(value, value)
            box.setCurrentIndex(max(0, box.findData(chosen)))
            box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 24)
            box.blockSignals(False)
        self._lists["tag"].setVisible(self._lists["tag"].count() > 1)

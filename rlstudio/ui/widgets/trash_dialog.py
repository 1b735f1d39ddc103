"""TrashDialog: the runs in the trash, to be brought back or deleted for good. It asks, and touches nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rlstudio.storage.trash import TrashedRun
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.run_columns import ago, return_text


class TrashDialog(QDialog):
    """Signals:
    restoreRequested: a list of folders in the trash.
    emptyRequested: all of it is to be deleted for good; it was asked whether that is meant.
    """

    restoreRequested = Signal(list)
    emptyRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trashDialog")
        self.setWindowTitle("Trash")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._words = QLabel("Looking into the trash…")
        self._words.setObjectName("trashWords")
        set_role(self._words, "muted")
        self.list = QListWidget()
        self.list.setObjectName("trashList")
        self.list.setAccessibleName("Runs in the trash")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setUniformItemSizes(True)
        self.list.itemSelectionChanged.connect(self._judge)
        self.list.itemDoubleClicked.connect(lambda _item: self._restore())
        self.restore = _button("restoreRunsButton", "Bring back", "Put the selected runs among the others again")
        set_role(self.restore, "primary")
        self.empty = _button("emptyTrashButton", "Empty the trash…", "Delete all of them for good")
        self.sure = _button("reallyEmptyButton", "Delete for good", "This cannot be undone")
        set_role(self.sure, "danger")
        self._question = QLabel()
        self._question.setObjectName("emptyTrashQuestion")
        self.keep = _button("keepTrashButton", "Keep", "Leave the trash as it is")
        self.restore.clicked.connect(self._restore)
        self.empty.clicked.connect(self._ask)
        self.sure.clicked.connect(self._empty)
        self.keep.clicked.connect(self._keep)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self._foot = QStackedWidget()
        self._foot.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._foot.addWidget(_row(self.empty, None, self.restore, buttons))
        self._foot.addWidget(_row(self._question, None, self.sure, self.keep))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._words)
        column.addWidget(self.list, 1)
        column.addWidget(self._foot)
        self.resize(620, 400)
        self._judge()

    def set_runs(self, runs: Sequence[TrashedRun]) -> None:
        """What is in the trash now, the last deleted first."""
        self.list.clear()
        for run in runs:
            item = QListWidgetItem(_line(run))
            item.setData(Qt.ItemDataRole.UserRole, str(run.path))
            item.setToolTip(str(run.path))
            self.list.addItem(item)
        n = len(runs)
        what = "One run is" if n == 1 else f"{n:,} runs are"
        self._words.setText(f"{what} in the trash, and still on the disk." if n else "The trash is empty.")
        which = "the run" if n == 1 else f"these {n:,} runs"
        self._question.setText(f"Delete {which} for good? This cannot be undone.")
        self._foot.setCurrentIndex(0)
        self._judge()

    def selected(self) -> list[Path]:
        """The folders that are selected."""
        return [Path(item.data(Qt.ItemDataRole.UserRole)) for item in self.list.selectedItems()]

    def _judge(self) -> None:
        self.restore.setEnabled(bool(self.list.selectedItems()))
        self.empty.setEnabled(self.list.count() > 0)

    def _restore(self) -> None:
        chosen = self.selected()
        if chosen:
            self.restoreRequested.emit(chosen)

    def _ask(self) -> None:
        self._foot.setCurrentIndex(1)
        self.keep.setFocus()  # what deletes must be meant

    def _keep(self) -> None:
        self._foot.setCurrentIndex(0)
        self.list.setFocus()

    def _empty(self) -> None:
        self._keep()
        self.emptyRequested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the list brings back what is selected; Escape takes the question back before it closes."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.list.hasFocus() and self.selected():
            self._restore()
        elif event.key() == Qt.Key.Key_Escape and self._foot.currentIndex() == 1:
            self._keep()
        else:
            super().keyPressEvent(event)


def _line(run: TrashedRun) -> str:
    """ "CartPole-v1 · ppo, seed 3 · 20,000 steps · best 480.0 · deleted 5 min ago"."""
    when = f"deleted {ago(datetime.fromtimestamp(run.deleted, UTC).isoformat())}"
    if run.info is None:
        return f"{run.path.name} · damaged · {when}"
    config, best = run.info.config, run.info.best_mean_return
    parts = [f"{config.env} · {config.algorithm}, seed {config.seed}", f"{run.info.steps:,} steps"]
    parts += [] if best is None else [f"best {return_text(best)}"]
    return " · ".join([run.title or "", *parts, when] if run.title else [*parts, when])


def _button(name: str, words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.setAccessibleName(words.rstrip("…"))
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button


def _row(*widgets: QWidget | None) -> QWidget:
    """Side by side; None is room between them."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return row

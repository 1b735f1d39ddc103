"""The runs panel: every run of before in a table, to be searched, sorted, opened, shown in its folder, or deleted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSortFilterProxyModel, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rlstudio.storage.run_info import RunInfo
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role, theme_events
from rlstudio.ui.widgets.run_table import COLUMNS, RUN_ROLE, RunFilter, RunTableModel

WHEN = len(COLUMNS) - 1


class RunsPanel(QWidget):
    """Signals carry the run's folder as text; nothing on disk is touched here."""

    openRequested = Signal(str)
    deleteRequested = Signal(str)
    refreshRequested = Signal()
    runSelected = Signal(str)
    samplesRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runsPanel")
        self.setAccessibleName("Runs")
        self._model = RunTableModel(self)
        self._shown: QSortFilterProxyModel = RunFilter(self)
        self._shown.setSourceModel(self._model)
        self._search = QLineEdit(self)
        self._count = QLabel(self)
        self._table = QTableView(self)
        self._empty = QLabel(self)
        self._prepare_table()
        self._lay_out()
        self._connect()
        self._refresh()

    def _prepare_table(self) -> None:
        table = self._table
        table.setObjectName("runsTable")
        table.setAccessibleName("Runs")
        table.setModel(self._shown)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSortingEnabled(True)
        table.sortByColumn(WHEN, Qt.SortOrder.DescendingOrder)
        table.setShowGrid(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setTabKeyNavigation(False)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(64)

    def _lay_out(self) -> None:
        self._search.setObjectName("runsSearch")
        self._search.setPlaceholderText("Search runs")
        self._search.setAccessibleName("Search runs")
        self._search.setMaximumWidth(320)
        set_role(self._count, "muted")
        set_role(self._empty, "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._open = self._button("openRunButton", "Open", "open")
        self._reveal = self._button("revealRunButton", "Show folder", "folder")
        self._delete = self._button("deleteRunButton", "Delete…", "trash")
        self._samples = self._button("samplesButton", "Samples…", "runs")
        self._samples.setToolTip("The transitions that it gathered: state, action → reward, next state")
        self._samples.hide()
        self._again = QToolButton(self)
        self._again.setObjectName("refreshRunsButton")
        self._again.setAccessibleName("Look for runs again")
        self._again.setToolTip("Look for runs again")
        set_icon(self._again, "refresh")
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self._search, self._again, self._count):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self._samples, self._open, self._reveal, self._delete):
            row.addWidget(widget)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addLayout(self._stack, 1)

    def _button(self, name: str, words: str, icon: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        button.setAccessibleName(f"{words.rstrip('…')} the selected run")
        set_icon(button, icon)
        return button

    def _connect(self) -> None:
        self._search.textChanged.connect(self._on_search)
        self._again.clicked.connect(self.refreshRequested)
        self._table.doubleClicked.connect(lambda _index: self._on_open())
        self._table.selectionModel().selectionChanged.connect(self._refresh)
        self._table.selectionModel().selectionChanged.connect(self._on_selected)
        self._shown.modelReset.connect(self._refresh)
        self._open.clicked.connect(self._on_open)
        self._reveal.clicked.connect(self._on_reveal)
        self._delete.clicked.connect(self._on_delete)
        self._samples.clicked.connect(self._on_samples)
        theme_events.changed.connect(self._table.viewport().update)
        for key, act in ((Qt.Key.Key_Return, self._on_open), (Qt.Key.Key_Delete, self._on_delete)):
            shortcut = QShortcut(QKeySequence(key), self._table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)

    def set_runs(self, runs: Iterable[RunInfo]) -> None:
        """Replace the runs; the one selected stays selected while it is there."""
        selected = self.selected()
        self._model.set_runs(runs)
        if selected is not None:
            self.select(selected.path)
        self._refresh()

    def selected(self) -> RunInfo | None:
        """The run that is selected."""
        rows = self._table.selectionModel().selectedRows()
        return rows[0].data(RUN_ROLE) if rows else None

    def select(self, path: Path) -> None:
        """Select the run in that folder, if it is shown."""
        for row in range(self._shown.rowCount()):
            if self._shown.index(row, 0).data(RUN_ROLE).path == path:
                self._table.selectRow(row)

    def offer_samples(self, path: str, offered: bool) -> None:
        """Whether the run in that folder holds samples that can be looked at; heeded while it is selected."""
        run = self.selected()
        self._samples.setVisible(offered and run is not None and str(run.path) == path)

    def _on_selected(self, *_changes: object) -> None:
        run = self.selected()
        if run is None:
            self._samples.hide()
        else:
            self.runSelected.emit(str(run.path))

    def _on_samples(self) -> None:
        run = self.selected()
        if run is not None:
            self.samplesRequested.emit(str(run.path))

    def _on_search(self, text: str) -> None:
        assert isinstance(self._shown, RunFilter)
        self._shown.search(text)
        self._refresh()

    def _on_open(self) -> None:
        run = self.selected()
        if run is not None:
            self.openRequested.emit(str(run.path))

    def _on_reveal(self) -> None:
        run = self.selected()
        if run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.path)))

    def _on_delete(self) -> None:
        """Ask first; the answer comes when it comes, and nothing waits for it."""
        run = self.selected()
        if run is None or run.status == "running":
            return
        box = QMessageBox(self)
        box.setObjectName("deleteRunQuestion")
        box.setWindowTitle("Delete run")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setText(f"Delete the run of {run.config.algorithm} on {run.config.env}, seed {run.config.seed}?")
        box.setInformativeText(f"Its {run.steps:,} steps, checkpoints and recorded episodes go with it:\n{run.path}")
        yes = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        set_role(yes, "danger")
        keep = box.addButton("Keep", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self.deleteRequested.emit(str(run.path)) if button is yes else None)
        box.open()

    def _refresh(self, *_changes: object) -> None:
        run = self.selected()
        self._open.setEnabled(run is not None)
        self._reveal.setEnabled(run is not None)
        running = run is not None and run.status == "running"
        self._delete.setEnabled(run is not None and not running)
        self._delete.setToolTip("A run that is training cannot be deleted; stop it first." if running else "")
        shown, all_runs = self._shown.rowCount(), self._model.rowCount()
        self._count.setText(
            f"{shown} of {all_runs}" if shown != all_runs else f"{all_runs} runs" if all_runs > 1 else ""
        )
        self._empty.setText(
            "No run matches the search." if all_runs else "No runs yet. Each training run will be kept here."
        )
        self._stack.setCurrentWidget(self._table if shown else self._empty)

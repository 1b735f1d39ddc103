"""RunView: the table of runs as a view, with the keys that a table has, whatever keys the window has."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QKeyCombination, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.theme import theme_events
from rlstudio.ui.widgets.run_columns import COLUMNS, CURVE, DIFFERS, RUN, WHEN
from rlstudio.ui.widgets.run_delegate import RunDelegate
from rlstudio.ui.widgets.run_table import RUN_ROLE, RunTableModel

_OWN_KEYS = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space)
_RETURN = Qt.Key.Key_Return
_PADDING, _ARROW, _SMALLEST = 14, 14, 90


class RunView(QTableView):
    """Rows are selected whole, any number of them; what is selected survives sorting, filtering and new rows.

    Signals:
        edited: the field of a title was closed.
    """

    edited = Signal()

    def __init__(self, model: RunTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs = model
        self._kept: tuple[list[Path], Path | None, int] = ([], None, 0)
        self._widths_are_ours = True
        self.setObjectName("runsTable")
        self.setAccessibleName("Runs")
        self.setModel(model)
        delegate = RunDelegate(self)
        delegate.closeEditor.connect(lambda *_: QTimer.singleShot(0, self, self.edited.emit))
        for column in (RUN, DIFFERS, CURVE):
            self.setItemDelegateForColumn(column, delegate)
        self._dress()
        header = self.horizontalHeader()
        header.sectionResized.connect(self._on_section_resized)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        theme_events.changed.connect(self._fit)

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSortingEnabled(True)
        self.sortByColumn(WHEN, Qt.SortOrder.DescendingOrder)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # no row is ever measured
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        self._fit()

    # ------------------------------------------------------------ selection

    def selection(self) -> list[ListedRun]:
        """The runs that are selected, from the top."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [index.data(RUN_ROLE) for index in rows]

    def select(self, paths: list[Path], current: Path | None = None) -> None:
        """Select the runs in those folders, as far as they are shown, and make one the current one."""
        chosen, wanted = QItemSelection(), set(paths)
        for row, run in enumerate(self._runs.shown()):
            if run.path in wanted:
                chosen.select(self._runs.index(row, 0), self._runs.index(row, len(COLUMNS) - 1))
        model = self.selectionModel()
        row = self._runs.row_of(current) if current else -1
        if row >= 0:
            model.setCurrentIndex(self._runs.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def current(self) -> ListedRun | None:
        """The run that the keyboard is on, if it is selected."""
        index = self.currentIndex()
        if index.isValid() and self.selectionModel().isRowSelected(index.row()):
            run: ListedRun = index.data(RUN_ROLE)
            return run
        return next(iter(self.selection()), None)

    def _keep(self) -> None:
        current = self.current()
        paths = [run.path for run in self.selection()]
        self._kept = (paths, current.path if current else None, self.verticalScrollBar().value())

    def _restore(self) -> None:
        paths, current, scrolled = self._kept
        self.select(paths, current)
        self.verticalScrollBar().setValue(scrolled)

    def edit_title(self) -> None:
        """Write the current run's title in its place."""
        run = self.current()
        if run is not None:
            self.edit(self._runs.index(self._runs.row_of(run.path), RUN))

    def is_editing(self) -> bool:
        """Whether a title is being written."""
        return self.state() == QAbstractItemView.State.EditingState

    # ------------------------------------------------------------ keys and widths

    def event(self, event: QEvent) -> bool:
        """While the table has the focus its own keys are its own, whatever they do elsewhere in the window: Home and
        End move in it rather than in the recording, N writes a note."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in _OWN_KEYS or self._action_of(event) is not None)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of actions come here, since nothing else may take them; not those that a title's field leaves over."""
        action = None if self.is_editing() else self._action_of(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            action.trigger()  # does nothing where it cannot be done

    def _action_of(self, event: QKeyEvent) -> QAction | None:
        keys = QKeySequence(event.keyCombination())
        if event.key() == Qt.Key.Key_Enter:
            keys = QKeySequence(QKeyCombination(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, _RETURN))
        return next((action for action in self.actions() if action.shortcut() == keys), None)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and last run: a row is one thing here."""
        rows = {QAbstractItemView.CursorAction.MoveHome: 0, QAbstractItemView.CursorAction.MoveEnd: -1}
        if action in rows and self._runs.rowCount():
            return self._runs.index(rows[action] % self._runs.rowCount(), max(0, self.currentIndex().column()))
        return super().moveCursor(action, modifiers)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew, until somebody has drawn a column to a width of their own."""
        super().resizeEvent(event)
        if self._widths_are_ours:
            self._fit()

    def _on_section_resized(self, _section: int, _old: int, _new: int) -> None:
        if self.horizontalHeader().underMouse() and not self._fitting:
            self._widths_are_ours = False

    _fitting = False

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 12)
        widths = {
            number: max(metrics.horizontalAdvance(column.widest), metrics.horizontalAdvance(column.title) + _ARROW)
            + _PADDING
            for number, column in enumerate(COLUMNS)
            if column.widest
        }
        room = self.viewport().width() - sum(widths.values())
        shares = sum(column.share for column in COLUMNS)
        for number, column in enumerate(COLUMNS):
            if column.share:
                widths[number] = max(_SMALLEST, room * column.share // shares)
        self._fitting = True
        for number, width in widths.items():
            self.setColumnWidth(number, width)
        self._fitting = False

"""The runs panel: every run in a table, to be sorted, searched, filtered, labelled, opened, repeated and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QUrl, Signal, SignalInstance
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from rlstudio.storage.labels import Labels
from rlstudio.storage.run_info import RunInfo
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role, theme_events
from rlstudio.ui.widgets.labels_dialog import LabelsDialog
from rlstudio.ui.widgets.run_actions import RunActions
from rlstudio.ui.widgets.run_filters import RunFilters
from rlstudio.ui.widgets.run_table import RunTableModel
from rlstudio.ui.widgets.run_view import RunView

_BUTTONS = ("open", "pause", "stop", "again", "changes", "compare", "delete")


class RunsPanel(QWidget):
    """Nothing on disk is touched here. Folders are carried as text.

    Signals:
        openRequested(folder), exportRequested(folder), samplesRequested(folder): of the run that is selected.
        againRequested(ListedRun), changesRequested(ListedRun): the same run anew, at once or after changes.
        forkRequested(folder), extendRequested(folder): begin a new run at a checkpoint of this one; go on with it.
        pauseRequested(list of folders), stopRequested(list of folders): of runs that train in this window.
        compareRequested(list of folders): their curves are to be laid over each other.
        labelled(list of (Path, Labels)): labels were changed.
        deleteRequested(list of folders), undoRequested(), emptyRequested(): into the trash, out of it, and for good.
        trashRequested(): what is in the trash is to be shown.
        runSelected(folder): another run alone is selected.
        refreshRequested(): the runs on disk are to be looked at again.
    """

    openRequested = Signal(str)
    exportRequested = Signal(str)
    samplesRequested = Signal(str)
    againRequested = Signal(object)
    changesRequested = Signal(object)
    forkRequested = Signal(str)
    extendRequested = Signal(str)
    pauseRequested = Signal(list)
    stopRequested = Signal(list)
    compareRequested = Signal(list)
    labelled = Signal(list)
    deleteRequested = Signal(list)
    undoRequested = Signal()
    trashRequested = Signal()
    emptyRequested = Signal()
    runSelected = Signal(str)
    refreshRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runsPanel")
        self.setAccessibleName("Runs")
        self._listed = False
        self._doing: dict[Path, str] = {}
        self._waiting: list[ListedRun] | None = None  # runs that came while a title was written
        self._told_selected = ""
        self._model = RunTableModel(self)
        self._filters = RunFilters(self)
        self._count = QLabel(self)
        self._table = RunView(self._model, self)
        self._empty = QLabel(self)
        self._actions = RunActions(
            self._table,
            {
                "open": lambda: self._alone(self.openRequested),
                "fork": lambda: self._alone(self.forkRequested),
                "extend": lambda: self._alone(self.extendRequested),
                "pause": lambda: self.pauseRequested.emit(self._ours()),
                "stop": lambda: self.stopRequested.emit(self._ours()),
                "again": self._again,
                "changes": self._changes,
                "compare": self._compare,
                "rename": self._table.edit_title,
                "tags": lambda: self._label("tags"),
                "note": lambda: self._label("note"),
                "export": lambda: self._alone(self.exportRequested),
                "reveal": self._reveal,
                "delete": self._delete,
            },
        )
        self._more_actions = [
            self._plain_action("undoDeleteAction", "Undo delete", "Ctrl+Z", self.undoRequested.emit),
            self._plain_action("trashAction", "Trash…", "", self.trashRequested.emit),
            self._plain_action("emptyTrashAction", "Empty the trash…", "", self.emptyRequested.emit),
        ]
        self._lay_out()
        self._connect()
        self._refresh()

    # ------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        set_role(self._count, "muted")
        set_role(self._empty, "muted")
        self._count.setObjectName("runsCount")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._samples = QPushButton("Samples…", self)
        self._samples.setObjectName("samplesButton")
        self._samples.setAccessibleName("Samples of the selected run")
        self._samples.setToolTip("The transitions that it gathered: state, action → reward, next state")
        set_icon(self._samples, "runs")
        self._samples.hide()
        self._look_again = self._tool("refreshRunsButton", "Look for runs again", "refresh")
        self._tree = self._tool(
            "familyTreeButton", "Family tree: forks beneath the runs they were forked from", "branch"
        )
        self._tree.setCheckable(True)
        self._more = self._tool("moreRunsButton", "More to do with the selected runs", "more")
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self._filters, 3)
        self._row.addWidget(self._tree)
        self._row.addWidget(self._look_again)
        self._row.addWidget(self._count)
        self._row.addStretch(1)
        self._row.addWidget(self._samples)
        self._buttons = [self._action_button(name) for name in _BUTTONS]
        for button in self._buttons:
            self._row.addWidget(button)
        self._row.addWidget(self._more)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(self._row)
        column.addLayout(self._stack, 1)

    def _tool(self, name: str, words: str, icon: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(words)
        set_icon(button, icon)
        return button

    def _action_button(self, name: str) -> QToolButton:
        """A button for an action: its picture alone, but for the first of them."""
        action = self._actions.by_name[name]
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setObjectName(f"{name}RunButton")
        button.setAccessibleName(f"{action.text()}: the selected run")
        if name == "open":
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _plain_action(self, name: str, words: str, key: str, then: object) -> QAction:
        action = QAction(words, self._table)
        action.setObjectName(name)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.addAction(action)
        action.triggered.connect(then)
        return action

    def _connect(self) -> None:
        self._filters.changed.connect(self._on_filters)
        self._look_again.clicked.connect(self.refreshRequested)
        self._tree.toggled.connect(self._model.show_as_tree)
        self._more.clicked.connect(lambda: self._show_menu(self._more.mapToGlobal(QPoint(0, self._more.height()))))
        self._table.doubleClicked.connect(lambda _index: self._alone(self.openRequested))
        self._table.customContextMenuRequested.connect(
            lambda place: self._show_menu(self._table.viewport().mapToGlobal(place))
        )
        self._table.selectionModel().selectionChanged.connect(self._refresh)
        self._table.edited.connect(self._take_waiting)
        self._model.modelReset.connect(self._refresh)
        self._model.titleTyped.connect(self._on_title)
        self._samples.clicked.connect(lambda: self.samplesRequested.emit(self._told_selected))
        theme_events.changed.connect(self._table.viewport().update)
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._filters.search.setFocus)
        down = QShortcut(QKeySequence("Down"), self._filters.search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._go_to_table)

    # ------------------------------------------------------------ what is shown

    def set_runs(self, runs: Iterable[ListedRun]) -> None:
        """Replace the runs; those selected stay selected while they are there. While a title is written they wait."""
        self._listed = True
        if self._table.is_editing():
            self._waiting = list(runs)
            return
        self._waiting = None
        self._model.set_runs(map(self._with_doing, runs))
        self._filters.offer(self._model.runs())
        self._refresh()

    def set_doing(self, doing: Mapping[Path, str]) -> None:
        """What the runs that train in this window do, by folder: "running", "paused", "starting", "stopping"."""
        if doing != self._doing:
            self._doing = dict(doing)
            if self._listed and self._waiting is None:
                self.set_runs(self._model.runs())

    def _with_doing(self, run: ListedRun) -> ListedRun:
        doing = self._doing.get(run.path, "")
        return run if run.doing == doing else replace(run, doing=doing)

    def runs(self) -> list[ListedRun]:
        """All runs, shown or not."""
        return self._model.runs()

    def selection(self) -> list[ListedRun]:
        """The runs that are selected, from the top."""
        return self._table.selection()

    def selected(self) -> RunInfo | None:
        """The run that is selected, if it is one alone."""
        chosen = self.selection()
        return chosen[0].info if len(chosen) == 1 else None

    def select(self, *paths: Path) -> None:
        """Select the runs in those folders, as far as they are shown."""
        self._table.select(list(paths), paths[-1] if paths else None)

    def offer_samples(self, path: str, offered: bool) -> None:
        """Whether the run in that folder holds samples that can be looked at; heeded while it is selected."""
        run = self.selected()
        self._samples.setVisible(offered and run is not None and str(run.path) == path)

    def _take_waiting(self) -> None:
        if self._waiting is not None:
            self.set_runs(self._waiting)

    def _go_to_table(self) -> None:
        self._table.setFocus()
        if not self.selection() and self._model.shown():
            self._table.selectRow(0)

    def _on_filters(self) -> None:
        self._model.want(self._filters.wanted())
        self._refresh()

    def _refresh(self, *_changes: object) -> None:
        chosen = self.selection()
        self._actions.judge(chosen)
        alone = str(chosen[0].path) if len(chosen) == 1 else ""
        if alone != self._told_selected:
            self._told_selected = alone
            self._samples.hide()
            if alone:
                self.runSelected.emit(alone)
        shown, everything = len(self._model.shown()), len(self._model.runs())
        words = f"{shown:,} of {everything:,}" if shown != everything else f"{everything:,} runs" * (everything > 1)
        self._count.setText(f"{len(chosen):,} selected · {words}" if len(chosen) > 1 else words)
        nothing = "No run matches: clear the search and the lists above to see all." if everything else ""
        first = "No runs yet. Each training run will be kept here." if self._listed else "Looking for runs…"
        self._empty.setText(nothing or first)
        self._stack.setCurrentWidget(self._table if shown else self._empty)
        self._tree.setVisible(any(run.parent_name for run in self._model.runs()))
        for widget in (self._filters, *self._buttons):
            widget.setVisible(bool(everything))  # of no run nothing can be asked
        for button in self._buttons:
            if not button.defaultAction().isVisible():
                button.hide()

    # ------------------------------------------------------------ what is wished

    def _show_menu(self, place: QPoint) -> None:
        menu = self._actions.menu(self, self._more_actions)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _alone(self, wish: SignalInstance) -> None:
        run = self.selected()
        if run is not None:
            wish.emit(str(run.path))

    def _ours(self) -> list[str]:
        return [str(run.path) for run in self.selection() if run.live and run.doing]

    def _again(self) -> None:
        for run in self.selection()[:1]:
            self.againRequested.emit(run)

    def _changes(self) -> None:
        for run in self.selection()[:1]:
            self.changesRequested.emit(run)

    def _compare(self) -> None:
        self.compareRequested.emit([str(run.path) for run in self.selection()])

    def _reveal(self) -> None:
        run = self.selected()
        if run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.path)))

    def _on_title(self, run: ListedRun, title: str) -> None:
        self.labelled.emit([(run.path, Labels.cleaned(title, run.labels.tags, run.labels.note))])

    def _label(self, field: str) -> None:
        chosen = self.selection()
        if chosen:
            tags = {tag for run in self._model.runs() for tag in run.labels.tags}
            dialog = LabelsDialog(chosen, tags, self.window())
            dialog.labelled.connect(self.labelled)
            dialog.show_at(field)

    def _delete(self) -> None:
        """Those that train stay: what else is selected goes to the trash, from where Undo brings it back."""
        doomed = [str(run.path) for run in self.selection() if not run.live]
        if doomed:
            self._step_aside({Path(path) for path in doomed})
            self.deleteRequested.emit(doomed)

    def _step_aside(self, doomed: set[Path]) -> None:
        """Select the run below those that go, so that the keyboard stays where it was."""
        shown = self._model.shown()
        last = max((row for row, run in enumerate(shown) if run.path in doomed), default=-1)
        stay = [run.path for run in shown[last + 1 :] if run.path not in doomed]
        stay = stay or [run.path for run in reversed(shown[: last + 1]) if run.path not in doomed]
        self.select(*stay[:1])

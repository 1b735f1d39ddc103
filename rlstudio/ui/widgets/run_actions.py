"""RunActions: what can be done with the runs that are selected, as actions with keys, for buttons and the menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.icons import set_icon


@dataclass(frozen=True)
class _Kind:
    name: str
    title: str
    icon: str
    key: str
    help: str
    many: bool = False  # whether it takes several runs at once


KINDS = (
    _Kind("open", "Open", "open", "Return", "Show its curves and its agent; Continue goes on with it"),
    _Kind("pause", "Pause", "pause", "P", "Pause the selected runs that train, or let them go on", many=True),
    _Kind("stop", "Stop", "stop", "S", "Stop the selected runs that train, and save what they learned", many=True),
    _Kind(
        "again",
        "Same again",
        "replay",
        "Shift+Return",
        "Train a new run with the settings that it began with, seed included",
    ),
    _Kind("changes", "Same with changes", "settings", "Ctrl+D", "Put its settings into the setup, to be changed there"),
    _Kind(
        "fork",
        "Fork…",
        "branch",
        "F",
        "Begin a new run where this one stood at a checkpoint, with settings changed from there on",
    ),
    _Kind("extend", "Train on…", "continue", "E", "Go on with this run: up to its budget, or beyond it"),
    _Kind(
        "compare",
        "Compare",
        "eye",
        "Ctrl+Shift+C",
        "Lay the curves of the selected runs over each other; those that differ only in seed fold into a band",
        many=True,
    ),
    _Kind("rename", "Rename", "log", "F2", "Give it a title; without one it goes by environment and algorithm"),
    _Kind("tags", "Tags…", "flag", "T", "Words to find runs by", many=True),
    _Kind("note", "Note…", "info", "N", "What you tried and what came of it"),
    _Kind(
        "export",
        "Export…",
        "export",
        "X",
        "Write it as a report, a bundle for another machine, a table, TensorBoard's files, a script or an ONNX policy",
    ),
    _Kind("reveal", "Open folder", "folder", "Ctrl+Shift+O", "Show its files in the file manager"),
    _Kind("delete", "Delete", "trash", "Del", "Move to the trash; Ctrl+Z brings it back", many=True),
)
_BREAKS_BEFORE = ("rename", "export", "delete")
OURS_ALONE = ("pause", "stop")
"""What can be asked only of runs that train in this window: hidden where there is none."""
_UNFINISHED = ("interrupted", "stopped")
LIVE = "A run that is training cannot be deleted; stop it first."


class RunActions(QObject):
    """Actions by name. Their keys work while `place` has the focus."""

    def __init__(self, place: QWidget, doings: dict[str, Callable[[], None]]) -> None:
        super().__init__(place)
        self.by_name: dict[str, QAction] = {}
        for kind in KINDS:
            action = QAction(kind.title, self)
            action.setObjectName(f"{kind.name}RunAction")
            action.setShortcut(QKeySequence(kind.key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            set_icon(action, kind.icon)
            action.triggered.connect(doings[kind.name])
            place.addAction(action)
            self.by_name[kind.name] = action

    def judge(self, runs: Sequence[ListedRun]) -> None:
        """Offer what can be done with these runs, and say why the rest cannot."""
        ours = [run for run in runs if run.live and run.doing]
        for kind in KINDS:
            why_not = "" if runs else "Select a run first."
            if len(runs) > 1 and not kind.many:
                why_not = "Select one run only."
            if runs and kind.name == "delete" and all(run.live for run in runs):
                why_not = LIVE
            action = self.by_name[kind.name]
            if kind.name in OURS_ALONE:
                why_not = "" if ours else "None of them trains in this window."
                action.setVisible(bool(ours))
            if kind.name == "pause":
                paused = bool(ours) and all(run.doing == "paused" for run in ours)
                action.setText("Go on" if paused else "Pause")
                set_icon(action, "play" if paused else "pause")
            if kind.name == "extend":
                broken_off = len(runs) == 1 and runs[0].info.status in _UNFINISHED
                action.setText("Resume…" if broken_off else kind.title)
            action.setEnabled(not why_not)
            key = QKeySequence(kind.key).toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{kind.help} ({key})" + (f"\n{why_not}" if why_not and why_not != kind.help else ""))

    def menu(self, parent: QWidget, more: Sequence[QAction] = ()) -> QMenu:
        """All of them, grouped; `more` at the end."""
        menu = QMenu(parent)
        menu.setObjectName("runsMenu")
        menu.setToolTipsVisible(True)
        for name, action in self.by_name.items():
            if name in _BREAKS_BEFORE:
                menu.addSeparator()
            if action.isVisible():
                menu.addAction(action)
        if more:
            menu.addSeparator()
            menu.addActions(list(more))
        return menu

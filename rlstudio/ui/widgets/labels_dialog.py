"""LabelsDialog: title, tags and note of a run; of several, the tags that all of them get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from rlstudio.storage.labels import MOST_TITLE, Labels, tags_in
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.run_columns import pair


class LabelsDialog(QDialog):
    """Signals:
    labelled: a list of (folder, Labels), for each run whose labels changed.
    """

    labelled = Signal(list)

    def __init__(self, runs: Sequence[ListedRun], known_tags: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labelsDialog")
        self.setWindowTitle("Labels of a run" if len(runs) == 1 else f"Labels of {len(runs)} runs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._runs = list(runs)
        only = runs[0].labels if len(runs) == 1 else Labels()
        self.title = QLineEdit(only.title)
        self.title.setObjectName("labelsTitle")
        self.title.setAccessibleName("Title")
        self.title.setMaxLength(MOST_TITLE)
        self.title.setPlaceholderText(pair(runs[0]))
        self.tags = QLineEdit(", ".join(only.tags))
        self.tags.setObjectName("labelsTags")
        self.tags.setAccessibleName("Tags")
        self.tags.setPlaceholderText("baseline, for the paper")
        self.tags.setToolTip("Words to find runs by, with commas between them")
        self.note = QPlainTextEdit(only.note)
        self.note.setObjectName("labelsNote")
        self.note.setAccessibleName("Note")
        self.note.setTabChangesFocus(True)
        self.note.setToolTip("What you tried and what came of it (Ctrl+Enter saves)")
        self._complete(sorted(set(known_tags), key=str.lower))
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        if len(self._runs) == 1:
            form.addRow("Title", self.title)
            form.addRow("Tags", self.tags)
            form.addRow("Note", self.note)
        else:
            form.addRow("Add tags", self.tags)
            self.title.hide()
            self.note.hide()
        which = QLabel(self._runs[0].path.name if len(self._runs) == 1 else f"{len(self._runs)} runs are selected.")
        set_role(which, "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        set_role(buttons.button(QDialogButtonBox.StandardButton.Save), "primary")
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self).activated.connect(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(which)
        column.addLayout(form, 1)
        column.addWidget(buttons)
        self.resize(460, 300 if len(self._runs) == 1 else 140)

    def _complete(self, known: list[str]) -> None:
        """Complete the tag that is being typed, behind the last comma."""
        completer = QCompleter(self)
        completer.setModel(QStringListModel(known, completer))
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setWidget(self.tags)
        completer.popup().setObjectName("completions")

        def offer(text: str) -> None:
            begun = text.rpartition(",")[2].strip()
            completer.setCompletionPrefix(begun)
            if begun and completer.completionCount() and completer.currentCompletion().lower() != begun.lower():
                completer.complete()
            else:
                completer.popup().hide()

        def take(tag: str) -> None:
            before = self.tags.text().rpartition(",")[0].strip()
            self.tags.setText(f"{before}, {tag}" if before else tag)

        self.tags.textEdited.connect(offer)
        completer.activated[str].connect(take)  # type: ignore[index]  # PySide's stubs lack the overloads of signals

    def show_at(self, field: str) -> None:
        """Open with the focus in "title", "tags" or "note"."""
        self.open()
        target: QWidget = getattr(self, field)
        (target if target.isVisible() else self.tags).setFocus()

    def _save(self) -> None:
        tags = tags_in(self.tags.text())
        changed = []
        for run in self._runs:
            if len(self._runs) == 1:
                labels = Labels.cleaned(self.title.text(), tags, self.note.toPlainText())
            else:
                labels = Labels.cleaned(run.labels.title, (*run.labels.tags, *tags), run.labels.note)
            if labels != run.labels:
                changed.append((run.path, labels))
        if changed:
            self.labelled.emit(changed)
        self.accept()

"""The log panel: what happened and when, line by line; a traceback is one click away and can be copied."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from rlstudio.ui import icons
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import current_colors, mono_font, set_role, theme_events
from rlstudio.ui.widgets.plain_tip import plain_tip

Level = Literal["info", "warning", "error"]
MAX_LINES = 2_000
"""Older lines go: a run that lasts for days must not fill the memory."""
DETAILS_ROLE = int(Qt.ItemDataRole.UserRole) + 1
LEVEL_ROLE = DETAILS_ROLE + 1
TIME, TEXT, MORE = range(3)


class LogPanel(QWidget):
    """`troubleShown(level)` comes with every warning and error, for whoever wants to open the panel."""

    troubleShown = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logPanel")
        self.setAccessibleName("Log")
        self._lines = QTreeWidget(self)
        self._details = QPlainTextEdit(self)
        self._copy_details = QPushButton("Copy details", self)
        self._copy_all = QPushButton("Copy all", self)
        self._side = QWidget(self)
        self._prepare()
        self._lay_out()
        self._lines.currentItemChanged.connect(self._on_current)
        self._copy_details.clicked.connect(lambda: _copy(self._details.toPlainText()))
        self._copy_all.clicked.connect(lambda: _copy(self.text()))
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self._lines)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._copy_current)
        theme_events.changed.connect(self._recolour)

    def _prepare(self) -> None:
        lines = self._lines
        lines.setObjectName("logLines")
        lines.setAccessibleName("Log lines")
        lines.setColumnCount(3)
        lines.setHeaderHidden(True)
        lines.setRootIsDecorated(False)
        lines.setUniformRowHeights(True)
        lines.setFrameShape(QFrame.Shape.NoFrame)
        lines.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = lines.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TIME, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(TEXT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(MORE, QHeaderView.ResizeMode.ResizeToContents)
        self._details.setObjectName("logDetails")
        self._details.setAccessibleName("Details")
        self._details.setReadOnly(True)
        self._details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._details.setFont(mono_font())
        self._copy_details.setObjectName("copyDetailsButton")
        self._copy_details.setAccessibleName("Copy the details")
        self._copy_all.setObjectName("copyLogButton")
        self._copy_all.setAccessibleName("Copy the whole log")
        for button in (self._copy_details, self._copy_all):
            set_icon(button, "copy")

    def _lay_out(self) -> None:
        side = QVBoxLayout(self._side)
        side.setContentsMargins(8, 0, 0, 0)
        side.setSpacing(8)
        side.addWidget(self._details, 1)
        self._side.hide()
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.addWidget(self._lines)
        self._split.addWidget(self._side)
        self._split.setChildrenCollapsible(False)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 1)
        self._empty = QLabel("Nothing to report.", self)
        set_role(self._empty, "muted")
        row = QHBoxLayout()
        row.addWidget(self._empty)
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self._copy_details, self._copy_all):
            row.addWidget(button)
            button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._split, 1)
        column.addLayout(row)

    def add(self, level: Level, text: str, details: str = "") -> None:
        """Add a line, timed now. `details` (a traceback) is shown when the line is clicked."""
        now = datetime.now().astimezone()
        item = QTreeWidgetItem([f"{now:%H:%M:%S}", " ".join(text.split()), "details" if details else ""])
        item.setData(TEXT, DETAILS_ROLE, details)
        item.setData(TEXT, LEVEL_ROLE, level)
        item.setToolTip(TIME, now.isoformat(timespec="seconds"))
        item.setToolTip(TEXT, plain_tip(text))
        bar = self._lines.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        self._colour(item)
        self._lines.addTopLevelItem(item)
        while self._lines.topLevelItemCount() > MAX_LINES:
            self._lines.takeTopLevelItem(0)
        if at_end:
            self._lines.scrollToBottom()
        self._empty.hide()
        self._copy_all.show()
        if level != "info":
            self.troubleShown.emit(level)

    def clear(self) -> None:
        """Forget every line."""
        self._lines.clear()
        self._side.hide()
        self._copy_details.hide()
        self._copy_all.hide()
        self._empty.show()

    def text(self) -> str:
        """The whole log as text, details included."""
        return "\n".join(_as_text(self._lines.topLevelItem(i)) for i in range(self._lines.topLevelItemCount()))

    def _on_current(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None = None) -> None:
        details = item.data(TEXT, DETAILS_ROLE) if item else ""
        self._details.setPlainText(details or "")
        self._side.setVisible(bool(details))
        self._copy_details.setVisible(bool(details))

    def _copy_current(self) -> None:
        item = self._lines.currentItem()
        if item is not None:
            _copy(_as_text(item))

    def _colour(self, item: QTreeWidgetItem) -> None:
        colors = current_colors()
        level = item.data(TEXT, LEVEL_ROLE)
        tone = {"warning": colors.warning, "error": colors.danger}.get(level, colors.text)
        item.setForeground(TIME, QBrush(QColor(colors.muted)))
        item.setForeground(TEXT, QBrush(QColor(tone)))
        item.setForeground(MORE, QBrush(QColor(colors.accent)))
        if level in ("warning", "error"):
            item.setIcon(TEXT, icons.icon(level, tone))

    def _recolour(self) -> None:
        for row in range(self._lines.topLevelItemCount()):
            self._colour(self._lines.topLevelItem(row))
        self._details.setFont(mono_font())


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _as_text(item: QTreeWidgetItem) -> str:
    line = f"{item.text(TIME)} {item.data(TEXT, LEVEL_ROLE)}: {item.text(TEXT)}"
    details = item.data(TEXT, DETAILS_ROLE)
    return f"{line}\n{details}" if details else line

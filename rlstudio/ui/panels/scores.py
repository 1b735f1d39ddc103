"""ScoresPanel: each episode of an evaluation or a recording in a table, with mean ± spread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.messages import Score
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.numbers import number

_COLUMNS = ("episode", "seed", "return", "length", "ending")
_HINT = "Evaluate (or record) runs episodes and lists each score here."


class _WholeRows(QWidget):
    """Holds a table at the largest height that cuts no row in two, its rows only as high as the text needs."""

    def __init__(self, table: QTableWidget) -> None:
        super().__init__()
        self._table = table
        self._most = 0
        table.verticalScrollBar().rangeChanged.connect(self._follow)
        table.setParent(self)
        table.ensurePolished()
        table.verticalHeader().setMinimumSectionSize(1)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer whole rows."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Rows follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        table, row = self._table, self._table.fontMetrics().height() + 4
        table.verticalHeader().setDefaultSectionSize(row)
        around = table.horizontalHeader().sizeHint().height() + 2 * table.frameWidth()
        self.setMinimumHeight(around + row)
        rows = max(1, (self.height() - around) // row)
        table.setGeometry(0, 0, self.width(), around + rows * row)

    def _follow(self, _least: int, most: int) -> None:
        """Stay at the newest score when the room changes, unless someone has scrolled up to older ones."""
        bar = self._table.verticalScrollBar()
        if bar.value() >= self._most:
            bar.setValue(most)
        self._most = most


class ScoresPanel(QWidget):
    """Fills while a job runs: `begin`, `add` for each episode, `finish`.

    Signals:
        stopRequested: the job is to end early.
    """

    stopRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scoresPanel")
        self.setAccessibleName("Scores of each episode")
        self._scores: list[Score] = []
        self._total = 0
        self.words = ElidedLabel()
        self.words.setObjectName("scoresWords")
        self.summary = ElidedLabel()
        self.summary.setObjectName("scoresSummary")
        self.progress = QProgressBar()
        self.progress.setAccessibleName("Episodes done")
        self.stop_button = QPushButton("Stop")
        self.stop_button.setObjectName("scoresStopButton")
        self.stop_button.clicked.connect(self._stop)
        self.copy_button = QPushButton("Copy as text")
        self.copy_button.setObjectName("scoresCopyButton")
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.table = self._make_table()
        self._rows = _WholeRows(self.table)
        self.hint = QLabel(_HINT)
        self._lay_out()
        self._show_running(False)

    def begin(self, words: str, total: int) -> None:
        """Start an empty list of `total` episodes: "Evaluating checkpoint 40,000, greedy"."""
        self._scores, self._total = [], total
        self.table.setRowCount(0)
        self.words.setText(words)
        self.progress.setRange(0, max(1, total))
        self.stop_button.setText("Stop")
        self._show_running(True)
        self._show_summary()

    def add(self, score: Score) -> None:
        """Append one finished episode."""
        self._scores.append(score)
        row = self.table.rowCount()
        self.table.insertRow(row)
        texts = (str(score.index + 1), str(score.seed), number(score.total_reward), str(score.length), score.ending)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            if column < len(texts) - 1:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, column, item)
        self.table.scrollToBottom()
        self._show_summary()

    def finish(self) -> None:
        """The job has ended, early or not."""
        self._show_running(False)
        self._show_summary()

    def text(self) -> str:
        """The whole list as tab-separated lines, the summary last."""
        lines = [self.words.text(), "\t".join(_COLUMNS)]
        lines += [f"{s.index + 1}\t{s.seed}\t{s.total_reward!r}\t{s.length}\t{s.ending}" for s in self._scores]
        return "\n".join([*lines, self.summary.text()])

    def _stop(self) -> None:
        self.stop_button.setEnabled(False)
        self.stop_button.setText("Stopping…")
        self.stopRequested.emit()

    def _show_running(self, running: bool) -> None:
        self.hint.setVisible(not running and not self.words.text())
        self._rows.setHidden(not self.hint.isHidden())
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self.stop_button.setEnabled(running)
        self.copy_button.setVisible(not running and bool(self._scores))

    def _show_summary(self) -> None:
        done = len(self._scores)
        self.progress.setValue(done)
        if not done:
            self.summary.setText(f"0 of {self._total} episodes" if self._total else "")
            return
        returns = np.array([score.total_reward for score in self._scores])
        spread = returns.std() if np.ptp(returns) else 0.0  # equal returns have none, whatever rounding makes of it
        counted = (
            f"{done} episode{'s' if done != 1 else ''}" if done == self._total else f"{done} of {self._total} episodes"
        )
        self.summary.setText(
            f"mean {number(returns.mean())} ± {number(spread)} · "
            f"lowest {number(returns.min())} · highest {number(returns.max())} · {counted}"
        )

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, len(_COLUMNS))
        table.setObjectName("scoresTable")
        table.setAccessibleName("Scores")
        table.setHorizontalHeaderLabels([name.capitalize() for name in _COLUMNS])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        for column in range(len(_COLUMNS) - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            table.setColumnWidth(column, 84)
            table.horizontalHeaderItem(column).setTextAlignment(Qt.AlignmentFlag.AlignRight)
        table.horizontalHeaderItem(len(_COLUMNS) - 1).setTextAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setStretchLastSection(True)
        return table

    def _lay_out(self) -> None:
        set_role(self.words, "strong")
        for label in (self.words, self.summary):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.progress.setMaximumWidth(160)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.hint, "muted")
        top = QHBoxLayout()
        top.setSpacing(16)
        for part in (self.words, self.summary):
            top.addWidget(part)
        top.addStretch(1)
        for part in (self.progress, self.stop_button, self.copy_button):
            top.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self._rows, 1)
        layout.addWidget(self.hint, 1)

"""ScoresPanel: each episode of an evaluation or a recording in a table, with mean ± spread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.messages import Score
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.numbers import number

_COLUMNS = ("episode", "seed", "return", "length", "ending")


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
        self.words = QLabel()
        self.words.setObjectName("scoresWords")
        self.summary = QLabel()
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
        counted = (
            f"{done} episode{'s' if done != 1 else ''}" if done == self._total else f"{done} of {self._total} episodes"
        )
        self.summary.setText(
            f"mean {number(returns.mean())} ± {number(returns.std())} · "
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
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.stop_button)
        top.addWidget(self.copy_button)
        bottom.addWidget(self.summary, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.progress)
        layout.addLayout(bottom)
        layout.addWidget(self.table, 1)

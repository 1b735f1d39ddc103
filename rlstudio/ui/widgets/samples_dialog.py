"""SamplesDialog: the transitions that a run gathered, as a table and as a scatter of any two of their numbers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.sample_scatter import MOST_POINTS, SampleScatter
from rlstudio.ui.widgets.sample_table import SampleModel, SampleSheet
from rlstudio.ui.widgets.value_editors import QuietCombo


class SamplesDialog(QDialog):
    """It shows what it is given; reading and writing are somebody else's.

    Signals:
        againRequested: read the newest checkpoint once more.
        exportRequested(path): write what is shown to a file.
    """

    againRequested = Signal()
    exportRequested = Signal(str)

    def __init__(self, run_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samplesDialog")
        self.setWindowTitle(f"Samples of {run_name}")
        self.sheet: SampleSheet | None = None
        self._run_name = run_name
        self._model = SampleModel(self)
        self.about = QLabel(self)
        self.about.setWordWrap(True)
        self.view = QTableView(self)
        self.scatter = SampleScatter(self)
        self.x, self.y = self._combo("samplesX", "Across"), self._combo("samplesY", "Upwards")
        self._again = self._button("samplesAgainButton", "Read again", "refresh")
        self.export_button = self._button("samplesExportButton", "Export…", "save")
        self._prepare_view()
        self._lay_out()
        self._again.clicked.connect(self.againRequested)
        self.export_button.clicked.connect(self._ask_where)
        for combo in (self.x, self.y):
            combo.activated.connect(self._draw)

    def show_reading(self) -> None:
        """Samples are on their way."""
        self.say("Reading…")
        self._again.setEnabled(False)

    def show_sheet(self, sheet: SampleSheet) -> None:
        """Show these samples; the two columns chosen stay chosen."""
        samples, titles, before = sheet.samples, sheet.titles, (self.x.currentText(), self.y.currentText())
        self.sheet = sheet
        self._model.set_sheet(sheet)
        for combo, title, first in zip((self.x, self.y), before, _first_pair(titles), strict=True):
            combo.clear()
            combo.addItems(titles)
            combo.setCurrentIndex(titles.index(title) if title in titles else first)
        self.view.resizeColumnsToContents()
        thinned = f"; the plot shows {MOST_POINTS:,} of them" if len(samples) > MOST_POINTS else ""
        self.say(f"{len(samples):,} transitions, as saved at step {samples.step:,}{thinned}")
        self.export_button.setEnabled(True)
        self._draw()

    def say(self, words: str, *, fault: bool = False) -> None:
        """Say what is shown, or why nothing is."""
        self.about.setText(words)
        set_role(self.about, "fault" if fault else "")
        self._again.setEnabled(True)

    def sizeHint(self) -> QSize:
        """Table and plot side by side, within the screen."""
        room = self.screen().availableGeometry()
        return QSize(min(1080, room.width() - 80), min(600, room.height() - 80))

    def _combo(self, name: str, accessible: str) -> QuietCombo:
        combo = QuietCombo(self)
        combo.setObjectName(name)
        combo.setAccessibleName(accessible)
        return combo

    def _button(self, name: str, words: str, icon: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        button.setAutoDefault(False)
        set_icon(button, icon)
        return button

    def _prepare_view(self) -> None:
        view = self.view
        view.setObjectName("samplesTable")
        view.setAccessibleName("Transitions")
        view.setModel(self._model)
        view.setShowGrid(False)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setWordWrap(False)
        view.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        height = view.fontMetrics().height() + 8
        view.verticalHeader().setDefaultSectionSize(height)
        view.verticalHeader().setSectionResizeMode(view.verticalHeader().ResizeMode.Fixed)
        view.horizontalHeader().setHighlightSections(False)
        view.horizontalHeader().setResizeContentsPrecision(50)

    def _lay_out(self) -> None:
        self.export_button.setEnabled(False)
        axes = QGridLayout()  # below each other: names with their units are long
        axes.setSpacing(8)
        axes.setColumnStretch(1, 1)
        for row, (words, combo) in enumerate((("Across", self.x), ("Upwards", self.y))):
            label = QLabel(words, self)
            set_role(label, "muted")
            axes.addWidget(label, row, 0)
            axes.addWidget(combo, row, 1)
        plot = QWidget(self)
        column = QVBoxLayout(plot)
        column.setContentsMargins(12, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(axes)
        column.addWidget(self.scatter, 1)
        halves = QSplitter(Qt.Orientation.Horizontal, self)
        halves.setChildrenCollapsible(False)
        for half in (self.view, plot):
            halves.addWidget(half)
        halves.setSizes([600, 480])
        close = QPushButton("Close", self)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.about, 1)
        for button in (self._again, self.export_button, close):
            foot.addWidget(button)
        page = QVBoxLayout(self)
        page.setContentsMargins(16, 16, 16, 16)
        page.setSpacing(12)
        page.addWidget(halves, 1)
        page.addLayout(foot)

    def _draw(self) -> None:
        x, y = self.x.currentIndex(), self.y.currentIndex()
        if self.sheet is not None and min(x, y) >= 0:
            numbers = self.sheet.numbers
            self.scatter.show_columns(numbers[:, x], numbers[:, y], self.x.currentText(), self.y.currentText())

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, "Export samples", str(Path.home() / f"{self._run_name}-samples.csv"))
        dialog.setObjectName("samplesFileDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["Table (*.csv)", "NumPy arrays (*.npz)"])
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix("npz" if "npz" in words else "csv"))
        dialog.fileSelected.connect(self.exportRequested)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _first_pair(titles: tuple[str, ...]) -> tuple[int, int]:
    """What to look at first: how the reward depends on the first number observed."""
    return 0, titles.index("reward") if "reward" in titles else min(1, len(titles) - 1)

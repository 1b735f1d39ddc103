"""ComparisonWindow: runs beside each other; it shows what it is given and asks for it anew when it is set otherwise."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.bands import Kind
from rlstudio.core.comparison import Comparison
from rlstudio.core.history import XAxis
from rlstudio.ui.dropping import local_paths
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.comparison_picture import legend_entries, save_comparison
from rlstudio.ui.widgets.comparison_plot import ComparisonPlot
from rlstudio.ui.widgets.comparison_table import ComparisonTable
from rlstudio.ui.widgets.plot_export import SaveError
from rlstudio.ui.widgets.value_editors import QuietCombo

_AXES: dict[str, XAxis] = {"environment steps": "steps", "episodes": "episodes", "training time": "time"}
_BANDS: dict[str, Kind] = {"mean ± one standard deviation": "mean", "interquartile mean, 95 % bootstrap": "iqm"}
_BANDS_TIP = (
    "Of runs that differ only in seed. The interquartile mean leaves out the best and the worst quarter, so that one "
    "lucky run counts little; its interval says how far it can be trusted (Agarwal et al., 2021)"
)
_WINDOWS = (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 500, 1_000)
"""Numbers of episodes that the slider goes through."""


class ComparisonWindow(QDialog):
    """One plot, and below it the legend with the settings that differ.

    Signals:
        changed: another axis, smoothing or band is wanted.
        addRequested: runs of other programs are to be laid beside these.
        dropped: a list of folders and files, for the same.
    """

    changed = Signal()
    addRequested = Signal()
    dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonWindow")
        self.setWindowTitle("Compare runs")
        self.setAcceptDrops(True)
        self._comparison = Comparison((), ())
        self.plot, self.table = ComparisonPlot(self), ComparisonTable(self)
        self.axis = self._combo("comparisonAxis", "Against", list(_AXES))
        self.band = self._combo("comparisonBand", "Band", list(_BANDS))
        self.band.setToolTip(_BANDS_TIP)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setObjectName("comparisonSmoothing")
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setRange(0, len(_WINDOWS) - 1)
        self.smoothing.setPageStep(3)
        self.smoothing.setMinimumWidth(120)
        self.smoothing.setToolTip("Over how many episodes the mean is taken; the returns themselves lie beneath")
        self.window_label = QLabel()
        self.window_label.setMinimumWidth(self.fontMetrics().horizontalAdvance("mean of 1,000 episodes") + 8)
        self.raw = QCheckBox("Raw returns")
        self.raw.setObjectName("comparisonRaw")
        self.raw.setChecked(True)
        self.raw.setToolTip("The returns of single episodes, faint")
        self.message = QLabel()
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._lay_out()
        self.set_episodes_averaged(25)
        self._connect()
        self.setMinimumSize(960, 420)
        self.resize(self.sizeHint())

    @property
    def x_axis(self) -> XAxis:
        """What the curves are drawn against."""
        return _AXES[self.axis.currentText()]

    @property
    def kind(self) -> Kind:
        """Which band is wanted."""
        return _BANDS[self.band.currentText()]

    def episodes_averaged(self) -> int:
        """Over how many episodes the mean is taken."""
        return _WINDOWS[self.smoothing.value()]

    def set_episodes_averaged(self, window: int) -> None:
        """Move the slider to about this many."""
        self.smoothing.setValue(min(range(len(_WINDOWS)), key=lambda place: abs(_WINDOWS[place] - window)))
        self._tell_window()

    def say(self, words: str) -> None:
        """Words in the place of the plot: what is being read, or why nothing is shown."""
        self.message.setText(words)
        self._stack.setCurrentWidget(self.message)

    def show_comparison(
        self, comparison: Comparison, names: list[str], left_out: list[str], n_growing: int = 0
    ) -> None:
        """Show these lines; `left_out` says in words which runs could not be read, `n_growing` how many still train."""
        self._comparison = comparison
        self.table.show_comparison(comparison, names)
        self.plot.show_comparison(comparison, self.x_axis)
        self.plot.hide_lines(self.table.hidden())
        folded = sum(len(line.runs) > 1 for line in comparison.lines)
        self.band.setEnabled(folded > 0)
        set_role(self._note, "fault" if left_out else "muted")
        growing = f"{n_growing} of {len(names)} still train" if n_growing else ""
        self._note.setText("\n".join(left_out) or growing)
        self._stack.setCurrentWidget(self._page)

    def sizeHint(self) -> QSize:
        """Most of a small screen."""
        room = self.screen().availableGeometry()
        return QSize(min(1080, room.width() - 80), min(720, room.height() - 80))

    def say_aside(self, words: str) -> None:
        """Words at the foot: what is going on, or what came of it."""
        set_role(self._note, "muted")
        self._note.setText(words)

    def _buttons(self) -> list[QPushButton]:
        made = []
        for name, text, tip, then in (
            (
                "addForeignButton",
                "Add from elsewhere…",
                "Lay runs of Stable-Baselines3 or RL Zoo beside these: a folder with monitor.csv or TensorBoard's "
                "files; it can be dropped here, too",
                self.addRequested.emit,
            ),
            ("saveComparisonButton", "Save picture…", "As a PNG or SVG, with the legend (Ctrl+S)", self._ask_and_save),
            ("closeComparisonButton", "Close", "Close (Esc)", self.close),
        ):
            button = QPushButton(text)
            button.setObjectName(name)
            button.setAccessibleName(text)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, then=then: then())
            made.append(button)
        made[1].setShortcut(QKeySequence("Ctrl+S"))
        return made

    def _ask_and_save(self) -> None:
        dialog = QFileDialog(self, "Save the comparison", str(Path.home() / "comparison.png"))
        dialog.setObjectName("saveComparisonDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["PNG picture (*.png)", "SVG drawing (*.svg)"])
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix("svg" if "svg" in words else "png"))
        dialog.fileSelected.connect(lambda name: self.save_picture(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_picture(self, path: Path) -> None:
        """Save plot and legend as the path's ending says; what came of it is said at the foot."""
        legend = legend_entries(self._comparison, self.table.hidden())
        try:
            save_comparison(path, self.plot, legend)
        except SaveError as error:
            self.say_aside(str(error))
            set_role(self._note, "fault")
        else:
            self.say_aside(f"Saved {path}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders and files of this machine are taken."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """They are laid beside what is shown."""
        event.acceptProposedAction()
        self.dropped.emit(local_paths(event.mimeData()))

    def _tell_window(self) -> None:
        window = self.episodes_averaged()
        self.window_label.setText("no smoothing" if window == 1 else f"mean of {window:,} episodes")

    def _combo(self, name: str, accessible: str, texts: list[str]) -> QuietCombo:
        combo = QuietCombo(self)
        combo.setObjectName(name)
        combo.setAccessibleName(accessible)
        combo.addItems(texts)
        combo.setSizeAdjustPolicy(QuietCombo.SizeAdjustPolicy.AdjustToContents)
        return combo

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, control in (("Against", self.axis), ("Smoothing", self.smoothing)):
            label = QLabel(words)
            set_role(label, "muted")
            row.addWidget(label)
            row.addWidget(control)
        for widget in (self.window_label, self.raw):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.band)
        self._page = QSplitter(Qt.Orientation.Vertical)
        self._page.setChildrenCollapsible(False)
        self._page.addWidget(self.plot)
        self._page.addWidget(self.table)
        self._page.setStretchFactor(0, 3)
        self._page.setStretchFactor(1, 1)
        self._page.setSizes([480, 160])
        self._stack = QStackedLayout()
        self._stack.addWidget(self.message)
        self._stack.addWidget(self._page)
        self._note = QLabel()
        self._note.setObjectName("comparisonNote")
        self._note.setWordWrap(True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._note, "fault")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._note, 1)
        for button in self._buttons():
            foot.addWidget(button)
        page = QVBoxLayout(self)
        page.setContentsMargins(16, 16, 16, 16)
        page.setSpacing(12)
        page.addLayout(row)
        page.addLayout(self._stack, 1)
        page.addLayout(foot)

    def _connect(self) -> None:
        self.axis.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.band.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.smoothing.valueChanged.connect(lambda _value: (self._tell_window(), self.changed.emit()))
        self.raw.toggled.connect(self.plot.show_raw)
        self.table.hiddenChanged.connect(self.plot.hide_lines)

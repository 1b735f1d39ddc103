"""ClipForm: which episodes, and which frames of one, go into an export."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QWidget,
)

from rlstudio.core.episode import Episode
from rlstudio.media.frames import Clip
from rlstudio.ui.widgets.export_plan import fitting
from rlstudio.ui.widgets.number_box import whole_box
from rlstudio.ui.widgets.numbers import number

_THIS, _SEVERAL, _ALL = range(3)
_LIST_LINES = 3


class ClipForm(QObject):
    """Rows for a QFormLayout; `clips()` is what they say. A still picture takes one frame of the episode shown.

    Signals:
        changed: another answer.
    """

    changed = Signal()

    def __init__(self, episodes: Sequence[Episode], current: int, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._current = episodes[current]
        self._episodes = fitting(episodes, self._current)
        self.left_out = len(episodes) - len(self._episodes)
        self._index = index
        self._still = False
        self.which = self._make_which(episodes, current)
        self.chosen = self._make_list(episodes)
        last = self._current.length
        self.first = self._make_box("exportFirst", "First frame", 0)
        self.last = self._make_box("exportLast", "Last frame", last)
        self.frame = self._make_box("exportFrame", "Frame", min(index, last))
        self._range_row = _row(self.first, QLabel("to"), self.last, QLabel(f"of 0 to {last}"))
        self._frame_row = _row(self.frame, QLabel(f"of 0 to {last}"))
        self.which.currentIndexChanged.connect(self._show_scope)
        self.chosen.itemChanged.connect(self.changed)
        for box in (self.first, self.last, self.frame):
            box.valueChanged.connect(self.changed)

    def add_rows(self, form: QFormLayout) -> None:
        """Put the rows at the end of a form."""
        self._form = form
        form.addRow("Episodes", self.which)
        form.addRow("", self.chosen)
        form.addRow("Frames", self._range_row)
        form.addRow("Frame", self._frame_row)
        self._show_scope()

    def set_still(self, still: bool) -> None:
        """One frame alone, or what plays."""
        self._still = still
        self._show_scope()

    @property
    def still(self) -> bool:
        """Whether one frame alone is chosen."""
        return self._still

    def clips(self) -> list[Clip]:
        """What goes into the file, in order."""
        if self._still:
            return [Clip(self._current, self.frame.value(), self.frame.value())]
        if self._scope == _THIS:
            first, last = self.first.value(), self.last.value()
            return [Clip(self._current, first, last)] if first <= last else []
        chosen = self._episodes if self._scope == _ALL else self._ticked()
        return [Clip(episode, 0, episode.length) for episode in chosen]

    def start(self) -> int:
        """Number of the frame that the window showed among those of `clips()`; the first where it is not among them."""
        before = 0
        for clip in self.clips():
            if clip.episode is self._current:
                return before + self._index - clip.first if clip.first <= self._index <= clip.last else before
            before += len(clip)
        return 0

    def why_not(self) -> str:
        """What is wrong with it, "" when nothing is."""
        if self.clips():
            return ""
        return "The first frame is after the last one." if self._scope == _THIS else "Tick at least one episode."

    # ------------------------------------------------------------ inside

    @property
    def _scope(self) -> int:
        return int(self.which.currentData())

    def _ticked(self) -> list[Episode]:
        items = (self.chosen.item(row) for row in range(self.chosen.count()))
        ticked = [item.checkState() == Qt.CheckState.Checked for item in items]
        return [episode for episode, taken in zip(self._episodes, ticked, strict=True) if taken]

    def _show_scope(self) -> None:
        self._form.setRowVisible(self.which, not self._still)
        self._form.setRowVisible(self.chosen, not self._still and self._scope == _SEVERAL)
        self._form.setRowVisible(self._range_row, not self._still and self._scope == _THIS)
        self._form.setRowVisible(self._frame_row, self._still)
        self.changed.emit()

    def _make_which(self, episodes: Sequence[Episode], current: int) -> QComboBox:
        which = QComboBox()
        which.setObjectName("exportWhich")
        which.setAccessibleName("Episodes")
        which.setToolTip("Which of the recorded episodes go into the file")
        which.addItem(f"this episode ({current + 1} of {len(episodes)})", _THIS)
        if len(self._episodes) > 1:
            which.addItem("several…", _SEVERAL)
            which.addItem(f"all {len(self._episodes)} episodes, one after the other", _ALL)
            which.setCurrentIndex(which.findData(_ALL))  # who recorded several at once wants to show several
        return which

    def _make_list(self, episodes: Sequence[Episode]) -> QListWidget:
        chosen = QListWidget()
        chosen.setObjectName("exportEpisodes")
        chosen.setAccessibleName("Episodes to export")
        chosen.setToolTip("Ticked episodes go into the file, one after the other")
        for index, episode in enumerate(episodes):
            if episode.frames.shape != self._current.frames.shape:
                continue
            item = QListWidgetItem(f"{index + 1}: return {number(episode.total_reward)}, {episode.length} steps")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if episode is self._current else Qt.CheckState.Unchecked)
            chosen.addItem(item)
        chosen.setFixedHeight(_LIST_LINES * (chosen.fontMetrics().lineSpacing() + 10))
        return chosen

    def _make_box(self, name: str, words: str, value: int) -> QSpinBox:
        tip = f"{words} that goes into the file; frame 0 is the first picture after the reset"
        box = whole_box(name, words, tip, 0, self._current.length)
        box.setValue(value)
        return box


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return row

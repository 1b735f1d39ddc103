"""ExportDialog: which frames of which episodes become a GIF, how fast it plays, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.episode import Episode
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.export_plan import Clip, ExportOptions, fitting, free_path, suggested_name, timing_words
from rlstudio.ui.widgets.numbers import file_size, number

_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_THIS, _SEVERAL, _ALL = range(3)


def pictures_folder() -> Path:
    """Where pictures go unless told otherwise."""
    places = QStandardPaths.standardLocations(QStandardPaths.StandardLocation.PicturesLocation)
    existing = [Path(place) for place in places if Path(place).is_dir()]
    return existing[0] if existing else Path.home()


class ExportDialog(QDialog):
    """Everything is filled in when it opens, so that Enter exports all that was recorded.

    `options()` holds what was chosen.
    """

    def __init__(
        self, episodes: Sequence[Episode], current: int, parent: QWidget | None = None, *, folder: Path | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export as GIF")
        self._current = episodes[current]
        self._episodes = fitting(episodes, self._current)
        self._left_out = len(episodes) - len(self._episodes)
        self._folder = folder or pictures_folder()
        self._named = False  # whether the person chose the name
        self.which = self._make_which(episodes, current)
        self.chosen = self._make_list(episodes)
        self.first, self.last = self._make_range()
        self.speed = self._make_speed()
        self.path = QLineEdit()
        self.path.setObjectName("exportPath")
        self.path.setAccessibleName("File")
        self.path.setMinimumWidth(300)
        self.timing, self.size, self.fault = QLabel(), QLabel(), QLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self._connect()
        self._change_scope()

    def options(self) -> ExportOptions:
        """What is chosen now."""
        return ExportOptions(
            path=Path(self.path.text().strip()).expanduser(),
            clips=tuple(self._clips()),
            fps=self._current.fps,
            speed=float(self.speed.currentData()),
        )

    def chosen_episodes(self) -> list[Episode]:
        """The episodes that go into the file, in order."""
        scope = self.which.currentData()
        if scope == _THIS:
            return [self._current]
        if scope == _ALL:
            return list(self._episodes)
        items = (self.chosen.item(row) for row in range(self.chosen.count()))
        return [
            episode
            for episode, item in zip(self._episodes, items, strict=True)
            if item.checkState() == Qt.CheckState.Checked
        ]

    def _clips(self) -> list[Clip]:
        if self.which.currentData() == _THIS:
            return [Clip(self._current, self.first.value(), self.last.value())]
        return [Clip(episode, 0, episode.length) for episode in self.chosen_episodes()]

    # ------------------------------------------------------------ reacting

    def _change_scope(self) -> None:
        scope = self.which.currentData()
        self._form.setRowVisible(self.chosen, scope == _SEVERAL)
        self._form.setRowVisible(self._range_row, scope == _THIS)
        self._changed()

    def _changed(self) -> None:
        """Say what would come out, and whether it can."""
        episodes = self.chosen_episodes()
        if episodes and not self._named:
            self.path.setText(str(free_path(self._folder, suggested_name(episodes))))
        options = self.options()
        self.timing.setText(timing_words(options.fps, options.speed))
        set_role(self.timing, "warning" if options.played_speed < options.speed else "muted")
        frames = f"{options.frames:,} frame{'s' if options.frames != 1 else ''}"
        about = f"{frames} · plays {options.seconds:.1f} s · roughly {file_size(options.estimated_bytes())}"
        left_out = f" · {self._left_out} of another picture size left out" if self._left_out else ""
        self.size.setText(about + left_out)
        self.fault.setText(self._why_not(options))
        self._export.setEnabled(not self.fault.text())
        if not self.fault.text() and options.path.exists():
            self.fault.setText("This file exists and will be replaced.")

    def _why_not(self, options: ExportOptions) -> str:
        """What stops the export, "" if nothing does."""
        if not options.clips:
            return "Tick at least one episode."
        if self.first.value() > self.last.value():
            return "The first frame is after the last one."
        if not self.path.text().strip():
            return "Give the file a name."
        if options.path.suffix.lower() != ".gif":
            return "The name must end in .gif."
        if not options.path.parent.is_dir():
            return f"There is no folder {options.path.parent}."
        return ""

    def _browse(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Export as GIF", self.path.text(), "Animated GIF (*.gif)")
        if path:
            self._named = True
            self.path.setText(path if path.lower().endswith(".gif") else f"{path}.gif")

    def _name_typed(self) -> None:
        self._named = True
        self._changed()

    # ------------------------------------------------------------ making

    def _make_which(self, episodes: Sequence[Episode], current: int) -> QComboBox:
        which = QComboBox()
        which.setObjectName("exportWhich")
        which.setAccessibleName("Episodes")
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
        for index, episode in enumerate(episodes):
            if episode.frames.shape != self._current.frames.shape:
                continue
            item = QListWidgetItem(f"{index + 1}: return {number(episode.total_reward)}, {episode.length} steps")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if episode is self._current else Qt.CheckState.Unchecked)
            chosen.addItem(item)
        chosen.setMaximumHeight(150)
        return chosen

    def _make_range(self) -> tuple[QSpinBox, QSpinBox]:
        boxes = QSpinBox(), QSpinBox()
        names = (("exportFirst", "First frame", 0), ("exportLast", "Last frame", self._current.length))
        for box, (name, words, value) in zip(boxes, names, strict=True):
            box.setObjectName(name)
            box.setAccessibleName(words)
            box.setRange(0, self._current.length)
            box.setValue(value)
        return boxes

    def _make_speed(self) -> QComboBox:
        speed = QComboBox()
        speed.setObjectName("exportSpeed")
        speed.setAccessibleName("Playback speed")
        for value in _SPEEDS:
            speed.addItem(f"×{value:g}  ({self._current.fps * value:g} frames a second)", value)
        speed.setCurrentIndex(_SPEEDS.index(1.0))
        return speed

    def _lay_out(self) -> None:
        self._range_row = QWidget()
        frames = QHBoxLayout(self._range_row)
        frames.setContentsMargins(0, 0, 0, 0)
        frames.addWidget(self.first)
        frames.addWidget(QLabel("to"))
        frames.addWidget(self.last)
        frames.addWidget(QLabel(f"of 0 to {self._current.length}"))
        frames.addStretch(1)
        browse = QPushButton("Choose…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        file = QHBoxLayout()
        file.setSpacing(8)
        file.addWidget(self.path, 1)
        file.addWidget(browse)
        for label in (self.timing, self.size, self.fault):
            label.setWordWrap(True)
        self.timing.setFixedHeight(3 * self.timing.fontMetrics().lineSpacing())  # its words change; the dialog must not
        self.timing.setAlignment(Qt.AlignmentFlag.AlignTop)
        set_role(self.size, "muted")
        set_role(self.fault, "fault")
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setVerticalSpacing(10)
        self._form.setHorizontalSpacing(16)
        self._form.addRow("Episodes", self.which)
        self._form.addRow("", self.chosen)
        self._form.addRow("Frames", self._range_row)
        self._form.addRow("Speed", self.speed)
        self._form.addRow("", self.timing)
        self._form.addRow("File", file)
        self._form.addRow("", self.size)
        self._form.addRow("", self.fault)
        self._export = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._export.setObjectName("exportConfirmButton")
        self._export.setDefault(True)
        set_role(self._export, "primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self._form)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.which.currentIndexChanged.connect(self._change_scope)
        self.chosen.itemChanged.connect(self._changed)
        for box in (self.first, self.last):
            box.valueChanged.connect(self._changed)
        self.speed.currentIndexChanged.connect(self._changed)
        self.path.textEdited.connect(self._name_typed)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

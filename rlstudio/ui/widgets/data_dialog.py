"""DataDialog: which recorded episodes are written for other programs, in which format, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.episode import Episode
from rlstudio.storage.data_formats import KINDS, MINARI, DataError, check_alike
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.numbers import file_size

_ABOUT = {
    ".npz": "One file: observations, actions, rewards and the policy's thoughts as arrays. numpy.load opens it.",
    ".minari": "A folder in the format of Minari's offline datasets. minari.MinariDataset opens it.",
}
_NEEDS_H5PY = 'This format needs h5py: pip install "rlstudio[minari]"'


class DataDialog(QDialog):
    """Filled in when it opens. `path()`, `episodes()` and `with_frames()` are what was chosen."""

    def __init__(
        self, episodes: Sequence[Episode], current: int, folder: Path, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("dataDialog")
        self.setWindowTitle("Export data")
        self._all = list(episodes)
        self._current = current
        self._folder, self._name = folder, name
        self._named = False
        self.which = _combo("dataWhich", "Episodes")
        self.which.addItem(f"this episode ({current + 1} of {len(episodes)})")
        if len(episodes) > 1:
            self.which.addItem(f"all {len(episodes)} episodes")
            self.which.setCurrentIndex(1)
        self.format = _combo("dataFormat", "Format")
        for ending, words in KINDS.items():
            self.format.addItem(f"{words} ({ending})", ending)
        self._lock_formats()
        self.frames = QCheckBox("with the picture of each step")
        self.frames.setObjectName("dataFrames")
        self.path_field = QLineEdit()
        self.path_field.setObjectName("dataPath")
        self.path_field.setAccessibleName("File")
        self.path_field.setMinimumWidth(340)
        self.about, self.size, self.fault = _label("muted"), _label("muted"), _label("fault")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._lay_out()
        self._connect()
        self._change()

    def path(self) -> Path:
        """Where to."""
        return Path(self.path_field.text().strip()).expanduser()

    def episodes(self) -> list[Episode]:
        """Which."""
        return self._all if self.which.currentIndex() else [self._all[self._current]]

    def with_frames(self) -> bool:
        """Whether pictures go along."""
        return self.frames.isChecked() and self.frames.isEnabled()

    # ------------------------------------------------------------ reacting

    def _change(self) -> None:
        ending = self.format.currentData()
        if not self._named:
            self.path_field.setText(str(_free(self._folder, self._name, ending)))
        elif self.path().suffix.lower() in KINDS:
            self.path_field.setText(str(self.path().with_suffix(ending)))
        self._judge()

    def _judge(self) -> None:
        """Say what would come out, and whether it can."""
        episodes = self.episodes()
        self.frames.setEnabled(all(episode.has_pictures for episode in episodes))
        self.about.setText(_ABOUT[self.format.currentData()])
        steps = sum(episode.length for episode in episodes)
        words = f"{len(episodes)} episode{'s' if len(episodes) != 1 else ''}, {steps:,} steps"
        if self.with_frames():
            height, width, _ = episodes[0].frames.shape
            bare = sum(len(episode.frames) for episode in episodes) * height * width * 3
            words += f" · pictures of {width}×{height}, {file_size(bare)} once unpacked"
        self.size.setText(words)
        reason = self._why_not(episodes)
        self._export.setEnabled(not reason)
        if not reason and self.path().exists():
            reason = "This file exists and will be replaced."
        self.fault.setText(reason)

    def _why_not(self, episodes: list[Episode]) -> str:
        """What stops the export, "" if nothing does."""
        path, ending = self.path(), self.format.currentData()
        try:
            check_alike(episodes, self.with_frames())
        except DataError as error:
            words = str(error)
            return words[:1].upper() + words[1:] + "."
        if not self.path_field.text().strip():
            return "Give the file a name."
        if path.suffix.lower() != ending:
            return f"The name must end in {ending}."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}."
        if path.is_dir() and any(path.iterdir()):
            return "A folder of that name is in the way."
        return ""

    def _browse(self) -> None:
        ending = self.format.currentData()
        kind = f"{KINDS[ending]} (*{ending})"
        chosen, _ = QFileDialog.getSaveFileName(self, "Export data", self.path_field.text(), kind)
        if chosen:
            self._named = True
            self.path_field.setText(chosen if chosen.lower().endswith(ending) else chosen + ending)
            self._judge()

    def _name_typed(self) -> None:
        self._named = True
        self._judge()

    # ------------------------------------------------------------ making

    def _lock_formats(self) -> None:
        """A format whose library is missing is shown, greyed, with the reason."""
        if find_spec("h5py") is None:
            item = self.format.model().item(self.format.findData(MINARI))
            item.setEnabled(False)
            item.setToolTip(_NEEDS_H5PY)
            item.setText(f"{item.text()} – needs h5py")

    def _lay_out(self) -> None:
        browse = QPushButton("Choose…")
        browse.setObjectName("dataBrowseButton")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        file = QHBoxLayout()
        file.setSpacing(8)
        file.addWidget(self.path_field, 1)
        file.addWidget(browse)
        for label in (self.about, self.size, self.fault):
            label.setFixedHeight(2 * label.fontMetrics().lineSpacing() + 2)  # its words change; the dialog must not
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        form.addRow("Episodes", self.which)
        form.addRow("Format", self.format)
        form.addRow("", self.about)
        form.addRow("Pictures", self.frames)
        form.addRow("File", file)
        form.addRow("", self.size)
        form.addRow("", self.fault)
        self._export = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._export.setObjectName("dataExportButton")
        self._export.setDefault(True)
        set_role(self._export, "primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.which.currentIndexChanged.connect(self._judge)
        self.format.currentIndexChanged.connect(self._change)
        self.frames.toggled.connect(self._judge)
        self.path_field.textEdited.connect(self._name_typed)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)


def _combo(name: str, accessible: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(accessible)
    return combo


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    set_role(label, role)
    return label


def _free(folder: Path, name: str, ending: str) -> Path:
    """A name that nothing has yet."""
    path, number = folder / f"{name}{ending}", 2
    while path.exists():
        path, number = folder / f"{name}-{number}{ending}", number + 1
    return path

"""FileRow: where an export goes: a name that follows what is chosen until the person writes one, and Choose…"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from rlstudio.media.formats import FORMATS, MediaFormat
from rlstudio.ui.widgets.export_plan import free_path


def pictures_folder() -> Path:
    """Where pictures go unless told otherwise."""
    places = QStandardPaths.standardLocations(QStandardPaths.StandardLocation.PicturesLocation)
    existing = [Path(place) for place in places if Path(place).is_dir()]
    return existing[0] if existing else Path.home()


class FileRow(QWidget):
    """A path, whose ending follows the format whoever named it.

    Signals:
        changed: another path.
    """

    changed = Signal()

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._named = False  # whether the person chose the name
        self._format: MediaFormat | None = None
        self.edit = QLineEdit()
        self.edit.setObjectName("exportPath")
        self.edit.setAccessibleName("File")
        self.edit.setToolTip("Where it is written to. It appears there whole or not at all.")
        self.edit.textEdited.connect(self._typed)
        self.browse_button = QPushButton("Choose…")
        self.browse_button.setObjectName("exportChooseFile")
        self.browse_button.setAccessibleName("Choose where it is written to")
        self.browse_button.setToolTip("Choose folder and name")
        self.browse_button.setAutoDefault(False)
        self.browse_button.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.browse_button)

    def path(self) -> Path:
        """The path as it stands."""
        return Path(self.edit.text().strip()).expanduser()

    def suggest(self, name: str, to: MediaFormat) -> None:
        """A name for what is chosen now; of one that the person wrote only the ending changes with the format."""
        another, self._format = self._format is not to, to
        if not self._named:
            self._set(free_path(self._folder, name))
        elif another:
            old = self.path()
            stem = old.stem if old.suffix.lower() in {each.suffix for each in FORMATS} else old.name
            self._set(old.with_name(stem + to.suffix) if stem else old)

    def why_not(self) -> str:
        """What is wrong with it, and what to do; "" when nothing is."""
        to, path = self._format, self.path()
        if not self.edit.text().strip():
            return "Give the file a name."
        if to is not None and path.suffix.lower() != to.suffix and not to.folder:
            return f"The name must end in {to.suffix}."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}; choose another."
        if to is not None and to.folder and path.exists() and (not path.is_dir() or any(path.iterdir())):
            return f"{path.name} is there already and not empty; choose a new name for the folder of pictures."
        if path.is_dir() and to is not None and not to.folder:
            return f"{path.name} is a folder; choose a file name in it."
        return ""

    def warning(self) -> str:
        """What a person should know that stops nothing."""
        return "This file exists and will be replaced." if self.path().is_file() else ""

    def _set(self, path: Path) -> None:
        self.edit.setText(str(path))
        self.edit.setCursorPosition(len(self.edit.text()))  # the name is seen where there is no room for the folders

    def _typed(self) -> None:
        self._named = True
        self.changed.emit()

    def _browse(self) -> None:
        to = self._format
        assert to is not None
        kind = f"{to.name} (*{to.suffix})" if to.suffix else "Folder of pictures (*)"
        path, _ = QFileDialog.getSaveFileName(self, "Export", self.edit.text(), kind)
        if path:
            self._named = True
            self._set(Path(path if path.lower().endswith(to.suffix) else path + to.suffix))
            self.changed.emit()

"""The about box, and the page of keys."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from rlstudio import __version__
from rlstudio.ui.icons import app_icon

_PARTS = ("PySide6-Essentials", "pyqtgraph", "gymnasium", "torch", "numpy", "pygame-ce")

KEYS = (
    ("Ctrl+Enter", "train, continue"),
    ("Ctrl+Shift+Enter", "train several seeds, and compare them"),
    ("Ctrl+P", "pause, go on"),
    ("Ctrl+Right", "one step"),
    ("Ctrl+.", "stop"),
    ("R", "record episodes"),
    ("Space", "play or pause the recording"),
    (",  .  or  ←  →", "one frame back, forward; held, it runs"),
    ("Shift+←  Shift+→", "ten frames back, forward; held, ten times as fast"),
    ("N  H  V", "next reward, most hesitant moment, largest value error"),
    ("M  Shift+M", "mark the frame, next marked frame"),
    ("Home  End", "first, last frame"),
    ("PgUp  PgDown", "episode before, next"),
    ("L", "back to live"),
    ("G", "what states are worth to the policy: over the picture of a grid, else as a map"),
    ("[  ]", "checkpoint before, next"),
    ("C", "compare checkpoints side by side"),
    ("W", "what if: another future of this frame"),
    ("Ctrl+E", "export as GIF, video or picture"),
    ("Ctrl+Shift+R", "record the training as a film"),
    ("Ctrl+S", "save the episode"),
    ("Ctrl+Shift+E", "export data"),
    ("Ctrl+I", "about this episode"),
    ("Ctrl+O", "open runs and episodes"),
    ("F2  T  N  X  Del  Ctrl+Z", "in the list of runs: title, tags, note, export, to the trash, and back"),
    ("F  E", "there, too: fork the run at a checkpoint, train on with it"),
    ("P  S", "there, too: pause what trains, or let it go on; stop it"),
    ("Enter  Shift+Enter  Ctrl+D", "there, too: open the run, train the same again, the same with changes"),
    ("Ctrl+B", "fold the setup"),
    ("Ctrl++  Ctrl+-", "larger, smaller text"),
    ("F1", "what is this"),
    ("Shift+F1", "about this algorithm"),
    ("F11", "present"),
)


def show_about(parent: QWidget) -> None:
    """What this is, its version and what it is made of."""
    rows = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td>{_version(name)}</td></tr>" for name in _PARTS)
    box = QMessageBox(parent)
    box.setObjectName("aboutBox")
    box.setWindowTitle("About RL Studio")
    box.setIconPixmap(app_icon().pixmap(64, 64))
    box.setText(f"<b>RL Studio {__version__}</b><br>Watch an agent learn.")
    box.setInformativeText(
        f"<table>{rows}<tr><td>Python&nbsp;&nbsp;</td><td>{platform.python_version()}</td></tr></table>"
        "<p>MIT licence. The Inter typeface is under the SIL Open Font License 1.1.<br>"
        "Qt is used under the LGPL through PySide6.</p>"
    )
    _open(box)


def show_keys(parent: QWidget) -> None:
    """All keys."""
    rows = "".join(f"<tr><td><b>{keys}</b>&nbsp;&nbsp;&nbsp;</td><td>{words}</td></tr>" for keys, words in KEYS)
    box = QMessageBox(parent)
    box.setObjectName("keysBox")
    box.setWindowTitle("Keys")
    box.setText(f"<table cellpadding='3'>{rows}</table>")
    _open(box)


def _open(box: QMessageBox) -> None:
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"

"""An episode's plots as a picture: PNG at twice the size of the screen, or SVG, all chosen rows, cursor included."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from rlstudio.core.whole_file import reason, whole_file
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.episode_rows import EpisodeRows

KINDS = {".png": "PNG picture", ".svg": "SVG drawing"}
_PNG_SCALE = 2.0


def save_rows(path: Path, rows: EpisodeRows, title: str) -> None:
    """Save all rows, also those that are scrolled out of sight, as the path's ending says; whole or not at all.

    Raises:
        ValueError: for any other ending, or where the file cannot be written; the message says what to do.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise ValueError(
            f"{path.name}: plots are saved as {' or '.join(KINDS)}; choose a name with one of these endings"
        )
    content = _svg(rows, title) if kind == ".svg" else _png(rows)
    try:
        with whole_file(path) as file:
            file.write(content)
    except OSError as error:
        raise ValueError(f"{path} could not be saved: {reason(error)}") from error


def _png(rows: EpisodeRows) -> bytes:
    image = QImage(rows.page_size() * _PNG_SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(current_colors().window))
    painter = QPainter(image)
    painter.scale(_PNG_SCALE, _PNG_SCALE)
    rows.paint_page(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _svg(rows: EpisodeRows, title: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(rows.page_size())
    generator.setViewBox(QRect(QPoint(0, 0), rows.page_size()))
    generator.setResolution(rows.logicalDpiX())  # else text in points comes out smaller than on the screen
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(generator.viewBoxF(), QColor(current_colors().window))
    rows.paint_page(painter)
    painter.end()
    return bytes(buffer.data().data())

"""The program's own line icons, drawn in the theme's colours and redrawn when the theme changes."""

from __future__ import annotations

from functools import cache
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from rlstudio.core.resources import resource_path
from rlstudio.ui.theme import current_colors, theme_events

SIZES = (20, 40)


def icon(name: str, color: str | None = None) -> QIcon:
    """The icon of that name in resources/icons, in the theme's text colour or in `color` ("#rrggbb").

    Pictures are made for the theme of this moment; use `set_icon` for one that follows the theme.

    Raises:
        KeyError: when there is no such icon.
    """
    colors = current_colors()
    made = QIcon()
    for size in SIZES:
        made.addPixmap(_draw(name, color or colors.text, size), QIcon.Mode.Normal)
        made.addPixmap(_draw(name, colors.disabled, size), QIcon.Mode.Disabled)
    return made


def icon_names() -> list[str]:
    """All line icons there are, sorted."""
    return sorted(path.stem for path in resource_path("icons").glob("*.svg") if path.stem != "rlstudio")


def pixmap(name: str, size: int, color: str | None = None, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels at a device pixel ratio."""
    picture = QPixmap(_draw(name, color or current_colors().text, round(size * ratio)))
    picture.setDevicePixelRatio(ratio)
    return picture


def set_icon(target: Any, name: str, role: str = "text") -> None:
    """Give a button or action an icon that follows the theme. `role` is a field of `Colors` ("accent", "on_accent")."""
    keeper = target.findChild(_IconKeeper, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if keeper is None:
        keeper = _IconKeeper(target)
    keeper.show(name, role)


def app_icon() -> QIcon:
    """The application's icon, in every size it is shipped in."""
    found = QIcon()
    for path in sorted(resource_path("icons").glob("rlstudio-*.png")):
        found.addFile(str(path))
    return found


class _IconKeeper(QObject):
    """Child of a button or action: sets its icon again whenever the theme changes, and dies with it."""

    def __init__(self, target: QObject) -> None:
        super().__init__(target)
        self._shown = ("", "")
        theme_events.changed.connect(self._redraw)

    def show(self, name: str, role: str) -> None:
        if (name, role) != self._shown:
            self._shown = (name, role)
            self._redraw()

    def _redraw(self) -> None:
        name, role = self._shown
        self.parent().setIcon(icon(name, getattr(current_colors(), role)))


@cache
def _source(name: str) -> bytes:
    path = resource_path("icons", f"{name}.svg")
    if not path.is_file():
        raise KeyError(f"no icon {name!r}; there are {', '.join(icon_names())}")
    return path.read_bytes()


def _draw(name: str, color: str, pixels: int) -> QPixmap:
    """A picture of an icon, from Qt's cache where it was drawn before: forms show the same ones many times."""
    key = f"rlstudio/{name}/{color}/{pixels}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    renderer = QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", color.encode())))
    image = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    found = QPixmap.fromImage(image)
    QPixmapCache.insert(key, found)
    return found

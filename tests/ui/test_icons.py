"""The icons: each one draws something, in the colour asked for, and follows the theme."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QToolButton

from rlstudio.ui import icons, theme


def inks(image: QImage) -> set[str]:
    """The colours of the fully opaque pixels."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {color.name() for color in pixels if color.alpha() == 255}


@pytest.mark.parametrize("name", icons.icon_names())
def test_every_icon_draws_in_the_colour_asked_for(app: QApplication, name: str) -> None:
    assert inks(icons.pixmap(name, 64, "#0072b2").toImage()) == {"#0072b2"}


def test_a_wrong_name_is_refused(app: QApplication) -> None:
    with pytest.raises(KeyError, match="train"):
        icons.icon("no-such-icon")


@pytest.mark.parametrize("make", [QToolButton, QAction])
def test_an_icon_follows_the_theme(app: QApplication, make: type) -> None:
    target = make()
    icons.set_icon(target, "stop")
    try:
        for mode, colors in (("dark", theme.DARK), ("light", theme.LIGHT)):
            theme.apply_theme(app, mode)
            assert QColor(colors.text).name() in inks(target.icon().pixmap(24, 24).toImage())
        disabled = target.icon().pixmap(24, 24, QIcon.Mode.Disabled).toImage()
        assert QColor(theme.LIGHT.disabled).name() in inks(disabled)
    finally:
        target.deleteLater()


def test_the_application_icon_has_every_size(app: QApplication) -> None:
    sizes = {size.width() for size in icons.app_icon().availableSizes()}
    assert {16, 32, 48, 64, 128, 256} <= sizes

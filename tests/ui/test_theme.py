"""The look: contrast that can be read, fonts that are there, and widgets that hear of a change."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.resources import resource_path
from rlstudio.ui import theme
from rlstudio.ui.widgets.algorithm_page import AlgorithmPage
from rlstudio.ui.widgets.choice import Choice
from rlstudio.ui.widgets.choice_popup import ChoiceDetails

TEXT = ("text", "muted", "accent", "danger", "warning", "good", "live", "change", "run", "threshold")
BACK = ("window", "base", "hover")


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF()]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2: 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def light_again(app: QApplication):
    yield
    theme.set_font_size(app, theme.DEFAULT_POINTS)
    theme.apply_theme(app, "light")


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read_on_every_background(colors: theme.Colors, name: str) -> None:
    for back in BACK:
        found = contrast(getattr(colors, name), getattr(colors, back))
        assert found >= 4.5, f"{name} on {back}: {found:.2f}"


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_can_be_read_on_coloured_backgrounds(colors: theme.Colors) -> None:
    assert contrast(colors.on_accent, colors.accent) >= 4.5
    assert contrast(colors.on_accent, colors.accent_hover) >= 4.5
    assert contrast(colors.text, colors.selection) >= 4.5
    assert contrast(colors.text, colors.danger_back) >= 4.5
    assert contrast(colors.danger, colors.danger_back) >= 4.5


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_curves_stand_out_from_the_background(colors: theme.Colors) -> None:
    for color in (colors.evaluation, *colors.series):
        assert contrast(color, colors.window) >= 3, color


def test_stylesheet_has_no_name_left_open_and_every_picture(app: QApplication) -> None:
    for colors in (theme.LIGHT, theme.DARK):
        sheet = theme._stylesheet(colors, 10)
        assert not re.search(r"\$[a-z]", sheet)
        pictures = re.findall(r'url\("([^"]+)"\)', sheet)
        assert pictures
        for picture in pictures:
            assert resource_path("themes", picture.rsplit("/", 1)[1]).is_file(), picture


def test_the_shipped_font_is_used_with_figures_of_one_width(app: QApplication) -> None:
    label = QLabel()
    assert QFontInfo(label.font()).family() == "Inter"
    metrics = label.fontMetrics()
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")
    label.deleteLater()


def test_a_change_of_theme_is_told_and_changes_the_colours(app: QApplication, light_again: None) -> None:
    heard: list[bool] = []

    def hear() -> None:
        heard.append(theme.current_colors().dark)

    theme.theme_events.changed.connect(hear)
    theme.apply_theme(app, "dark")
    theme.apply_theme(app, "light")
    theme.theme_events.changed.disconnect(hear)
    assert heard == [True, False]
    assert app.palette().window().color().name() == theme.LIGHT.window


def test_pages_of_rich_text_have_the_colours_of_the_theme(app: QApplication, show, light_again: None) -> None:
    owner = show(QWidget())
    details, page = ChoiceDetails(owner), AlgorithmPage(owner)
    details.show_choice(Choice(key="ppo", title="PPO", details=lambda: "<a href='x'>paper</a>"))
    page.show_spec(get_algorithm("ppo"), ())
    for mode, colors in (("light", theme.LIGHT), ("dark", theme.DARK)):
        theme.apply_theme(app, mode)
        for text in (details.text, page.text):
            sheet = text.document().defaultStyleSheet()
            assert colors.accent in sheet
            assert colors.muted in sheet


def test_the_one_font_size_reaches_every_widget_and_has_limits(app: QApplication, show, light_again: None) -> None:
    label = show(QLabel("Return 500"), 200, 40)
    before = label.sizeHint().height()
    theme.set_font_size(app, 16)
    assert label.sizeHint().height() > before
    theme.set_font_size(app, 500)
    assert theme.font_points() == 24

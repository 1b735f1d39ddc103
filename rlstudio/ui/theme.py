"""The look: colours for light and dark, the shipped font, and the one stylesheet. Widgets listen to `theme_events`.

Hues are Okabe and Ito's, safe for colour-blind eyes: the light ones on dark, the darkened ones on white. A widget that
paints itself asks `current_colors()` while it paints, and repaints when `theme_events.changed` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from rlstudio.core.resources import resource_path

Mode = Literal["system", "light", "dark"]
GRID = 8
"""Spacing unit, in pixels."""
FONT_FAMILY = "Inter"
DEFAULT_POINTS = 10


@dataclass(frozen=True)
class Colors:
    """One theme's palette, as "#rrggbb". Text colours have a contrast of at least 4.5:1 on window, base and hover."""

    dark: bool
    window: str
    base: str
    hover: str
    hairline: str
    border: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    accent_hover: str
    selection: str
    danger: str
    danger_back: str
    warning: str
    good: str
    run: str
    threshold: str
    evaluation: str
    ghost: str
    change: str
    live: str
    grid: str
    series: tuple[str, ...]


LIGHT = Colors(
    dark=False,
    window="#fbfbfa",
    base="#ffffff",
    hover="#f0f1f2",
    hairline="#e1e3e5",
    border="#c5c9cd",
    text="#1f2328",
    muted="#57606a",
    disabled="#9aa1a8",
    accent="#0072b2",
    on_accent="#ffffff",
    accent_hover="#00629a",
    selection="#d6e9f5",
    danger="#b3380e",
    danger_back="#fdf0ea",
    warning="#8a5a00",
    good="#00734f",
    run="#0072b2",
    threshold="#007a5a",
    evaluation="#c24e00",
    ghost="#a6abb0",
    change="#a8487f",
    live="#b84800",
    grid="#ebecee",
    series=("#0072b2", "#c24e00", "#007a5a", "#a8487f", "#8a5a00", "#1f2328"),
)
DARK = Colors(
    dark=True,
    window="#1e1e1e",
    base="#262727",
    hover="#2e2f30",
    hairline="#343536",
    border="#505356",
    text="#e8e9ea",
    muted="#a8adb3",
    disabled="#6d7277",
    accent="#56b4e9",
    on_accent="#10202b",
    accent_hover="#7cc6ef",
    selection="#24475c",
    danger="#ff9068",
    danger_back="#3a2620",
    warning="#e6b03c",
    good="#45c89f",
    run="#56b4e9",
    threshold="#45c89f",
    evaluation="#e69f00",
    ghost="#74787c",
    change="#d98fb8",
    live="#ff8a5c",
    grid="#2d2e2f",
    series=("#56b4e9", "#e69f00", "#45c89f", "#d98fb8", "#f0e442", "#e8e9ea"),
)


class ThemeEvents(QObject):
    """Tells custom widgets that colours or sizes have changed."""

    changed = Signal()


theme_events = ThemeEvents()


@dataclass
class _State:
    mode: Mode = "system"
    colors: Colors = LIGHT
    points: float = DEFAULT_POINTS
    watched: QApplication | None = None


_state = _State()


def current_colors() -> Colors:
    """The palette in force."""
    return _state.colors


def font_points() -> float:
    """The base font size in force, in points."""
    return _state.points


def load_fonts(app: QApplication) -> None:
    """Make the shipped font the application's, with figures of equal width so that changing numbers stand still."""
    for path in sorted(resource_path("fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))
    app.setFont(_font(_state.points))


def apply_theme(app: QApplication, mode: Mode = "system") -> None:
    """Dress the application. "system" follows the desktop, now and whenever it changes."""
    _state.mode = mode
    if _state.watched is not app:
        _state.watched = app
        app.styleHints().colorSchemeChanged.connect(_system_changed)
    app.setStyle("Fusion")
    _dress(app)


def set_font_size(app: QApplication, points: float) -> None:
    """Set the one font size that all others are multiples of; 8 to 24 points."""
    _state.points = min(max(float(points), 8.0), 24.0)
    app.setFont(_font(_state.points))
    _dress(app)


def document_style() -> str:
    """The style sheet of a page of rich text (a QTextDocument) in the colours in force."""
    colors = current_colors()
    return (
        f"a {{ color: {colors.accent}; }} p {{ margin: 0 0 8px 0; }} h4 {{ margin: 12px 0 4px 0; }}"
        f" .quiet {{ color: {colors.muted}; }}"
    )


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the stylesheet's roles: heading, title, muted, fault, badge, primary, secondary, flat,
    link, mono."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    repolish(widget)


def repolish(widget: QWidget) -> None:
    """Let the stylesheet look again at a widget whose dynamic properties have changed."""
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # it will look for the first time when the widget is shown
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def mono_font() -> QFont:
    """A font for tracebacks and commands: the system's fixed one, or the shipped one where there is none."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if not QFontDatabase.isFixedPitch(font.family()):
        font = _font(_state.points)
    font.setPointSizeF(_state.points - 0.5)
    return font


def _font(points: float) -> QFont:
    font = QFont(FONT_FAMILY)
    font.setPointSizeF(points)
    if hasattr(font, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _system_changed(_scheme: Qt.ColorScheme) -> None:
    app = QApplication.instance()
    if _state.mode == "system" and isinstance(app, QApplication):
        _dress(app)


def _wants_dark(app: QApplication) -> bool:
    if _state.mode == "system":
        return app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return _state.mode == "dark"


def _dress(app: QApplication) -> None:
    _state.colors = DARK if _wants_dark(app) else LIGHT
    app.setPalette(_palette(_state.colors))
    app.setStyleSheet(_stylesheet(_state.colors, _state.points))
    theme_events.changed.emit()


def _palette(colors: Colors) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for which, value in {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.base,
        role.AlternateBase: colors.hover,
        role.Text: colors.text,
        role.PlaceholderText: colors.muted,
        role.Button: colors.base,
        role.ButtonText: colors.text,
        role.BrightText: colors.danger,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.Link: colors.accent,
        role.LinkVisited: colors.accent,
        role.ToolTipBase: colors.base,
        role.ToolTipText: colors.text,
        role.Light: colors.hover,
        role.Midlight: colors.hairline,
        role.Mid: colors.border,
        role.Dark: colors.border,
        role.Shadow: colors.border,
    }.items():
        palette.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, QColor(colors.disabled))
    return palette


def _stylesheet(colors: Colors, points: float) -> str:
    """The stylesheet in resources/themes, its `$names` replaced by colours, sizes and pictures."""
    values = {name: value for name, value in vars(colors).items() if isinstance(value, str)}
    values |= {
        "small": f"{points * 0.9:.1f}pt",
        "body": f"{points:.1f}pt",
        "title": f"{points * 1.2:.1f}pt",
        "pictures": (resource_path("themes") / ("dark" if colors.dark else "light")).as_posix(),
    }
    return Template(resource_path("themes", "style.qss").read_text(encoding="utf-8")).substitute(values)

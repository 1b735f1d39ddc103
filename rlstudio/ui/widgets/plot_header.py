"""The row of buttons above the plots: what the x axis is, follow, which metrics, save."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from rlstudio.core.history import XAxis
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import GRID, set_role
from rlstudio.ui.widgets.metric_menu import MetricMenu
from rlstudio.ui.widgets.plot_export import KINDS


class PlotHeader(QWidget):
    """Buttons only; what they mean is the panel's business."""

    xAxisChosen = Signal(str)
    followClicked = Signal()
    metricsChosen = Signal(list)
    saveRequested = Signal(str)
    """The ending of the file to save: ".png", ".svg" or ".csv"."""

    def __init__(self) -> None:
        super().__init__()
        self.metrics = MetricMenu(self)
        self.metrics.chosen.connect(self.metricsChosen)
        self.save_menu = QMenu(self)
        for ending, words in KINDS.items():
            self.save_menu.addAction(f"Save as {words} …", lambda e=ending: self.saveRequested.emit(e))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        label = QLabel("Against")
        set_role(label, "muted")
        layout.addWidget(label)
        self._x_buttons = self._make_x_buttons()
        for button in self._x_buttons.values():
            layout.addWidget(button)
        layout.addStretch(1)
        self._follow = _button("Follow", "Show the whole run again, and grow with it", "followButton")
        set_icon(self._follow, "follow", "accent")
        self._follow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._follow.clicked.connect(self.followClicked)
        picker = _menu_button("Metrics", "Choose which diagnostics are plotted", "metricPicker", "chart", self.metrics)
        save = _menu_button("Save", "Save the plots as a picture or a table", "savePlotsButton", "save", self.save_menu)
        for button in (self._follow, picker, save):
            layout.addWidget(button)
        self.show_following(True)

    def show_x_axis(self, x_axis: str) -> None:
        """Tick the button of that axis."""
        self._x_buttons[x_axis].setChecked(True)

    def show_following(self, following: bool) -> None:
        """Offer "Follow" only when there is a use for it."""
        self._follow.setVisible(not following)

    def _make_x_buttons(self) -> dict[str, QToolButton]:
        group, buttons = QButtonGroup(self), {}
        for name in get_args(XAxis):
            button = _button(name, f"Draw against {name}", f"xAxis_{name}")
            button.setCheckable(True)
            button.clicked.connect(lambda _checked, n=name: self.xAxisChosen.emit(n))
            group.addButton(button)
            buttons[name] = button
        return buttons


def _button(text: str, help_text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setToolTip(help_text)
    button.setAccessibleName(help_text)
    return button


def _menu_button(text: str, help_text: str, name: str, icon: str, menu: QMenu) -> QToolButton:
    button = _button(text, help_text, name)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    set_icon(button, icon)
    return button

"""LiveStrip: the runs of the window side by side, to choose which one is shown, and to pause and stop each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QToolButton, QWidget

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import current_colors, set_role, theme_events
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.plain_tip import plain_tip

_WIDEST, _NARROWEST, _LINE = 330, 190, 3


@dataclass(frozen=True)
class StripItem:
    """One run: `number` names it in signals. `share` is how much of its budget is used, 0 to 1.

    `doing` is short ("45 %", "paused", "finished"); `offers` are the buttons that do something: "pause", "resume",
    "stop", "end" and "dismiss".
    """

    number: int
    name: str
    doing: str
    tip: str = ""
    share: float | None = None
    shown: bool = False
    live: bool = False
    offers: tuple[str, ...] = ()


_BUTTONS = {
    "pause": ("pause", "Pause"),
    "resume": ("play", "Go on with"),
    "stop": ("stop", "Stop and save"),
    "end": ("stop", "End at once"),
    "dismiss": ("close", "Take away from this row"),
}


class LiveStrip(QScrollArea):
    """Hidden until there is something to choose from.

    Signals:
        chosen(number): that run is to be shown.
        wished(number, what): a button of it was pressed: see StripItem.offers.
        compareRequested(): the curves of all of them are to be laid over each other.
        sideBySideToggled(on): the pictures of all of them are to be on the stage, or that of the shown one alone.
        stopAllRequested(): all are to be stopped, and none that waits is to begin.
    """

    chosen = Signal(int)
    wished = Signal(int, str)
    compareRequested = Signal()
    sideBySideToggled = Signal(bool)
    stopAllRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("liveStrip")
        self.setAccessibleName("Runs side by side")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._chips: dict[int, _Chip] = {}
        self._room = 0
        self._wanted, self._put_away = False, False
        page = QWidget(self)
        self._row = QHBoxLayout(page)
        self._row.setContentsMargins(16, 4, 16, 4)
        self._row.setSpacing(8)
        self._compare = self._tool("compareLiveButton", "Compare", "eye", "Lay their curves over each other")
        self._beside = self._tool("sideBySideButton", "Side by side", "panes", "Watch all of them on the stage at once")
        self._beside.setCheckable(True)
        self._beside.toggled.connect(self.sideBySideToggled)
        self._stop_all = self._tool("stopAllButton", "Stop all", "stop", "Stop and save all that train")
        self._compare.clicked.connect(self.compareRequested)
        self._stop_all.clicked.connect(self.stopAllRequested)
        self._waiting = QLabel()
        self._waiting.setObjectName("waitingRuns")
        set_role(self._waiting, "muted")
        self._row.addWidget(self._waiting)
        self._row.addStretch(1)
        for widget in (self._beside, self._compare, self._stop_all):
            self._row.addWidget(widget)
        self.setWidget(page)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme_events.changed.connect(self._repaint)
        self.hide()

    def show_runs(self, items: Sequence[StripItem], waiting: int, *, can_compare: bool) -> None:
        """Show these, and how many more wait for a core."""
        numbers, before = [item.number for item in items], [*self._chips]
        for number in [number for number in self._chips if number not in numbers]:
            chip = self._chips.pop(number)
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        alike = len(items) > 3 and len({item.name for item in items}) == 1  # many seeds: one name is as good as none
        for place, item in enumerate(items):
            chip = self._chips.get(item.number)
            if chip is None:
                chip = self._chips[item.number] = _Chip(self)
                self._row.insertWidget(place, chip, 10)
            chip.show_item(item, named=not alike)
        self._waiting.setText(f"{waiting:,} waiting for a core" if waiting else "")
        self._waiting.setVisible(bool(waiting))
        self._compare.setVisible(can_compare)
        self._beside.setVisible(len(items) > 1)
        self._stop_all.setVisible(bool(waiting) or sum(item.live for item in items) > 1)
        self._wanted = len(items) > 1 or bool(waiting)
        self.setVisible(self._wanted and not self._put_away)
        if [*self._chips] != before:
            self.updateGeometry()

    def put_away(self, away: bool) -> None:
        """Leave the whole window to others, or come back if there is something to choose from."""
        self._put_away = away
        self.setVisible(self._wanted and not away)

    def sizeHint(self) -> QSize:
        """The height of a row; of a scroll bar, too, where one is needed."""
        hint = self.widget().sizeHint()
        more = self.horizontalScrollBar().sizeHint().height() if hint.width() > self._room > 0 else 0
        return QSize(hint.width(), hint.height() + more)

    def minimumSizeHint(self) -> QSize:
        """Any width will do: it scrolls."""
        return QSize(_NARROWEST, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may need a scroll bar, or none."""
        super().resizeEvent(event)
        if event.size().width() != self._room:
            self._room = event.size().width()
            self.updateGeometry()

    def _tool(self, name: str, text: str, icon: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setProperty("role", "flat")
        set_icon(button, icon)
        return button

    def _repaint(self) -> None:
        for chip in self._chips.values():
            chip.update()


class _Chip(QFrame):
    """One run. A click, Return or Space shows it."""

    def __init__(self, strip: LiveStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._item, self._named = StripItem(-1, "", ""), True
        self._name = ElidedLabel()
        self._doing = QLabel()
        set_role(self._doing, "muted")
        self._buttons = {what: self._button(what) for what in _BUTTONS}
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 1, 4, 1 + _LINE)
        row.setSpacing(6)
        row.addWidget(self._name, 1)
        row.addWidget(self._doing)
        for button in self._buttons.values():
            row.addWidget(button)
        self.setMinimumWidth(_NARROWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)  # all as high as the row
        self.setMaximumWidth(_WIDEST)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_item(self, item: StripItem, *, named: bool = True) -> None:
        """Show it as it is now, in short where it need not be named."""
        if (item, named) == (self._item, self._named):
            return
        self._item, self._named = item, named
        self._name.setVisible(named)
        self.setMinimumWidth(_NARROWEST if named else 0)  # 0: what its words and buttons need
        self.setObjectName(f"liveRun{item.number}")
        self.setAccessibleName(f"{item.name}, {item.doing}" + (", shown" if item.shown else ""))
        self._name.setText(item.name)
        self._doing.setText(item.doing)
        self.setToolTip(plain_tip(item.tip))
        for what, button in self._buttons.items():
            button.setVisible(what in item.offers)
            words = f"{_BUTTONS[what][1]} {item.name}"
            button.setAccessibleName(words)
            button.setToolTip(plain_tip(words))
        self.update()

    def _button(self, what: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{what}LiveButton")
        button.setProperty("role", "flat")
        button.setStyleSheet("QToolButton { padding: 2px; }")
        set_icon(button, _BUTTONS[what][0])
        button.clicked.connect(lambda: self._strip.wished.emit(self._item.number, what))
        return button

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show this run."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._strip.chosen.emit(self._item.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same by key."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._strip.chosen.emit(self._item.number)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QEvent) -> None:
        """The frame shows the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        """And no longer."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A frame, and at its foot how much of the budget is used."""
        colors, painter = current_colors(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(QColor(colors.selection if self._item.shown else colors.base))
        painter.setPen(QColor(colors.accent if self._item.shown or self.hasFocus() else colors.hairline))
        painter.drawRoundedRect(box, 5, 5)
        if self._item.share is not None:
            room = box.adjusted(6, 0, -6, 0)
            painter.setPen(Qt.PenStyle.NoPen)
            for share, color in ((1.0, colors.hairline), (min(self._item.share, 1.0), colors.accent)):
                painter.setBrush(QColor(color))
                painter.drawRect(QRectF(room.left(), box.bottom() - _LINE, room.width() * share, _LINE - 1))
        painter.end()

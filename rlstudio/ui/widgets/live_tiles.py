"""LiveTiles: the live picture, and beside it those of other runs that train, each under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import FrameNote
from rlstudio.ui.theme import current_colors, set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.frame_view import FrameView
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.pane_grid import PaneGrid
from rlstudio.ui.widgets.plain_tip import plain_tip

_USUAL_SHAPE = (2, 3)


@dataclass(frozen=True)
class TileItem:
    """One run: `number` names it in signals, `shown` is the one that the whole window is about.

    `sharp` keeps the pixels of its pictures, as FrameView does.
    """

    number: int
    name: str
    shown: bool = False
    sharp: bool = False


class LiveTiles(QWidget):
    """`view` is the picture of the run that is shown. It keeps its place among the others, wherever that is.

    While `set_alone`, or with no more than one item, there is nothing but `view`.

    Signals:
        chosen: the number of the run whose tile was clicked.
    """

    chosen = Signal(int)

    def __init__(self, view: FrameView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("liveTiles")
        self.setAccessibleName("Runs side by side")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._items: list[TileItem] = []
        self._alone = False
        self._main = _Tile(self, view)
        self._others: dict[int, _Tile] = {}
        self._shape = _USUAL_SHAPE
        self._grid = PaneGrid(self)
        self._lay_out()

    def set_items(self, items: Sequence[TileItem]) -> None:
        """Show these, in this order; exactly one of them is the one that is shown. None: the picture alone."""
        if list(items) == self._items:
            return
        self._items = list(items)
        wanted = {item.number for item in items if not item.shown}
        for number_of in [number_of for number_of in self._others if number_of not in wanted]:
            gone = self._others.pop(number_of)
            gone.hide()
            gone.deleteLater()
        for item in items:
            if not item.shown and item.number not in self._others:
                self._others[item.number] = _Tile(self, FrameView())
            self._tile(item).show_item(item)
        self._lay_out()

    def set_alone(self, alone: bool) -> None:
        """Leave the whole room to the picture, or have the others back."""
        if alone != self._alone:
            self._alone = alone
            self._lay_out()

    @property
    def spread(self) -> bool:
        """Whether there are several pictures."""
        return len(self._items) > 1 and not self._alone

    def show_frame(self, number_of: int, frame: Frame, note: FrameNote) -> None:
        """A live frame of one of the other runs (it is copied), and what it is. Nothing if it is not there."""
        tile = self._others.get(number_of)
        if tile is not None:
            tile.view.show_frame(frame, sharp=tile.sharp)
            tile.say(note)

    def show_message(self, number_of: int, text: str) -> None:
        """Words in the place of one of the other runs' picture."""
        tile = self._others.get(number_of)
        if tile is not None:
            tile.view.show_message(text)
            tile.words.setText("")

    def tell(self, note: FrameNote | None, shape: tuple[int, ...] | None = None) -> None:
        """What the frame of the run that is shown is, and its (height, width), which says how the tiles lie best."""
        if note is None:
            self._main.words.setText("")
        elif self.spread:
            self._main.say(note)
        if shape is not None and shape != self._shape:
            self._shape = shape[0], shape[1]
            self._lay_out()

    def words(self) -> dict[str, str]:
        """What each tile says of its picture, by the name above it."""
        return {item.name: self._tile(item).words.text() for item in self._items}

    def sizeHint(self) -> QSize:
        """As FrameView's: what is shown never changes the window's layout."""
        return QSize(600, 400)

    def minimumSizeHint(self) -> QSize:
        """As FrameView's."""
        return QSize(160, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another shape may want them another way."""
        super().resizeEvent(event)
        self._lay_out()

    def _tile(self, item: TileItem) -> _Tile:
        return self._main if item.shown else self._others[item.number]

    def _lay_out(self) -> None:
        tiles = [self._tile(item) for item in self._items] if self.spread else [self._main]
        for tile in self._others.values():
            tile.setVisible(self.spread)
        self._main.set_named(self.spread)
        self._grid.lay_out(tiles, self._grid.columns_for(len(tiles), self._shape))


class _Tile(QWidget):
    """A run's name, what its picture is of, and the picture. A click chooses it."""

    def __init__(self, tiles: LiveTiles, view: FrameView) -> None:
        super().__init__(tiles)
        self._tiles, self.view = tiles, view
        self._item = TileItem(-1, "", shown=True)
        self._named = False
        self.name, self.words = ElidedLabel("", self), ElidedLabel("", self)
        set_role(self.name, "strong")
        set_role(self.words, "muted")
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(1)
        self._layout.addWidget(self.name)
        self._layout.addWidget(self.words)
        self._layout.addWidget(view, 1)
        self.set_named(True)

    @property
    def sharp(self) -> bool:
        """Whether its pictures keep their pixels."""
        return self._item.sharp

    def show_item(self, item: TileItem) -> None:
        """Whose it is."""
        self._item = item
        self.setObjectName(f"liveTile{item.number}")
        self.name.setText(item.name)
        self.setAccessibleName(item.name)
        told = "The window shows this run" if item.shown else "Click: the window shows this run"
        self.setAccessibleDescription(told)
        self._explain()
        self.update()

    def set_named(self, named: bool) -> None:
        """With words above the picture, or the picture alone."""
        if named == self._named:
            return
        self._named = named
        self.name.setVisible(named)
        self.words.setVisible(named)
        self._layout.setContentsMargins(*((12, 2, 4, 4) if named else (0, 0, 0, 0)))
        self._explain()

    def say(self, note: FrameNote) -> None:
        """Where the episode is, or why the one before ended."""
        where = note.ending or f"episode {note.episode:,}"
        self.words.setText(f"return {number(note.total_reward)} · step {note.t:,} · {where}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Anywhere in it will do."""
        if event.button() == Qt.MouseButton.LeftButton and self._named and not self._item.shown:
            self._tiles.chosen.emit(self._item.number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar at the side of the one that is shown."""
        if self._named and self._item.shown:
            painter = QPainter(self)
            painter.fillRect(QRectF(4, 3, 3, self.height() - 7), QColor(current_colors().accent))
            painter.end()

    def _explain(self) -> None:
        can_be_chosen = self._named and not self._item.shown
        self.setToolTip(plain_tip(f"Click: the window shows {self._item.name}") if can_be_chosen else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_be_chosen else Qt.CursorShape.ArrowCursor)

"""LiveTiles: the live picture, and beside it those of other runs that train, each under its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import FrameNote
from rlstudio.ui.theme import current_colors, set_role
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.frame_view import FrameView
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.pane_grid import PaneWidget
from rlstudio.ui.widgets.plain_tip import plain_tip

_USUAL_SHAPE = (2, 3)
_LEFT, _RIGHT = 12, 4  # beside words and picture; the bar stands at the left
_LEAST = QSize(80, 50)


@dataclass(frozen=True)
class TileItem:
    """One run: `number` names it in signals, `shown` is the one that the whole window is about.

    `sharp` keeps the pixels of its pictures, as FrameView does.
    """

    number: int
    name: str
    shown: bool = False
    sharp: bool = False


class LiveTiles(PaneWidget):
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
        self._items: list[TileItem] = []
        self._alone = False
        self._main = _Tile(self, view)
        self._others: dict[int, _Tile] = {}
        self.lay_out()

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
        self.lay_out()

    def set_alone(self, alone: bool) -> None:
        """Leave the whole room to the picture, or have the others back."""
        if alone != self._alone:
            self._alone = alone
            self.lay_out()

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
            self._take_shape(tile, frame.shape)

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
        if shape is not None:
            self._take_shape(self._main, shape)

    def words(self) -> dict[str, str]:
        """What each tile says of its picture, by the name above it."""
        return {item.name: self._tile(item).words.text() for item in self._items}

    def _take_shape(self, tile: _Tile, shape: tuple[int, ...]) -> None:
        """What it is of a picture that `tile` shows: (height, width, …)."""
        if tile.shape != shape[:2]:
            tile.shape = shape[0], shape[1]
            self.lay_out()

    def _tile(self, item: TileItem) -> _Tile:
        return self._main if item.shown else self._others[item.number]

    def lay_out(self) -> None:
        """See PaneWidget."""
        tiles = [self._tile(item) for item in self._items] if self.spread else [self._main]
        for tile in self._others.values():
            tile.setVisible(self.spread)
        self._main.set_named(self.spread)
        columns = self.grid.columns_for(len(tiles), self._main.shape)
        self.grid.lay_out(tiles, columns)
        tallest = max(height / width for height, width in (tile.shape for tile in tiles))
        across = (self.width() - (columns - 1) * self.grid.spacing()) // columns
        for tile in tiles:
            tile.set_most(round(tallest * (across - _LEFT - _RIGHT)))


class _Tile(QWidget):
    """A run's name, what its picture is of, and right below them the picture. A click chooses it."""

    def __init__(self, tiles: LiveTiles, view: FrameView) -> None:
        super().__init__(tiles)
        self._tiles, self.view = tiles, view
        self._item = TileItem(-1, "", shown=True)
        self._named = False
        self.shape = _USUAL_SHAPE
        self._most = 0
        self._block = QRect()
        self.name, self.words = ElidedLabel("", self, middle=True), ElidedLabel("", self)
        set_role(self.name, "strong")
        set_role(self.words, "muted")
        view.setParent(self)
        view.setMinimumSize(_LEAST)
        view.show()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
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
        self._place()
        self._explain()

    def set_most(self, height: int) -> None:
        """How high the highest picture among the tiles can be: all leave as much room, so that names are level."""
        if height != self._most:
            self._most = height
            self._place()

    def minimumSizeHint(self) -> QSize:
        """Room for the least picture."""
        left, right, words = self._edges()
        return QSize(_LEAST.width() + left + right, _LEAST.height() + words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The same in another size."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Another font takes another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "words"):
            self._place()

    def _edges(self) -> tuple[int, int, int]:
        """What is left free at the left and the right, and the height of the words."""
        if not self._named:
            return 0, 0, 0
        return _LEFT, _RIGHT, self.name.sizeHint().height() + self.words.sizeHint().height() + 4

    def _place(self) -> None:
        """Words and picture together in the middle: a picture that is not high leaves no gap below its name."""
        left, right, words = self._edges()
        width = self.width() - left - right
        height = self.height() - words
        if self._named:
            height = min(height, self._most)
        top = (self.height() - words - height) // 2
        self._block = QRect(left, top, width, words + height)
        self.name.setGeometry(left, top, width, self.name.sizeHint().height())
        self.words.setGeometry(left, top + self.name.height() + 1, width, self.words.sizeHint().height())
        self.view.setGeometry(left, top + words, width, height)
        self.update()

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
            painter.fillRect(4, self._block.top(), 3, self._block.height(), QColor(current_colors().accent))
            painter.end()

    def _explain(self) -> None:
        can_be_chosen = self._named and not self._item.shown
        self.setToolTip(plain_tip(f"Click: the window shows {self._item.name}") if can_be_chosen else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_be_chosen else Qt.CursorShape.ArrowCursor)

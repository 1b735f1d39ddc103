"""PaneGrid: panes of equal size under each other or side by side, whichever makes their pictures larger."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

_WORDS_HEIGHT = 48  # what the two lines above a picture take, nearly: only to choose how the panes lie


class PaneGrid(QGridLayout):
    """The layout of `owner`. `lay_out` again whenever its size, the panes or the shape of their pictures change."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._laid: tuple[list[QWidget], int] = ([], 0)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(8)

    def columns_for(self, count: int, shape: tuple[int, int]) -> int:
        """The number of columns that gives `count` pictures of this shape (height, width) the largest size."""
        height, width = shape
        count = max(1, count)

        def scale(columns: int) -> float:
            rows = -(-count // columns)
            across = self._owner.width() / columns / max(1, width)
            return min(across, (self._owner.height() / rows - _WORDS_HEIGHT) / max(1, height))

        return max(range(1, count + 1), key=scale)

    def lay_out(self, panes: Sequence[QWidget], columns: int) -> None:
        """Put these where they belong; nothing moves where they are there already."""
        if (list(panes), columns) == self._laid:
            return
        for pane in self._laid[0]:
            self.removeWidget(pane)
        self._laid = list(panes), columns
        for place, pane in enumerate(panes):
            self.addWidget(pane, place // columns, place % columns)
        rows = -(-len(panes) // columns)
        for line in range(max(self.columnCount(), self.rowCount())):
            self.setColumnStretch(line, 1 if line < columns else 0)
            self.setRowStretch(line, 1 if line < rows else 0)


class PaneWidget(QWidget):
    """Holds panes in `grid`, and takes the room that a single FrameView would: what is shown moves nothing else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.grid = PaneGrid(self)

    def lay_out(self) -> None:
        """Put the panes where they belong in the room there is."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        """As FrameView's."""
        return QSize(600, 400)

    def minimumSizeHint(self) -> QSize:
        """As FrameView's."""
        return QSize(160, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another shape may want the panes laid another way."""
        super().resizeEvent(event)
        self.lay_out()

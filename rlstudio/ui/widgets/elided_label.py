"""ElidedLabel: one line of text that is cut with … where there is no room, the whole of it in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from rlstudio.ui.widgets.plain_tip import plain_tip


class ElidedLabel(QLabel):
    """`text()` is always the whole text, whatever is shown.

    It takes any room there is; with `widest`, in pixels, only what its text needs, and that much at most. Its end is
    cut, or with `middle` what lies between beginning and end.
    """

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, widest: int | None = None, middle: bool = False
    ) -> None:
        super().__init__(parent)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setTextFormat(Qt.TextFormat.PlainText)
        super().setText(text)
        takes = QSizePolicy.Policy.Ignored if widest is None else QSizePolicy.Policy.Maximum
        self.setSizePolicy(takes, QSizePolicy.Policy.Preferred)
        if widest is not None:
            self.setMaximumWidth(widest)

    def setText(self, text: str) -> None:
        """Show a text."""
        super().setText(text)
        self._explain()

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much as there is room for."""
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        self._explain()

    def _explain(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(plain_tip(self.text()) if cut else "")

"""SteadyLabel: a line of text in a place of fixed size, so that changing figures move nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QWidget


class SteadyLabel(QLabel):
    """Keeps room for the widest text it was told of, in whatever font it has now.

    A fixed size lets the text change without a new layout; the size is taken again when font or style change.
    """

    def __init__(self, parent: QWidget | None = None, *, margin: int = 2) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._widest = ""
        self._margin = margin

    def reserve(self, widest: str) -> None:
        """Hold room for `widest`, or for the text shown where that is wider."""
        self._widest = widest
        self._fit()

    def reserve_at_least(self, widest: str) -> None:
        """Like `reserve`, but never give room back: for figures whose width is not known beforehand."""
        self.ensurePolished()
        measure = self.fontMetrics().horizontalAdvance
        self.reserve(max((self._widest, widest, self.text()), key=measure))

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs other room."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._widest:
            self._fit()

    def _fit(self) -> None:
        self.ensurePolished()  # before that a label does not have the stylesheet's font
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(self._widest), metrics.horizontalAdvance(self.text())) + self._margin
        self.setFixedSize(width, metrics.height())

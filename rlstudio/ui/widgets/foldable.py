"""A scrolling panel that folds to a thin rail, and is never narrower than what it shows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role

RAIL_WIDTH = 40
WIDGET_SIZE_MAX = 16_777_215
"""Qt's QWIDGETSIZE_MAX, which PySide6 does not export."""


class FoldablePanel(QWidget):
    """A title, a fold button and a page that scrolls up and down. `foldedChanged(folded)` follows each folding."""

    foldedChanged = Signal(bool)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.page = QWidget()
        set_role(self.page, "page")
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self.page)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._open = QWidget(self)
        column = QVBoxLayout(self._open)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._header())
        column.addWidget(self._scroll, 1)
        self._rail = QWidget(self)
        rail = QVBoxLayout(self._rail)
        rail.setContentsMargins(4, 6, 4, 6)
        rail.addWidget(self._button(self._rail, folds=False))
        rail.addStretch(1)
        self._rail.hide()
        self.page.installEventFilter(self)
        both = QHBoxLayout(self)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        both.addWidget(self._open)
        both.addWidget(self._rail)

    def _header(self) -> QHBoxLayout:
        label = QLabel(self._title, self._open)
        set_role(label, "title")
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self._button(self._open, folds=True))
        return row

    def _button(self, parent: QWidget, *, folds: bool) -> QToolButton:
        button = QToolButton(parent)
        button.setObjectName(f"{'fold' if folds else 'unfold'}{self._title}Button")
        button.setAccessibleName(f"Fold {self._title.lower()} away" if folds else f"Show {self._title.lower()}")
        button.setToolTip(button.accessibleName())
        set_icon(button, "fold" if folds else "unfold", "muted")
        button.clicked.connect(lambda: self.set_folded(folds))
        return button

    def set_folded(self, folded: bool) -> None:
        """Fold to the rail, or unfold."""
        was = self.is_folded()
        self._open.setVisible(not folded)
        self._rail.setVisible(folded)
        self.setMaximumWidth(RAIL_WIDTH if folded else WIDGET_SIZE_MAX)
        self.fit()
        if was != folded:
            self.foldedChanged.emit(folded)

    def is_folded(self) -> bool:
        """Whether only the rail is shown."""
        return not self._rail.isHidden()

    def fit(self) -> None:
        """Take the least width at which nothing is cut: that of the widest row and a scroll bar, or the rail's."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        least = RAIL_WIDTH if self.is_folded() else self.page.minimumSizeHint().width() + bar
        self.setMinimumWidth(least)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Other contents, or another font, need another width."""
        if watched is self.page and event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)

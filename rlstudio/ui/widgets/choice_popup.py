"""The popup of a picker: a search line and choices on the left, what there is to read about one on the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPixmap, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import document_style, mono_font, set_role, theme_events
from rlstudio.ui.widgets.choice import CHOICE_ROLE, Choice, ChoiceDelegate, ChoiceModel

LIST_WIDTH = 300
DETAILS_WIDTH = 400
HEIGHT = 580
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ChoicePopup(QFrame):
    """`chosen(key)` comes with Enter or a click on a choice that can be chosen; others say why not."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, what: str, extras_words: str = "") -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName(f"{what}Popup")
        set_role(self, "popup")
        self._model = ChoiceModel(self)
        self.search = QLineEdit(self)
        self.list = QListView(self)
        self.details = ChoiceDetails(self)
        self._extras = QCheckBox(extras_words, self)
        self._prepare(what)
        self._lay_out()
        self.search.textChanged.connect(self._search)
        self._extras.toggled.connect(self._search)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._on_current)

    def _prepare(self, what: str) -> None:
        self.search.setObjectName(f"{what}Search")
        self.search.setPlaceholderText(f"Search {what}s")
        self.search.setAccessibleName(f"Search {what}s")
        self.search.setClearButtonEnabled(False)
        self.search.installEventFilter(self)
        self.list.setObjectName(f"{what}List")
        self.list.setAccessibleName(f"{what.capitalize()}s")
        self.list.setModel(self._model)
        self.list.setItemDelegate(ChoiceDelegate(self.list))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)  # reasons wrap at its width
        self.list.setMouseTracking(True)
        self.list.installEventFilter(self)
        self._extras.setObjectName(f"{what}Extras")

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(8, 8, 0, 8)
        left.setSpacing(8)
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        left.addWidget(self._extras)
        line = QFrame(self)
        set_role(line, "vline")
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(8)
        row.addLayout(left, LIST_WIDTH)
        row.addWidget(line)
        row.addWidget(self.details, DETAILS_WIDTH)

    def set_choices(self, choices: Iterable[Choice]) -> None:
        """Replace what there is to choose from."""
        self._model.set_choices(choices)
        self._extras.setVisible(bool(self._extras.text()) and self._model.has_extras())
        self._search()

    def open_below(self, anchor: QWidget, current: str) -> None:
        """Show under (or above) `anchor`, within its screen, with `current` pointed at."""
        self.search.clear()
        self._search()
        self.setGeometry(_place(anchor, QSize(LIST_WIDTH + DETAILS_WIDTH, HEIGHT)))
        self.show()
        self.search.setFocus()
        self._point_at(self._model.row_of(current))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed in the search line move in the list; Enter chooses; typing in the list searches."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentIndex())
                return True
            if watched is self.search and event.key() in MOVES:
                self.list.event(event)
                return True
            if watched is self.list and event.text().isprintable() and event.text().strip():
                self.search.setFocus()
                self.search.insert(event.text())
                return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        self._model.search(self.search.text(), extras=self._extras.isChecked())
        self._point_at(self._model.first())

    def _point_at(self, row: int) -> None:
        index = self._model.index(row if row >= 0 else self._model.first())
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        if not index.isValid():
            self.details.show_nothing(f"Nothing is called “{self.search.text()}”.")

    def _on_current(self, index: QModelIndex) -> None:
        choice = index.data(CHOICE_ROLE) if index.isValid() else None
        if isinstance(choice, Choice):
            self.details.show_choice(choice)

    def _choose(self, index: QModelIndex) -> None:
        choice = index.data(CHOICE_ROLE) if index.isValid() else None
        if isinstance(choice, Choice) and not choice.why_not:
            self.hide()
            self.chosen.emit(choice.key)


class ChoiceDetails(QWidget):
    """The reading side: picture, title, why not and how to mend it, and the text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._choice: Choice | None = None
        self._title = QLabel(self)
        self._subtitle = QLabel(self)
        self._why_not = QLabel(self)
        self._picture = QLabel(self)
        self._install = QLineEdit(self)
        self._copy = QPushButton("Copy", self)
        self.text = QTextBrowser(self)
        self._lay_out()
        theme_events.changed.connect(self._refresh)

    def _lay_out(self) -> None:
        for label, role in ((self._title, "title"), (self._subtitle, "muted"), (self._why_not, "warning")):
            set_role(label, role)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._install.setReadOnly(True)
        self._install.setObjectName("installLine")
        self._install.setAccessibleName("Command that would install it")
        self._copy.setObjectName("copyInstallButton")
        self._copy.setAccessibleName("Copy the command")
        set_icon(self._copy, "copy")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._install.text()))
        self.text.setOpenExternalLinks(True)
        set_role(self.text, "plain")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.document().setDocumentMargin(0)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        install = QHBoxLayout()
        install.setSpacing(8)
        install.addWidget(self._install, 1)
        install.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 16, 8, 8)
        column.setSpacing(8)
        for widget in (self._picture, self._title, self._subtitle, self._why_not):
            column.addWidget(widget)
        column.addLayout(install)
        column.addWidget(self.text, 1)

    def show_choice(self, choice: Choice) -> None:
        """Show what there is to read about a choice."""
        self._choice = choice
        self._refresh()

    def show_nothing(self, words: str) -> None:
        """Show a word in place of a choice."""
        self.show_choice(Choice(key="", title="", subtitle=words))

    def _refresh(self) -> None:
        choice = self._choice
        if choice is None:
            return
        for label, words in ((self._title, choice.title), (self._subtitle, choice.subtitle)):
            label.setText(words)
            label.setVisible(bool(words))
        self._why_not.setText(f"Not available here: {choice.why_not}" if choice.why_not else "")
        self._why_not.setVisible(bool(choice.why_not))
        self._install.setVisible(bool(choice.install))
        self._copy.setVisible(bool(choice.install))
        self._install.setText(choice.install)
        self._install.setFont(mono_font())
        self._show_picture(choice.picture)
        self.text.document().setDefaultStyleSheet(document_style())
        self.text.setHtml(choice.details())

    def _show_picture(self, path: str) -> None:
        picture = QPixmap(path) if path else QPixmap()
        self._picture.setVisible(not picture.isNull())
        if not picture.isNull():
            ratio = self.devicePixelRatioF()
            room = QSize(340, 140) * ratio
            way = Qt.TransformationMode.SmoothTransformation
            picture = picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, way)
            picture.setDevicePixelRatio(ratio)
            self._picture.setPixmap(picture)


def _place(anchor: QWidget, size: QSize) -> QRect:
    """Where a popup of that size goes: under the anchor if there is room, always within the screen."""
    screen = anchor.screen().availableGeometry()
    size = size.boundedTo(screen.size() - QSize(16, 16))
    corner = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
    x = min(max(corner.x(), screen.left() + 8), screen.right() - size.width() - 8)
    y = min(max(corner.y(), screen.top() + 8), screen.bottom() - size.height() - 8)
    return QRect(QPoint(x, y), size)

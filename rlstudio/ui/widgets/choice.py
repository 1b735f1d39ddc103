"""A choice as the pickers show it, and their list: pictures, titles, groups, greyed ones with their reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImageReader, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from rlstudio.ui.theme import current_colors, font_points

Index = QModelIndex | QPersistentModelIndex
CHOICE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
PICTURE = QSize(60, 40)
MARGIN = 8


@dataclass(frozen=True)
class Choice:
    """One entry of a picker.

    Attributes:
        why_not: the reason it cannot be chosen; "" when it can.
        install: a command that would mend that.
        details: makes the rich text for the reading side, when it is looked at.
        aside: a word at the end of the title's line (who made it).
        more: words that the search finds it by, beside title and subtitle.
        extra: shown only when asked for (older versions).
    """

    key: str
    title: str
    subtitle: str = ""
    group: str = ""
    why_not: str = ""
    install: str = ""
    picture: str = ""
    details: Callable[[], str] = str
    aside: str = ""
    more: str = ""
    extra: bool = False

    def rank(self, words: list[str]) -> int | None:
        """How well it fits a search: 0 its name begins so, 1 its name holds it, 2 its text does; None: not at all."""
        name = f"{self.title} {self.key} {self.subtitle}".lower()
        text = f"{name} {self.group} {self.more}".lower()
        begins = any(part.lower().startswith(tuple(words[:1])) for part in (self.title, self.key))
        if begins and all(word in text for word in words):
            return 0
        if all(word in name for word in words):
            return 1
        return 2 if all(re.search(rf"\b{re.escape(word)}", text) for word in words) else None


class ChoiceModel(QAbstractListModel):
    """Choices with a heading before each group; headings are rows that cannot be chosen."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._all: list[Choice] = []
        self._rows: list[Choice | str] = []
        self._pictures: dict[str, QPixmap] = {}

    def set_choices(self, choices: Iterable[Choice]) -> None:
        """Replace all choices; they keep their order, those of one group standing together."""
        self._all = list(choices)
        self.search("", extras=False)

    def search(self, text: str, *, extras: bool) -> None:
        """Show only what every word of `text` occurs in, and the extra ones only when asked for."""
        words = text.lower().split()
        ranked = [(choice.rank(words), choice) for choice in self._all if extras or not choice.extra]
        groups: dict[str, list[Choice]] = {}
        for _rank, choice in sorted(((rank, choice) for rank, choice in ranked if rank is not None), key=itemgetter(0)):
            groups.setdefault(choice.group, []).append(choice)
        self.beginResetModel()
        self._rows = []
        for group, choices in groups.items():
            self._rows += [*([group] if group else []), *choices]
        self.endResetModel()

    def row_of(self, key: str) -> int:
        """The row of a choice, -1 when it is not shown."""
        return next((i for i, row in enumerate(self._rows) if isinstance(row, Choice) and row.key == key), -1)

    def first(self) -> int:
        """The first choice (after a search the best one), -1 when there is none."""
        return next((i for i, row in enumerate(self._rows) if isinstance(row, Choice)), -1)

    def has_extras(self) -> bool:
        """Whether there are choices that are shown only when asked for."""
        return any(choice.extra for choice in self._all)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Number of rows, headings included."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A row's choice under CHOICE_ROLE (None for a heading), its words for the rest."""
        row = self._rows[index.row()]
        if role == CHOICE_ROLE:
            return row if isinstance(row, Choice) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title if isinstance(row, Choice) else row
        if isinstance(row, Choice) and role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(
                filter(None, (row.title, row.aside, row.subtitle, row.why_not and f"not available: {row.why_not}"))
            )
        if isinstance(row, Choice) and role == Qt.ItemDataRole.DecorationRole:
            return self._picture(row.picture)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are skipped by the keys; greyed choices can be looked at."""
        if isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _picture(self, path: str) -> QPixmap | None:
        if not path:
            return None
        if path not in self._pictures:
            reader = QImageReader(path)
            size = reader.size()
            if size.isValid():
                reader.setScaledSize(size.scaled(PICTURE * 2, Qt.AspectRatioMode.KeepAspectRatio))
            self._pictures[path] = QPixmap.fromImage(reader.read())
        picture = self._pictures[path]
        return None if picture.isNull() else picture


class ChoiceDelegate(QStyledItemDelegate):
    """Paints a choice: picture, title, a second line (or the reason why not); a heading in small letters."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for two lines, or one for a heading."""
        line = option.fontMetrics.height()
        choice = index.data(CHOICE_ROLE)
        if choice is None:
            return QSize(100, line + 3 * MARGIN // 2)
        room = option.widget.viewport().width() - 2 * MARGIN
        metrics = QFontMetrics(_font(option.font, 0.9))
        reason = metrics.boundingRect(QRect(0, 0, room, 1000), int(Qt.TextFlag.TextWordWrap), choice.why_not).height()
        text = line + (max(line, reason + 2) if choice.why_not else line) + 2 * MARGIN
        return QSize(100, max(text, PICTURE.height() + MARGIN) if choice.picture else text)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        choice = index.data(CHOICE_ROLE)
        area = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        if choice is None:
            self._heading(painter, area, str(index.data()))
        else:
            self._choice(painter, option, area, choice, index.data(Qt.ItemDataRole.DecorationRole))
        painter.restore()

    def _heading(self, painter: QPainter, area: QRect, text: str) -> None:
        painter.setFont(_font(painter.font(), 0.9, bold=True))
        painter.setPen(QColor(current_colors().muted))
        painter.drawText(area.adjusted(0, 0, 0, -2), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)

    def _choice(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, choice: Choice, picture: QPixmap | None
    ) -> None:
        colors = current_colors()
        state = option.state
        if state & QStyle.StateFlag.State_Selected or state & QStyle.StateFlag.State_MouseOver:
            back = colors.selection if state & QStyle.StateFlag.State_Selected else colors.hover
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(back))
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 5, 5)
        if choice.picture:
            self._draw_picture(painter, QRect(area.topLeft(), QSize(PICTURE.width(), area.height())), choice, picture)
            area = area.adjusted(PICTURE.width() + MARGIN, 0, 0, 0)
        line = option.fontMetrics.height()
        top = area.top() + (MARGIN if choice.why_not else (area.height() - 2 * line) // 2)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        quiet = colors.text if selected else colors.muted
        title = QColor(quiet if choice.why_not else colors.text)
        self._line(
            painter, area.adjusted(0, 0, -self._aside(painter, area, top, choice), 0), top, choice.title, title, 1.0
        )
        if choice.why_not:
            painter.setFont(_font(painter.font(), 0.9))
            painter.setPen(QColor(quiet))
            rest = QRect(area.left(), top + line, area.width(), area.bottom() - top - line)
            painter.drawText(rest, Qt.TextFlag.TextWordWrap, choice.why_not)
        else:
            self._line(painter, area, top + line, choice.subtitle, QColor(quiet), 0.9)

    def _aside(self, painter: QPainter, area: QRect, top: int, choice: Choice) -> int:
        """Write who made it at the end of the title's line, where title and it have room; the width it took."""
        font = _font(painter.font(), 1.0)
        title = QFontMetrics(font).horizontalAdvance(choice.title)
        painter.setFont(_font(painter.font(), 0.85))
        width = painter.fontMetrics().horizontalAdvance(choice.aside)
        if not choice.aside or title + width + 2 * MARGIN > area.width():
            return 0
        painter.setPen(QColor(current_colors().muted))
        painter.drawText(area.right() - width, top + QFontMetrics(font).ascent(), choice.aside)
        return width + MARGIN

    def _draw_picture(self, painter: QPainter, area: QRect, choice: Choice, picture: QPixmap | None) -> None:
        if picture is None:
            return
        size = picture.size().scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(area.topLeft(), size)
        place.moveCenter(area.center())
        painter.setOpacity(0.35 if choice.why_not else 1.0)
        painter.drawPixmap(place, picture)
        painter.setOpacity(1.0)

    def _line(self, painter: QPainter, area: QRect, top: int, text: str, color: QColor, scale: float) -> None:
        painter.setFont(_font(painter.font(), scale))
        painter.setPen(color)
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area.left(), top + painter.fontMetrics().ascent(), elided)


def _font(font: QFont, scale: float, *, bold: bool = False) -> QFont:
    font = QFont(font)
    font.setPointSizeF(font_points() * scale)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font

"""How a run's row is painted where words are not enough: title and pair in one cell, the little curve in another."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from rlstudio.core.family import Kin
from rlstudio.storage.curve_sketch import Sketch
from rlstudio.storage.labels import MOST_TITLE
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.theme import current_colors
from rlstudio.ui.widgets.run_columns import DIFFERS, RUN, differs, pair
from rlstudio.ui.widgets.run_table import KIN_ROLE, RUN_ROLE, Index

_SIDE, _GAP, _TOP, _INDENT = 8, 10, 5, 16


class RunDelegate(QStyledItemDelegate):
    """For the columns RUN, DIFFERS and CURVE; the others are painted as any table's."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """A cell: what lies beneath it as the style has it, then what is in it."""
        view: QWidget = option.widget  # type: ignore[attr-defined]  # PySide's stubs lack the fields of this class
        rect: QRect = option.rect  # type: ignore[attr-defined]
        view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view)
        column, run = index.column(), index.data(RUN_ROLE)
        painter.save()
        if column == RUN:
            kin: Kin[ListedRun] | None = index.data(KIN_ROLE)
            _paint_names(painter, _past_branch(painter, rect, kin) if kin else rect, run)
        elif column == DIFFERS:
            words = differs(run)
            color = current_colors().muted if words == "defaults" else current_colors().text
            _text(painter, rect.adjusted(_SIDE, 0, -_SIDE, 0), words, color)
        else:
            paint_sketch(painter, QRectF(rect).adjusted(_SIDE, _TOP, -_SIDE, -_TOP), run.curve, live=run.live)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field for the title, over the names."""
        editor = QLineEdit(parent)
        editor.setObjectName("runTitleField")
        editor.setAccessibleName("Title of the run")
        editor.setMaxLength(MOST_TITLE)
        editor.setPlaceholderText(pair(index.data(RUN_ROLE)))
        editor.setStyleSheet("QLineEdit { padding: 0 6px; border-radius: 0; min-height: 0; }")
        return editor


def paint_sketch(painter: QPainter, rect: QRectF, curve: Sketch, *, live: bool = False) -> None:
    """A run's returns over steps, filling `rect`; a flat one in its middle."""
    if len(curve) < 2:
        return
    colors = current_colors()
    low, high = min(value for _step, value in curve), max(value for _step, value in curve)
    first, last = curve[0][0], curve[-1][0]
    across, up = (last - first) or 1.0, (high - low) or 1.0
    lift = 0.5 if high == low else 0.0
    points = [
        QPointF(
            rect.left() + (step - first) / across * rect.width(),
            rect.bottom() - ((value - low) / up + lift) * rect.height(),
        )
        for step, value in curve
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colors.live if live else colors.run), 1.3))
    painter.drawPolyline(QPolygonF(points))


def _paint_names(painter: QPainter, rect: QRect, run: ListedRun) -> None:
    colors, config = current_colors(), run.info.config
    room = rect.adjusted(_SIDE, 0, -_SIDE, 0)
    first = run.labels.title or config.env
    used = _text(painter, room, first, colors.text, bold=bool(run.labels.title))
    rest = pair(run) if run.labels.title else config.algorithm
    rest += f" · forked at {config.parent.step:,}" if config.parent else ""
    room.setLeft(room.left() + used + _GAP)
    if room.width() > 3 * _GAP:
        _text(painter, room, rest, colors.muted)


def _past_branch(painter: QPainter, rect: QRect, kin: Kin[ListedRun]) -> QRect:
    """Draw the lines of the family tree; the room that is left behind them."""
    painter.setPen(QPen(QColor(current_colors().muted), 1))
    middle, last = rect.center().y(), kin.depth - 1
    for generation, more in enumerate(kin.more_follow):
        x = rect.left() + _SIDE + generation * _INDENT + 3
        if more or generation == last:
            painter.drawLine(x, rect.top(), x, rect.bottom() if more else middle)
        if generation == last:
            painter.drawLine(x, middle, x + _INDENT - 6, middle)
    return rect.adjusted(min(kin.depth * _INDENT, rect.width() // 2), 0, 0, 0)


def _text(painter: QPainter, room: QRect, text: str, color: str, *, bold: bool = False) -> int:
    """One line, elided; how wide it became."""
    font = painter.font()
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor(color))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
    return metrics.horizontalAdvance(shown)

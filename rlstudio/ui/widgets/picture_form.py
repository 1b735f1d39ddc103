"""PictureForm: what an exported picture is written as and how it looks: format, layout, caption, size, size limit."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from rlstudio.core.messages import PictureStyle
from rlstudio.media.formats import FORMATS, MediaFormat, format_named
from rlstudio.media.styled import PLAIN
from rlstudio.ui.theme import current_colors, set_role
from rlstudio.ui.widgets.export_layouts import LAYOUTS, WIDEST, Layout, layout_named
from rlstudio.ui.widgets.number_box import real_box, whole_box

_MEGABYTE = 1_000_000
_LIKELY_SIZE = (600, 400)
"""Of an environment's pictures, where none was seen yet."""


class PictureForm(QObject):
    """Rows for a QFormLayout; `style()` is what they say. Each answer of before is kept where it still fits.

    Signals:
        changed: another answer.
    """

    changed = Signal()

    def __init__(
        self, own_size: tuple[int, int] | None, remembered: dict[str, Any], *, still: bool, parent: QWidget
    ) -> None:
        """`own_size`: width and height of the environment's pictures where known; `still`: offer one frame too."""
        super().__init__(parent)
        self._own_size = own_size or _LIKELY_SIZE
        self._own_known = own_size is not None
        self._widths: dict[str, int] = {}  # that a person chose, by layout
        self.format = _combo("exportFormat", "Format", "What the file is")
        for each in FORMATS:
            if still or each.animated:
                self.format.addItem(_format_words(each), each.key)
        self.layout = _combo("exportLayout", "Layout", "What is seen beside the environment's picture")
        for layout in LAYOUTS:
            self.layout.addItem(layout.title, layout.key)
            self.layout.setItemData(self.layout.count() - 1, layout.summary, Qt.ItemDataRole.ToolTipRole)
        self.theme = _combo("exportTheme", "Colours", "Colours of what stands beside the picture")
        self.theme.addItem("light", "light")
        self.theme.addItem("dark", "dark")
        self.caption = QLineEdit()
        _name(self.caption, "exportCaption", "Caption", "A line of your own over the picture; empty for none")
        self.caption.setMaxLength(120)
        self.width = whole_box(
            "exportWidth", "Width in pixels", "Width of the file's picture; the height follows", 1, WIDEST
        )
        self.width.setSingleStep(20)
        self.width.setSuffix(" px")
        self.height = QLabel()
        set_role(self.height, "muted")
        self.limit = real_box(
            "exportSizeLimit",
            "Size limit in megabytes",
            "The file gets no larger than this: where needed quality goes first, then every second frame, then size",
            0.0,
            999.0,
        )
        self.limit.setSingleStep(1.0)
        self.limit.setSuffix(" MB")
        self.limit.setSpecialValueText("no limit")
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        set_role(self.summary, "muted")
        self._recall(remembered)
        self._connect()
        self._show_layout()
        self._show_format()

    def add_rows(self, form: QFormLayout) -> None:
        """Put the rows at the end of a form."""
        self.summary.setFixedHeight(2 * self.summary.fontMetrics().lineSpacing())  # its words change, the form must not
        looks = QHBoxLayout()
        looks.setSpacing(8)
        looks.addWidget(self.layout, 1)
        looks.addWidget(self.theme)
        size = QHBoxLayout()
        size.setSpacing(8)
        size.addWidget(self.width)
        size.addWidget(self.height, 1)
        size.addWidget(QLabel("at most"))
        size.addWidget(self.limit)
        form.addRow("Format", self.format)
        form.addRow("", self.summary)
        form.addRow("Layout", looks)
        form.addRow("Caption", self.caption)
        form.addRow("Size", size)

    # ------------------------------------------------------------ what is chosen

    def chosen_format(self) -> MediaFormat:
        """The format."""
        return format_named(self.format.currentData())

    def style(self) -> PictureStyle:
        """All of it."""
        own = self._layout().size(self._own_size)[0]
        limit = round(self.limit.value() * _MEGABYTE)
        composed = self.composed()
        return PictureStyle(
            format=self.format.currentData(),
            layout=self.layout.currentData(),
            width=None if self.width.value() == own else self.width.value(),
            theme=self.theme.currentData(),
            caption=self.caption.text().strip() if composed else "",
            size_limit=limit or None,
        )

    def composed(self) -> bool:
        """Whether more than the environment's picture is seen."""
        return bool(self.layout.currentData() != PLAIN)

    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return self._layout().size(self._own_size, self.width.value())

    def remembered(self) -> dict[str, Any]:
        """What the next form is to begin with."""
        return {
            "format": self.format.currentData(),
            "layout": self.layout.currentData(),
            "theme": self.theme.currentData(),
            "limit": self.limit.value(),
            "widths": dict(self._widths),
        }

    # ------------------------------------------------------------ inside

    def _layout(self) -> Layout:
        return layout_named(self.layout.currentData())

    def _recall(self, remembered: dict[str, Any]) -> None:
        own_theme = "dark" if current_colors().dark else "light"
        for box, key, default in ((self.format, "format", "gif"), (self.layout, "layout", PLAIN)):
            box.setCurrentIndex(max(0, box.findData(remembered.get(key, default))))
        self.theme.setCurrentIndex(max(0, self.theme.findData(remembered.get("theme", own_theme))))
        limit = remembered.get("limit")
        self.limit.setValue(limit if isinstance(limit, float | int) else 0.0)
        widths = remembered.get("widths")
        for layout, width in widths.items() if isinstance(widths, dict) else ():
            if isinstance(width, int) and 0 < width <= WIDEST:
                self._widths[layout] = width

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._show_format)
        self.layout.currentIndexChanged.connect(self._show_layout)
        self.theme.currentIndexChanged.connect(self.changed)
        self.caption.textEdited.connect(self.changed)
        self.width.valueChanged.connect(self._choose_width)
        self.limit.valueChanged.connect(self.changed)

    def _show_format(self) -> None:
        self.summary.setText(self.chosen_format().summary)
        self.changed.emit()

    def _show_layout(self) -> None:
        """Theme and caption belong to composed pictures; each layout has a width of its own."""
        for widget in (self.theme, self.caption):
            widget.setEnabled(self.composed())
        self.caption.setPlaceholderText("a line over the picture" if self.composed() else "with a composed layout only")
        key = self.layout.currentData()
        own = self._layout().size(self._own_size)[0]
        self.width.blockSignals(True)
        self.width.setRange(min(own, self._layout().narrowest), WIDEST)
        self.width.setValue(self._widths.get(key, own))
        self.width.blockSignals(False)
        self._show_height()

    def _choose_width(self, width: int) -> None:
        self._widths[self.layout.currentData()] = width
        self._show_height()

    def _show_height(self) -> None:
        width, height = self.size()
        if self.layout.currentData() == PLAIN and not self._own_known:
            self.height.setText("× as it draws")
        else:
            self.height.setText(f"× {height}" if width == self.width.value() else f"→ {width} × {height}")
        self.changed.emit()


def _combo(name: str, words: str, tip: str) -> QComboBox:
    combo = QComboBox()
    _name(combo, name, words, tip)
    return combo


def _name(widget: QWidget, name: str, words: str, tip: str) -> None:
    widget.setObjectName(name)
    widget.setAccessibleName(words)
    widget.setToolTip(tip)


def _format_words(each: MediaFormat) -> str:
    return each.name if each.animated else f"{each.name} of one frame"

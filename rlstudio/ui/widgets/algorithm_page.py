"""AlgorithmPage: a dialog with all there is to say about one algorithm; the window goes on beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from rlstudio.algorithms.base import AlgorithmSpec, Preset
from rlstudio.ui.theme import document_style, set_role, theme_events
from rlstudio.ui.widgets.algorithm_words import page_html


class AlgorithmPage(QDialog):
    """Idea, update rule, parameters, metrics, presets and paper of a spec."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("algorithmPage")
        self._spec: AlgorithmSpec | None = None
        self._presets: Sequence[Preset] = ()
        self.text = QTextBrowser(self)
        self.text.setObjectName("algorithmPageText")
        self.text.setAccessibleName("About this algorithm")
        self.text.setOpenExternalLinks(True)
        self.text.document().setDocumentMargin(0)
        set_role(self.text, "plain")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        theme_events.changed.connect(self._write)

    def show_spec(self, spec: AlgorithmSpec, presets: Sequence[Preset]) -> None:
        """Show the page of a spec, from its beginning, with the presets that fit the environment chosen."""
        self._spec, self._presets = spec, presets
        self.setWindowTitle(f"About {spec.title}")
        self._write()
        self.text.verticalScrollBar().setValue(0)
        if not self.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
            self.resize(self.sizeHint())  # at first; after that it keeps the size it was given
        self.show()
        self.raise_()
        self.activateWindow()

    def sizeHint(self) -> QSize:
        """A page's width, as high as the screen comfortably allows."""
        room = self.screen().availableGeometry()
        return QSize(min(600, room.width() - 80), min(720, room.height() - 80))

    def _write(self) -> None:
        if self._spec is not None:
            self.text.document().setDefaultStyleSheet(document_style())
            self.text.setHtml(f"<h2>{self._spec.title}</h2>{page_html(self._spec, self._presets)}")
            self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)

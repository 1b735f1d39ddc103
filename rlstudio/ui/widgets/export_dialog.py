"""ExportDialog: what of the recorded episodes becomes a picture file, how it looks and plays, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from rlstudio.core.episode import Episode
from rlstudio.ui.latest_work import LatestWork
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.clip_form import ClipForm
from rlstudio.ui.widgets.export_layouts import pictures
from rlstudio.ui.widgets.export_plan import ExportOptions, size_words, suggested_name, timing_words
from rlstudio.ui.widgets.export_preview import ExportPreview
from rlstudio.ui.widgets.file_row import FileRow, pictures_folder
from rlstudio.ui.widgets.picture_form import PictureForm

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_SETTLE_MILLISECONDS = 250


class ExportDialog(QDialog):
    """Everything is filled in when it opens, so that Enter exports all that was recorded.

    `options()` holds what was chosen, `remembered()` what the next one is to begin with.

    Signals:
        filmRequested: the training is to be recorded instead.
    """

    filmRequested = Signal()

    def __init__(
        self,
        episodes: Sequence[Episode],
        current: int,
        parent: QWidget | None = None,
        *,
        index: int = 0,
        folder: Path | None = None,
        remembered: dict[str, Any] | None = None,
        film: bool = False,
    ) -> None:
        """`index`: the frame now shown; `film`: whether the training can be recorded instead."""
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export")
        remembered = remembered or {}
        self._current = episodes[current]
        height, width, _ = self._current.frames.shape
        self.clips = ClipForm(episodes, current, index, self)
        self.picture = PictureForm((width, height), remembered, still=True, parent=self)
        self.speed = make_speed_picker(self._current.fps, remembered.get("speed"))
        self.file = FileRow(folder or pictures_folder())
        self.preview = ExportPreview()
        self.timing, self.outcome, self.fault = QLabel(), QLabel(), QLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._estimate = LatestWork(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._show_what_comes_out)
        self._estimated = ""
        self._lay_out(film)
        self._connect()
        self._change_format()

    # ------------------------------------------------------------ what is chosen

    def options(self) -> ExportOptions:
        """What is chosen now."""
        return ExportOptions(
            path=self.file.path(),
            clips=tuple(self.clips.clips()),
            fps=self._current.fps,
            speed=float(self.speed.currentData()),
            style=self.picture.style(),
        )

    def remembered(self) -> dict[str, Any]:
        """Plain values for the next dialog."""
        return {**self.picture.remembered(), "speed": self.speed.currentData(), "folder": str(self.file.path().parent)}

    # ------------------------------------------------------------ reacting

    def _change_format(self) -> None:
        self.clips.set_still(not self.picture.chosen_format().animated)
        self._form.setRowVisible(self.speed, not self.clips.still)
        self._form.setRowVisible(self.timing, not self.clips.still)
        self._changed()

    def _changed(self) -> None:
        """Say what would come out, and whether it can; how large, and the picture, once it stands still."""
        to = self.picture.chosen_format()
        clips = self.clips.clips()
        if clips:
            frame = clips[0].first if self.clips.still else None
            self.file.suggest(suggested_name([clip.episode for clip in clips], to, frame), to)
        options = self.options()
        self.timing.setText(timing_words(options.fps, options.speed, to))
        set_role(self.timing, "warning" if options.played_speed < options.speed and not to.folder else "muted")
        self._estimated = ""
        self._show_size()
        reason = self.clips.why_not() or self.file.why_not()
        self.fault.setText(reason or self.file.warning())
        self.export_button.setEnabled(not reason)
        self._settle.start()

    def _show_size(self) -> None:
        options = self.options()
        parts = [f"{options.frames:,} frame{'s' if options.frames != 1 else ''}"]
        if options.format.animated:
            parts.append(f"plays {options.seconds:.1f} s")
        parts.append(self._estimated or "size: estimating…")
        if self.clips.left_out:
            parts.append(f"{self.clips.left_out} of another picture size left out")
        self.outcome.setText(" · ".join(parts))

    def _show_what_comes_out(self) -> None:
        """Preview and estimate, both made in threads."""
        self._settle.stop()
        options = self.options()
        if self.clips.why_not():
            self.preview.show_message("Nothing is chosen")
            self._show_estimate(0, None)
            return
        picture_at = pictures(options.clips, options.style)
        fps = options.fps * options.played_speed
        self.preview.show_pictures(picture_at, options.frames, self.clips.start(), fps)
        limit = options.style.size_limit

        def estimate(stale: Callable[[], bool]) -> int:
            from rlstudio.media.estimate import estimate_bytes  # loads what writes pictures

            return estimate_bytes(options.format, picture_at, options.frames, fps=fps, cancelled=stale)

        self._estimate.ask(estimate, lambda size: self._show_estimate(size, limit), self._estimate_failed)

    def _show_estimate(self, size: int, limit: int | None) -> None:
        self._estimated = size_words(size, limit)
        self._show_size()

    def _estimate_failed(self, words: str) -> None:
        self._estimated = "size unknown"
        self._show_size()
        self.fault.setText(words)

    def done(self, result: int) -> None:
        """The dialog closes: what is made for it is given up."""
        self._settle.stop()
        self.preview.close_work()
        self._estimate.close()
        super().done(result)

    # ------------------------------------------------------------ making

    def _lay_out(self, film: bool) -> None:
        for label, name in ((self.timing, "exportTiming"), (self.outcome, "exportSize"), (self.fault, "exportFault")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        line = self.timing.fontMetrics().lineSpacing()
        self.timing.setFixedHeight(3 * line)  # its words change; the dialog must not
        self.outcome.setFixedHeight(2 * line)
        self.fault.setFixedHeight(2 * line)
        set_role(self.outcome, "muted")
        set_role(self.fault, "fault")
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setVerticalSpacing(8)
        self._form.setHorizontalSpacing(16)
        self.picture.add_rows(self._form)
        self.clips.add_rows(self._form)
        self._form.addRow("Speed", self.speed)
        self._form.addRow("", self.timing)
        self._form.addRow("File", self.file)
        self._form.addRow("", self.outcome)
        self._form.addRow("", self.fault)
        self.export_button = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self.export_button.setObjectName("exportConfirmButton")
        self.export_button.setToolTip("Write the file in the background (Enter)")
        self.export_button.setDefault(True)
        set_role(self.export_button, "primary")
        if film:
            instead = self.buttons.addButton("Record the training…", QDialogButtonBox.ButtonRole.ResetRole)
            instead.setObjectName("exportFilmButton")
            instead.setToolTip("A film from untrained to trained, made from the run's checkpoints")
            instead.setAutoDefault(False)
            instead.clicked.connect(self._leave_for_film)
        lay_out_beside(self, self._form, self.preview, self.buttons)

    def _leave_for_film(self) -> None:
        self.reject()
        self.filmRequested.emit()

    def _connect(self) -> None:
        self.picture.format.currentIndexChanged.connect(self._change_format)
        self.picture.changed.connect(self._changed)
        self.clips.changed.connect(self._changed)
        self.speed.currentIndexChanged.connect(self._changed)
        self.file.changed.connect(self._changed)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        play = QShortcut(QKeySequence("Ctrl+Space"), self)
        play.activated.connect(self.preview.play_button.click)


def make_speed_picker(fps: float | None, chosen: Any) -> QComboBox:
    """Multiples of real time, of `fps` frames a second where that is known; `chosen` where it is one of them."""
    speed = QComboBox()
    speed.setObjectName("exportSpeed")
    speed.setAccessibleName("Playback speed")
    speed.setToolTip("How fast the file plays; every frame is kept at any speed")
    for value in SPEEDS:
        told = "" if fps is None else f"  ({fps * value:g} frames a second)"
        speed.addItem(f"×{value:g}{told}", value)
    speed.setCurrentIndex(SPEEDS.index(chosen if chosen in SPEEDS else 1.0))
    return speed


def lay_out_beside(dialog: QDialog, form: QFormLayout, beside: QWidget, buttons: QDialogButtonBox) -> None:
    """The form at the left, what comes of it at the right, the buttons below."""
    column = QVBoxLayout()
    column.addLayout(form)
    column.addStretch(1)
    left = QWidget()
    left.setFixedWidth(440)
    column.setContentsMargins(0, 0, 0, 0)
    left.setLayout(column)
    across = QHBoxLayout()
    across.setSpacing(24)
    across.addWidget(left)
    across.addWidget(beside, 1)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(20, 20, 20, 16)
    layout.setSpacing(12)
    layout.addLayout(across, 1)
    layout.addWidget(buttons)
    dialog.resize(960, 632)  # as high as its longest form, so that it never grows

"""FilmDialog: how a training becomes a film: how many of its checkpoints act, how long each, and how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLabel, QSpinBox, QWidget

from rlstudio.core.checkpoint_choice import film_steps
from rlstudio.core.episode import Episode
from rlstudio.core.film_plan import LAST_IS_LONGER, expected_lengths, frames_seen
from rlstudio.core.frame_store import Frame
from rlstudio.core.history import History
from rlstudio.core.messages import FilmTraining
from rlstudio.media.composed.curve import run_curve
from rlstudio.media.composed.hud import checkpoint_caption
from rlstudio.media.frames import Clip
from rlstudio.ui.latest_work import LatestWork
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.export_dialog import lay_out_beside, make_speed_picker
from rlstudio.ui.widgets.export_layouts import pictures
from rlstudio.ui.widgets.export_plan import film_name, size_words
from rlstudio.ui.widgets.export_preview import ExportPreview
from rlstudio.ui.widgets.file_row import FileRow, pictures_folder
from rlstudio.ui.widgets.number_box import real_box, whole_box
from rlstudio.ui.widgets.picture_form import PictureForm

_SETTLE_MILLISECONDS = 250
_MOST_NAMED = 12


@dataclass(frozen=True)
class FilmSubject:
    """A run as far as a film of it is concerned.

    Attributes:
        steps: of the checkpoints it kept, ascending, one of each policy.
        best: the step of the best one, where one is known.
        left_out: how many checkpoints there are beside them, each with the policy of one of them.
        episode: a recorded episode of the same environment, for the preview.
    """

    run: Path
    env: str
    algorithm: str
    steps: tuple[int, ...]
    best: int | None = None
    history: History = field(default_factory=History)
    episode: Episode | None = None
    left_out: int = 0


class FilmDialog(QDialog):
    """Everything is filled in when it opens. `command()` is what was chosen; `remembered()` is for the next one."""

    def __init__(
        self,
        subject: FilmSubject,
        parent: QWidget | None = None,
        *,
        folder: Path | None = None,
        remembered: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("filmDialog")
        self.setWindowTitle("Record the training")
        self._subject = subject
        remembered = {"format": "mp4", "layout": "wide", **(remembered or {})}
        episode = subject.episode
        own = None if episode is None else (episode.frames.shape[1], episode.frames.shape[0])
        self.picture = PictureForm(own, remembered, still=False, parent=self)
        self.checkpoints = self._make_checkpoints(remembered.get("checkpoints"))
        self.seconds = self._make_seconds(remembered.get("seconds_each"))
        self.speed = make_speed_picker(None if episode is None else episode.fps, remembered.get("speed"))
        self.file = FileRow(folder or pictures_folder())
        self.preview = ExportPreview()
        self.plan, self.length, self.fault = QLabel(), QLabel(), QLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._estimate = LatestWork(self)
        self._estimated = ""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._show_what_comes_out)
        self._lay_out()
        self._connect()
        self._changed()

    # ------------------------------------------------------------ what is chosen

    def command(self) -> FilmTraining:
        """What the job is told."""
        return FilmTraining(
            run=str(self._subject.run),
            path=str(self.file.path()),
            checkpoints=self.checkpoints.value(),
            seconds_each=self.seconds.value(),
            speed=float(self.speed.currentData()),
            style=self.picture.style(),
        )

    def remembered(self) -> dict[str, Any]:
        """Plain values for the next dialog."""
        return {
            **self.picture.remembered(),
            "speed": self.speed.currentData(),
            "checkpoints": self.checkpoints.value(),
            "seconds_each": self.seconds.value(),
            "folder": str(self.file.path().parent),
        }

    def chosen_steps(self) -> list[int]:
        """Training steps of the policies that are seen, the untrained one at 0 first."""
        subject = self._subject
        return film_steps(sorted({0, *subject.steps}), subject.history, subject.best, self.checkpoints.value())

    # ------------------------------------------------------------ reacting

    def _changed(self) -> None:
        subject, to = self._subject, self.picture.chosen_format()
        self.file.suggest(film_name(subject.env, subject.algorithm, to), to)
        steps = self.chosen_steps()
        named = [self._step_words(step) for step in steps]
        if len(named) > _MOST_NAMED:
            named[_MOST_NAMED // 2 : -_MOST_NAMED // 2] = ["…"]
        words = f"Seen after these steps: {', '.join(named)}."
        if subject.left_out:
            words += f"\n{_left_out_words(subject.left_out)}"
        self.plan.setText(words)
        self._estimated = "" if subject.episode else "size unknown: record an episode (R)"
        self._show_length()
        reason = self.file.why_not()
        self.fault.setText(reason or self.file.warning())
        self.export_button.setEnabled(not reason)
        self._settle.start()

    def _show_length(self) -> None:
        count = len(self.chosen_steps())
        most = self.seconds.value() * (count - 1 + LAST_IS_LONGER)
        self.length.setText(
            f"{count} episode{'s' if count > 1 else ''}, all from one seed · plays {most:.0f} s at most, the last part "
            f"longest · {self._estimated or 'size: estimating…'}"
        )

    def _step_words(self, step: int) -> str:
        if step == 0:
            return "untrained"
        return f"{step:,} (best)" if step == self._subject.best else f"{step:,}"

    def _show_what_comes_out(self) -> None:
        """How it will look, with a recorded episode in the place of a checkpoint's, and about how large it gets; both
        made in threads."""
        episode = self._subject.episode
        if episode is None:
            self.preview.show_message("To see beforehand how it looks, record an episode (R).\nThe film needs none.")
            return
        style, to = self.picture.style(), self.picture.chosen_format()
        style = replace(style, caption=checkpoint_caption(style.caption, episode))
        clip = Clip.whole(episode)
        fps = episode.fps * to.held_speed(episode.fps, float(self.speed.currentData()))
        picture_at = pictures([clip], style, run_curve(self._subject.history))
        self.preview.show_pictures(picture_at, len(clip), min(len(clip) // 3, 60), fps)
        lengths = expected_lengths(self._subject.history, self.chosen_steps())
        lengths[-1] = max(lengths[-1], episode.length)  # in training policies explore, and often fail the sooner
        seen = frames_seen(lengths, self.seconds.value(), fps)
        frame_at = _as_film(picture_at, len(clip), seen)

        def estimate(stale: Callable[[], bool]) -> int:
            from rlstudio.media.estimate import estimate_bytes  # loads what writes pictures

            return estimate_bytes(to, frame_at, sum(seen), fps=fps, scenes=len(seen), cancelled=stale)

        self._estimate.ask(
            estimate,
            lambda size: self._show_estimate(size_words(size, style.size_limit)),
            lambda _words: self._show_estimate("size unknown"),
        )

    def _show_estimate(self, words: str) -> None:
        self._estimated = words
        self._show_length()

    def done(self, result: int) -> None:
        """The dialog closes: what is made for it is given up."""
        self._settle.stop()
        self.preview.close_work()
        self._estimate.close()
        super().done(result)

    # ------------------------------------------------------------ making

    def _make_checkpoints(self, chosen: Any) -> QSpinBox:
        most = len({0, *self._subject.steps})
        tip = "How many policies are seen: the untrained one, those on the steep part of the curve, the best, the last"
        box = whole_box("filmCheckpoints", "Number of checkpoints", tip, min(2, most), most)
        box.setValue(chosen if isinstance(chosen, int) else 6)
        return box

    def _make_seconds(self, chosen: Any) -> QDoubleSpinBox:
        tip = "How long each policy is seen at most; the last one up to three times as long"
        box = real_box("filmSeconds", "Seconds for each checkpoint", tip, 0.5, 600.0)
        box.setSuffix(" s each")
        box.setValue(float(chosen) if isinstance(chosen, int | float) else 4.0)
        return box

    def _lay_out(self) -> None:
        for label, name in ((self.plan, "filmPlan"), (self.length, "filmLength"), (self.fault, "filmFault")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            set_role(label, "fault" if label is self.fault else "muted")
        line = self.plan.fontMetrics().lineSpacing()
        self.plan.setFixedHeight(4 * line)  # its words change; the dialog must not
        self.length.setFixedHeight(2 * line)
        self.fault.setFixedHeight(2 * line)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(16)
        form.addRow("Checkpoints", self.checkpoints)
        form.addRow("", self.plan)
        form.addRow("Time", self.seconds)
        form.addRow("Speed", self.speed)
        self.picture.add_rows(form)
        form.addRow("File", self.file)
        form.addRow("", self.length)
        form.addRow("", self.fault)
        self.export_button = self.buttons.addButton("Record", QDialogButtonBox.ButtonRole.AcceptRole)
        self.export_button.setObjectName("filmConfirmButton")
        self.export_button.setToolTip("Let the checkpoints act and write the film, in the background (Enter)")
        self.export_button.setDefault(True)
        set_role(self.export_button, "primary")
        lay_out_beside(self, form, self.preview, self.buttons)

    def _connect(self) -> None:
        self.picture.changed.connect(self._changed)
        self.checkpoints.valueChanged.connect(self._changed)
        self.seconds.valueChanged.connect(self._changed)
        self.speed.currentIndexChanged.connect(self._changed)
        self.file.changed.connect(self._changed)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        QShortcut(QKeySequence("Ctrl+Space"), self).activated.connect(self.preview.play_button.click)


def _left_out_words(count: int) -> str:
    """Why checkpoints are not offered."""
    if count == 1:
        return "Another checkpoint holds the policy of one of these and is left out."
    return f"{count} others hold the same policies as these and are left out."


def _as_film(picture_at: Callable[[int], Frame], length: int, seen: list[int]) -> Callable[[int], Frame]:
    """The pictures of a film of which so many are `seen` of each part, with one episode of `length` pictures in the
    place of each part's own: from its beginning, as often as it goes in."""
    parts = [number for count in seen for number in range(count)]
    return lambda index: picture_at(parts[index] % length)

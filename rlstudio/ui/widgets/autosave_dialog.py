"""AutosaveDialog: how often runs are saved while they train, by the clock and by steps; the settings keep it."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from rlstudio.ui.settings import Settings
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.number_box import whole_box

USUAL_SECONDS = 15
_MOST_SECONDS, _MOST_STEPS = 86_400, 1_000_000_000


def autosave_of(settings: Settings) -> dict[str, Any]:
    """What was chosen, as StartTraining takes it; what makes no sense counts as not chosen."""
    seconds, steps = settings.get("autosave_seconds", float, 0.0), settings.get("autosave_steps", int, 0)
    sound = math.isfinite(seconds) and 1 <= seconds <= _MOST_SECONDS
    return {
        "autosave_seconds": float(seconds) if sound else None,
        "autosave_steps": steps if 1 <= steps <= _MOST_STEPS and not isinstance(steps, bool) else None,
    }


class AutosaveDialog(QDialog):
    """Opened by `open`; what is accepted counts from the next run on."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("autosaveDialog")
        self.setWindowTitle("Saving while training")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings = settings
        chosen = autosave_of(settings)
        by_clock = "A run that breaks off goes on from its last checkpoint; less often where saving takes long"
        self.seconds = whole_box("autosaveSeconds", "Seconds between checkpoints", by_clock, 1, _MOST_SECONDS)
        self.seconds.setPrefix("every ")
        self.seconds.setSuffix(" s")
        self.seconds.setValue(round(chosen["autosave_seconds"] or USUAL_SECONDS))
        by_steps = "At every multiple of so many environment steps as well, whatever it takes"
        self.steps = whole_box("autosaveSteps", "Steps between checkpoints", by_steps, 0, _MOST_STEPS)
        self.steps.setSpecialValueText("off")
        self.steps.setPrefix("every ")
        self.steps.setSuffix(" steps")
        self.steps.setGroupSeparatorShown(True)
        self.steps.setSingleStep(1000)
        self.steps.setValue(chosen["autosave_steps"] or 0)
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow("By time", self.seconds)
        form.addRow("By steps", self.steps)
        words = QLabel(
            "A checkpoint holds what going on exactly needs: networks, optimiser, replay buffer, random states. Two "
            "are kept whole, the newest. Curves are saved all the time. What is set here counts from the next run on."
        )
        words.setWordWrap(True)
        set_role(words, "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        set_role(buttons.button(QDialogButtonBox.StandardButton.Save), "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(words)
        column.addWidget(buttons)
        self.resize(420, 220)

    def _save(self) -> None:
        self._settings.set(autosave_seconds=float(self.seconds.value()), autosave_steps=self.steps.value())
        self.accept()

"""EpisodeFacts: where a recorded episode comes from: environment, seed, run, checkpoint, when, with which versions."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.numbers import number

_LONGEST = 300


def episode_facts(episode: Episode) -> list[tuple[str, str]]:
    """What there is to say of it, as (name, words). All of it may be a stranger's words."""
    options = ", ".join(f"{name}={json.dumps(value)}" for name, value in episode.env_kwargs.items())
    shape = episode.frames.shape
    pictures = f"{len(episode.frames):,} of {shape[1]}×{shape[0]}" if episode.has_pictures else "none: numbers alone"
    facts = [
        ("environment", episode.env or "not said"),
        ("its options", options),
        ("seed", str(episode.seed)),
        ("whose behaviour", episode.source),
        ("algorithm", episode.algorithm or ""),
        ("checkpoint", "" if episode.step is None else f"step {episode.step:,}"),
        ("run", episode.run_name or (episode.run or "").replace("\\", "/").rsplit("/", 1)[-1]),
        ("length", f"{episode.length:,} steps"),
        ("return", number(episode.total_reward)),
        ("ended", episode.ending),
        ("pictures", pictures),
        ("recorded", episode.recorded.replace("T", " ")),
        ("versions", ", ".join(f"{name} {version}" for name, version in episode.versions.items())),
    ]
    return [(name, words[:_LONGEST] + "…" * (len(words) > _LONGEST)) for name, words in facts if words]


class EpisodeFacts(QDialog):
    """All of it as plain text, to be selected and copied."""

    def __init__(self, episode: Episode, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("episodeFacts")
        self.setWindowTitle("About this episode")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        page = QWidget()
        page.setProperty("role", "page")
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 8, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(16)
        for name, words in episode_facts(episode):
            title, value = QLabel(name), QLabel()
            set_role(title, "muted")
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setText(words)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(name)
            form.addRow(title, value)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        self.resize(560, min(page.heightForWidth(500) + 110, 620))

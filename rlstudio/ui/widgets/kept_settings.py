"""KeptSettings: what a configuration says that has no field of its own in the setup, in words, to be let go of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role

_USUAL: dict[str, Any] = {"eval_every": None, "eval_episodes": 5}


class KeptSettings(QWidget):
    """Hidden while there are none. `changed`: somebody let go of them."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keptSettings")
        self._kept: dict[str, Any] = {}
        self._words = QLabel(self)
        self._words.setObjectName("keptSettingsText")
        self._words.setWordWrap(True)
        set_role(self._words, "muted")
        drop = QToolButton(self)
        drop.setObjectName("dropKeptButton")
        drop.setAccessibleName("Evaluate as usual")
        drop.setToolTip("Evaluate as usual: up to 20 times in a run, fewer where that takes long")
        set_icon(drop, "close")
        drop.clicked.connect(self._drop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words, 1)
        row.addWidget(drop)
        self.hide()

    def request(self) -> dict[str, Any]:
        """Fields of a run's request that are not as usual."""
        return dict(self._kept)

    def draft(self) -> dict[str, Any]:
        """All of them, usual or not."""
        return {**_USUAL, **self._kept}

    def set_request(self, request: Mapping[str, Any]) -> None:
        """Keep what `request` returned earlier, or what a whole RunConfig says; what is not named stays."""
        named = {name: request[name] for name in _USUAL if name in request and _is_one(name, request[name])}
        self._kept = {name: value for name, value in (self._kept | named).items() if value != _USUAL[name]}
        self._words.setText(kept_words(self._kept))
        self.setVisible(bool(self._kept))

    def _drop(self) -> None:
        self.set_request(_USUAL)
        self.changed.emit()


def _is_one(name: str, value: Any) -> bool:
    """Whether a value may stand there: it may come from a settings file that somebody wrote by hand."""
    if value is None:
        return name == "eval_every"
    return isinstance(value, int) and not isinstance(value, bool) and value >= (0 if name == "eval_every" else 1)


def kept_words(kept: Mapping[str, Any]) -> str:
    """ "Evaluated every 5,000 steps, 10 episodes each"."""
    every, episodes = kept.get("eval_every"), kept.get("eval_episodes")
    each = "" if episodes is None else f", {episodes:,} episode{'s' * (episodes != 1)} each"
    if every == 0:
        return "Not evaluated while it trains"
    return ("Evaluated as usual" if every is None else f"Evaluated every {every:,} steps") + each if kept else ""

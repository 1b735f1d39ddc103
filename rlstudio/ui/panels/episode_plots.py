"""EpisodePlotsPanel: a recorded episode's numbers over time, under one cursor that goes with the stage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QStackedLayout, QToolButton, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.episode_series import EpisodeSeries, series_of
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.episode_rows import EpisodeRows
from rlstudio.ui.widgets.metric_menu import Choice, MetricMenu
from rlstudio.ui.widgets.row_export import KINDS, save_rows

_FIRST = ("value", "value_error", "probabilities", "q_values", "entropy", "gap", "action", "reward")
_FIRST_ROWS = 8


class EpisodePlotsPanel(QWidget):
    """Rows are those that a person chose for this environment, at first the most telling ones.

    Nothing is computed while the panel is hidden: a step only tells it where the cursor is.

    Signals:
        sought: a frame that was clicked at.
        rowsChosen: environment and keys of the rows that were chosen for it.
        said: (level "info" or "error", text) of something worth a line in the log.
    """

    sought = Signal(int)
    rowsChosen = Signal(str, list)
    said = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("episodePlotsPanel")
        self.setAccessibleName("Episode: its numbers over time")
        self.find_series: Callable[[Episode], EpisodeSeries] = series_of
        self._episode: Episode | None = None
        self._drawn: Episode | None = None
        self._index = 0
        self._found = EpisodeSeries()
        self._chosen: dict[str, list[str]] = {}
        self.rows = EpisodeRows(self)
        self._empty = QLabel("Record an episode: its observations, rewards and the policy's thoughts are plotted here.")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._empty, "muted")
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self._empty)
        self._layers.addWidget(self.rows)
        self._make_controls()
        self.rows.installEventFilter(self)
        self.rows.sought.connect(self.sought)
        self.rows.zoomed.connect(lambda zoomed: self.whole_button.setVisible(zoomed))
        self.show_nothing()

    def show_nothing(self) -> None:
        """No recording is shown."""
        self._episode = self._drawn = None
        self._layers.setCurrentWidget(self._empty)

    def show_step(self, episode: Episode, index: int) -> None:
        """Put the cursor on a frame of an episode."""
        self._episode, self._index = episode, index
        if self.isVisible():
            self._draw()

    def set_chosen(self, chosen: dict[str, object]) -> None:
        """Which rows were chosen before, by environment."""
        self._chosen = {env: [str(key) for key in keys] for env, keys in chosen.items() if isinstance(keys, list)}

    def keys_shown(self) -> list[str]:
        """Keys of the rows that are shown, from top to bottom."""
        return [key for key in self._found.keys if key in self._wanted()]

    def show_rows(self, keys: list[str]) -> None:
        """Show these rows, and again whenever an episode of this environment is shown."""
        if self._episode is None:
            return
        self._chosen[self._episode.env] = list(keys)
        self._lay_out(keep_view=True)
        self.rowsChosen.emit(self._episode.env, list(keys))

    def showEvent(self, event: QShowEvent) -> None:
        """What was put off while nobody looked."""
        super().showEvent(event)
        self._draw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The controls stay in the corner below the names. The rows get their size after this panel has got its own."""
        if watched is self.rows and event.type() == QEvent.Type.Resize:
            self._place_controls()
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------ inside

    def _draw(self) -> None:
        if self._episode is None:
            return
        if self._drawn is not self._episode:
            self._drawn = self._episode
            self._found = self.find_series(self._episode)
            self._offer_rows()
            self._lay_out(keep_view=False)
            self._layers.setCurrentWidget(self.rows)
            self._place_controls()
        self.rows.show_index(self._index)

    def _lay_out(self, *, keep_view: bool) -> None:
        assert self._episode is not None
        wanted = self._wanted()
        shown = tuple(each for each in self._found.series if each.key in wanted)
        self.rows.set_series(shown, self._episode.length + 1, keep_view=keep_view)
        self.menu.set_choices(self._choices, list(wanted))

    def _wanted(self) -> list[str]:
        """The rows that were chosen; at first what the policy thought and did, and the first observations."""
        env = "" if self._episode is None else self._episode.env
        keys = self._found.keys
        if env in self._chosen and any(key in keys for key in self._chosen[env]):
            return [key for key in self._chosen[env] if key in keys]
        first = [key for key in _FIRST if key in keys and (key != "reward" or self._rewards_differ())]
        first += [key for key in keys if key.startswith("action:")][:3]
        observed = [key for key in keys if key.startswith("observation:")]
        return first + observed[: max(2, _FIRST_ROWS - len(first))]

    def _rewards_differ(self) -> bool:
        """CartPole's do not: a straight line is no row to begin with."""
        rewards = np.zeros(0) if self._episode is None else self._episode.rewards
        return len(np.unique(rewards)) > 1

    def _offer_rows(self) -> None:
        self._choices = tuple(Choice(each.key, each.title, each.help) for each in self._found.series)
        self.menu.set_choices((), [])  # those that cannot be had are no choices: they go with the others
        self.menu.set_choices(self._choices, [])
        if self._found.absent:
            self.menu.addSeparator()
        for title, why in self._found.absent:
            action = self.menu.addAction(title)
            action.setToolTip(why)
            action.setEnabled(False)

    def _make_controls(self) -> None:
        self.menu = MetricMenu(self)
        self.menu.chosen.connect(self.show_rows)
        self.rows_button = self._button("episodeRowsButton", "Choose which rows are plotted", "plus")
        self.rows_button.setText("Rows")
        self.rows_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.rows_button.setMenu(self.menu)
        self.rows_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.whole_button = self._button("wholeEpisodeButton", "Show the whole episode again", "zoom-fit")
        self.whole_button.clicked.connect(self.rows.show_all)
        self.whole_button.hide()
        saving = QMenu(self)
        for ending, words in KINDS.items():
            saving.addAction(f"Save as {words} …", lambda e=ending: self._ask_and_save(e))
        self.save_button = self._button("saveEpisodePlotsButton", "Save these plots as a picture", "save")
        self.save_button.setMenu(saving)
        self.save_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.rows.viewport().setWhatsThis(
            "Click or drag to go there. Ctrl and the wheel zoom, Shift and the wheel move along."
        )

    def save_as(self, path: Path) -> None:
        """Save the rows that are shown as a picture (.png, .svg); whether it worked is said."""
        episode = self._episode
        if episode is None:
            return
        try:
            save_rows(path, self.rows, f"{episode.env}, seed {episode.seed}, {episode.source}")
        except ValueError as error:
            self.said.emit("error", str(error))
        else:
            self.said.emit("info", f"Plots of the episode saved as {path}")

    def _ask_and_save(self, ending: str) -> None:
        episode = self._episode
        suggested = f"{episode.env if episode else 'episode'}-plots{ending}".replace("/", "-")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save plots", suggested, f"{KINDS[ending]} (*{ending})")
        if chosen:
            self.save_as(Path(chosen) if Path(chosen).suffix else Path(chosen + ending))

    def _button(self, name: str, words: str, icon: str) -> QToolButton:
        button = QToolButton(self.rows)
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.setIconSize(QSize(16, 16))
        set_icon(button, icon)
        return button

    def _place_controls(self) -> None:
        """In the row of the x axis, where no number stands."""
        left = 4
        for button in (self.rows_button, self.save_button, self.whole_button):
            size = button.sizeHint()
            button.setGeometry(left, self.rows.height() - size.height(), size.width(), size.height())
            button.raise_()
            left += size.width() + 2

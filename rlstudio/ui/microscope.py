"""Microscope: one cursor over a recorded episode. Stage, timeline, inspector and plots go together, and jump to what
is worth seeing; keys that are held run; frames are marked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.episode import Episode
from rlstudio.core.episode_jumps import Jump, jumps_of, marks_jump
from rlstudio.core.episode_series import EpisodeSeries, series_of
from rlstudio.ui.held_keys import HeldKeys
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.mark_keeper import MarkKeeper
from rlstudio.ui.widgets.jump_menu import JUMP_KEYS

_RUN = {",": -1, ".": 1, "Left": -1, "Right": 1, "Shift+Left": -10, "Shift+Right": 10}
"""Frames of a press of each key that runs while it is held."""
_SLOWEST_RUN = 25.0
"""Frames a second that a held key runs at least, however slowly an environment plays (FrozenLake: 4)."""


class Microscope(QObject):
    """What is found in an episode is found once, when it is first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._stage, self._bar, self._plots = window.stage, window.stage.transport, window.episode_plots
        self._episode: Episode | None = None
        self._series: EpisodeSeries | None = None
        self._jumps: dict[str, Jump] = {}
        self._excuse = ""
        self.marks = MarkKeeper(self)
        self.held = HeldKeys(self._stage.step_frames, self._rate, self)
        self._plots.find_series = self.series_of
        self._plots.set_chosen(window.settings.get("episode_rows", dict, {}))
        self._plots.sought.connect(self._seek)
        self._plots.rowsChosen.connect(self._remember_rows)
        self._plots.said.connect(self._tell)
        self._stage.frameShown.connect(self._shown)
        self._bar.jumpWanted.connect(self.jump)
        self._bar.markToggled.connect(self.toggle_mark)
        self._bar.jump_menu.aboutToShow.connect(self._fill_menu)

    def keys(self) -> dict[str, Callable[[], object]]:
        """The keys for which this is responsible."""
        found: dict[str, Callable[[], object]] = {"M": self.toggle_mark}
        for key, count in _RUN.items():
            found[key] = lambda count=count: self.held.pressed(count)  # type: ignore[misc]
        for jump, key in JUMP_KEYS.items():
            if jump != "end":  # which the stage has, like Home
                found[key] = lambda jump=jump: self.jump(jump)  # type: ignore[misc]
        return found

    def series_of(self, episode: Episode) -> EpisodeSeries:
        """What can be plotted of an episode."""
        if self._series is None or episode is not self._episode:
            self._take(episode)
            spec = algorithms().get(episode.algorithm or "")
            self._series = series_of(episode, value_counts=spec.value_counts if spec is not None else "")
        return self._series

    # ------------------------------------------------------------ jumps

    def jump(self, key: str) -> None:
        """Go to the next place of a kind; where there is none, say why."""
        episode = self._stage.current_episode()
        if episode is None:
            return
        jump = self._jumps_of(episode)[key]
        frame = jump.after(self._stage.current_index())
        banner = self._window.banner
        if frame is None:
            self._excuse = jump.help
            banner.say(jump.help)
            return
        if banner.text() == self._excuse:
            banner.hide()  # what it said of another jump is read
        self._stage.seek(frame)

    def _jumps_of(self, episode: Episode) -> dict[str, Jump]:
        if not self._jumps or episode is not self._episode:
            self._jumps = {jump.key: jump for jump in jumps_of(episode, self.series_of(episode))}
        self._jumps["mark"] = marks_jump(episode)
        return self._jumps

    def _fill_menu(self) -> None:
        episode = self._stage.current_episode()
        if episode is not None:
            self._bar.jump_menu.set_jumps(tuple(self._jumps_of(episode).values()))

    # ------------------------------------------------------------ marks

    def toggle_mark(self) -> None:
        """Mark the frame that is shown, or take its mark away."""
        episode, index = self._stage.current_episode(), self._stage.current_index()
        if episode is None:
            return
        episode.marks = tuple(sorted({*episode.marks} ^ {index}))
        self._bar.show_marks(episode.marks)
        self._bar.show_marked(index in episode.marks)
        self.marks.marked(episode)

    # ------------------------------------------------------------ inside

    def _seek(self, index: int) -> None:
        """A plot was clicked at; from live too, when its recording is still there."""
        if not self._stage.showing_recording():
            self._stage.show_recording()
        self._stage.seek(index)

    def _shown(self, episode: Episode, index: int) -> None:
        if episode is not self._episode:
            self._take(episode)
        self._plots.show_step(episode, index)
        self._bar.show_marked(index in episode.marks)

    def _take(self, episode: Episode) -> None:
        self._episode, self._series, self._jumps = episode, None, {}

    def _rate(self) -> float:
        """Frames a second of a held key: those of the recording as it plays, if that is not too slow."""
        episode = self._stage.current_episode()
        return _SLOWEST_RUN if episode is None else max(_SLOWEST_RUN, episode.fps)

    def _tell(self, level: str, words: str) -> None:
        self._window.log.add(level, words)
        self._window.banner.say(words, fault=level == "error")

    def _remember_rows(self, env: str, keys: list[str]) -> None:
        chosen = self._window.settings.get("episode_rows", dict, {})
        self._window.settings.set(episode_rows={**chosen, env: keys})

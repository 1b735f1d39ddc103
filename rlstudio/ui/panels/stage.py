"""StagePanel: the environment, large: the live picture or a recorded episode, always saying whose behaviour it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import FrameNote
from rlstudio.core.playback import Playback
from rlstudio.ui.widgets.live_picture import LivePicture
from rlstudio.ui.widgets.picture_area import PictureArea
from rlstudio.ui.widgets.stage_controls import StageControls
from rlstudio.ui.widgets.status_strip import StatusStrip
from rlstudio.ui.widgets.transport_bar import TransportBar


class StagePanel(QWidget):
    """Strip, picture and transport bar, which is greyed while live: so the picture never moves.

    A live frame that comes while a recording is shown is kept, not painted, so "Back to live" answers at once. Only
    the recorded frame to be shown is ever decompressed. `advance` is called by the display timer; nothing here runs
    by itself.

    Signals:
        watchModeChanged: "policy", "training" or "off" was chosen.
        backToLiveRequested: the recording was left.
        frameShown: an episode and the index of the frame now shown.
        exportRequested: the recorded episodes are to be exported.
        recordingShown: whether a recording is shown from now on, not the live picture.
    """

    watchModeChanged = Signal(str)
    backToLiveRequested = Signal()
    frameShown = Signal(object, int)
    exportRequested = Signal()
    recordingShown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self.setAccessibleName("Stage")
        self._episodes: list[Episode] = []
        self._current: int | None = None  # the episode shown; None while live
        self._last = 0  # the episode shown before going live
        self._told = False  # of `recordingShown`
        self._returns = np.zeros(1)
        self._playback = Playback(0)
        self._kept: list[Episode] | None = None  # recordings that wait while others are visited
        self.strip = StatusStrip()
        self.pictures = PictureArea()
        self.view = self.pictures.view
        self._live = LivePicture(self.strip, self.pictures)
        self.transport = TransportBar()
        self.controls = StageControls()
        self.watch, self.back_button = self.controls.watch, self.controls.back_button
        self.recordings_button = self.controls.recordings_button
        self.strip.add_control(self.controls)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part, stretch in ((self.strip, 0), (self.pictures, 1), (self.transport, 0)):
            layout.addWidget(part, stretch)
        self._connect()
        self._show_mode()

    # ------------------------------------------------------------ live

    def set_environment(self, env: str) -> bool:
        """Which environment the live frames are of (their pixels may be kept sharp); whether it is another than before.

        Then the picture of the one before goes, and a recording of it is left, which waits behind its button.
        """
        before, self._live.env = self._live.env, env
        another = before not in ("", env)
        if another:
            self.show_message("")
            self.back_to_live()
        return another

    def show_live(self, frame: Frame, note: FrameNote) -> None:
        """Show a live frame (it is copied) and what the strip is to say about it; kept for later while recorded."""
        self._live.take(frame, note)
        if self._current is None:
            self._live.show()

    def show_message(self, text: str) -> None:
        """Say something in the live picture's place ("Watching is off")."""
        self._live.say(text)
        if self._current is None:
            self._live.show()

    def say_meanwhile(self, text: str) -> None:
        """Say what the first live picture is waiting for; nothing once there is one."""
        if not self._live.there:
            self.show_message(text)

    def say_starting(self, words: str, *, in_place: bool = False) -> None:
        """Say what a run that is about to begin is waiting for, "" once it has begun: in the strip, or `in_place` of
        the live picture."""
        if words and in_place:
            self.strip.say_starting("")
            self.show_message(words)
        elif self._current is None or not words:
            self.strip.say_starting(words)

    def set_watch_mode(self, mode: str) -> None:
        """Show a watch mode in the selector without asking for it. Raises ValueError for an unknown one."""
        self.watch.show_mode(mode)

    def watch_mode(self) -> str:
        """The chosen watch mode."""
        return self.watch.mode()

    def back_to_live(self) -> None:
        """Leave the recording; the newest live picture is shown again."""
        if self._current is not None:
            self._last, self._current = self._current, None
            self._playback.playing = False
        self._end_visit()
        self._show_mode()
        self._live.show()

    # ------------------------------------------------------------ recordings

    def add_episode(self, episode: Episode) -> None:
        """Append a recorded episode. The first one is shown and played at once, unless others are visited."""
        if self._kept is not None:
            self._kept.append(episode)
            return
        self._episodes.append(episode)
        if len(self._episodes) == 1:
            self._show_episode(0)
            self._set_playing(True)
        else:
            self.transport.set_episodes(self._episodes, self._last if self._current is None else self._current)
            self._show_words()
        self._show_mode()

    def set_episodes(self, episodes: Sequence[Episode], *, aside: bool = False) -> None:
        """Replace all recordings and show the first one, not playing. None, or `aside`: live, but no visit is ended."""
        if aside and self.visiting():
            self._kept = list(episodes)
            return
        self._kept = None
        self.pictures.end_comparison()
        self._episodes = list(episodes)
        self._last = 0
        if self._episodes:
            self._show_episode(0)
        else:
            self.transport.set_episodes([], 0)
            self.transport.set_episode(0, None)
        if aside or not self._episodes:
            self.back_to_live()

    def visit(self, episodes: Sequence[Episode], captions: Sequence[str] = (), *, play: bool = True) -> None:
        """Show these for a while: one alone, or with a caption each up to four side by side under one clock.

        The recordings there are wait meanwhile; they are back when "Back to live" leaves this. Raises ValueError.
        """
        kept = self._episodes if self._kept is None else self._kept
        if not captions:
            self.set_episodes(episodes)
        else:
            self.pictures.begin_comparison(episodes, captions)
            self._episodes = list(episodes)
            self._show_episode(self.pictures.compare.followed)
        self._kept = kept
        self._set_playing(play)

    def visiting(self) -> bool:
        """Whether what is shown is there for a while only."""
        return self._kept is not None

    def episodes(self) -> list[Episode]:
        """All recordings there are."""
        return list(self._episodes)

    def current_episode(self) -> Episode | None:
        """The recorded episode shown, None while live."""
        return None if self._current is None else self._episodes[self._current]

    def current_index(self) -> int:
        """Index of the recorded frame shown; beside a longer episode, the last of one that is over."""
        episode = self.current_episode()
        return self._playback.index if episode is None else min(self._playback.index, episode.length)

    def showing_recording(self) -> bool:
        """Whether a recording is shown, not the live picture."""
        return self._current is not None

    def is_playing(self) -> bool:
        """Whether the recording plays by itself."""
        return self._current is not None and self._playback.playing

    def show_recording(self) -> None:
        """From live to the recording that was last shown, at its frame."""
        if self._episodes and self._current is None:
            index = self._playback.index
            self._show_episode(self._last)
            self.seek(index)

    # ------------------------------------------------------------ playback (also bound to keys)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; called by the display timer."""
        if self._current is not None and self._playback.playing:
            if self._playback.advance(seconds):
                self._show_frame()
            self.transport.show_playing(self._playback.playing)

    def toggle_play(self) -> None:
        """Play or pause the recording; from its last frame, again from the first. Nothing while live."""
        if self._current is None:
            return
        if not self._playback.playing and self._playback.at_end:
            self.seek(0)
        self._set_playing(not self._playback.playing)

    def step_frames(self, count: int) -> None:
        """Pause and go `count` frames on, or back when negative."""
        if self._current is not None:
            self.seek(self._playback.index + count)

    def seek(self, index: int) -> None:
        """Pause and go to a frame, the nearest there is."""
        if self._current is not None:
            self._set_playing(False)
            self._playback.seek(index)
            self._show_frame()

    def seek_first(self) -> None:
        """To the first frame."""
        self.seek(0)

    def seek_last(self) -> None:
        """To the last frame, which has no action."""
        if self._current is not None:
            self.seek(self._playback.n_frames - 1)

    def next_episode(self) -> None:
        """To the next recorded episode, if there is one; of several side by side, follow the next."""
        self._go_to_episode(1)

    def previous_episode(self) -> None:
        """To the recorded episode before, if there is one; of several side by side, follow the one before."""
        self._go_to_episode(-1)

    def export(self) -> None:
        """Stand still and emit `exportRequested`. Nothing while live."""
        if self._current is not None:
            self._set_playing(False)
            self.exportRequested.emit()

    # ------------------------------------------------------------ inside

    def _end_visit(self) -> None:
        if self._kept is not None:
            self._episodes, self._kept, self._last = self._kept, None, 0
            self.transport.set_episodes(self._episodes, 0)

    def _go_to_episode(self, step: int) -> None:
        if self._current is not None and 0 <= self._current + step < len(self._episodes):
            self._choose_episode(self._current + step)

    def _follow(self, place: int) -> None:
        """Of several side by side, let strip, timeline, inspector and plots go with another one; the clock runs on."""
        if self.pictures.comparing and place != self._current:
            self.pictures.compare.follow(place)
            self._take_episode(place)
            self._show_frame()

    def _choose_episode(self, index: int) -> None:
        """Another episode, playing on if this one played; of several side by side, follow another."""
        playing = self.is_playing()
        (self._follow if self.pictures.comparing else self._show_episode)(index)
        self._set_playing(playing)

    def _show_episode(self, index: int) -> None:
        episode, before = self._episodes[index], self._playback
        compare = self.pictures.compare if self.pictures.comparing else None
        self._playback = Playback(episode.length + 1, fps=episode.fps) if compare is None else compare.playback()
        self._playback.speed, self._playback.loop = before.speed, before.loop
        self.transport.set_episodes(self._episodes, index)
        self._take_episode(index)
        self.transport.show_playing(False)
        self._show_mode()
        self._show_frame()

    def _take_episode(self, index: int) -> None:
        """What strip, timeline, inspector and plots are of."""
        self._current = self._last = index
        self._returns = self._episodes[index].returns_so_far()
        self.transport.set_episode(index, self._episodes[index], self._playback.n_frames - 1)

    def _show_frame(self) -> None:
        assert self._current is not None
        episode, index = self._episodes[self._current], self._playback.index
        self.pictures.show_recorded(episode, index)
        self._show_words()
        self.transport.show_position(index)
        self.frameShown.emit(episode, self.current_index())

    def _show_words(self) -> None:
        """What the strip says of the recorded frame, which of how many episodes included. Nothing while live."""
        if self._current is None:
            return
        episode, index = self._episodes[self._current], self._playback.index
        if self.pictures.comparing:
            self.strip.show_compared(
                episode, len(self._episodes), index, self._playback.n_frames - 1, self.pictures.compare.followed_caption
            )
        else:
            self.strip.show_recorded(episode, self._current, len(self._episodes), index, float(self._returns[index]))

    def _set_playing(self, playing: bool) -> None:
        self._playback.playing = playing
        self.transport.show_playing(playing)

    def _show_mode(self) -> None:
        recording = self._current is not None
        self.controls.show_mode(recording=recording, count=len(self._episodes))
        if not recording:
            back = f"“{self.recordings_button.text()}”, above, goes back to what was recorded"
            self.transport.set_idle(back if self._episodes else "Record an episode (R) to step through it here")
        if recording != self._told:
            self._told = recording
            self.recordingShown.emit(recording)

    def _connect(self) -> None:
        for leave in (self.back_to_live, self.backToLiveRequested):
            self.controls.backPressed.connect(leave)
        self.controls.recordingsPressed.connect(self.show_recording)
        self.watch.currentIndexChanged.connect(lambda: self.watchModeChanged.emit(self.watch_mode()))
        self.pictures.compare.chosen.connect(self._follow)
        bar = self.transport
        bar.playToggled.connect(self.toggle_play)
        bar.stepped.connect(self.step_frames)
        bar.sought.connect(self.seek)
        bar.speedChanged.connect(lambda speed: setattr(self._playback, "speed", speed))
        bar.loopChanged.connect(lambda loop: setattr(self._playback, "loop", loop))
        bar.episodeChosen.connect(self._choose_episode)
        bar.exportPressed.connect(self.export)

"""StagePanel: the environment, large: the live picture or a recorded episode, always saying whose behaviour it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import FrameNote
from rlstudio.core.playback import Playback
from rlstudio.ui.widgets.picture_area import PictureArea
from rlstudio.ui.widgets.stage_controls import StageControls
from rlstudio.ui.widgets.status_strip import StatusStrip
from rlstudio.ui.widgets.transport_bar import TransportBar


class StagePanel(QWidget):
    """Strip, picture and, while a recording is shown, the transport bar.

    A live frame that comes while a recording is shown is kept, not painted, so "Back to live" answers at once. Only
    the recorded frame to be shown is ever decompressed. `advance` is called by the display timer; nothing here runs
    by itself.

    Signals:
        watchModeChanged: "policy", "training" or "off" was chosen.
        backToLiveRequested: the recording was left.
        frameShown: an episode and the index of the frame now shown.
        exportRequested: the recorded episodes are to be exported.
    """

    watchModeChanged = Signal(str)
    backToLiveRequested = Signal()
    frameShown = Signal(object, int)
    exportRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self.setAccessibleName("Stage")
        self._episodes: list[Episode] = []
        self._current: int | None = None  # the episode shown; None while live
        self._last = 0  # the episode shown before going live
        self._returns: NDArray[np.float64] = np.zeros(1)
        self._playback = Playback(0)
        self._kept: list[Episode] | None = None  # recordings that wait while others are visited
        self._live: tuple[Frame, FrameNote] | None = None
        self._message = ""
        self._env = ""
        self.strip = StatusStrip()
        self.pictures = PictureArea()
        self.view = self.pictures.view
        self.transport = TransportBar()
        self.controls = StageControls()
        self.watch, self.back_button = self.controls.watch, self.controls.back_button
        self.recordings_button = self.controls.recordings_button
        self.strip.add_control(self.controls)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.strip)
        layout.addWidget(self.pictures, 1)
        layout.addWidget(self.transport)
        self._connect()
        self._show_mode()

    # ------------------------------------------------------------ live

    def set_environment(self, env: str) -> bool:
        """Which environment the live frames are of (their pixels may be kept sharp); whether it is another than before.

        Then the picture of the one before goes, and a recording of it is left, which waits behind its button.
        """
        before, self._env = self._env, env
        another = before not in ("", env)
        if another:
            self.show_message("")
            self.back_to_live()
        return another

    def show_live(self, frame: Frame, note: FrameNote) -> None:
        """Show a live frame (it is copied) and what the strip is to say about it; kept for later while recorded."""
        self._live = (frame.copy(), note)  # its memory may be a shared slot that is reused, or gone, when shown again
        if self._current is None:
            self._show_live_now()

    def show_message(self, text: str) -> None:
        """Say something in the live picture's place ("Watching is off")."""
        self._live, self._message = None, text
        if self._current is None:
            self._show_live_again()

    def say_meanwhile(self, text: str) -> None:
        """Say what the first live picture is waiting for; nothing once there is one."""
        if self._live is None:
            self.show_message(text)

    def say_starting(self, words: str) -> None:
        """Say in the strip what a run that is about to begin is waiting for; "" once it has begun."""
        if self._current is None or not words:
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
        self._show_live_again()

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

    def set_episodes(self, episodes: Sequence[Episode]) -> None:
        """Replace all recordings and show the first one, not playing. None at all: back to live."""
        self._kept = None
        self.pictures.end_comparison()
        self._episodes = list(episodes)
        self._last = 0
        if self._episodes:
            self._show_episode(0)
        else:
            self.transport.set_episodes([], 0)
            self.transport.set_episode(0, None)
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
            self._show_episode(self.pictures.compare.longest())
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
        """Index of the recorded frame shown."""
        return self._playback.index

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
        if not self._playback.playing and self._playback.index >= self._episodes[self._current].length:
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
            self.seek(self._episodes[self._current].length)

    def next_episode(self) -> None:
        """To the next recorded episode, if there is one."""
        self._go_to_episode(1)

    def previous_episode(self) -> None:
        """To the recorded episode before, if there is one."""
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
        if self._current is None or self.pictures.comparing:
            return
        if 0 <= self._current + step < len(self._episodes):
            self._choose_episode(self._current + step)

    def _choose_episode(self, index: int) -> None:
        """Another episode, playing on if this one played."""
        playing = self.is_playing()
        self._show_episode(index)
        self._set_playing(playing)

    def _show_episode(self, index: int) -> None:
        episode = self._episodes[index]
        before = self._playback
        self._current = self._last = index
        self._returns = episode.returns_so_far()
        self._playback = Playback(episode.length + 1, fps=episode.fps)
        self._playback.speed, self._playback.loop = before.speed, before.loop
        self.transport.set_episodes([] if self.pictures.comparing else self._episodes, index)
        self.transport.set_episode(index, episode)
        self.transport.show_playing(False)
        self._show_mode()
        self._show_frame()

    def _show_frame(self) -> None:
        assert self._current is not None
        episode, index = self._episodes[self._current], self._playback.index
        self.pictures.show_recorded(episode, index)
        self._show_words()
        self.transport.show_position(index)
        self.frameShown.emit(episode, index)

    def _show_words(self) -> None:
        """What the strip says of the recorded frame, which of how many episodes included. Nothing while live."""
        if self._current is None:
            return
        episode, index = self._episodes[self._current], self._playback.index
        if self.pictures.comparing:
            self.strip.show_compared(episode, len(self._episodes), index)
        else:
            self.strip.show_recorded(episode, self._current, len(self._episodes), index, float(self._returns[index]))

    def _set_playing(self, playing: bool) -> None:
        self._playback.playing = playing
        self.transport.show_playing(playing)

    def _show_live_again(self) -> None:
        if self._live is None:
            self.strip.show_nothing()
            self.pictures.show_message(self._message)
        else:
            self._show_live_now()

    def _show_live_now(self) -> None:
        assert self._live is not None
        frame, note = self._live
        self.pictures.show_live(frame, self._env)
        self.strip.show_live(note)

    def _show_mode(self) -> None:
        recording = self._current is not None
        self.transport.setVisible(recording)
        self.controls.show_mode(recording=recording, count=len(self._episodes))

    def _set_speed(self, speed: float) -> None:
        self._playback.speed = speed

    def _set_loop(self, loop: bool) -> None:
        self._playback.loop = loop

    def _connect(self) -> None:
        for leave in (self.back_to_live, self.backToLiveRequested):
            self.controls.backPressed.connect(leave)
        self.controls.recordingsPressed.connect(self.show_recording)
        self.watch.currentIndexChanged.connect(lambda: self.watchModeChanged.emit(self.watch_mode()))
        bar = self.transport
        bar.playToggled.connect(self.toggle_play)
        bar.stepped.connect(self.step_frames)
        bar.sought.connect(self.seek)
        bar.speedChanged.connect(self._set_speed)
        bar.loopChanged.connect(self._set_loop)
        bar.episodeChosen.connect(self._choose_episode)
        bar.exportPressed.connect(self.export)

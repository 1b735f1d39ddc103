"""PictureArea: where the stage shows its picture: live or recorded, alone or several side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import FrameNote
from rlstudio.ui.widgets.compare_view import CompareView
from rlstudio.ui.widgets.frame_view import FrameView
from rlstudio.ui.widgets.live_tiles import LiveTiles

_TOY_TEXT = ("Blackjack", "CliffWalking", "FrozenLake", "Taxi")


def drawn_in_pixels(env: str) -> bool:
    """Whether an environment's pictures are pixel art (toy text) and want sharp pixels."""
    return env.startswith(_TOY_TEXT)


class PictureArea(QStackedWidget):
    """Only the recorded frame that is to be shown is ever decompressed, and only when another one is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictureArea")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.view, self.compare = FrameView(), CompareView()
        self.tiles = LiveTiles(self.view)
        self.addWidget(self.tiles)
        self.addWidget(self.compare)
        self._painted: tuple[Episode, int] | None = None  # the recorded frame that is in the view

    def show_live(self, frame: Frame, env: str, note: FrameNote) -> None:
        """A live frame, and what it is."""
        self._leave_recording()
        self.view.show_frame(frame, sharp=drawn_in_pixels(env))
        self.tiles.tell(note, frame.shape[:2])

    def show_message(self, text: str) -> None:
        """Words in the picture's place."""
        self._leave_recording()
        self.view.show_message(text)
        self.tiles.tell(None)

    def show_recorded(self, episode: Episode, index: int) -> None:
        """A recorded frame; while episodes are compared, that frame of each of them."""
        self.tiles.set_alone(True)
        if self.comparing:
            self.compare.show_index(index)
        elif self._painted is None or self._painted[0] is not episode or self._painted[1] != index:
            self._paint(episode, index)
            self._painted = episode, index

    def _paint(self, episode: Episode, index: int) -> None:
        """One frame, or why there is none: data of other programs may be numbers alone, a file may be damaged."""
        if not episode.has_pictures:
            self.view.show_message("There are no pictures in this recording: its numbers are below")
            return
        try:
            self.view.show_frame(episode.frames[index], sharp=drawn_in_pixels(episode.env))
        except ValueError as error:
            self.view.show_message(f"This picture cannot be shown: {error}")

    @property
    def comparing(self) -> bool:
        """Whether episodes are shown side by side."""
        return self.currentWidget() is self.compare

    def begin_comparison(self, episodes: Sequence[Episode], captions: Sequence[str]) -> None:
        """Show these side by side from now on. Raises ValueError as CompareView does."""
        self.compare.set_episodes(episodes, captions, sharp=any(drawn_in_pixels(one.env) for one in episodes))
        self.setCurrentWidget(self.compare)

    def end_comparison(self) -> None:
        """One picture again."""
        if self.comparing:
            self.compare.set_episodes([], [])
            self.setCurrentWidget(self.tiles)
            self._painted = None

    def _leave_recording(self) -> None:
        self.end_comparison()
        self.tiles.set_alone(False)
        self._painted = None

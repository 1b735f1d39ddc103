"""LivePicture: the newest live frame and what the strip says of it, or words instead; kept beside a recording."""

from __future__ import annotations

from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import FrameNote
from rlstudio.ui.widgets.picture_area import PictureArea
from rlstudio.ui.widgets.status_strip import StatusStrip


class LivePicture:
    """What the stage goes back to. It paints only when told to."""

    def __init__(self, strip: StatusStrip, pictures: PictureArea) -> None:
        self._strip, self._pictures = strip, pictures
        self._newest: tuple[Frame, FrameNote] | None = None
        self._message = ""
        self.env = ""

    @property
    def there(self) -> bool:
        """Whether there is a picture, rather than words."""
        return self._newest is not None

    def take(self, frame: Frame, note: FrameNote) -> None:
        """A new one. It is copied: its memory may be a shared slot that is reused, or gone, when it is shown again."""
        self._newest = (frame.copy(), note)

    def say(self, text: str) -> None:
        """Words in its place."""
        self._newest, self._message = None, text

    def show(self) -> None:
        """Paint it, and say what it is."""
        if self._newest is None:
            self._strip.show_nothing()
            self._pictures.show_message(self._message)
            return
        frame, note = self._newest
        self._pictures.show_live(frame, self.env, note)
        self._strip.show_live(note)

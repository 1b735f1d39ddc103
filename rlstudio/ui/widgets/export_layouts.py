"""The layouts of an export as the dialogs offer them, and single pictures in them for the preview. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import PictureStyle
from rlstudio.media.composed import layout as composed
from rlstudio.media.composed.curve import CurveData
from rlstudio.media.composed.picture import Composer, Composition
from rlstudio.media.frames import Clip, Size, scaled, size_for_width
from rlstudio.media.styled import PLAIN

WIDEST = composed.WIDEST
_NARROWEST_PLAIN = 64


@dataclass(frozen=True)
class Layout:
    """One layout: its key in PictureStyle, what people call it, what is in it, and how narrow it may be."""

    key: str
    title: str
    summary: str
    narrowest: int

    def size(self, own: Size, width: int | None = None) -> Size:
        """Width and height of the file's picture; `own` is that of the environment's, `width` what was asked for."""
        if self.key == PLAIN:
            return own if width is None else size_for_width(own, width)
        return composed.layout_named(self.key).size_for(width)


LAYOUTS = (
    Layout(PLAIN, "Environment alone", "The environment's own picture and nothing else.", _NARROWEST_PLAIN),
    *(Layout(each.key, each.name, each.summary, each.narrowest) for each in composed.LAYOUTS),
)


def layout_named(key: str) -> Layout:
    """The layout of that key. Raises KeyError."""
    for each in LAYOUTS:
        if each.key == key:
            return each
    raise KeyError(key)


def pictures(clips: Sequence[Clip], style: PictureStyle, learning: CurveData | None = None) -> Callable[[int], Frame]:
    """Makes the picture of a number among all frames of these clips, as the file will hold it; for any thread.

    `learning` is the run's curve where a composed picture shows that instead of the episode's return so far.
    """
    composers: dict[int, Composer] = {}

    def picture_at(number: int) -> Frame:
        for which, clip in enumerate(clips):
            if number < len(clip):
                return picture_of(which, clip, clip.first + number)
            number -= len(clip)
        raise IndexError(number)

    def picture_of(which: int, clip: Clip, index: int) -> Frame:
        frames = clip.episode.frames
        size = layout_named(style.layout).size((frames.shape[1], frames.shape[0]), style.width)
        if style.layout == PLAIN:
            return scaled(frames[index], size)
        composer = composers.get(which)
        if composer is None:
            composer = Composer(Composition(style.layout, size, style.theme, style.caption), clip, learning)
            composers.clear()  # one is enough: frames are asked for in order
            composers[which] = composer
        return composer.picture(index)

    return picture_at

"""Clips of episodes as the pictures that a style asks for: the environment alone, or composed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import PictureStyle
from rlstudio.media.composed.curve import CurveData
from rlstudio.media.composed.layout import LAYOUTS, layout_named
from rlstudio.media.composed.picture import ComposedFrames, Composition
from rlstudio.media.frames import Clip, ClipFrames, Scaled, Size, size_for_width

PLAIN = "plain"
LAYOUT_KEYS = (PLAIN, *(each.key for each in LAYOUTS))


def styled(
    clips: Sequence[Clip],
    style: PictureStyle,
    learning: CurveData | None = None,
    *,
    captions: Sequence[str] = (),
    grows: bool = False,
) -> tuple[Iterable[Frame], Size]:
    """The pictures, to be gone through any number of times, and their width and height.

    `learning`, `captions` and `grows` are as in `composed.picture.ComposedFrames`; plain pictures have neither.

    Raises:
        ValueError: for a layout or theme that there is none of, a width that is not allowed, frames that are not there.
    """
    if style.layout not in LAYOUT_KEYS:
        raise ValueError(f"layout: {style.layout!r} is not allowed; there are {', '.join(LAYOUT_KEYS)}")
    if style.theme not in ("light", "dark"):
        raise ValueError(f"theme: {style.theme!r} is not allowed; there are light, dark")
    if style.layout == PLAIN:
        height, width, _ = clips[0].episode.frames.shape
        frames = ClipFrames(clips)
        if style.width is None or style.width == width:
            return frames, (width, height)
        size = size_for_width((width, height), style.width)
        return Scaled(frames, size), size
    size = layout_named(style.layout).size_for(style.width)
    how = Composition(style.layout, size, style.theme, style.caption)
    return ComposedFrames(clips, how, learning, captions=captions, grows=grows), size

"""A composed picture for each frame of an episode; what stands still is drawn once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from rlstudio.core.frame_store import Frame
from rlstudio.media.composed.bars import Bars, bar_rows
from rlstudio.media.composed.curve import Curve, CurveData, episode_curve
from rlstudio.media.composed.hud import Caption, Hud
from rlstudio.media.composed.layout import Box, arrange, layout_named
from rlstudio.media.composed.look import LOOKS
from rlstudio.media.frames import Clip, Size, scaled

GROWING_SECONDS = 0.8
"""How long the learning curve grows at the beginning of a clip, to the place of the checkpoint that is seen."""


@dataclass(frozen=True)
class Composition:
    """How a composed picture looks.

    Attributes:
        layout: key of a `layout.Layout`.
        size: in pixels; see `Layout.size_for`.
        theme: "light" or "dark".
        caption: the line above; "" for none.
    """

    layout: str
    size: Size
    theme: str = "light"
    caption: str = ""


class Composer:
    """Draws the frames of one clip.

    Args:
        learning: the run's curve, with a dot at the episode's training step; None: the episode's return so far.
        grows_from: training step from which that curve grows when the clip begins; None: it stands.
    """

    def __init__(
        self, how: Composition, clip: Clip, learning: CurveData | None = None, grows_from: float | None = None
    ) -> None:
        episode = clip.episode
        look = LOOKS[how.theme]
        rows = bar_rows(episode)
        places = arrange(
            layout_named(how.layout), how.size, bars=len(rows.names) if rows else 0, caption=bool(how.caption)
        )
        self._clip, self._learning, self._grows_from = clip, learning, grows_from
        self._hud = Hud(places.numbers, places.unit, look, episode)
        self._bars = Bars(places.bars, places.unit, look, rows) if rows and places.bars else None
        self._curve = Curve(places.curve, places.unit, look, learning or episode_curve(episode))
        height, width, _ = episode.frames.shape
        self._picture = _inside(places.picture, width / height)
        self._still = Image.new("RGB", how.size, look.ground)
        draw = ImageDraw.Draw(self._still)
        if how.caption:
            Caption(places.caption, places.unit, look).draw_static(draw, how.caption)
        self._hud.draw_static(draw)
        if self._bars:
            self._bars.draw_static(draw)
        self._curve.draw_static(self._still, draw)

    def picture(self, index: int) -> Frame:
        """Frame `index` of the episode, shape (height, width, 3)."""
        canvas = self._still.copy()
        draw = ImageDraw.Draw(canvas)
        box = self._picture
        frame = scaled(self._clip.episode.frames[index], (box.width, box.height))
        canvas.paste(Image.fromarray(frame), (box.left, box.top))
        self._hud.draw(draw, index)
        if self._bars:
            self._bars.draw(draw, index)
        self._curve.draw(canvas, self._at(index))
        return np.asarray(canvas)

    def _at(self, index: int) -> float:
        """Where on the curve frame `index` stands."""
        if self._learning is None:
            return float(index)
        step = float(self._clip.episode.step or 0)
        if self._grows_from is None:
            return step
        frames = max(1.0, GROWING_SECONDS * self._clip.episode.fps)
        share = min(1.0, (index - self._clip.first) / frames)
        return self._grows_from + (step - self._grows_from) * share


class ComposedFrames:
    """The composed pictures of several clips, one after the other; drawn anew each time they are gone through.

    `captions` takes the place of the composition's own, one for each clip. With `grows` the learning curve grows from
    clip to clip.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        how: Composition,
        learning: CurveData | None = None,
        *,
        captions: Sequence[str] = (),
        grows: bool = False,
    ) -> None:
        for clip in clips:
            clip.check()
        self._clips, self._how, self._learning = clips, how, learning
        self._captions, self._grows = captions, grows

    def __len__(self) -> int:
        return sum(map(len, self._clips))

    def __iter__(self) -> Iterator[Frame]:
        before = 0.0
        for number, clip in enumerate(self._clips):
            composer = self.composer(number, before)
            for index in range(clip.first, clip.last + 1):
                yield composer.picture(index)
            before = float(clip.episode.step or 0)

    def composer(self, number: int, grows_from: float = 0.0) -> Composer:
        """What draws clip `number`."""
        how = self._how
        caption = self._captions[number] if self._captions else how.caption
        how = Composition(how.layout, how.size, how.theme, caption)
        return Composer(how, self._clips[number], self._learning, grows_from if self._grows else None)


def _inside(box: Box, ratio: float) -> Box:
    """The largest rectangle of that width to height in the middle of a box."""
    width, height = box.width, round(box.width / ratio)
    if height > box.height:
        width, height = round(box.height * ratio), box.height
    left, top = box.left + (box.width - width) // 2, box.top + (box.height - height) // 2
    return Box(left, top, left + max(1, width), top + max(1, height))

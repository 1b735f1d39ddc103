"""Where things stand in a composed picture: three layouts as data, and the places they give for a size."""

from __future__ import annotations

from dataclasses import dataclass

from rlstudio.media.frames import Size


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; `right` and `bottom` are the first pixels beyond it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Down."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Layout:
    """One way to arrange a picture, `size` pixels large unless another width is asked for."""

    key: str
    name: str
    summary: str
    size: Size
    bars: bool = True
    narrowest: int = 240
    """Pixels of the width below which its words and numbers have no room."""

    def size_for(self, width: int | None = None) -> Size:
        """The size for a width, in the layout's proportions; both sides even, as videos want them."""
        if width is None:
            return self.size
        if not self.narrowest <= width <= WIDEST:
            bounds = f"it takes {self.narrowest} to {WIDEST}"
            raise ValueError(f"a picture {width} pixels wide is not allowed in the layout {self.name}; {bounds}")
        return width // 2 * 2, round(width * self.size[1] / self.size[0] / 2) * 2


WIDEST = 3840
"""Pixels."""

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "wide",
        "Side by side (16:9)",
        "The environment, and to its right numbers, thoughts and curve.",
        (1280, 720),
        narrowest=480,
    ),
    Layout("tall", "Stacked (4:5)", "For phones: the environment above numbers, thoughts and curve.", (1080, 1350)),
    Layout("square", "Square", "The environment, its numbers in a line and the curve below.", (1080, 1080), bars=False),
)


def layout_named(key: str) -> Layout:
    """The layout of that key. Raises KeyError."""
    for each in LAYOUTS:
        if each.key == key:
            return each
    raise KeyError(key)


@dataclass(frozen=True)
class Places:
    """Where everything stands.

    Attributes:
        unit: pixels of the running text's height, from which all other sizes follow.
        columns: whether the numbers stand beside each other rather than below.
    """

    unit: int
    caption: Box
    picture: Box
    numbers: Box
    bars: Box | None
    curve: Box


def arrange(layout: Layout, size: Size, *, bars: int, caption: bool) -> Places:
    """The places of `layout` in a picture of `size`, with so many rows of `bars` (0: none), with or without `caption`.

    Two rows leave more of the room to the curve than eight.
    """
    width, height = size
    unit = max(11, round(min(width, height) / (33 if layout.key == "wide" else 42)))
    pad = round(unit * 1.3)
    top = pad + (round(unit * 2.1) if caption else 0)
    head = Box(pad, pad, width - pad, top)
    bars = bars if layout.bars else 0
    wanted = unit * (1.8 + 2.0 * bars)
    if layout.key == "wide":
        split = round(width * 0.62)
        side = Box(split + pad, top, width - pad, height - pad)
        numbers = Box(side.left, side.top, side.right, side.top + round(unit * 6.2))
        room = side.bottom - numbers.bottom
        curve_top = round(numbers.bottom + (min(room * 0.58, wanted + pad) if bars else 0.0)) + pad // 2
        thoughts = Box(side.left, numbers.bottom + pad // 2, side.right, curve_top - pad // 2) if bars else None
        curve = Box(side.left, curve_top, side.right, side.bottom)
        return Places(unit, head, Box(pad, top, split, height - pad), numbers, thoughts, curve)
    below = unit * 2.9 + (min(wanted, unit * 9.0) + unit * 8.5 if bars else unit * 9.0)
    bottom = height - pad - round(below)
    numbers = Box(pad, bottom + pad // 2, width - pad, bottom + pad // 2 + round(unit * 2.9))
    rest = Box(pad, numbers.bottom + pad // 2, width - pad, height - pad)
    middle = rest.top + round(min(wanted, unit * 9.0))
    thoughts = Box(rest.left, rest.top, rest.right, middle - pad // 2) if bars else None
    curve = Box(rest.left, middle + pad // 2 if bars else rest.top, rest.right, rest.bottom)
    return Places(unit, head, Box(pad, top, width - pad, bottom), numbers, thoughts, curve)

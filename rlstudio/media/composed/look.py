"""Colours and letters of composed pictures: those of the window's two themes, and the font that is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PIL import ImageDraw, ImageFont

from rlstudio.core.resources import resource_path

Colour = tuple[int, int, int]
Weight = Literal["Regular", "SemiBold", "Bold"]


@dataclass(frozen=True)
class Look:
    """One theme: ground and letters, faint lines, the colour of what is chosen and of the curve, and of the dot."""

    ground: Colour
    panel: Colour
    line: Colour
    ghost: Colour
    text: Colour
    muted: Colour
    accent: Colour
    dot: Colour


LOOKS = {
    "light": Look(
        ground=(0xFB, 0xFB, 0xFA),
        panel=(0xF0, 0xF1, 0xF2),
        line=(0xE1, 0xE3, 0xE5),
        ghost=(0xC5, 0xC9, 0xCD),
        text=(0x1F, 0x23, 0x28),
        muted=(0x57, 0x60, 0x6A),
        accent=(0x00, 0x72, 0xB2),
        dot=(0xC2, 0x4E, 0x00),
    ),
    "dark": Look(
        ground=(0x1E, 0x1E, 0x1E),
        panel=(0x2E, 0x2F, 0x30),
        line=(0x34, 0x35, 0x36),
        ghost=(0x50, 0x53, 0x56),
        text=(0xE8, 0xE9, 0xEA),
        muted=(0xA8, 0xAD, 0xB3),
        accent=(0x56, 0xB4, 0xE9),
        dot=(0xE6, 0x9F, 0x00),
    ),
}


@lru_cache(maxsize=64)
def font(pixels: int, weight: Weight = "Regular") -> ImageFont.FreeTypeFont:
    """Inter, `pixels` high."""
    path = resource_path("fonts", f"Inter-{weight}.otf")
    return ImageFont.truetype(str(path), max(6, pixels), layout_engine=ImageFont.Layout.BASIC)


def fitting(text: str, letters: ImageFont.FreeTypeFont, width: float) -> str:
    """As much of a text as is `width` wide at most, with "…" for what was left out."""
    if letters.getlength(text) <= width:
        return text
    while text and letters.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, letters: ImageFont.FreeTypeFont, width: float, lines: int) -> list[str]:
    """A text broken between words into at most `lines` lines; what does not fit into the last ends in "…"."""
    found: list[str] = []
    words = text.split()
    while words and len(found) < lines:
        n = 1
        while n < len(words) and letters.getlength(" ".join(words[: n + 1])) <= width:
            n += 1
        if len(found) == lines - 1:
            n = len(words)
        found.append(fitting(" ".join(words[:n]), letters, width))
        words = words[n:]
    return found


def put(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    letters: ImageFont.FreeTypeFont,
    colour: Colour,
    anchor: str = "ls",
) -> None:
    """Letters with their baseline at `place`; `anchor` as in Pillow: "ls" to the right of it, "rs" to the left."""
    draw.text(place, text, font=letters, fill=colour, anchor=anchor)

"""Plain text from elsewhere: strings out of a stranger's file, made fit to be shown, and never too long."""

from __future__ import annotations

import unicodedata
from typing import Any

LONGEST = 2_000
"""Characters of a single text."""

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control and format characters (those that turn the direction of writing too), halves of pairs, line ends."""


def plain_text(text: str, longest: int = LONGEST) -> str:
    """`text` on one line: what cannot be seen becomes a space.

    Markup stays as it is: it is shown, never rendered.

    Raises:
        ValueError: if it is longer than `longest` characters.
    """
    if len(text) > longest:
        raise ValueError(f"a text of {len(text):,} characters ({text[:20]!r}…); up to {longest:,} are allowed")
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if unicodedata.category(character) in _UNSEEN else character for character in text)


def plain_value(value: Any, *, deepest: int = 8, most: int = 10_000) -> Any:
    """A value as JSON knows it, its texts made plain.

    Raises:
        ValueError: if it is nested deeper than `deepest`, or holds more than `most` values in all.
        TypeError: for anything that JSON does not know.
    """
    left = most

    def walk(found: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"more than {most:,} values in one place")
        if depth > deepest:
            raise ValueError(f"values nested more than {deepest} deep")
        if isinstance(found, str):
            return plain_text(found)
        if isinstance(found, dict):
            return {plain_text(str(key), 200): walk(item, depth + 1) for key, item in found.items()}
        if isinstance(found, list | tuple):
            return [walk(item, depth + 1) for item in found]
        if found is None or isinstance(found, bool | int | float):
            return found
        raise TypeError(f"a {type(found).__name__} is no plain value")

    return walk(value, 0)


def names_a_place(value: Any) -> bool:
    """Whether a text among plain values looks like a path or an address: what a stranger's file must not choose."""
    if isinstance(value, str):
        return any(mark in value for mark in ("/", "\\", ":", "~"))
    if isinstance(value, dict):
        return any(names_a_place(item) for item in value.values())
    return isinstance(value, list | tuple) and any(names_a_place(item) for item in value)

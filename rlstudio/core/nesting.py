"""How deep plain data are nested. What is read by json's own C code may be too deep for whatever walks it later."""

from __future__ import annotations

from typing import Any

DEEPEST = 50
"""Levels of a file of ours, with room: none has more than ten."""


def is_deep(value: Any, most: int = DEEPEST) -> bool:
    """Whether lists and objects lie within each other more than `most` deep. No recursion, one look at each value."""
    level = [value]
    for _ in range(most + 1):
        lists = [part for part in level if isinstance(part, list | tuple | dict)]
        if not lists:
            return False
        level = [inner for part in lists for inner in (part.values() if isinstance(part, dict) else part)]
    return True

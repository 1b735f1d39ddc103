"""Kinds of hyperparameters that several algorithms share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

_WORDS = "one to five whole numbers between 1 and 4096, as in 64, 64"


def _split(value: Any) -> Any:
    """Forms and command lines hold text: "64, 64"."""
    if isinstance(value, str):
        return [part for part in value.replace(",", " ").strip("()[] ").split() if part]
    return value


def _check(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if not 1 <= len(sizes) <= 5 or any(not 1 <= size <= 4096 for size in sizes):
        raise ValueError(_WORDS)
    return sizes


HiddenSizes = Annotated[tuple[int, ...], BeforeValidator(_split), AfterValidator(_check)]
"""Sizes of a network's hidden layers."""

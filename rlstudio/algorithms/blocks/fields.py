"""Kinds of hyperparameters that several algorithms share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

_WORDS = "one to five whole numbers between 1 and 4096, as in 64, 64"
_WORDS_OR_NONE = f"nothing, or {_WORDS}"


def split_numbers(value: Any) -> Any:
    """Forms and command lines hold text: "64, 64"."""
    if isinstance(value, str):
        return [part for part in value.replace(",", " ").strip("()[] ").split() if part]
    return value


def _check(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if not 1 <= len(sizes) <= 5 or any(not 1 <= size <= 4096 for size in sizes):
        raise ValueError(_WORDS)
    return sizes


def _check_unless_empty(sizes: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return _check(sizes) if sizes else sizes
    except ValueError:
        raise ValueError(_WORDS_OR_NONE) from None


HiddenSizes = Annotated[tuple[int, ...], BeforeValidator(split_numbers), AfterValidator(_check)]
"""Sizes of a network's hidden layers."""

HiddenSizesOrNone = Annotated[tuple[int, ...], BeforeValidator(split_numbers), AfterValidator(_check_unless_empty)]
"""Sizes of a network's hidden layers; none at all for a linear one."""

"""Numbers as people write and read them in a field: "3e-4", "100,000", "64, 64"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from rlstudio.core.params import Kind, ParamInfo

GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
"""Thousands set off by commas; "0,5" and "1,5" are not, and are left for validation to refuse."""
STEPS = (Decimal(1), Decimal(2), Decimal(3), Decimal(5), Decimal(10))


def to_text(value: Any) -> str:
    """Compact and exact: 0.0003 is "3e-4", 0.99 "0.99", 100000 "100,000", [64, 64] "64, 64", None ""."""
    if value is None:
        return ""
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _float_text(value)
    return ", ".join(str(part) for part in value)


def capitalised(text: str) -> str:
    """With a capital letter in front, where that means no other letter: "ε at last" keeps its ε."""
    return text[:1].upper() + text[1:] if text[:1].isascii() else text


def from_text(text: str, kind: Kind, optional: bool = False) -> Any:
    """The value that a text means, or the text itself where it means none, so that validation can name it."""
    text = text.strip()
    if not text and optional:
        return None
    try:
        if kind == "int":
            return _whole(text)
        if kind == "float":
            return float(_plain(text))
        if kind == "ints":
            return [_whole(part.strip()) for part in text.strip("[]() ").rstrip(",").split(",")]
    except (ValueError, ArithmeticError):
        pass
    return text


def stepped(value: float, up: bool, info: ParamInfo) -> float:
    """The next value for the arrow keys: along 1, 2, 3, 5, 10 for a logarithmic parameter, else the second figure."""
    number = Decimal(repr(value))
    if info.log and number > 0:
        result = _next_factor(number, up)
    else:
        exponent = number.adjusted() - 1 if number else -1
        unit = Decimal(1).scaleb(max(exponent, 0) if info.kind == "int" else exponent)
        result = number + (unit if up else -unit)
    if info.low is not None:
        result = max(result, Decimal(repr(info.low)))
    if info.high is not None:
        result = min(result, Decimal(repr(info.high)))
    return int(result) if info.kind == "int" else float(result)


def _next_factor(number: Decimal, up: bool) -> Decimal:
    power = Decimal(1).scaleb(number.adjusted())
    lead = number / power
    if up:
        return next(step for step in STEPS if step > lead) * power
    return next((step for step in reversed(STEPS) if step < lead), Decimal("0.5")) * power


def _plain(text: str) -> str:
    text = text.replace("_", "").replace(" ", "").replace("\u202f", "").replace("−", "-")
    return text.replace(",", "") if GROUPED.fullmatch(text) else text


def _whole(text: str) -> int:
    number = Decimal(_plain(text))
    if number != number.to_integral_value() or number.adjusted() > 18:
        raise ValueError(text)
    return int(number)


def _float_text(value: float) -> str:
    number = Decimal(repr(value))
    if not number.is_finite():
        return str(value)
    sign, digits, exponent = number.normalize().as_tuple()
    if not any(digits):
        return "0"
    if -2 <= number.adjusted() < 6:
        return f"{number.normalize():f}"
    assert isinstance(exponent, int)
    lead = str(digits[0]) + ("." + "".join(map(str, digits[1:])) if len(digits) > 1 else "")
    return f"{'-' if sign else ''}{lead}e{exponent + len(digits) - 1}"

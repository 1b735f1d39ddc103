"""How numbers and file sizes are written for people."""

from __future__ import annotations

import math


def number(value: float, decimals: int = 2) -> str:
    """A number for people: "142", "-0.43", "12,400". Whole ones carry no decimals; small ones are not shown as 0."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == round(value) and abs(value) < 1e15:
        return f"{round(value):,}"
    if abs(value) < 0.00005 or abs(value) >= 1e15:
        return f"{value:.0e}"
    return f"{value:,.{max(decimals, 4) if abs(value) < 0.01 else decimals}f}"


def signed(value: float, decimals: int = 2) -> str:
    """A reward: "+1", "-0.30", "0"."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 else text


def file_size(n_bytes: float) -> str:
    """A file size: "940 bytes", "65 kB", "1.4 MB"."""
    if n_bytes < 1000:
        return f"{n_bytes:.0f} bytes"
    if n_bytes < 1_000_000:
        return f"{n_bytes / 1000:.0f} kB"
    return f"{n_bytes / 1_000_000:.1f} MB"

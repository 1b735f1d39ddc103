"""Units in labels of observed numbers and actions: "pole angle (rad)" has one, "cos of angle (1 is upright)" none."""

from __future__ import annotations

import re


def is_unit(bracket: str) -> bool:
    """Whether what a label says in brackets is a unit, not what single values or ranges mean."""
    return not re.match(r"-?\d+ ", bracket) and ", " not in bracket

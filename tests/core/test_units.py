"""What in a label's brackets counts as a unit."""

from __future__ import annotations

import pytest

from rlstudio.core.units import is_unit


@pytest.mark.parametrize("bracket", ["rad", "×7.5 m/s", "half widths", "N·m", ""])
def test_units(bracket: str) -> None:
    assert is_unit(bracket)


@pytest.mark.parametrize(
    "bracket", ["1 is upright", "0 red, 1 green", "left below −0.5, right above 0.5", "-1 is down"]
)
def test_explanations(bracket: str) -> None:
    assert not is_unit(bracket)

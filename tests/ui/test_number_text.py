"""Numbers as text: what is shown means what was meant, and what is typed is read as people write."""

from __future__ import annotations

import math
import random

import pytest

from rlstudio.core.params import ParamInfo
from rlstudio.ui.widgets.number_text import capitalised, from_text, stepped, to_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0003, "3e-4"),
        (0.00025, "2.5e-4"),
        (1e-8, "1e-8"),
        (0.001, "1e-3"),
        (0.01, "0.01"),
        (0.99, "0.99"),
        (-0.0005, "-5e-4"),
        (1.0, "1"),
        (0.0, "0"),
        (475.0, "475"),
        (100_000, "100,000"),
        (7, "7"),
        (None, ""),
        ([64, 64], "64, 64"),
        ((256,), "256"),
        ("-3x", "-3x"),
    ],
)
def test_numbers_are_shown_short(value: object, text: str) -> None:
    assert to_text(value) == text


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1e-3", "float", 0.001),
        (" 3E-4 ", "float", 3e-4),
        ("−0.5", "float", -0.5),
        ("1e5", "int", 100_000),
        ("100,000", "int", 100_000),
        ("100_000", "int", 100_000),
        ("100 000", "int", 100_000),
        ("64, 64", "ints", [64, 64]),
        ("[64,64,]", "ints", [64, 64]),
        ("12.5", "int", "12.5"),
        ("0,5", "float", "0,5"),
        ("abc", "float", "abc"),
        ("64, x", "ints", "64, x"),
        ("", "float", ""),
        ("1e999999", "int", "1e999999"),
    ],
)
def test_typed_text_is_read_or_kept_as_it_is(text: str, kind: str, value: object) -> None:
    found = from_text(text, kind)  # type: ignore[arg-type]
    assert found == value
    assert type(found) is type(value)


def test_nothing_means_none_only_where_that_is_allowed() -> None:
    assert from_text("", "float", optional=True) is None
    assert from_text("", "float") == ""


def test_every_number_shown_is_read_back_to_the_bit() -> None:
    rng = random.Random(0)
    for _ in range(2000):
        value = math.ldexp(rng.uniform(-1, 1), rng.randint(-60, 60))
        assert from_text(to_text(value), "float") == value
        whole = rng.randint(-(10**9), 10**9)
        assert from_text(to_text(whole), "int") == whole


def info(kind: str = "float", **fields: object) -> ParamInfo:
    return ParamInfo("x", "x", kind, 1, "", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "up", "after"), [(3e-4, True, 5e-4), (5e-4, True, 1e-3), (1e-3, False, 5e-4), (2.5e-4, False, 2e-4)]
)
def test_arrow_keys_move_a_logarithmic_parameter_along_1_2_3_5(value: float, up: bool, after: float) -> None:
    assert stepped(value, up, info(log=True)) == after


def test_arrow_keys_move_by_the_second_figure_and_stop_at_the_bounds() -> None:
    assert stepped(0.5, True, info()) == 0.51
    assert stepped(1.0, True, info(high=1)) == 1.0
    assert stepped(8, True, info("int")) == 9
    assert stepped(256, False, info("int")) == 246
    assert stepped(1, False, info("int", low=1)) == 1
    assert stepped(64, True, info("int", log=True)) == 100


def test_a_capital_letter_never_makes_another_letter_of_it() -> None:
    assert capitalised("learning rate") == "Learning rate"
    assert capitalised("ε at last") == "ε at last"

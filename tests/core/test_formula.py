"""Formulas: variables italic, indices small, words upright, each part on a line of its own."""

from __future__ import annotations

import re
from html import unescape
from unicodedata import normalize

import pytest

from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.formula import formula_html, formula_lines


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("r_t + γ·G_{t+1}", "<i>r</i><sub><i>t</i></sub> + <i>γ</i>·<i>G</i><sub><i>t</i>+1</sub>"),
        ("Q_target(s′)", "<i>Q</i><sub>target</sub>(<i>s</i>′)"),
        ("(V − R)²", "(<i>V</i> − <i>R</i>)<sup>2</sup>"),
        ("γᵗ·r̂(ŝₜ)", "<i>γ</i><sup><i>t</i></sup>·<i>r̂</i>(<i>ŝ</i><sub><i>t</i></sub>)"),
        ("min(a < b)", "min(<i>a</i> &lt; <i>b</i>)"),
        ("argmax_k w_k·s", "argmax<sub><i>k</i></sub> <i>w</i><sub><i>k</i></sub>·<i>s</i>"),
        ("x^{n+1}", "<i>x</i><sup><i>n</i>+1</sup>"),
        ("after a terminated step", "after a terminated step"),
        ("Σ_s′ P", "Σ<sub><i>s</i>′</sub> <i>P</i>"),
        ("w* ← w", "<i>w</i>* ← <i>w</i>"),
    ],
)  # fmt: skip
def test_typesetting(text: str, html: str) -> None:
    assert formula_html(text) == html


def test_parts_get_lines_of_their_own() -> None:
    assert formula_lines("maximise  A·B,   r = p / q;  then stop") == ["maximise A·B,", "r = p / q;", "then stop"]
    assert formula_html("a = b;  c").count("<br>") == 1


def test_nothing_is_lost_of_any_algorithms_formula() -> None:
    for spec in algorithms().values():
        html = formula_html(spec.update_rule)
        assert set(re.findall(r"</?(\w+)>", html)) <= {"i", "sub", "sup", "br"}
        letters = re.sub(r"[\s_^{}]", "", unescape(re.sub(r"<[^>]+>", "", html)))
        plain = re.sub(r"[\s_^{}]", "", spec.update_rule)
        assert normalize("NFKC", letters) == normalize("NFKC", plain), spec.key

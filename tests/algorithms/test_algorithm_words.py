"""Words and pages made from specs: what each can act with, values, bounds, families; and the handbook's pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlstudio.algorithms import handbook
from rlstudio.algorithms.catalogue import algorithms, get_algorithm, presets
from rlstudio.algorithms.words import (
    FAMILIES,
    acts_in,
    bounds_words,
    by_family,
    default_words,
    environments_words,
    sentence,
    shipped_cards,
    value_words,
)
from rlstudio.commands.algorithm_page import algorithm_page
from rlstudio.core.params import Params, describe, param
from rlstudio.core.resources import resource_path


class Numbers(Params):
    """Every sort of bound."""

    rate: float = param(3e-4, gt=0, le=1, help="Open below.")
    share: float = param(0.5, ge=0, le=1, help="Closed.")
    many: int = param(1, ge=1, le=65_536, unit="steps", help="Whole.")
    free: float | None = param(None, gt=0, help="No upper bound.")
    sizes: tuple[int, ...] = param((64, 64), help="A list.")
    on: bool = param(True, help="A switch.")


def test_what_each_can_act_with() -> None:
    assert acts_in(get_algorithm("dqn")) == ("discrete",)
    assert acts_in(get_algorithm("ppo")) == ("continuous", "discrete", "several choices at once", "several switches")


def test_environments_are_named_by_the_shorter_list() -> None:
    cards = [card for card in shipped_cards() if card.id in ("CartPole-v1", "Pendulum-v1", "Acrobot-v1")]
    assert environments_words(get_algorithm("random"), cards) == "all 3 that come with the program"
    assert environments_words(get_algorithm("dqn"), cards).endswith("but Pendulum-v1")
    assert environments_words(get_algorithm("dqn"), cards[:2]) in (
        "CartPole-v1",
        "Acrobot-v1",
        "CartPole-v1, Acrobot-v1",
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(3e-4, "3e-4"), (0.99, "0.99"), (1e6, "1e6"), (100_000, "100,000"), ((64, 64), "64, 64"), (None, "none")],
)
def test_values_are_written_as_people_write_them(value: object, words: str) -> None:
    assert value_words(value) == words


def test_bounds_and_defaults_in_words() -> None:
    infos = {info.name: info for info in describe(Numbers)}
    assert {name: bounds_words(info) for name, info in infos.items()} == {
        "rate": "above 0, at most 1",
        "share": "0 to 1",
        "many": "1 to 65,536",
        "free": "above 0 or none",
        "sizes": "whole numbers",
        "on": "yes or no",
    }
    assert default_words(infos["many"]) == "1 step"
    assert sentence("what it is") == "What it is."
    assert sentence("ε falls") == "ε falls."


def test_families_stand_in_their_order_and_no_algorithm_is_lost() -> None:
    found = by_family(algorithms().values())
    known = [family for family in found if family in FAMILIES]
    assert known == sorted(known, key=FAMILIES.index)
    assert {spec.key for members in found.values() for spec in members} == set(algorithms())


@pytest.mark.parametrize("key", sorted(algorithms()))
def test_both_pages_say_all_that_the_spec_says(key: str) -> None:
    spec = get_algorithm(key)
    markdown = handbook.page(spec, presets(key))
    text = " ".join(algorithm_page(spec, presets(key), width=80).split())
    for info in describe(spec.params):
        assert f"`{info.name}`" in markdown
        assert all(
            handbook.prose(words).replace("|", "\\|") in markdown for words in (info.help, info.higher, info.lower)
        )
        assert all(" ".join(words.split()) in text for words in (info.name, info.help, info.higher, info.lower))
    for metric in spec.metrics:
        assert f"`{metric.name}`" in markdown
        assert handbook.prose(metric.healthy).replace("|", "\\|") in markdown
        assert " ".join(metric.healthy.split()) in text
    assert " ".join(spec.idea.split()) in text
    tables = [line for line in markdown.splitlines() if line.startswith("|")]
    assert all(line.endswith(" |") for line in tables)


def test_a_sign_of_markdown_in_a_spec_is_only_a_sign() -> None:
    assert handbook.prose("w* < w") == "w\\* &lt; w"
    assert handbook._row("π(a|s)", "b") == "| π(a\\|s) | b |"


def test_writing_takes_away_pages_of_algorithms_that_are_no_more(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    handbook.write(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert "gone.md" not in names
    assert {"README.md", "ppo.md", "random.md"} <= names
    assert "[PPO](ppo.md)" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_the_shipped_handbook_is_what_the_specs_say() -> None:
    folder = resource_path("handbook")
    shipped = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    old = sorted(name for name, text in handbook.handbook().items() if shipped.pop(name, None) != text)
    again = "make it anew: python -m rlstudio.algorithms.handbook resources/handbook"
    assert (old, sorted(shipped)) == ([], []), again

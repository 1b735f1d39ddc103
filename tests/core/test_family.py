"""The family tree: children beneath their parents, whatever the order, and no way to get lost in it."""

from __future__ import annotations

from rlstudio.core.family import family_order


def drawn(*runs: tuple[str, str | None]) -> list[str]:
    order = family_order(runs, lambda run: run[0], lambda run: run[1])
    return [kin.branch + kin.item[0] for kin in order]


def test_children_stand_beneath_their_parents_in_the_order_in_which_they_come() -> None:
    runs = (("d", "b"), ("c", "a"), ("x", None), ("b", "a"), ("a", None), ("e", "b"))
    assert drawn(*runs) == ["x", "a", "├─ c", "└─ b", "   ├─ d", "   └─ e"]


def test_lines_go_on_past_the_children_of_an_elder() -> None:
    assert drawn(("a", None), ("b", "a"), ("c", "b"), ("d", "a")) == ["a", "├─ b", "│  └─ c", "└─ d"]


def test_a_parent_that_is_not_there_makes_no_orphan_disappear() -> None:
    assert drawn(("b", "gone"), ("c", "b")) == ["b", "└─ c"]


def test_circles_are_shown_once_and_end() -> None:
    assert sorted(line.lstrip("├─└│ ") for line in drawn(("a", "b"), ("b", "a"), ("c", "c"), ("d", None))) == list(
        "abcd"
    )


def test_a_long_line_of_forks_is_no_deep_recursion() -> None:
    runs = [(str(n), str(n - 1) if n else None) for n in range(3_000)]
    assert [kin.depth for kin in family_order(runs, lambda run: run[0], lambda run: run[1])] == list(range(3_000))

"""Continue: up to the budget where some of it is left, as much again where it is used up, what the form says else."""

from __future__ import annotations

import pytest

from rlstudio.core.run_config import RunConfig
from rlstudio.ui.starting import _more


def asked(**budget: int | None) -> RunConfig:
    return RunConfig(env="CartPole-v1", algorithm="random", **budget)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("had", "wanted", "done", "more"),
    [
        ({"steps": 1000}, {"steps": 1000}, (400, 9), (600, None)),
        ({"steps": 1000, "episodes": 20}, {"steps": 1000, "episodes": 20}, (400, 9), (600, 11)),
        ({"steps": 1000}, {"steps": 1000}, (1000, 9), (1000, None)),
        ({"steps": 1000, "episodes": 20}, {"steps": 1000, "episodes": 20}, (400, 20), (1000, 20)),
        ({"steps": 1000}, {"steps": 500}, (400, 9), (500, None)),
        ({"steps": 1000}, {"episodes": 5}, (400, 9), (None, 5)),
    ],
)
def test_what_comes_on_top(
    had: dict[str, int], wanted: dict[str, int], done: tuple[int, int], more: tuple[int | None, int | None]
) -> None:
    assert tuple(_more(asked(**had), asked(**wanted), *done).values()) == more

"""A run named on the command line: by folder or by name; a name that is not there is answered with those like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlstudio.commands.find_run import find_run
from rlstudio.core.params import ParamError


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name in ("2026-01-01_10-00-00_Taxi-v4_sarsa_seed0", "2026-01-02_10-00-00_Taxi-v4_sarsa_seed0", "lander"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").touch()
    (tmp_path / "landed").mkdir()  # no run: never proposed
    return tmp_path


def refusal(name: str, runs: Path) -> str:
    with pytest.raises(ParamError) as refused:
        find_run(name, str(runs))
    return str(refused.value)


def test_a_run_is_found_by_its_folder_and_by_its_name(runs: Path) -> None:
    assert find_run("lander", str(runs)) == find_run(str(runs / "lander"), "/nowhere") == runs / "lander"


def test_part_of_a_name_is_answered_with_the_runs_it_is_part_of_newest_first(runs: Path) -> None:
    two = "2026-01-02_10-00-00_Taxi-v4_sarsa_seed0 or 2026-01-01_10-00-00_Taxi-v4_sarsa_seed0"
    assert refusal("taxi-v4_sarsa", runs).endswith(f"(did you mean {two}?)")


def test_a_misspelt_name_is_answered_with_those_spelt_most_like_it(runs: Path) -> None:
    assert refusal("landre", runs).endswith("(did you mean lander?)")


@pytest.mark.parametrize("name", ["", "pendulum"])
def test_a_name_like_no_run_is_answered_with_where_they_are_listed(name: str, runs: Path) -> None:
    assert refusal(name, runs).endswith("(see: rlstudio runs)")

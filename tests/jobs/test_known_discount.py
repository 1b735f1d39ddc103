"""The discount that a recorded policy's values are of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.known_discount import known_discount
from rlstudio.storage.run_folder import RunFolder


@pytest.mark.parametrize(
    ("params", "changes", "discount"),
    [
        ({"discount": 0.9}, {}, 0.9),
        ({"discount": 0.9}, {"discount": 0.5}, 0.5),
        ({"discount": 0.9, "normalise_rewards": True}, {}, None),
        ({"discount": 0.9, "normalise_rewards": False}, {}, 0.9),
        ({}, {}, None),
    ],
)
def test_it_is_the_runs_own_after_live_changes_where_values_are_in_units_of_rewards(
    tmp_path: Path, params: dict[str, Any], changes: dict[str, Any], discount: float | None
) -> None:
    config = RunConfig(env="CartPole-v1", algorithm="ppo", params=params, steps=1)
    with RunFolder.create(tmp_path, config) as folder:
        folder.write_info(live_params=changes)
        run = str(folder.path)
    assert known_discount(PolicyData("ppo", step=10, run=run)) == discount


def test_a_policy_of_no_run_or_of_one_that_is_gone_has_none(tmp_path: Path) -> None:
    assert known_discount(None) is None
    assert known_discount(PolicyData("ppo", step=10)) is None
    assert known_discount(PolicyData("ppo", step=10, run=str(tmp_path / "gone"))) is None

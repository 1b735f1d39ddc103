"""What every test of exports needs: a run, and a hostile one."""

from __future__ import annotations

from pathlib import Path

import pytest
from exported_runs import make_hostile_run, make_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "runs")


@pytest.fixture
def hostile_run(tmp_path: Path) -> Path:
    return make_hostile_run(tmp_path / "hostile")

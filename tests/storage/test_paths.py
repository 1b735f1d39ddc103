"""Where things are kept, and that RLSTUDIO_HOME moves all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlstudio.storage import paths

ALL = (paths.data_dir, paths.config_dir, paths.cache_dir, paths.default_runs_dir)


def test_home_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLSTUDIO_HOME", str(tmp_path))
    assert all(tmp_path in place().parents for place in ALL)
    assert paths.default_runs_dir() == paths.data_dir() / "runs"
    assert len({place() for place in ALL}) == len(ALL)


def test_without_home_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RLSTUDIO_HOME")
    assert all(place().is_absolute() and "rlstudio" in str(place()) for place in ALL)

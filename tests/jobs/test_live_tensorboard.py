"""Event files written while a run trains: TensorBoard's own reader finds in them what the export of the run holds."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_harness import FakeChannel, at_step, train_inline

from rlstudio.core import messages as m
from rlstudio.storage.exports.run_data import read_run
from rlstudio.storage.exports.tensorboard import write_tensorboard
from rlstudio.storage.exports.tensorboard_log import PATTERN, TensorBoardLog
from rlstudio.storage.run_folder import RunFolder

SMALL: dict[str, Any] = {"algorithm": "ppo", "params": {"n_envs": 2, "n_steps": 64}, "preset": "none", "seed": 2}


def curves_in(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
        found.Reload()
    return {
        tag: [(row.step, row.wall_time, row.value) for row in found.Scalars(tag)] for tag in found.Tags()["scalars"]
    }


def same(live: Path, run: Path, tmp_path: Path) -> None:
    """What was written live is what the export says, but for the order of curves and the last digit of a mean."""
    (exported,) = write_tensorboard(tmp_path / "exported", read_run(run))
    found, wanted = curves_in(live), curves_in(exported.parent)
    assert found.keys() == wanted.keys()
    for tag, rows in wanted.items():
        np.testing.assert_allclose(np.array(found[tag]), np.array(rows), rtol=1e-6, atol=1e-5, err_msg=tag)


def test_what_was_written_live_is_what_is_exported(tmp_path: Path) -> None:
    changes = [{"step": 400, "name": "learning_rate", "value": 0.01}]
    folder, _ = train_inline(tmp_path, steps=1500, events=changes, eval_every=500, tensorboard="", **SMALL)
    assert len(list(folder.path.glob(PATTERN))) == 1
    same(folder.path, folder.path, tmp_path)
    assert [row[2] for row in curves_in(folder.path)["param/learning_rate"]] == [pytest.approx(0.01)]


def test_a_folder_of_ones_own_gets_one_for_each_run(tmp_path: Path) -> None:
    runs = [train_inline(tmp_path / "runs", steps=200, tensorboard=str(tmp_path / "logs"), **SMALL)[0] for _ in "ab"]
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {run.path.name for run in runs}
    assert not list(runs[0].path.glob(PATTERN))


def test_nothing_is_written_where_nobody_wants_it(tmp_path: Path) -> None:
    folder, _ = train_inline(tmp_path, steps=200, **SMALL)
    assert not list(tmp_path.rglob(PATTERN))
    assert folder.read_info().status == "finished"


def test_a_continued_run_goes_on_with_its_log_and_takes_back_what_was_lost(tmp_path: Path) -> None:
    folder, _ = train_inline(tmp_path, FakeChannel(at_step(600, m.Stop())), steps=1500, tensorboard="", **SMALL)
    stopped_at = folder.read_info().steps
    (first,) = folder.path.glob(PATTERN)
    lost = TensorBoardLog.__new__(TensorBoardLog)  # as a killed process leaves it: beyond the last checkpoint
    lost.path, lost._size = first, first.stat().st_size
    lost._started, lost._before = 0.0, RunFolder.open(folder.path).read_monitor()
    lost.add(
        type(lost._before)(*(np.array([value]) for value in (-999.0, 1.0, stopped_at + 1.0, 1.0))),
        {},
    )
    train_inline(tmp_path, resume=folder.path, steps=1500, **SMALL)
    assert len(list(folder.path.glob(PATTERN))) == 2
    assert -999.0 not in [row[2] for row in curves_in(folder.path)["episode/return"]]
    same(folder.path, folder.path, tmp_path)


def test_a_disk_that_refuses_is_told_once_and_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: TensorBoardLog, _events: list[bytes]) -> None:
        if self._size:
            raise OSError(28, "No space left on device")
        self._size = 1

    monkeypatch.setattr(TensorBoardLog, "_append", full)
    folder, channel = train_inline(tmp_path, steps=400, tensorboard="", **SMALL)
    (told,) = [each.text for each in channel.of(m.Warned) if "TensorBoard" in each.text]
    assert "the disk is full" in told
    assert folder.read_info().status == "finished"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    folder, channel = train_inline(tmp_path / "runs", steps=200, tensorboard=str(tmp_path / "logs"), **SMALL)
    (told,) = [each.text for each in channel.of(m.Warned) if "TensorBoard" in each.text]
    assert "in the way" in told
    assert folder.read_info().status == "finished"


def test_a_write_that_fails_midway_leaves_whole_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = train_inline(tmp_path, steps=300, **SMALL)
    log = TensorBoardLog(tmp_path / "logs", folder.read_info())
    monitor = folder.read_monitor()
    log.add(monitor, {})
    before = log.path.read_bytes()
    monkeypatch.setattr("builtins.open", _opens_what_fills_up(open))
    with pytest.raises(OSError, match="No space"):
        log.add(monitor, {})
    monkeypatch.undo()
    assert log.path.read_bytes() == before


def _opens_what_fills_up(really_open: Any) -> Any:
    def opened(*args: Any, **options: Any) -> Any:
        return _FillsUp(really_open(*args, **options))

    return opened


class _FillsUp:
    """A file on a disk with room for some bytes more."""

    def __init__(self, file: Any) -> None:
        self._file, self._room = file, 100

    def __enter__(self) -> _FillsUp:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: Any) -> int:
        if not self._room:
            raise OSError(28, "No space left on device")
        n_bytes = int(self._file.write(bytes(data[: self._room])))
        self._room -= n_bytes
        return n_bytes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

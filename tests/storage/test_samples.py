"""Gathered transitions: read from the newest checkpoint, named, and written as a table or as arrays."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rlstudio.algorithms.base import SAMPLES
from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.samples import _ROWS_AT_ONCE, PREFIX, has_samples, read_samples, write_samples

ROWS = 7


def gathered(start: int = 0, rows: int = ROWS) -> dict[str, np.ndarray]:
    """Transitions whose numbers say where they stand."""
    at = np.arange(start, start + rows, dtype=np.float32)
    return {
        "samples.terminated": at % 3 == 2,
        "samples.rewards": at / 3,
        "samples.observations": np.stack([at, -at], axis=1),
        "samples.actions": at[:, None] * 10,
        "samples.next_observations": np.stack([at + 1, -at - 1], axis=1),
        "weights": np.ones((3, 3), np.float32),
    }


def save(folder: RunFolder, step: int, arrays: dict[str, np.ndarray]) -> None:
    policy = PolicyData("model_based", {"w": np.zeros(2, np.float32)}, {}, step=step)
    folder.save_checkpoint(step, policy, arrays, {"seed": 1}, note={})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[RunFolder]:
    with RunFolder.create(tmp_path, RunConfig(env="Pendulum-v1", algorithm="model_based", steps=100)) as made:
        yield made


def test_the_prefix_is_the_learners() -> None:
    assert PREFIX == SAMPLES


def test_the_newest_checkpoint_is_read_and_its_columns_are_named(folder: RunFolder) -> None:
    save(folder, 50, gathered())
    save(folder, 100, gathered(start=100))
    assert has_samples(folder.path)
    found = read_samples(folder.path, ("angle (rad)", "speed"), ("torque",))
    assert found.step == 100
    assert found.titles == ("angle (rad)", "speed", "torque", "reward", "next angle (rad)", "next speed", "terminated")
    table = found.table()
    assert table.shape == (ROWS, 7)
    assert table[0].tolist() == [100, -100, 1000, float(np.float32(100 / 3)), 101, -101, 0]


def test_names_that_do_not_fit_are_left_out(folder: RunFolder) -> None:
    save(folder, 50, gathered())
    found = read_samples(folder.path, ("one", "two", "three"), ())
    assert found.titles[:4] == ("observation 1", "observation 2", "action", "reward")
    assert found.names["next_observations"] == ("next observation 1", "next observation 2")


def test_a_run_without_any_says_so(folder: RunFolder, tmp_path: Path) -> None:
    assert not has_samples(folder.path)
    save(folder, 50, {"weights": np.ones(3, np.float32)})
    assert not has_samples(folder.path)
    assert not has_samples(tmp_path / "nowhere")
    with pytest.raises(RunFolderError, match="holds no gathered transitions"):
        read_samples(folder.path)


def test_a_run_that_has_just_begun_holds_none_yet(folder: RunFolder) -> None:
    """The first checkpoint is written before the first step."""
    save(folder, 0, gathered(rows=0))
    assert not has_samples(folder.path)
    with pytest.raises(RunFolderError, match="holds no gathered transitions"):
        read_samples(folder.path)


def test_a_long_table_is_written_in_parts(folder: RunFolder, tmp_path: Path) -> None:
    rows = 2 * _ROWS_AT_ONCE + 1
    save(folder, 50, gathered(rows=rows))
    found = read_samples(folder.path)
    assert max(len(part) for part in found.in_parts()) == _ROWS_AT_ONCE
    write_samples(tmp_path / "table.csv", found)
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        _, *written = list(csv.reader(file))
    assert [float(row[0]) for row in written] == list(range(rows))


def test_damage_is_found(folder: RunFolder) -> None:
    save(folder, 50, gathered())
    path = folder.path / "checkpoints" / "50" / "learner.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunFolderError, match="damaged"):
        read_samples(folder.path)
    (path.parent / "learner.json").write_text("[]")
    assert not has_samples(folder.path)


def test_arrays_of_different_lengths_are_refused(folder: RunFolder) -> None:
    save(folder, 50, {**gathered(), "samples.rewards": np.zeros(ROWS - 1, np.float32)})
    with pytest.raises(RunFolderError, match="damaged"):
        read_samples(folder.path)


def test_a_table_and_arrays_are_written_and_read_back(folder: RunFolder, tmp_path: Path) -> None:
    save(folder, 50, gathered())
    found = read_samples(folder.path, ("angle (0 down, 1 up)", "speed"), ("torque",))
    write_samples(tmp_path / "table.csv", found)
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert tuple(header) == found.titles
    np.testing.assert_array_equal(np.array(rows, np.float64).astype(np.float32), found.table().astype(np.float32))
    write_samples(tmp_path / "arrays.npz", found)
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["observations"], found.arrays["observations"])
        assert arrays["actions_names"].tolist() == ["torque"]
    with pytest.raises(ValueError, match=r"\.csv or \.npz"):
        write_samples(tmp_path / "table.xls", found)

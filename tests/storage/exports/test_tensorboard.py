"""A run as TensorBoard's own reader finds it."""

from __future__ import annotations

import io
import json
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlstudio.storage.exports.event_file import crc32c, write_records
from rlstudio.storage.exports.run_data import mean_of_last, read_run
from rlstudio.storage.exports.tensorboard import write_tensorboard
from rlstudio.storage.run_folder import RunFolder


def read_with_tensorboard(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
        found.Reload()
    return found


def test_tensorboard_reads_every_curve(run: Path, tmp_path: Path) -> None:
    data = read_run(run)
    (path,) = write_tensorboard(tmp_path / "logs", data)
    assert path.parent == tmp_path / "logs" / run.name
    found = read_with_tensorboard(path.parent)
    assert set(found.Tags()["scalars"]) == {
        "rollout/ep_rew_mean",
        "rollout/ep_len_mean",
        "episode/return",
        "episode/length",
        "eval/mean_reward",
        "eval/std_reward",
        "train/policy_loss",
        "train/entropy",
        "param/learning_rate",
    }
    began = datetime.fromisoformat(data.info.started).timestamp()
    returns = found.Scalars("episode/return")
    assert [each.step for each in returns] == data.monitor.end_steps.tolist()
    np.testing.assert_allclose([each.value for each in returns], data.monitor.returns)
    np.testing.assert_allclose([each.wall_time for each in returns], began + data.monitor.end_seconds, atol=1e-6)
    assert [(each.step, each.value) for each in found.Scalars("eval/mean_reward")] == [(400, 15.0), (800, 13.0)]
    assert [each.value for each in found.Scalars("param/learning_rate")] == [pytest.approx(5e-4)]
    losses = [each.value for each in found.Scalars("train/policy_loss")]
    assert len(losses) == 8
    assert np.isnan(losses[-1])


def test_the_settings_are_a_text(run: Path, tmp_path: Path) -> None:
    (path,) = write_tensorboard(tmp_path, read_run(run))
    found = read_with_tensorboard(path.parent)
    (event,) = found.Tensors("settings/text_summary")
    text = event.tensor_proto.string_val[0].decode("utf-8")
    assert json.loads(text)["config"]["params"]["learning_rate"] == 1e-3
    assert found.SummaryMetadata("settings/text_summary").plugin_data.plugin_name == "text"


def test_exporting_again_replaces_the_file(run: Path, tmp_path: Path) -> None:
    write_tensorboard(tmp_path, read_run(run))
    with RunFolder.open(run, write=True) as folder:
        folder.append_episodes([70.0], [41], [861], [8.61])
    (path,) = write_tensorboard(tmp_path, read_run(run))
    assert list(path.parent.iterdir()) == [path]
    assert len(read_with_tensorboard(path.parent).Scalars("episode/return")) == 41


def test_numbers_that_no_file_holds_are_left_out(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run, write=True) as folder:
        folder.append_metrics([(-5, 1.0, "odd", 1.0), (5, float("inf"), "odd", 1.0), (5, 1.0, "odd", 1e300)])
        folder.write_info(started="yesterday")
    (path,) = write_tensorboard(tmp_path, read_run(run))
    (event,) = read_with_tensorboard(path.parent).Scalars("train/odd")
    assert (event.step, event.wall_time) == (5, 1.0)
    assert event.value == pytest.approx(3.4028235e38)


def test_checksums_are_those_of_the_standard() -> None:
    rows = np.frombuffer(b"123456789", np.uint8).reshape(1, 9)
    assert crc32c(rows).tolist() == [0xE3069283]  # the check value of CRC-32C
    assert crc32c(np.zeros((2, 32), np.uint8)).tolist() == [0x8A9136AA] * 2  # RFC 3720, B.4
    file = io.BytesIO()
    write_records(file, [b"a", b"bcd", b"e"])
    assert len(file.getvalue()) == 3 * 16 + 5


def test_means_are_over_the_last_values() -> None:
    assert mean_of_last(np.array([1.0, 3.0, 5.0, 7.0]), 2).tolist() == [1.0, 2.0, 4.0, 6.0]
    assert mean_of_last(np.zeros(0), 2).tolist() == []

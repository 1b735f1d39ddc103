"""A run folder: made, appended to, read back, locked, rewound, and what it says when something is wrong."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_folder import RunFolder, RunFolderError, list_runs

RETURNS = [0.1 + 0.2, -200.00000000000003, 1e-17, 475.0]


def add_episodes(folder: RunFolder) -> None:
    folder.append_episodes(RETURNS, [10, 200, 3, 475], [10, 210, 213, 688], [0.1, 0.25, 1 / 3, 2.0])


def test_name_says_when_what_and_which_seed(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path, RunConfig(env="ALE/Pong-v5", algorithm="dqn", steps=1, seed=7)) as folder:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_ALE-Pong-v5_dqn_seed7", folder.path.name)


def test_two_runs_of_one_second_get_two_folders(tmp_path: Path, config: RunConfig) -> None:
    folders = [RunFolder.create(tmp_path, config) for _ in range(5)]
    assert len({folder.path for folder in folders}) == 5
    for folder in folders:
        folder.close()


def test_returns_come_back_to_the_bit(folder: RunFolder) -> None:
    add_episodes(folder)
    monitor = folder.read_monitor()
    assert monitor.returns.tolist() == RETURNS
    assert monitor.lengths.tolist() == [10, 200, 3, 475]
    assert monitor.end_steps.tolist() == [10, 210, 213, 688]
    assert monitor.end_seconds.tolist() == [0.1, 0.25, 1 / 3, 2.0]


def test_monitor_has_the_form_that_other_readers_expect(folder: RunFolder) -> None:
    add_episodes(folder)
    first, columns, row, *_ = (folder.path / "monitor.csv").read_text().splitlines()
    assert first.startswith("#")
    header = json.loads(first[1:])
    assert header["env_id"] == "CartPole-v1"
    assert isinstance(header["t_start"], float)
    assert columns == "r,l,t,step"
    assert row == "0.30000000000000004,10,0.1,10"


def test_columns_of_different_lengths_are_refused_and_nothing_is_written(folder: RunFolder) -> None:
    with pytest.raises(ValueError, match="shorter"):
        folder.append_episodes([1.0, 2.0], [1], [1], [0.1])
    assert len(folder.read_monitor().returns) == 0


def test_metrics_come_back_by_name(folder: RunFolder) -> None:
    folder.append_metrics(
        [(32, 0.1, "loss", 0.5), (32, 0.1, "entropy", float("nan")), (64, 0.2, "loss", np.float32(0.25))]
    )
    metrics = folder.read_metrics()
    assert set(metrics) == {"loss", "entropy"}
    assert metrics["loss"].steps.tolist() == [32, 64]
    assert metrics["loss"].seconds.tolist() == [0.1, 0.2]
    assert metrics["loss"].values.tolist() == [0.5, 0.25]
    assert np.isnan(metrics["entropy"].values).all()


@pytest.mark.parametrize("name", ["a,b", "a\nb", ""])
def test_metric_name_that_would_break_the_line_is_refused(folder: RunFolder, name: str) -> None:
    with pytest.raises(ValueError, match="metric name"):
        folder.append_metrics([(1, 0.1, name, 1.0)])


def test_events_come_back_in_order_as_plain_values(folder: RunFolder) -> None:
    folder.append_event("param", 40, 0.5, name="learning_rate", old=1e-3, new=np.float32(0.5))
    folder.append_event("evaluation", 50, 0.6, returns=np.array([1.0, np.inf]), words='a "quoted"\nline')
    assert folder.read_events() == [
        {"kind": "param", "step": 40, "seconds": 0.5, "name": "learning_rate", "old": 1e-3, "new": 0.5},
        {"kind": "evaluation", "step": 50, "seconds": 0.6, "returns": [1.0, None], "words": 'a "quoted"\nline'},
    ]


def test_info_holds_config_versions_and_what_was_merged_in(folder: RunFolder, config: RunConfig) -> None:
    folder.write_info(steps=np.int64(500), episodes=9, seconds=1.5, mean_return=float("nan"), best_mean_return=41.5)
    folder.write_info(solved_at={"step": 400, "episode": 8, "seconds": 1.2})
    info = folder.read_info()
    assert info.config == config
    assert (info.steps, info.episodes, info.seconds, info.best_mean_return) == (500, 9, 1.5, 41.5)
    assert info.mean_return is None
    assert info.solved_at == {"step": 400, "episode": 8, "seconds": 1.2}
    assert info.versions["numpy"] == np.__version__
    assert info.started[:4].isdigit()
    json.loads((folder.path / "run.json").read_text(), parse_constant=pytest.fail)


def test_running_with_a_free_lock_was_interrupted(folder: RunFolder) -> None:
    assert folder.read_info().status == "running"
    folder.close()
    assert folder.read_info().status == "interrupted"


def test_status_that_was_written_stays(folder: RunFolder) -> None:
    folder.write_info(status="finished")
    folder.close()
    assert RunFolder.open(folder.path).read_info().status == "finished"


def test_run_of_a_killed_process_reads_as_interrupted_and_can_be_continued(tmp_path: Path) -> None:
    script = (
        "import sys, os, signal; from pathlib import Path\n"
        "from rlstudio.core.run_config import RunConfig; from rlstudio.storage.run_folder import RunFolder\n"
        "f = RunFolder.create(Path(sys.argv[1]), RunConfig(env='E', algorithm='a', steps=1))\n"
        "f.append_episodes([1.5], [3], [3], [0.1]); print(f.path, flush=True); sys.stdin.read()\n"
    )
    root = str(Path(__file__).parents[2])
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    with child:
        assert child.stdout is not None
        path = Path(child.stdout.readline().strip())
        assert RunFolder.open(path).read_info().status == "running"
        with pytest.raises(RunFolderError, match="another process"):
            RunFolder.open(path, write=True)
        child.kill()
    assert RunFolder.open(path).read_info().status == "interrupted"
    with RunFolder.open(path, write=True) as again:
        again.append_episodes([2.5], [4], [7], [0.2])
        assert again.read_monitor().returns.tolist() == [1.5, 2.5]


def test_a_run_has_one_writer_and_any_number_of_readers(folder: RunFolder) -> None:
    with pytest.raises(RunFolderError, match="another process"):
        RunFolder.open(folder.path, write=True)
    reader = RunFolder.open(folder.path)
    for write in (
        lambda: reader.append_metrics([(1, 0.1, "loss", 1.0)]),
        lambda: reader.write_info(steps=1),
        lambda: reader.save_checkpoint(1, PolicyData("ppo"), {}, {}, note={}),
        lambda: reader.rewind(0),
    ):
        with pytest.raises(RunFolderError, match="reading only"):
            write()


def test_what_is_no_run_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no run folder"):
        RunFolder.open(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RunFolderError, match="run configuration"):
        RunFolder.open(tmp_path)


def test_place_that_cannot_hold_runs_is_refused_in_words(tmp_path: Path, config: RunConfig) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="in the way"):
        RunFolder.create(tmp_path / "file" / "runs", config)


def test_full_disk_is_said_and_leaves_whole_lines(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    add_episodes(folder)
    write, room = os.write, 20

    def nearly_full(descriptor: int, data: bytes) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(descriptor, bytes(data)[:room])
        room -= written
        return written

    monkeypatch.setattr(os, "write", nearly_full)
    with pytest.raises(RunFolderError, match=r"monitor\.csv: the disk is full; free some space"):
        add_episodes(folder)
    monkeypatch.undo()
    assert folder.read_monitor().returns.tolist() == RETURNS
    folder.append_episodes([7.0], [7], [700], [3.0])
    assert folder.read_monitor().returns.tolist() == [*RETURNS, 7.0]


def test_full_disk_leaves_run_json_as_it_was(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write_info(steps=5)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunFolderError, match="the disk is full"):
        folder.write_info(steps=6)
    monkeypatch.undo()
    assert folder.read_info().steps == 5
    assert not list(folder.path.glob(".tmp-*"))


def test_rewind_forgets_what_came_after(folder: RunFolder, policy: PolicyData) -> None:
    add_episodes(folder)
    folder.append_metrics([(210, 0.1, "loss", 1.0), (211, 0.2, "loss", 2.0)])
    folder.append_event("pause", 210, 0.1)
    folder.append_event("resume", 300, 0.1)
    for step in (210, 688):
        folder.save_checkpoint(step, policy, {}, {"n": step}, note={})
    folder.mark_best(688)
    folder.rewind(210)
    assert folder.read_monitor().end_steps.tolist() == [10, 210]
    assert folder.read_metrics()["loss"].steps.tolist() == [210]
    assert [event["kind"] for event in folder.read_events()] == ["pause"]
    assert folder.checkpoints() == [210]
    assert folder.best_checkpoint() is None
    folder.append_episodes([9.0], [1], [211], [0.3])
    assert folder.read_monitor().returns.tolist() == [*RETURNS[:2], 9.0]


def test_list_is_newest_first_and_passes_over_damaged_folders(tmp_path: Path, config: RunConfig) -> None:
    paths = []
    for number in range(3):
        with RunFolder.create(tmp_path, config) as folder:
            folder.write_info(status="finished", started=f"2026-01-0{number + 1}T00:00:00")
            paths.append(folder.path)
    (tmp_path / "notes.txt").write_text("no folder")
    (tmp_path / "empty").mkdir()
    for name, text in {
        "cut": '{"config": {',
        "other": "[1, 2]",
        "wrong": '{"config": {"env": 3}}',
        "bytes": "\x00",
        "deep": "[" * 100_000,
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text)
    if hasattr(os, "mkfifo"):
        (tmp_path / "pipe").mkdir()
        os.mkfifo(tmp_path / "pipe" / "run.json")
    assert [info.path for info in list_runs(tmp_path)] == paths[::-1]
    assert list_runs(tmp_path / "missing") == []


def test_an_event_that_is_nested_too_deeply_is_left_out(folder: RunFolder) -> None:
    folder.append_event("pause", 5, 1.0)
    with open(folder.path / "events.jsonl", "a") as file:
        file.write("[" * 100_000 + "\n")
    assert [event["kind"] for event in folder.read_events()] == ["pause"]


def test_what_is_written_every_second_need_not_reach_the_disk_at_once(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    folder.write_info(steps=5, synced=False)
    assert (synced, folder.read_info().steps) == ([], 5)
    folder.write_info(status="finished")
    assert synced
    assert folder.read_info().status == "finished"

"""Runs of Stable-Baselines3's: its own files are read, and no damaged one does harm."""

from __future__ import annotations

import random
import warnings
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from exported_runs import make_run
from stable_baselines3.common.logger import TensorBoardOutputFormat
from stable_baselines3.common.monitor import Monitor

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.exports.run_data import read_run
from rlstudio.storage.exports.tensorboard import write_tensorboard
from rlstudio.storage.foreign_runs import read_foreign


def play(folder: Path, name: str, episodes: int, seed: int) -> tuple[list[float], list[int]]:
    """Episodes at random in Stable-Baselines3's own Monitor."""
    env = Monitor(gym.make("CartPole-v1"), str(folder / name))
    env.action_space.seed(seed)
    for episode in range(episodes):
        env.reset(seed=seed + episode)
        ended = False
        while not ended:
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            ended = terminated or truncated
    env.close()
    return env.get_episode_rewards(), env.get_episode_lengths()


def test_monitor_files_of_all_copies_are_one_run(tmp_path: Path) -> None:
    one, other = play(tmp_path, "0", 5, 0), play(tmp_path, "1", 3, 9)
    (run,) = read_foreign(tmp_path)
    assert run.env == "CartPole-v1"
    assert sorted(run.monitor.returns.tolist()) == sorted(one[0] + other[0])
    assert run.monitor.end_steps[-1] == sum(one[1] + other[1])
    assert (np.diff(run.monitor.end_seconds) >= 0).all()
    (alone,) = read_foreign(tmp_path / "0.monitor.csv")
    assert alone.monitor.returns.tolist() == pytest.approx(one[0], abs=1e-5)


def test_what_stable_baselines_logs_to_tensorboard_is_read(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorBoard's imports
        writer = TensorBoardOutputFormat(str(tmp_path / "PPO_1"))
        for step in range(0, 500, 100):
            values = {"rollout/ep_rew_mean": step / 2, "train/loss": -1.0, "note": "words"}
            writer.write(values, dict.fromkeys(values, ("stdout",)), step)
        writer.close()
    (run,) = read_foreign(tmp_path)
    assert run.name == "PPO_1"
    assert set(run.metrics) == {"rollout/ep_rew_mean", "train/loss"}
    series = run.metrics["rollout/ep_rew_mean"]
    assert series.steps.tolist() == [0, 100, 200, 300, 400]
    assert series.values.tolist() == [0, 50, 100, 150, 200]
    assert series.seconds[0] == 0


def test_our_own_export_comes_back(tmp_path: Path) -> None:
    data = read_run(make_run(tmp_path / "runs"))
    write_tensorboard(tmp_path / "logs", data)
    (run,) = read_foreign(tmp_path / "logs")
    np.testing.assert_allclose(run.metrics["episode/return"].values, data.monitor.returns)
    np.testing.assert_array_equal(run.metrics["episode/return"].steps, data.monitor.end_steps)


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "monitor.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match="is no monitor file"):
        read_foreign(tmp_path)
    with pytest.raises(RunFolderError, match="there is no such file"):
        read_foreign(tmp_path / "missing.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunFolderError, match="holds no run"):
        read_foreign(tmp_path / "empty")


def test_damaged_files_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    (events,) = write_tensorboard(tmp_path / "logs", read_run(make_run(tmp_path / "runs")))
    play(tmp_path / "logs", "monitor.csv", 3, 0)
    chance = random.Random(0)
    for path in (events, tmp_path / "logs" / "monitor.csv"):
        whole = path.read_bytes()
        for _ in range(200):
            data = bytearray(whole)
            for _ in range(chance.choice((1, 3))):
                data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(data[: chance.randrange(1, len(data))] if chance.random() < 0.3 else data)
            try:
                runs = read_foreign(path)
            except RunFolderError as error:
                assert "Traceback" not in str(error)  # noqa: PT017
                continue
            assert all(len(s.steps) == len(s.values) == len(s.seconds) for run in runs for s in run.metrics.values())
        path.write_bytes(whole)


def test_a_hostile_size_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"\xff" * 8 + b"0000" + b"x" * 100)
    assert read_foreign(path)[0].metrics == {}

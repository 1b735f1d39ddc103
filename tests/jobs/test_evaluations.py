"""Evaluations on the way: when they are made, what they may cost, and that training never notices them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from job_harness import Bench, FakeChannel, FakeTime, Script, ToyLearner, at_step, in_turn, play, story, train_inline

from rlstudio.algorithms.base import Run
from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.core import messages as m
from rlstudio.jobs import evaluation_schedule
from rlstudio.storage.run_folder import RunFolder

MakeBench = Callable[..., Bench]


def evaluated_at(folder: RunFolder) -> list[int]:
    return [event["step"] for event in folder.read_events() if event["kind"] == "evaluation"]


def slow(fake_time: FakeTime, seconds: float = 1.0) -> Script:
    """Steps that take so long."""

    def script(run: Run, learner: ToyLearner) -> None:
        while True:
            fake_time.sleep(seconds)
            run.record(1.0, False, False)
            run.tick()

    return script


@pytest.fixture
def costly(fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Each episode of an evaluation takes 2.9 seconds."""
    monkeypatch.setattr(RandomPolicy, "start_episode", lambda policy, seed: fake_time.sleep(2.9))
    return fake_time


# ---------------------------------------------------------------- when


def test_by_itself_a_run_is_evaluated_twenty_times(bench: MakeBench, fake_time: FakeTime) -> None:
    made = bench(slow(fake_time), steps=240, eval_every=None)
    made.learn()
    assert evaluated_at(made.folder) == list(range(12, 241, 12))


def test_by_itself_evaluations_are_left_out_while_they_took_a_third_of_the_time(
    bench: MakeBench, costly: FakeTime
) -> None:
    """Each of them takes 14.5 s: after k of them the next waits for 29 · k seconds of training, but for the last."""
    made = bench(slow(costly), steps=110, eval_every=None)
    made.learn()
    assert evaluated_at(made.folder) == [5, 30, 60, 90, 110]
    assert made.folder.best_checkpoint() in (5, 30, 60, 90, 110)


def test_what_a_person_asked_for_is_done_whatever_it_costs(bench: MakeBench, costly: FakeTime) -> None:
    made = bench(slow(costly), steps=60, eval_every=6)
    made.learn()
    assert evaluated_at(made.folder) == list(range(6, 61, 6))


def test_who_wants_none_gets_none(bench: MakeBench) -> None:
    made = bench(play(), steps=40, eval_every=0)
    made.learn()
    assert evaluated_at(made.folder) == []


def test_a_budget_of_episodes_has_a_grid_too(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_schedule, "EVAL_EVERY_WITHOUT_STEPS", 30)
    monkeypatch.setattr(evaluation_schedule, "MOST_OF_THE_TIME", 1.0)
    made = bench(play(25, 25, 25), episodes=3, eval_every=None)
    made.learn()
    assert evaluated_at(made.folder) == [30, 60, 75]


@pytest.mark.parametrize(
    ("key", "env", "params", "wanted"),
    [("random", "CartPole-v1", {}, [300]), ("scripted", "CartPole-v1", {}, [300]), ("ppo", "CartPole-v1", {}, None)],
)
def test_what_never_learns_is_evaluated_at_the_end_alone(
    tmp_path: Path, key: str, env: str, params: dict[str, Any], wanted: list[int] | None
) -> None:
    folder, _ = train_inline(tmp_path, env=env, algorithm=key, params=params, steps=300, preset="none")
    assert wanted is None or evaluated_at(folder) == wanted
    assert len(evaluated_at(folder)) >= (1 if wanted else 2)
    assert folder.read_info().config.eval_every is None


def test_what_never_learns_is_evaluated_as_a_person_asked(tmp_path: Path) -> None:
    folder, _ = train_inline(tmp_path, algorithm="random", steps=300, eval_every=100, eval_episodes=1)
    assert evaluated_at(folder) == [100, 200, 300]


# ---------------------------------------------------------------- time


def test_pauses_during_an_evaluation_are_not_its_time(bench: MakeBench, attentive: None, costly: FakeTime) -> None:
    def long_paused(batch: m.Batch) -> bool:
        costly.sleep(1000.0 if batch.paused else 0.0)
        return batch.paused

    listen = in_turn((lambda batch: batch.words.startswith("evaluating"), m.Pause()), (long_paused, m.Resume()))
    made = bench(slow(costly), FakeChannel(listen), steps=10, eval_every=10)
    made.learn()
    summary = made.run.summary()
    assert summary["seconds"] == pytest.approx(10.0, abs=0.1)
    assert summary["evaluation_seconds"] == pytest.approx(5 * 2.9, abs=0.1)
    assert made.folder.read_info().evaluation_seconds == pytest.approx(5 * 2.9, abs=0.1)


def test_what_is_being_evaluated_is_said(bench: MakeBench, attentive: None) -> None:
    made = bench(play(), steps=20, eval_every=20, eval_episodes=3)
    made.learn()
    told = [batch.words for batch in made.channel.of(m.Batch) if batch.words.startswith("evaluating")]
    assert list(dict.fromkeys(told)) == [f"evaluating: episode {number} of 3" for number in (1, 2, 3)]


# ---------------------------------------------------------------- continuing


def test_a_continued_run_has_a_grid_over_what_is_left_and_adds_its_time_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_schedule, "MOST_OF_THE_TIME", 1.0)
    asked: dict[str, Any] = {"env": "FrozenLake-v1", "algorithm": "q_learning", "eval_episodes": 1}
    folder, first = train_inline(tmp_path, steps=400, **asked)
    assert evaluated_at(folder) == list(range(20, 401, 20))
    again, second = train_inline(tmp_path, steps=1400, resume=folder.path, **asked)
    assert evaluated_at(again) == [*range(20, 401, 20), *range(450, 1401, 50)]
    spent = [channel.finished.summary["evaluation_seconds"] for channel in (first, second)]
    assert 0 < spent[0] < spent[1] == again.read_info().evaluation_seconds


def test_time_spent_before_a_run_was_continued_leaves_no_evaluation_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"env": "FrozenLake-v1", "algorithm": "q_learning", "eval_episodes": 1}
    folder, _ = train_inline(tmp_path, steps=100, **asked)
    (folder.path / "run.json").write_text(
        json.dumps({**json.loads((folder.path / "run.json").read_text()), "evaluation_seconds": 1e6})
    )
    monkeypatch.setattr(evaluation_schedule, "MOST_OF_THE_TIME", 0.99999)
    again, _ = train_inline(tmp_path, steps=200, resume=folder.path, **asked)
    assert evaluated_at(again)[-20:] == list(range(105, 201, 5))


def test_a_run_folder_of_before_is_read_and_evaluated_as_it_was(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"env": "FrozenLake-v1", "algorithm": "q_learning", "eval_episodes": 1}
    folder, _ = train_inline(tmp_path, steps=60, **asked)
    data = json.loads((folder.path / "run.json").read_text())
    data["config"]["eval_every"] = 30
    del data["evaluation_seconds"]
    (folder.path / "run.json").write_text(json.dumps(data))
    info = RunFolder.open(folder.path).read_info()
    assert (info.config.eval_every, info.evaluation_seconds) == (30, 0.0)
    again, _ = train_inline(tmp_path, steps=150, resume=folder.path, eval_every=info.config.eval_every, **asked)
    assert evaluated_at(again)[-3:] == [90, 120, 150]


# ---------------------------------------------------------------- training never notices


def test_the_same_run_learns_the_same_whenever_it_is_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {"algorithm": "ppo", "params": {"n_envs": 1, "n_steps": 64}, "preset": "none", "seed": 4}
    stories = []
    for share, times in ((0.0, 2), (1.0, 20)):
        monkeypatch.setattr(evaluation_schedule, "MOST_OF_THE_TIME", share)
        folder, _ = train_inline(tmp_path, steps=2000, eval_episodes=1, **asked)
        assert len(evaluated_at(folder)) == times
        stories.append(story(folder))
    assert stories[0] == stories[1]


def test_what_draws_from_the_process_itself_meets_the_same_luck(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: object) -> tuple[float, float, float]:
        return random.random(), float(np.random.random()), float(torch.rand(()))

    monkeypatch.setattr(RandomPolicy, "start_episode", draw)

    def drawn(**config: Any) -> list[tuple[float, float, float]]:
        found: list[tuple[float, float, float]] = []

        def script(run: Run, learner: ToyLearner) -> None:
            random.seed(1), np.random.seed(1), torch.manual_seed(1)
            while True:
                found.append(draw())
                run.tick()

        bench(script, steps=30, **config).learn()
        return found

    assert drawn(eval_every=10, eval_episodes=2) == drawn(eval_every=0)


def test_a_stop_during_an_evaluation_leaves_the_clock_training(bench: MakeBench, attentive: None) -> None:
    made = bench(play(), FakeChannel(at_step(20, m.Stop())), steps=40, eval_every=20, eval_episodes=1000)
    assert made.learn() == "stopped"
    before = made.run.seconds
    assert made.run.seconds > before

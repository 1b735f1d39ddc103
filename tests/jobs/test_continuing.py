"""Going on with a run: the config it goes on with, from which step, and with what live changes left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from job_harness import Bench, FakeChannel, at_step, play, train_inline

from rlstudio.algorithms.random.learner import RandomLearner
from rlstudio.algorithms.resolve import continued, resolve
from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.storage.run_folder import RunFolderError

MakeBench = Callable[..., Bench]

ASKED: dict[str, Any] = {"env": "CartPole-v1", "algorithm": "ppo", "steps": 1000, "stop_at": 400.0, "seed": 3}


# ---------------------------------------------------------------- the config


@pytest.mark.parametrize(
    ("more", "budget"),
    [
        ({}, (2024, None)),
        ({"more_steps": 500}, (1524, None)),
        ({"more_episodes": 7}, (None, 47)),
        ({"more_steps": 1, "more_episodes": 1}, (1025, 41)),
    ],
)
def test_the_budget_comes_on_top_of_what_is_done(more: dict[str, Any], budget: tuple[int | None, int | None]) -> None:
    config = resolve(**ASKED, events=[{"step": 10, "name": "learning_rate", "value": 0.1}])
    on = continued(config, step=1024, episode=40, **more)
    assert (on.steps, on.episodes, on.events) == (*budget, ())
    assert (on.stop_at, on.seed, on.params, on.preset) == (400.0, 3, config.params, config.preset)


def test_what_live_changes_left_behind_is_laid_over_the_parameters() -> None:
    config = resolve(**ASKED)
    on = continued(config, step=1024, episode=40, live_params={"learning_rate": "1e-4"})
    assert on.params == {**config.params, "learning_rate": 1e-4}


def test_who_goes_on_past_the_goal_has_none_any_more() -> None:
    assert continued(resolve(**ASKED), step=1024, episode=40, solved=True).stop_at is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"live_params": {"hidden": [32]}}, r"hidden: \[32\] is not allowed; .* counts for a new run only"),
        ({"live_params": {"learning_rate": -1}}, "learning_rate: -1 is not allowed; it takes a number above 0"),
        ({"live_params": {"lerning_rate": 1}}, "did you mean learning_rate?"),
        ({"more_steps": 0}, "steps: 0 is not allowed; it takes a whole number of at least 1"),
        ({"more_episodes": -3}, "episodes: -3 is not allowed"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamError, match=words):
        continued(resolve(**ASKED), step=1024, episode=40, **change)


# ---------------------------------------------------------------- what the folder says


def test_the_folder_knows_what_live_changes_left_behind(bench: MakeBench, attentive: None) -> None:
    changes = [m.SetParam("learning_rate", 0.2), m.SetParam("exploration", 0.1), m.SetParam("learning_rate", 0.4)]
    made = bench(play(3), FakeChannel(at_step(4, *changes)), steps=20, params={"learning_rate": 0.3})
    made.learn()
    info = made.folder.read_info()
    assert info.live_params == {"learning_rate": 0.4, "exploration": 0.1}
    assert info.config.params == {"learning_rate": 0.3}


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(bench: MakeBench) -> None:
    made = bench(play(3, 4, 5), steps=9)
    made.learn()
    assert made.folder.resume_point() == (9, 2)
    made.folder.append_episodes([5.0], [5], [12], [1.0])
    made.folder.write_info(steps=14, episodes=3)
    assert made.folder.resume_point() == (9, 2)


# ---------------------------------------------------------------- the job


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a run but for its heartbeat."""
    found = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "run.json"}
    info = json.loads((folder / "run.json").read_text())
    return {**found, "info": json.dumps({**info, "heartbeat": None}).encode()}


def test_a_parameter_that_does_not_fit_leaves_the_run_as_it_was(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"algorithm": "ppo", "seed": 2, "eval_every": 0}
    folder, _ = train_inline(tmp_path, steps=256, **asked)
    before = contents(folder.path)
    with pytest.raises(ParamError, match=r"hidden: .* counts for a new run only"):
        train_inline(tmp_path, steps=512, resume=folder.path, params={"hidden": [32]}, **asked)
    assert contents(folder.path) == before


def test_a_state_that_cannot_be_taken_over_leaves_the_run_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"algorithm": "random", "seed": 2, "eval_every": 0}
    folder, _ = train_inline(tmp_path, steps=256, **asked)
    before = contents(folder.path)

    def refuse(learner: object, state: object) -> None:
        raise ValueError("no such weights")

    with monkeypatch.context() as patch:
        patch.setattr(RandomLearner, "load_state", refuse)
        with pytest.raises(RunFolderError, match="cannot be continued from step 256: no such weights"):
            train_inline(tmp_path, steps=512, resume=folder.path, **asked)
    assert contents(folder.path) == before
    again, _ = train_inline(tmp_path, steps=512, resume=folder.path, **asked)
    assert again.read_info().steps == 512


def test_a_goal_that_was_reached_before_keeps_its_step(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"algorithm": "random", "window": 3, "stop_at": 10.0, "eval_every": 0}
    folder, first = train_inline(tmp_path, steps=5000, **asked)
    solved = first.finished.summary["solved_at"]
    assert solved is not None
    _, second = train_inline(tmp_path, steps=5000, resume=folder.path, **asked)
    assert second.finished.summary["solved_at"] == solved

"""Training as a whole: the same again from the same config, watched or not, changed live or by script, continued."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_harness import FakeChannel, at_step, train_inline

from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.jobs import screen_feed, training_run
from rlstudio.jobs.no_episode import no_episode_words, no_update_words
from rlstudio.storage.run_folder import RunFolder

EARLY: dict[str, dict[str, Any]] = {"dqn": {"learning_starts": 100}}
"""Learning is to have begun long before these short runs end."""


def returns(folder: RunFolder) -> list[float]:
    found = folder.read_monitor().returns.tolist()
    assert len(found) > 5
    return found


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [("ppo", ("learning_rate", 0.01), ("clip_range", 0.05)), ("dqn", ("learning_rate", 0.01), ("epsilon_end", 0.5))],
)
def test_the_same_run_with_the_same_events_gives_the_same_returns(
    key: str, first: tuple[str, Any], second: tuple[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "SERVICE_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(screen_feed, "BATCH_EVERY_SECONDS", 0.0)
    asked: dict[str, Any] = {"algorithm": key, "params": EARLY.get(key, {}), "steps": 900, "seed": 1, "eval_every": 0}
    channel = FakeChannel(at_step(300, m.SetParam(*first), m.SetParam(*second)))
    changed, _ = train_inline(tmp_path, channel, **asked)
    events = [event for event in changed.read_events() if event["kind"] == "param"]
    assert [event["name"] for event in events] == [first[0], second[0]]
    script = [{"step": event["step"], "name": event["name"], "value": event["value"]} for event in events]
    again, _ = train_inline(tmp_path, events=script, **asked)
    unchanged, _ = train_inline(tmp_path, **asked)
    assert returns(again) == returns(changed)
    assert returns(unchanged) != returns(changed)
    assert [event["step"] for event in again.read_events()] == [event["step"] for event in events]


# ---------------------------------------------------------------- continuing


def test_a_continued_run_goes_on_counting_in_its_folder_with_what_it_had_learned(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"algorithm": "ppo", "seed": 2, "eval_every": 300, "eval_episodes": 2}
    folder, first = train_inline(tmp_path, steps=1000, **asked)
    before, steps = folder.read_monitor(), folder.read_info().steps
    weights = folder.load_policy().arrays
    again, second = train_inline(tmp_path, steps=2000, resume=folder.path, watch="policy", **asked)
    assert again.path == folder.path
    (started,) = second.of(m.Started)
    kinds = [type(report) for report in second.reports]
    last = max(place for place, kind in enumerate(kinds) if kind is m.Preparing)
    assert last < kinds.index(m.Started), "what it prepares is said before it starts, and no more after that"
    (warned,) = second.of(m.Warned)
    assert "over 2,000 steps instead of 1,000 steps" in warned.text
    words = [report.words for report in second.of(m.Preparing)]
    assert words == ["opening CartPole-v1", "loading PPO", "reading what it had learned"]
    assert (started.step, started.episode) == (steps, len(before.returns))
    sent = second.of(m.PolicyUpdate)[0].policy
    assert sent.step == steps
    for name, array in weights.items():
        np.testing.assert_array_equal(sent.arrays[name], array)
    after = again.read_monitor()
    n = len(before.returns)
    assert after.returns[:n].tolist() == before.returns.tolist()
    assert len(after.returns) > n
    assert second.joined("returns") == after.returns[n:].tolist()
    assert np.all(np.diff(after.end_steps) >= 0)
    assert np.all(np.diff(after.end_seconds) >= 0)
    info = again.read_info()
    assert (info.status, info.episodes) == ("finished", len(after.returns))
    assert info.steps >= 2000
    assert info.seconds > first.finished.summary["seconds"]
    assert again.checkpoints()[-1] == info.steps
    evaluations = [event["step"] for event in again.read_events() if event["kind"] == "evaluation"]
    assert evaluations == sorted(evaluations)
    assert evaluations[-1] == info.steps


def test_the_mean_that_a_goal_is_held_against_goes_on_too(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"algorithm": "random", "window": 20, "eval_every": 0}
    folder, _ = train_inline(tmp_path, steps=2000, **asked)
    earlier = folder.read_monitor().returns
    means = [earlier[end - 20 : end].mean() for end in range(20, len(earlier) + 1)]
    _, channel = train_inline(tmp_path, steps=2100, resume=folder.path, **asked)
    first = channel.of(m.Batch)[0]
    assert first.mean_return == pytest.approx(means[-1])
    assert first.best_mean_return == pytest.approx(max(means))


@pytest.mark.parametrize(
    ("change", "words"),
    [({"algorithm": "dqn"}, "algorithm: 'dqn'"), ({"env": "Acrobot-v1"}, "env: 'Acrobot-v1'")],
)
def test_a_run_is_continued_only_as_what_it_was(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    folder, _ = train_inline(tmp_path, algorithm="ppo", steps=256)
    before = (folder.path / "run.json").read_bytes()
    with pytest.raises(ParamError, match="as in the run that is continued") as caught:
        train_inline(tmp_path, resume=folder.path, **{"algorithm": "ppo", "steps": 500, **change})
    assert words in str(caught.value)
    assert (folder.path / "run.json").read_bytes() == before


# ---------------------------------------------------------------- before it starts, and when it fails


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"events": [{"step": 9, "name": "learning_rate", "value": -1}]}, "events, step 9: learning_rate: -1"),
        ({"events": [{"step": 9, "name": "n_steps", "value": 8}]}, "events, step 9: n_steps"),
        ({"env_kwargs": {"gravitas": 1}}, "sutton_barto_reward"),
        ({"env": "Pendulum-v1", "algorithm": "dqn"}, "DQN needs discrete actions"),
        ({"env": "CartPol-v1"}, "did you mean CartPole-v1"),
    ],
)
def test_what_cannot_run_is_refused_before_there_is_a_folder(tmp_path: Path, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ParamError) as caught:
        train_inline(tmp_path, **{"algorithm": "ppo", "preset": "none", "steps": 100, **asked})
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"algorithm": "q_learning", "params": {"bins": [1000]}}, "fewer bins: a table of 1,000,000,000,000 states"),
        ({"algorithm": "sarsa", "params": {"bins": [4, 4]}}, "bins: [4, 4] is not allowed"),
    ],
)
def test_what_only_the_learner_can_refuse_leaves_no_folder_either(
    tmp_path: Path, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(ParamError) as caught:
        train_inline(tmp_path, **{"preset": "none", "steps": 100, **asked})
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def broken_at(step: int, error: BaseException) -> Callable[[Any, int], None]:
    original = training_run.TrainingRun.tick

    def tick(run: Any, n_steps: int = 1) -> None:
        original(run, n_steps)
        if run.step >= step:
            raise error

    return tick


@pytest.mark.parametrize(
    ("error", "status"), [(ZeroDivisionError("by nought"), "failed"), (KeyboardInterrupt(), "interrupted")]
)
def test_a_run_that_breaks_leaves_its_folder_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: str
) -> None:
    monkeypatch.setattr(training_run.TrainingRun, "tick", broken_at(400, error))
    with pytest.raises(type(error)):
        train_inline(tmp_path, algorithm="random", steps=1000)
    (path,) = tmp_path.iterdir()
    folder = RunFolder.open(path)
    info = folder.read_info()
    assert (info.status, info.steps) == (status, 400)
    assert type(error).__name__ in (info.error or "")
    assert info.episodes == len(folder.read_monitor().returns) > 5
    monkeypatch.undo()
    again, _ = train_inline(tmp_path, algorithm="random", steps=1000, resume=path)
    assert again.read_info().status == "finished"
    assert again.read_info().error is None


# ---------------------------------------------------------------- before any episode ended


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"n_envs": 16}, "16 environments side by side took 125 steps each, and an episode may last 999."),
        ({"n_envs": 1, "steps": 500}, "it took 500 steps, and an episode may last 999. Train for 999 steps or more."),
    ],
)
def test_a_run_in_which_no_episode_ended_says_what_to_do(tmp_path: Path, config: dict[str, Any], words: str) -> None:
    asked = {"env": "MountainCarContinuous-v0", "algorithm": "hill_climbing", "preset": "none", "eval_every": 0}
    steps = config.get("steps", 2000)
    _, channel = train_inline(tmp_path, steps=steps, params={"n_envs": config["n_envs"]}, **asked)
    (warned,) = channel.of(m.Warned)
    assert warned.text.startswith("no episode ended: ")
    assert words in warned.text


@pytest.mark.parametrize(("n_envs", "steps"), [(16, 15_984), (2, 2000)])
def test_what_is_advised_then_is_enough(tmp_path: Path, n_envs: int, steps: int) -> None:
    assert no_episode_words(2000, 16, 999).endswith("Train for 15,984 steps or more, or with n_envs=2.")
    asked = {"env": "MountainCarContinuous-v0", "algorithm": "hill_climbing", "preset": "none", "eval_every": 0}
    folder, channel = train_inline(tmp_path, steps=steps, params={"n_envs": n_envs}, **asked)
    assert folder.read_info().episodes >= n_envs
    assert channel.of(m.Warned) == []


# ---------------------------------------------------------------- before anything was learned


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"algorithm": "ppo", "params": {"n_envs": 4, "n_steps": 128}}, "at step 512. Train for more steps than that"),
        ({"algorithm": "dqn", "params": {"learning_starts": 1000}}, "learning_starts is 1,000. Train for more steps"),
    ],
)
def test_a_run_that_never_learned_says_what_to_do(tmp_path: Path, config: dict[str, Any], words: str) -> None:
    asked = {"env": "CartPole-v1", "preset": "none", "eval_every": 0, **config}
    _, channel = train_inline(tmp_path, steps=400, **asked)
    (warned,) = channel.of(m.Warned)
    assert warned.text.startswith("nothing was learned: the run was over after 40")
    assert "before its first update" in warned.text
    assert words in warned.text
    _, channel = train_inline(tmp_path, steps=1600, **asked)
    assert channel.of(m.Warned) == []


def test_what_never_learns_is_not_complained_of(tmp_path: Path) -> None:
    _, channel = train_inline(tmp_path, env="CartPole-v1", algorithm="random", steps=200, eval_every=0)
    assert channel.of(m.Warned) == []
    assert no_update_words(30, 1, {}).endswith("first update. Train for longer.")

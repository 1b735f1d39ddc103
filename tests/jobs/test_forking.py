"""A fork is the run that it was forked from up to its step, to the bit, and differs from there on by what changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from job_harness import FakeChannel, at_step, train_inline
from test_continuing import contents
from test_resumed_exactly import RUNS, after_looks, asked_for, everything

from rlstudio.algorithms.resolve import forked, resolve, resumed
from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import Parent, RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.jobs import screen_feed, training_run
from rlstudio.jobs.train import train
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder


@pytest.fixture(autouse=True)
def always_listening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_run, "SERVICE_EVERY_SECONDS", 0.0)


@pytest.fixture
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is told of, so that `at_step` answers there."""
    monkeypatch.setattr(screen_feed, "BATCH_EVERY_SECONDS", 0.0)


def trained(home: Path, every: int = 110, channel: FakeChannel | None = None, **asked: Any) -> RunFolder:
    """A run that keeps a checkpoint to go on from every so many steps."""
    channel = channel or FakeChannel()
    config = resolve(**{"env": "CartPole-v1", **asked})
    train(m.StartTraining(config.model_dump(mode="json"), str(home), watch="off", autosave_steps=every), channel)
    run = channel.of(m.Started)[0].run
    assert run is not None
    return RunFolder.open(Path(run))


DQN: dict[str, Any] = {
    "algorithm": "dqn",
    "seed": 3,
    "eval_every": 0,
    "steps": 500,
    "preset": "none",
    "params": {"hidden": [8], "learning_starts": 50, "batch_size": 16, "buffer_size": 300},
}
"""Learns at nearly every step, and keeps many policies to look back at."""


def config_of(parent: RunFolder, step: int, **changed: Any) -> RunConfig:
    info = parent.read_info()
    changes = marks_of(parent.read_events())[1]
    return forked(info.config, Parent(run=parent.path.name, step=step), changes=changes, **changed)


def fork(
    parent: RunFolder, step: int, channel: FakeChannel | None = None, **changed: Any
) -> tuple[RunFolder, FakeChannel]:
    """Train a fork of `parent` at `step`; its folder and the channel."""
    channel = channel or FakeChannel()
    config = config_of(parent, step, **changed)
    train(m.StartTraining(config.model_dump(mode="json"), str(parent.path.parent), watch="off"), channel)
    (started,) = channel.of(m.Started)
    assert started.run is not None
    assert Path(started.run) != parent.path
    return RunFolder.open(Path(started.run)), channel


def middle(parent: RunFolder) -> int:
    """A checkpoint amid the run that training can go on from."""
    steps = [step for step in parent.forkable() if 0 < step < parent.read_info().steps]
    assert steps
    return steps[0]


def rows_until(folder: RunFolder, step: int) -> tuple[Any, ...]:
    monitor = folder.read_monitor()
    episodes = [
        row
        for row in zip(monitor.returns, monitor.lengths, monitor.end_steps, monitor.end_seconds, strict=True)
        if row[2] <= step
    ]
    metrics = {
        name: [row for row in zip(series.steps, series.values, strict=True) if row[0] < step]
        for name, series in folder.read_metrics().items()
    }
    return episodes, {name: rows for name, rows in metrics.items() if rows}


@pytest.mark.parametrize("name", RUNS)
def test_a_fork_with_no_change_is_the_unbroken_run(name: str, tmp_path: Path) -> None:
    parent = trained(tmp_path, **asked_for(name))
    step = middle(parent)
    child, channel = fork(parent, step)
    assert channel.of(m.Started)[0].step == step
    assert not [warned for warned in channel.of(m.Warned) if "brought back" in warned.text]
    expected, found = everything(parent), everything(child)
    for part in expected:
        assert found[part] == expected[part], part


def test_an_update_right_after_the_checkpoint_is_not_told_twice(tmp_path: Path) -> None:
    """Its metrics carry the checkpoint's step: the parent wrote them after it, and the fork makes the update itself."""
    parent = trained(tmp_path, every=96, **{**asked_for("ppo, copies"), "steps": 500})
    step = middle(parent)
    assert step in parent.read_metrics()["entropy"].steps  # 3 copies, 32 steps each
    child, _ = fork(parent, step)
    assert everything(child) == everything(parent)


def test_a_killed_run_tells_the_update_after_its_checkpoint_once(tmp_path: Path) -> None:
    asked = asked_for("ppo, copies")
    whole = trained(tmp_path / "whole", every=96, **asked)
    channel = FakeChannel(after_looks(200, EOFError()))
    with pytest.raises(EOFError):
        trained(tmp_path / "split", every=96, channel=channel, **asked)
    run = Path(str(channel.of(m.Started)[0].run))
    step, _ = RunFolder.open(run).resume_point()
    assert step in RunFolder.open(run).read_metrics()["entropy"].steps
    folder, _ = train_inline(tmp_path / "split", resume=run, **asked)
    assert everything(folder) == everything(whole)


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        (asked_for("ppo, copies"), {"learning_rate": 0.02}),
        (DQN, {"discount": 0.5}),
        (asked_for("q_learning"), {"learning_rate": 0.9}),
    ],
)
def test_a_fork_differs_from_its_step_on_only(asked: dict[str, Any], changed: dict[str, Any], tmp_path: Path) -> None:
    parent = trained(tmp_path, every=230, **asked)
    before = contents(parent.path)
    step = middle(parent)
    child, channel = fork(parent, step, params=changed)
    assert rows_until(child, step) == rows_until(parent, step)
    assert everything(child)["policy"] != everything(parent)["policy"]
    assert contents(parent.path) == before
    info = child.read_info()
    assert info.status == "finished"
    assert info.config.parent == Parent(run=parent.path.name, step=step)
    assert info.config.params == {**parent.read_info().config.params, **changed}
    (change,) = marks_of(child.read_events())[1]
    assert (change.step, {change.name: change.new}) == (step, changed)
    assert [each.name for batch in channel.of(m.Batch) for each in batch.changes] == list(changed)
    for kept in (known for known in parent.checkpoints() if known <= step):
        assert child.load_policy(kept).arrays.keys() == parent.load_policy(kept).arrays.keys()


def test_a_run_is_forked_while_it_trains(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    with RunFolder.open(parent.path, write=True) as held:  # as the process that trains it holds it
        held.write_info(status="running")
        child, _ = fork(parent, middle(parent))
        assert parent.read_info().status == "running"
    assert everything(child)["policy"] == everything(parent)["policy"]


def test_a_fork_can_be_stopped_and_goes_on_as_if_it_had_not(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    step, changed = middle(parent), {"learning_rate": 0.01}
    whole, _ = fork(parent, step, params=changed)
    split, channel = fork(parent, step, FakeChannel(after_looks(40, m.Stop())), params=changed)
    assert channel.finished.status == "stopped"
    at = split.read_info()
    config = resumed(at.config, step=at.steps, episode=at.episodes, changes=marks_of(split.read_events())[1])
    start = m.StartTraining(config.model_dump(mode="json"), str(tmp_path), resume=str(split.path), watch="off")
    train(start, FakeChannel())
    assert everything(split) == everything(whole)
    assert split.read_info().config.parent == whole.read_info().config.parent


def test_a_fork_of_a_fork(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    step = middle(parent)
    child, _ = fork(parent, step, params={"learning_rate": 0.01})
    grandchild, _ = fork(child, step, params={"learning_rate": 0.0005})
    shutil.rmtree(parent.path)  # a fork stands on its own
    again, _ = fork(child, step)
    assert everything(again) == everything(child)
    assert grandchild.read_info().config.parent == Parent(run=child.path.name, step=step)
    assert rows_until(grandchild, step) == rows_until(child, step)


# ---------------------------------------------------------------- live changes


def changed_live(home: Path) -> RunFolder:
    """A run of DQN whose learning rate was changed by hand twice, before and after the checkpoint at 330."""
    asked = {**DQN, "events": [{"step": 40, "name": "learning_rate", "value": 0.02}]}
    channel = FakeChannel(at_step(400, m.SetParam("discount", 0.7)))
    return trained(home, every=330, channel=channel, **asked)


def test_live_changes_before_a_fork_are_in_force_and_later_ones_made_again(tmp_path: Path, told_at_once: None) -> None:
    parent = changed_live(tmp_path)
    assert [c.step > 330 for c in marks_of(parent.read_events())[1]] == [False, True]
    child, _ = fork(parent, 330)
    found, expected = everything(child), everything(parent)
    assert found == expected
    assert child.read_info().live_params == {"learning_rate": 0.02, "discount": 0.7}


def test_later_changes_can_be_left_out(tmp_path: Path, told_at_once: None) -> None:
    parent = changed_live(tmp_path)
    child, _ = fork(parent, 330, later_changes=False)
    assert [change.name for change in marks_of(child.read_events())[1]] == ["learning_rate"]
    assert rows_until(child, 330) == rows_until(parent, 330)
    assert everything(child)["policy"] != everything(parent)["policy"]


def test_what_the_fork_sets_is_not_changed_back_by_a_later_change(tmp_path: Path, told_at_once: None) -> None:
    parent = changed_live(tmp_path)
    child, _ = fork(parent, 330, params={"discount": 0.3})
    assert child.read_info().live_params == {"learning_rate": 0.02, "discount": 0.3}
    assert child.read_info().config.params["discount"] == 0.3


# ---------------------------------------------------------------- where only the policy was kept


def looked_back_at(parent: RunFolder, after: int, before: int) -> int:
    """A checkpoint between two steps that keeps the policy alone."""
    steps = [s for s in parent.checkpoints() if after < s < before and s not in parent.forkable()]
    assert steps
    return steps[-1]


@pytest.mark.parametrize("asked", [DQN, asked_for("ppo, copies"), asked_for("reinforce")])
def test_steps_up_to_a_policy_alone_are_lived_once_more(asked: dict[str, Any], tmp_path: Path) -> None:
    parent = trained(tmp_path, **asked)
    step = looked_back_at(parent, 0, parent.read_info().steps)
    child, channel = fork(parent, step)
    assert child.read_info().config.parent == Parent(run=parent.path.name, step=step)
    assert [started.step for started in channel.of(m.Started)] == [step]
    assert any("once more" in each.words for each in channel.of(m.Preparing))
    found, expected = everything(child), everything(parent)
    assert found == expected
    assert not list(tmp_path.glob(".*"))


def test_an_algorithm_that_keeps_no_unfinished_episodes_is_lived_again_from_its_first_step(tmp_path: Path) -> None:
    asked = {"algorithm": "sb3_a2c", "steps": 200, "eval_every": 0, "seed": 1, "params": {"n_envs": 2}}
    parent = trained(tmp_path, every=75, **asked)
    step = looked_back_at(parent, middle(parent), parent.read_info().steps)
    child, channel = fork(parent, step)
    assert child.read_info().status == "finished"
    assert any("the steps 0 to" in each.words for each in channel.of(m.Preparing))
    assert rows_until(child, step)[0] != [] or step < 20
    assert "Stable-Baselines3" in channel.of(m.Warned)[0].text


def test_a_run_that_cannot_be_lived_again_is_not_forked_there(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    step = looked_back_at(parent, middle(parent), parent.read_info().steps)
    other = looked_back_at(parent, 0, step)
    policy = parent.path / "checkpoints" / str(step) / "policy.safetensors"
    shutil.copy(parent.path / "checkpoints" / str(other) / "policy.safetensors", policy)
    with pytest.raises(RunFolderError, match="come to another policy than it had"):
        fork(parent, step)
    assert [path.name for path in tmp_path.iterdir()] == [parent.path.name]


def test_stopped_while_it_lives_again_nothing_is_kept(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    step = looked_back_at(parent, middle(parent), parent.read_info().steps)
    channel = FakeChannel(after_looks(3, m.Stop()))
    train(m.StartTraining(config_of(parent, step).model_dump(mode="json"), str(tmp_path), watch="off"), channel)
    (ended,) = channel.of(m.Finished)
    assert ended.status == "stopped"
    assert ended.summary["run"] is None
    assert ended.summary["words"] == f"stopped before it came to step {step:,}: nothing was kept of the fork"
    done = fork(parent, step)[1].of(m.Finished)[-1].summary
    assert set(ended.summary) == {*done, "words"}
    shutil.rmtree(done["run"])
    assert [path.name for path in tmp_path.iterdir()] == [parent.path.name]


def test_what_is_wished_meanwhile_is_not_lost(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    step = looked_back_at(parent, middle(parent), parent.read_info().steps)
    child, _ = fork(parent, step, FakeChannel(after_looks(3, m.SetParam("discount", 0.6))))
    (change,) = marks_of(child.read_events())[1]
    assert (change.name, change.new) == ("discount", 0.6)
    assert change.step > step


# ---------------------------------------------------------------- what is refused


def test_a_parameter_that_the_learner_cannot_take_over_is_refused_in_words(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    step = middle(parent)
    with pytest.raises(ParamError, match=rf"hidden: \[16\] is not allowed; .* learned by step {step} does not fit"):
        fork(parent, step, params={"hidden": [16]})
    assert [path.name for path in tmp_path.iterdir()] == [parent.path.name]


def test_options_of_the_environment_may_change_and_begin_new_episodes(tmp_path: Path) -> None:
    parent = trained(tmp_path, **{**asked_for("ppo, copies"), "env_kwargs": {"g": 10.0}})
    child, channel = fork(parent, middle(parent), env_kwargs={"g": 2.0})
    assert "goes on from new episodes" in channel.of(m.Warned)[0].text
    assert child.read_info().config.env_kwargs == {"g": 2.0}
    assert child.read_info().status == "finished"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"steps": 100}, "steps: 100 is not allowed; it takes a number above"),
        ({"seed": 99}, "seed: 99 is not allowed; it takes 3, as in the run that is forked"),
        (
            {"env": "Acrobot-v1"},
            "env: 'Acrobot-v1' is not allowed; it takes 'CartPole-v1', as in the run that is forked",
        ),
        ({"params": {"lerning_rate": 1}}, "did you mean learning_rate"),
    ],
)
def test_what_no_fork_can_be_is_refused(changed: dict[str, Any], words: str, tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    with pytest.raises(ParamError, match=words):
        fork(parent, middle(parent), **changed)
    assert [path.name for path in tmp_path.iterdir()] == [parent.path.name]


def test_a_parent_that_is_gone_and_a_step_without_a_checkpoint_are_said(tmp_path: Path) -> None:
    parent = trained(tmp_path, **asked_for("random"))
    config = config_of(parent, middle(parent))
    with pytest.raises(RunFolderError, match="has no checkpoint at step 7: choose one of"):
        fork(parent, 7)
    shutil.rmtree(parent.path)
    with pytest.raises(RunFolderError, match=r"is not in .* any more"):
        train(m.StartTraining(config.model_dump(mode="json"), str(tmp_path), watch="off"), FakeChannel())
    assert not list(tmp_path.iterdir())


def test_a_budget_beyond_the_parents_extends_the_fork(tmp_path: Path) -> None:
    parent = trained(tmp_path, 230, **DQN)
    end = parent.read_info().steps
    child, _ = fork(parent, end, steps=end + 100)
    assert child.read_info().steps == end + 100
    assert rows_until(child, end) == rows_until(parent, end)

"""`rlstudio train`: its answer, the same again, refusals in words, continuing, and Ctrl+C."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_harness import Answer, Trained, command_line, shell
from process_harness import ROOT, wait_until

from rlstudio.commands import console
from rlstudio.commands.console import mean_words
from rlstudio.core.messages import Progress
from rlstudio.jobs import screen_feed, training_run
from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]


def returns(answer: Answer) -> list[float]:
    return RunFolder.open(Path(answer.json["run"])).read_monitor().returns.tolist()


def test_the_answer_is_one_object_on_stdout_that_agrees_with_the_folder(trained: Trained) -> None:
    assert trained.answer.status == 0
    answer = trained.answer.json
    keys = {"run", "status", "steps", "episodes", "mean_return", "best_mean_return", "solved_at", "seconds"}
    assert answer.keys() >= keys | {"steps_per_second", "evaluation_seconds"}
    assert answer["evaluation_seconds"] > 0
    assert trained.answer.stdout.count("\n") == 1
    assert "CartPole-v1" in trained.answer.stderr
    folder = RunFolder.open(trained.path)
    info, monitor = folder.read_info(), folder.read_monitor()
    assert (answer["status"], answer["solved_at"]) == ("finished", None)
    assert answer["steps"] == info.steps >= 2000
    assert answer["episodes"] == info.episodes == len(monitor.returns)
    assert answer["mean_return"] == info.mean_return == pytest.approx(monitor.returns[-10:].mean())
    means = [monitor.returns[end - 10 : end].mean() for end in range(10, len(monitor.returns) + 1)]
    assert answer["best_mean_return"] == pytest.approx(max(means))
    assert answer["steps_per_second"] == pytest.approx(answer["steps"] / answer["seconds"])
    assert info.config.seed == 4
    assert folder.checkpoints()[-1] == info.steps
    assert folder.best_checkpoint() is not None


def test_the_same_command_gives_the_same_returns(trained: Trained, tmp_path: Path) -> None:
    options = ("--steps", "2000", "--seed", "4", "--eval-every", "0", "--runs-dir", tmp_path, "--json")
    again = shell("train", "-e", "CartPole-v1", "-a", "ppo", *options)
    assert returns(again) == returns(trained.answer)


def test_returns_between_nought_and_one_are_told_apart() -> None:
    assert [mean_words(mean) for mean in (0.74, -9.999, 475.4, -191.25)] == ["0.74", "-10.00", "475.4", "-191.2"]


def test_what_is_evaluated_is_shown_meanwhile_and_its_time_is_told(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_LINE_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(training_run, "SERVICE_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(screen_feed, "BATCH_EVERY_SECONDS", 0.0)
    options = ("--steps", "100", "--eval-every", "50", "--eval-episodes", "2", "--runs-dir", tmp_path)
    answer = call("train", "-e", "CartPole-v1", "-a", "random", *options)
    lines = answer.stderr.splitlines()
    for step, share in ((50, "50%"), (100, "100%")):
        for episode in (1, 2):
            words = f"evaluating: episode {episode} of 2"
            assert any(share in line and f"step {step} " in line and words in line for line in lines)
    assert not any("evaluating" in line and "steps/s" in line for line in lines)
    assert re.match(r"finished: 100 steps, \d+ episodes, .* s of training .*, .* s of evaluating\n", answer.stdout)
    plain = call("train", "-e", "CartPole-v1", "-a", "random", "--steps", "100", "--eval-every", "0", *options[-2:])
    assert plain.stdout.startswith("finished: 100 steps")
    assert "evaluating" not in plain.stdout + plain.stderr


def test_a_line_that_is_drawn_anew_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := io.StringIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(console, "_REDRAW_EVERY_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "40")
    console.ConsoleChannel().send(Progress(1, 2, "words " * 20))
    (line,) = terminal.getvalue().split("\x1b[2K")[1:]
    assert line.startswith(" 50%  words words")
    assert len(line) == 39


def test_a_goal_ends_the_run_and_is_said(call: Call, tmp_path: Path) -> None:
    options = ("--steps", "50000", "--stop-at", "15", "--window", "3", "--runs-dir", tmp_path)
    answer = call("train", "-e", "CartPole-v1", "-a", "random", *options, "--json")
    assert answer.status == 0
    solved = answer.json["solved_at"]
    assert solved.keys() == {"step", "episode", "seconds"}
    assert solved["step"] == answer.json["steps"] < 50_000
    assert answer.json["mean_return"] >= 15
    words = call("train", "-e", "CartPole-v1", "-a", "random", *options)
    assert f"goal reached at step {solved['step']}" in words.stdout
    assert words.stdout.strip().splitlines()[-1].startswith(str(tmp_path))


def test_options_reach_the_config(call: Call, tmp_path: Path) -> None:
    answer = call(
        *("train", "-e", "FrozenLake-v1", "-a", "ppo", "--episodes", "4", "--preset", "none", "--device", "cpu"),
        *("--set", "learning_rate=1e-3", "--set", "hidden=16,8", "--set", "target_kl=none", "--set", "n_envs=2"),
        *("--env-set", "is_slippery=false", "--env-set", "map_name=4x4", "--runs-dir", tmp_path, "--json"),
    )
    assert answer.status == 0, answer.stderr
    config = RunFolder.open(Path(answer.json["run"])).read_info().config
    assert config.env_kwargs == {"is_slippery": False, "map_name": "4x4"}
    assert (config.params["learning_rate"], config.params["hidden"]) == (1e-3, [16, 8])
    assert (config.params["target_kl"], config.params["n_envs"]) == (None, 2)
    assert (config.preset, config.steps, config.episodes, config.device) == (None, None, 4, "cpu")


# ---------------------------------------------------------------- configuration files and events


def test_a_short_file_is_resolved_like_options_and_options_go_over_it(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"env": "CartPole-v1", "algorithm": "random", "steps": 400, "seed": 6}))
    runs = ("--runs-dir", tmp_path / "runs", "--json")
    from_file = call("train", "--config", file, *runs)
    from_options = call("train", "-e", "CartPole-v1", "-a", "random", "--steps", "400", "--seed", "6", *runs)
    assert returns(from_file) == returns(from_options)
    other = call("train", "--config", file, "--seed", "7", "--steps", "300", *runs)
    assert RunFolder.open(Path(other.json["run"])).read_info().config.seed == 7
    assert other.json["steps"] == 300


def test_a_run_json_gives_that_run_again(call: Call, trained: Trained, tmp_path: Path) -> None:
    again = call("train", "--config", trained.path / "run.json", "--runs-dir", tmp_path, "--json")
    assert returns(again) == returns(trained.answer)
    first, second = (RunFolder.open(Path(a.json["run"])).read_info().config for a in (trained.answer, again))
    assert first == second


def test_how_often_to_evaluate_is_as_open_in_the_run_made_again(call: Call, tmp_path: Path) -> None:
    options = ("--steps", "100", "--runs-dir", tmp_path, "--json")
    first = call("train", "-e", "CartPole-v1", "-a", "random", *options)
    again = call("train", "--config", Path(first.json["run"]) / "run.json", "--runs-dir", tmp_path, "--json")
    continued = call("train", "--continue", first.json["run"], "--steps", "100", "--json")
    told = call("train", "--continue", first.json["run"], "--steps", "100", "--eval-every", "50", "--json")
    for answer, wanted in ((again, [100]), (continued, [100, 200, 250, 300]), (told, [100, 200, 250, 300])):
        folder = RunFolder.open(Path(answer.json["run"]))
        assert [event["step"] for event in folder.read_events() if event["kind"] == "evaluation"] == wanted
    assert RunFolder.open(Path(again.json["run"])).read_info().config.eval_every is None
    assert RunFolder.open(Path(told.json["run"])).read_info().config.eval_every == 50


def test_live_changes_of_a_run_are_made_again(call: Call, trained: Trained, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    rows = [
        {"kind": "pause", "step": 10, "seconds": 0.1},
        {"kind": "param", "step": 300, "seconds": 0.2, "name": "learning_rate", "old": 0.001, "value": 0.01},
    ]
    events.write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = (
        "train",
        "-e",
        "CartPole-v1",
        "-a",
        "ppo",
        "--steps",
        "2000",
        "--seed",
        "4",
        "--runs-dir",
        tmp_path,
        "--json",
    )
    changed = call(*options, "--events", events)
    (event,) = [e for e in RunFolder.open(Path(changed.json["run"])).read_events() if e["kind"] == "param"]
    assert event["value"] == 0.01
    written = Path(changed.json["run"]) / "events.jsonl"
    again = call(*options, "--events", written)
    assert returns(again) == returns(changed) != returns(trained.answer)


# ---------------------------------------------------------------- continuing


def test_a_run_is_continued_in_its_folder_by_name(call: Call, tmp_path: Path) -> None:
    first = call("train", "-e", "CartPole-v1", "-a", "random", "--steps", "500", "--runs-dir", tmp_path, "--json")
    name = Path(first.json["run"]).name
    second = call("train", "--continue", name, "--steps", "300", "--runs-dir", tmp_path, "--json")
    assert second.status == 0, second.stderr
    assert second.json["run"] == first.json["run"]
    assert second.json["steps"] == 800
    assert second.json["episodes"] > first.json["episodes"]
    third = call("train", "--continue", first.json["run"], "--json")
    assert third.json["steps"] == 1600  # as much again as the run was last given


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-a", "dqn"), "--algorithm: 'dqn' is not allowed"),
        (("--seed", "3"), "--seed: 3 is not allowed"),
        (("--steps", "0"), "steps: 0 is not allowed"),
        (("--set", "learning_rate=9"), "learning_rate: 9 is not allowed; it takes a number above 0 and at most 1"),
        (("--set", "hidden=32,32"), "it counts for a new run only"),
        (("--set", "lr=1"), "did you mean learning_rate? All "),
    ],
)
def test_what_continuing_cannot_change_is_refused(
    call: Call, trained: Trained, options: tuple[str, ...], words: str
) -> None:
    before = (trained.path / "run.json").read_bytes()
    answer = call("train", "--continue", trained.path, *options)
    assert answer.status == 2
    assert words in answer.stderr
    assert (trained.path / "run.json").read_bytes() == before


def test_a_live_parameter_may_change_and_stays_changed(call: Call, tmp_path: Path) -> None:
    options = ("--set", "n_steps=32", "--eval-every", "0", "--runs-dir", tmp_path, "--json")
    first = call("train", "-e", "CartPole-v1", "-a", "ppo", "--preset", "none", "--steps", "300", *options)
    second = call("train", "--continue", first.json["run"], "--steps", "100", "--set", "learning_rate=0.01", "--json")
    assert second.status == 0, second.stderr
    folder = RunFolder.open(Path(first.json["run"]))
    info = folder.read_info()
    assert info.live_params == {"learning_rate": 0.01}
    assert info.config.params["learning_rate"] != 0.01
    (event,) = [event for event in folder.read_events() if event["kind"] == "param"]
    assert (event["step"], event["name"], event["value"]) == (first.json["steps"], "learning_rate", 0.01)
    call("train", "--continue", first.json["run"], "--steps", "100", "--json")
    assert folder.read_info().live_params == {"learning_rate": 0.01}
    assert [event["kind"] for event in folder.read_events()] == ["param", "budget", "budget"]


def test_a_solved_run_goes_on_past_its_goal(call: Call, tmp_path: Path) -> None:
    options = ("--steps", "50000", "--stop-at", "15", "--window", "3", "--runs-dir", tmp_path, "--json")
    first = call("train", "-e", "CartPole-v1", "-a", "random", *options)
    second = call("train", "--continue", first.json["run"], "--steps", "400", "--json")
    assert second.json["steps"] == first.json["steps"] + 400
    assert second.json["solved_at"] == first.json["solved_at"]
    assert first.json["solved_at"] is not None


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-e", "CartPol-v1", "-a", "ppo"), ("env: 'CartPol-v1'", "CartPole-v1")),
        (("-e", "os:path", "-a", "ppo"), ("env: 'os:path'", "colon")),
        (("-e", "CartPole-v1", "-a", "pppo"), ("algorithm: 'pppo'", "did you mean ppo, ")),
        (("-e", "CartPole-v1", "-a", "sac"), ("algorithm: 'sac'", "did you mean sb3_sac, ")),
        (("-e", "CartPole-v1", "-a", "xyzzy"), ("algorithm: 'xyzzy'", "there are: ppo, dqn, ")),
        (("-e", "ALE/Pong-v5", "-a", "ppo"), ("env: 'ALE/Pong-v5'", "see: rlstudio envs")),
        (("-e", "CartPole-v1", "-a", "ppo", "--set", "lr=3"), ("lr: 3", "did you mean learning_rate?")),
        (
            ("-e", "CartPole-v1", "-a", "ppo", "--set", "lerning_rate=1"),
            ("lerning_rate: 1", "did you mean learning_rate or learning_rate_schedule?"),
        ),
        (
            ("-e", "Pendulum-v1", "-a", "model_based", "--set", "learning=1"),
            (
                "learning: 1",
                "did you mean learning_rate or learning_starts? All ",
                "by rlstudio algorithms model_based\n",
            ),
        ),
        (
            ("-e", "CartPole-v1", "-a", "ppo", "--set", "xyzzy=1", "--set", "discount=9"),
            (
                "xyzzy: 1",
                "parameter; all ",
                "by rlstudio algorithms ppo\n",
                "discount: 9 is not allowed; it takes a number",
            ),
        ),
        (("-e", "CartPole-v1", "-a", "random", "--set", "x=1"), ("x: 1", "no such parameter; random has none")),
        (
            ("-e", "CartPole-v1", "-a", "ppo", "--set", "learning_rate=-1"),
            ("learning_rate: -1", "above 0 and at most 1"),
        ),
        (("-e", "CartPole-v1", "-a", "ppo", "--set", "learning_rate"), ("--set: 'learning_rate'", "NAME=VALUE")),
        (("-e", "CartPole-v1", "-a", "ppo", "--preset", "rl-zo"), ("preset: 'rl-zo'", "rl-zoo")),
        (("-e", "CartPole-v1", "-a", "ppo", "--steps", "0"), ("steps: 0", "a whole number of at least 1")),
        (("-e", "CartPole-v1", "-a", "ppo", "--steps", "many"), ("--steps", "'many' is not a whole number")),
        (
            ("-e", "CartPole-v1", "-a", "ppo", "--seed", "-1"),
            ("seed: -1", "a whole number of at least 0 and at most 2147483647"),
        ),
        (("-e", "CartPole-v1", "-a", "ppo", "--stop-at", "high"), ("--stop-at: 'high'", "a number, or none")),
        (("-e", "CartPole-v1", "-a", "ppo", "--stop-at", "nan"), ("stop_at: nan", "it takes a number")),
        (("-e", "CartPole-v1", "-a", "ppo", "--device", "tpu"), ("'tpu'", "auto, cpu, cuda, mps")),
        (
            ("-e", "CartPole-v1", "-a", "ppo", "--env-set", "gravitas=1"),
            ("env_kwargs: {'gravitas': 1}", "sutton_barto_reward"),
        ),
        (("-e", "Pendulum-v1", "-a", "dqn"), ("algorithm: 'dqn'", "discrete actions")),
        (("-e", "CartPole-v1"), ("algorithm", "-a")),
        (("-e", "CartPole-v1", "-a", "ppo", "--events", "nowhere"), ("--events: 'nowhere'", "No such file")),
        (("--config", "nowhere.json"), ("--config: 'nowhere.json'", "No such file")),
        (("--continue", "nowhere"), ("run: 'nowhere'", "rlstudio runs")),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    call: Call, tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    answer = call("train", *options, "--runs-dir", tmp_path, "--json")
    assert answer.status == 2
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_not_all_names_are_listed_where_one_is_wrong(call: Call) -> None:
    answer = call("train", "-e", "Pendulum-v1", "-a", "model_based", "--set", "lr=1")
    assert answer.status == 2
    assert "did you mean learning_rate?" in answer.stderr
    assert "batch_size" not in answer.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ("--config", "a JSON file")),
        ("[1]", ("--config", "an object like")),
        ('{"env": "CartPole-v1"}', ("algorithm", "-a")),
        ('{"env": "CartPol-v1", "algorithm": "random"}', ("env: 'CartPol-v1'", "did you mean CartPole-v1")),
        ('{"env": "CartPole-v1", "algorithm": "randm"}', ("algorithm: 'randm'", "did you mean random")),
        ('{"env": "CartPole-v1", "algorithm": 5}', ("algorithm: 5", "a name")),
        ('{"env": "CartPole-v1", "algorithm": "ppo", "preset": "zoo"}', ("preset: 'zoo'", "rl-zoo")),
        ('{"env": "CartPole-v1", "algorithm": "ppo", "params": [1]}', ("params: [1]", "an object with named values")),
        ('{"env": "CartPole-v1", "algorithm": "ppo", "step": 5}', ("step: 5", "did you mean steps?")),
        ('{"env": "CartPole-v1", "algorithm": "ppo", "steps": "x"}', ("steps: 'x'", "a whole number")),
        (
            '{"env": "CartPole-v1", "algorithm": "ppo", "events": [{"step": 1, "name": "x", "value": 1}]}',
            ("events, step 1: x",),
        ),
        ('{"config": {"env": "CartPole-v1", "algorithm": "ppo", "version": 9}}', ("version: 9",)),
    ],
)
def test_what_is_wrong_in_a_file_is_named_too(call: Call, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "config.json").write_text(text)
    answer = call("train", "--config", tmp_path / "config.json", "--runs-dir", tmp_path / "runs", "--json")
    assert answer.status == 2, answer.stderr
    assert "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "text", ["{", '"x"', '{"kind": "param"}', '{"kind": "param", "step": -1, "name": "x", "value": 1}']
)
def test_events_that_are_none_are_refused(call: Call, tmp_path: Path, text: str) -> None:
    (tmp_path / "events.jsonl").write_text(text + "\n")
    answer = call("train", "-e", "CartPole-v1", "-a", "ppo", "--events", tmp_path / "events.jsonl")
    assert answer.status == 2
    assert "the events.jsonl of a run" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", -1), ("learning_rate", "fast"), ("n_steps", 1.5), ("activation", "sine"), ("lerning_rate", 1)],
)
def test_a_wrong_parameter_gets_the_same_words_everywhere(call: Call, tmp_path: Path, name: str, value: Any) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"env": "CartPole-v1", "algorithm": "ppo", "params": {name: value}}))
    from_file = call("train", "--config", file)
    from_options = call("train", "-e", "CartPole-v1", "-a", "ppo", "--set", f"{name}={value}")
    assert from_file.status == from_options.status == 2
    assert from_file.stderr == from_options.stderr != ""


def test_a_runs_folder_that_cannot_be_written_is_said_in_words(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = call("train", "-e", "CartPole-v1", "-a", "random", "--runs-dir", tmp_path / "file")
    assert answer.status == 1
    assert str(tmp_path / "file") in answer.stderr
    assert "Traceback" not in answer.stderr


# ---------------------------------------------------------------- Ctrl+C


@pytest.mark.parametrize("algorithm", ["ppo", "random"])
def test_ctrl_c_saves_the_run_and_says_what_it_has(tmp_path: Path, algorithm: str) -> None:
    options = ("-e", "CartPole-v1", "-a", algorithm, "--steps", "100_000_000", "--eval-every", "0")
    process = subprocess.Popen(
        command_line("train", *options, "--runs-dir", tmp_path, "--json"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    wait_until(lambda: any(path.read_text().count("\n") > 10 for path in tmp_path.glob("*/monitor.csv")), "it trains")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    answer = Answer(process.returncode, out, err)
    assert answer.status == 130
    assert answer.json["status"] == "stopped"
    assert "stopping: saving what was learned" in err
    assert "Traceback" not in err
    folder = RunFolder.open(Path(answer.json["run"]))
    info = folder.read_info()
    assert (info.status, info.steps, info.episodes) == ("stopped", answer.json["steps"], answer.json["episodes"])
    assert len(folder.read_monitor().returns) == info.episodes
    assert folder.load_learner()[2] == folder.load_policy().step == info.steps

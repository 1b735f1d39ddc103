"""`rlstudio envs`, `algorithms`, `runs`, `doctor`, and what the command line is at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_harness import Answer, command_line, shell
from process_harness import ROOT

from rlstudio import __version__
from rlstudio.commands import doctor, window
from rlstudio.storage.run_folder import default_runs_dir

Call = Callable[..., Answer]


def test_version_answers_without_loading_anything() -> None:
    answer = shell("--version")
    assert (answer.status, answer.stdout.strip()) == (0, f"rlstudio {__version__}")
    code = "import sys, rlstudio.cli, rlstudio.workers.child; rlstudio.cli._parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"numpy", "torch", "gymnasium", "PySide6", "pydantic", "pygame"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_a_wrong_command_gets_the_nearest_right_one(call: Call) -> None:
    answer = call("trian")
    assert answer.status == 2
    assert "there is no 'trian'; did you mean train?" in answer.stderr


@pytest.mark.parametrize(
    "command",
    ["open", "demo", "train", "evaluate", "record", "samples", "episodes", "envs", "algorithms", "runs", "doctor"],
)
def test_every_command_explains_itself(call: Call, command: str) -> None:
    answer = call(command, "--help")
    assert answer.status == 0
    assert f"rlstudio {command}" in answer.stdout


def test_envs() -> None:
    answer = shell("envs", "--json")
    assert answer.status == 0
    rows = {row["id"]: row for row in answer.json["environments"]}
    keys = {"id", "title", "available", "why_not", "observation_space", "action_space", "reward_threshold"}
    assert all(row.keys() >= keys | {"max_episode_steps"} for row in rows.values())
    cartpole = rows["CartPole-v1"]
    assert (cartpole["title"], cartpole["available"], cartpole["why_not"]) == ("Cart Pole", True, None)
    assert (cartpole["max_episode_steps"], cartpole["reward_threshold"]) == (500, 475.0)
    assert "Discrete(2)" in cartpole["action_space"]
    missing = [row for row in rows.values() if not row["available"]]
    assert missing
    assert all(row["why_not"] for row in missing)


def test_the_example_of_ones_own_policy_is_named_where_it_is_and_can_be_run(call: Call, tmp_path: Path) -> None:
    page = call("algorithms", "user_policy").stdout.splitlines()
    path = Path(page[page.index("Example") + 1].strip())
    assert path.is_absolute()
    assert path.is_file()
    assert call("algorithms", "user_policy", "--json").json["example"] == str(path)
    options = ("--set", f"file={path}", "--trust-file", path, "--steps", "20", "--runs-dir", tmp_path, "--json")
    answer = call("train", "-e", "CartPole-v1", "-a", "user_policy", *options)
    assert (answer.status, answer.json["steps"]) == (0, 20), answer.stderr
    assert "Example" not in call("algorithms", "ppo").stdout.splitlines()


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        command_line("envs"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert err == ""


def test_algorithms() -> None:
    answer = shell("algorithms", "-e", "Pendulum-v1", "--json")
    assert answer.status == 0
    rows = {row["key"]: row for row in answer.json["algorithms"]}
    assert rows.keys() >= {"ppo", "dqn", "reinforce", "random"}
    for row in rows.values():
        assert row.keys() >= {"key", "title", "family", "params", "metrics", "why_not"}
        for param in row["params"]:
            assert param.keys() >= {"name", "type", "default", "bounds", "help", "live"}
    assert rows["ppo"]["why_not"] is None
    assert "discrete" in rows["dqn"]["why_not"]
    rate = next(param for param in rows["ppo"]["params"] if param["name"] == "learning_rate")
    assert (rate["type"], rate["bounds"], rate["live"]) == ("float", [0.0, 1.0], "update")


def test_algorithms_in_words_and_for_an_environment_that_is_not_there(call: Call) -> None:
    listed = call("algorithms")
    assert [line.split()[0] for line in listed.stdout.splitlines() if not line.startswith(" ")][:2] == ["ppo", "dqn"]
    tuned = [line.strip() for line in listed.stdout.splitlines() if line.startswith(" ")]
    assert tuned[0].startswith("presets: rl-zoo (CartPole-v1, ")
    assert all(line.count("rl-zoo") == 1 for line in tuned if "rl-zoo" in line)
    assert "why_not" not in call("algorithms", "--json").json["algorithms"][0]
    wrong = call("algorithms", "-e", "Pendulm-v1")
    assert wrong.status == 2
    assert "Pendulum-v1" in wrong.stderr


def test_one_algorithm_is_explained_in_full(call: Call) -> None:
    page = call("algorithms", "ppo")
    assert page.status == 0
    assert page.stdout.startswith("PPO (ppo)\n")
    for words in ("maximise min(", "Acts with: continuous, discrete", "learning_rate = 3e-4", "higher: ", "healthy: "):
        assert words in page.stdout
    assert call("algorithms", "ppo", "--json").json["key"] == "ppo"
    wrong = call("algorithms", "pppo")
    assert wrong.status == 2
    assert "did you mean ppo" in wrong.stderr


# ---------------------------------------------------------------- doctor and the window's door


def test_doctor_looks_at_everything() -> None:
    answer = shell("doctor", "--json", QT_QPA_PLATFORM="offscreen")
    findings = {finding["check"]: finding for finding in answer.json["findings"]}
    assert findings.keys() >= {"Python", "Qt platform", "SDL", "runs folder", "settings", "cache", "disk", "device"}
    assert findings["SDL"]["ok"]
    assert findings["Qt platform"]["seen"] == "offscreen"
    assert answer.status == (0 if answer.json["ok"] else 1)
    assert answer.json["ok"] == all(finding["ok"] for finding in findings.values())


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check that imports torch is left to the test that runs the doctor as a process."""
    monkeypatch.setattr(doctor, "_device", lambda: iter([doctor.Finding("device", True, "not asked")]))


@pytest.mark.usefixtures("without_torch")
def test_doctor_names_missing_libraries_and_the_line_that_installs_them(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {"libxcb-cursor.so.0": "libxcb-cursor0", "libEGL.so.1": "libegl1"}
    monkeypatch.setattr(doctor, "missing_libraries", lambda platform: missing)
    answer = call("doctor")
    assert answer.status == 1
    assert "BAD  Qt libraries       missing: libEGL.so.1, libxcb-cursor.so.0" in answer.stdout
    assert "→ sudo apt-get install libegl1 libxcb-cursor0" in answer.stdout


@pytest.mark.usefixtures("without_torch")
def test_doctor_goes_on_where_a_check_itself_fails(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no such device")

    monkeypatch.setattr(doctor, "default_runs_dir", broken)
    answer = call("doctor", "--json")
    assert answer.status == 1
    bad = [finding for finding in answer.json["findings"] if not finding["ok"]]
    assert any("could not be checked: no such device" in finding["seen"] for finding in bad)
    assert answer.json["findings"][-1]["check"] == "device"


@pytest.mark.usefixtures("without_torch")
def test_doctor_says_what_a_folder_lacks(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(doctor, "cache_dir", lambda: tmp_path / "file" / "cache")
    monkeypatch.setattr(doctor, "_ROOM_WANTED_BYTES", 2**80)
    findings = {f["check"]: f for f in call("doctor", "--json").json["findings"]}
    assert not findings["cache"]["ok"]
    assert "RLSTUDIO_HOME" in findings["cache"]["advice"]
    assert not findings["disk"]["ok"]
    assert findings["settings"]["ok"]


def test_without_a_display_the_studio_says_what_there_is_instead(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    answer = call()
    assert answer.status == 1
    assert "rlstudio demo" in answer.stderr


def test_missing_libraries_are_named_before_qt_would_die(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setattr(window, "missing_libraries", lambda platform: {"libxcb-cursor.so.0": "libxcb-cursor0"})
    answer = call()
    assert answer.status == 1
    assert "libxcb-cursor.so.0" in answer.stderr
    assert "apt-get install libxcb-cursor0" in answer.stderr


def test_open_takes_a_run_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLSTUDIO_HOME", str(tmp_path))
    run = default_runs_dir() / "a-run"
    run.mkdir(parents=True)
    assert window._found("a-run") is None  # no run.json: no run
    (run / "run.json").write_text("{}", encoding="utf-8")
    assert window._found("a-run") == run
    assert window._found(str(tmp_path)) == tmp_path


def test_open_says_what_there_is_not(call: Call) -> None:
    answer = call("open", "no-such-run")
    assert answer.status == 1
    assert "no-such-run: there is no such file or folder, and no run of that name" in answer.stderr

"""An algorithm of somebody else's package, installed by pip, is one of the studio's own: picker, command line, runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from textwrap import dedent

import pytest
from command_harness import Answer, shell
from process_harness import ROOT

SPEC = """
from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.core.params import Params, param


class OneActionParams(Params):
    choice: int = param(0, ge=0, le=1000, live="step", group="acting", help="The action it takes, counted from 0.")


SPEC = AlgorithmSpec(
    key="one_action",
    title="One action",
    family="baselines",
    implementation="tiny-algorithm",
    params=OneActionParams,
    learner="tiny_algorithm.learner:OneActionLearner",
    policy="tiny_algorithm.learner:OneActionPolicy",
    refuses=lambda card: None if card.action is None or card.action.kind == "discrete" else "it needs discrete actions",
    metrics=(MetricSpec("choice", "choice", "The action it takes."),),
    idea="It takes the same action always.",
    update_rule="none",
)
"""
LEARNER = """
from rlstudio.algorithms.base import Learner, LearnerState, Policy
from rlstudio.core.episode import Thought


class OneActionLearner(Learner):
    def __init__(self, env, params, seed, device):
        self.env, self.params, self.seed = env, params.model_copy(), seed

    def learn(self, run):
        self.env.reset(seed=self.seed)
        while True:
            _, reward, terminated, truncated, _ = self.env.step(self.params.choice)
            run.record(reward, terminated, truncated)
            if terminated or truncated:
                run.log(choice=float(self.params.choice))
                self.env.reset()
            run.tick(1)

    def policy(self):
        return OneActionPolicy(self.params.choice)

    def set_param(self, name, value):
        setattr(self.params, name, value)

    def state(self):
        return LearnerState()

    def load_state(self, state):
        pass


class OneActionPolicy(Policy):
    def __init__(self, choice):
        self.choice = choice

    def decide(self, observation, info, *, greedy):
        return self.choice, Thought(note="as always")

    def state(self):
        return {}, {"choice": self.choice}

    @classmethod
    def from_state(cls, arrays, settings, observation_space, action_space):
        return cls(int(settings["choice"]))
"""
ENTRY_POINTS = """
    [rlstudio.algorithms]
    one_action = tiny_algorithm.spec:SPEC
    broken = tiny_algorithm.no_such_module:SPEC
    no_spec = tiny_algorithm.learner:OneActionPolicy
    taken = rlstudio.algorithms.ppo.spec:SPEC
"""


def wheel(folder: Path) -> Path:
    """The package as its author would upload it."""
    path = folder / "tiny_algorithm-1.0-py3-none-any.whl"
    info = "tiny_algorithm-1.0.dist-info"
    files = {
        "tiny_algorithm/__init__.py": "",
        "tiny_algorithm/spec.py": SPEC,
        "tiny_algorithm/learner.py": LEARNER,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-algorithm\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": dedent(ENTRY_POINTS),
    }
    record = "".join(f"{name},,\n" for name in files) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """PYTHONPATH with the package in it: installed by pip, yet apart from the tests' own environment."""
    folder = tmp_path_factory.mktemp("third-party")
    site = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", site]
    subprocess.run(
        [*pip, "--disable-pip-version-check", wheel(folder)], check=True, timeout=120, stdin=subprocess.DEVNULL
    )
    return os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))


def test_the_command_line_lists_and_judges_it(installed: str) -> None:
    answer = shell("algorithms", "-e", "Pendulum-v1", "--json", PYTHONPATH=installed)
    rows = {row["key"]: row for row in answer.json["algorithms"]}
    assert rows["one_action"]["why_not"] == "it needs discrete actions"
    assert [row["name"] for row in rows["one_action"]["params"]] == ["choice"]
    assert rows["ppo"]["title"] == "PPO"
    assert not {"broken", "no_spec", "taken"} & set(rows)


def test_it_trains_and_is_evaluated(installed: str, tmp_path: Path) -> None:
    def call(*arguments: str | Path) -> Answer:
        return shell(*arguments, "--json", PYTHONPATH=installed, RLSTUDIO_HOME=str(tmp_path))

    options = ["-e", "CartPole-v1", "-a", "one_action", "--steps", "300", "--set", "choice=1"]
    trained = call("train", *options)
    assert trained.status == 0, trained.stderr
    scores = call("evaluate", trained.json["run"], "--episodes", "2").json
    assert all(8 <= score <= 11 for score in scores["returns"])
    refused = call("train", *options[:4], "--steps", "300", "--set", "choice=-1")
    assert refused.status == 2
    assert "choice" in refused.stderr


def test_doctor_names_what_is_left_out(installed: str) -> None:
    findings = shell("doctor", "--json", PYTHONPATH=installed).json["findings"]
    faults = [finding["seen"] for finding in findings if finding["check"] == "other packages"]
    assert len(faults) == 3
    assert all("of the package tiny-algorithm is left out" in fault for fault in faults)
    assert any("ModuleNotFoundError" in fault for fault in faults)
    assert any("is no AlgorithmSpec" in fault for fault in faults)
    assert any("there is an algorithm 'ppo' already" in fault for fault in faults)


def test_the_picker_offers_it_and_the_log_says_what_is_left_out(installed: str, tmp_path: Path) -> None:
    program = """
        from pathlib import Path
        import sys
        from PySide6.QtCore import QTimer
        from rlstudio.ui.app import run_studio
        from rlstudio.ui.settings import Settings
        from rlstudio.ui.widgets.algorithm_picker import AlgorithmPicker

        def look(window, controller):
            window.findChild(AlgorithmPicker).choose("One action")
            print("chosen:", window.setup.draft()["algorithm"])
            print(window.log.text())
            QTimer.singleShot(0, window.close)

        sys.exit(run_studio(settings=Settings(Path(sys.argv[1])), after_shown=look))
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(program), tmp_path / "window.json"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([installed, str(ROOT)]),
            "QT_QPA_PLATFORM": "offscreen",
            "RLSTUDIO_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.startswith("chosen: one_action"), done.stdout + done.stderr
    assert done.stdout.count("is left out") == 3

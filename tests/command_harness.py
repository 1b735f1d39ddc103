"""The command line as a person or a script meets it: a process of its own, or its `main` where that is enough."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from process_harness import ROOT

from rlstudio.cli import main


@dataclass(frozen=True)
class Answer:
    """Exit status and what was printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; anything else there fails."""
        found = json.loads(self.stdout)
        assert isinstance(found, dict)
        return found


def command_line(*arguments: str | Path) -> list[str]:
    """How the program is called, from a checkout as from where it is installed."""
    return [sys.executable, "-m", "rlstudio", *map(str, arguments)]


def shell(*arguments: str | Path, **environment: str) -> Answer:
    """Run `rlstudio` as a process."""
    done = subprocess.run(
        command_line(*arguments),
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """`call("train", "-e", …)` runs the command in this process."""

    def _call(*arguments: str | Path) -> Answer:
        capfd.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as exit_:  # argparse's way of ending
            status = int(exit_.code or 0)
        out, err = capfd.readouterr()
        return Answer(status, out, err)

    return _call


@dataclass(frozen=True)
class Trained:
    """A run trained from the command line, in a runs folder of its own; do not change it."""

    answer: Answer
    runs_dir: Path

    @property
    def path(self) -> Path:
        """The run folder."""
        return Path(self.answer.json["run"])


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """PPO, a little trained on CartPole, evaluated on the way."""
    runs_dir = tmp_path_factory.mktemp("trained")
    options = ("--steps", "2_000", "--seed", "4", "--eval-every", "1000", "--eval-episodes", "2", "--window", "10")
    return Trained(
        shell("train", "-e", "CartPole-v1", "-a", "ppo", *options, "--runs-dir", runs_dir, "--json"), runs_dir
    )

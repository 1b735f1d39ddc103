"""The window opens whatever its file of settings holds: nobody loses more than what was remembered."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from mutations import strange

from rlstudio.ui.last_choices import recall
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings

WHOLE: dict[str, Any] = {
    "speed": 50,
    "seeds": 5,
    "watch": "policy",
    "step_unit": "step",
    "theme": "dark",
    "font_points": 11.0,
    "tab": "runs",
    "tabs_height": 210,
    "setup_width": 240,
    "tensorboard": False,
    "episode_rows": {"reward": True},
    "run_export": {"to": "csv", "folder": "/tmp"},
    "request": {
        "env": "CartPole-v1",
        "env_kwargs": {},
        "algorithm": "ppo",
        "preset": "rl-zoo",
        "params": {"learning_rate": 0.001, "hidden": [8, 8]},
        "steps": 1000,
        "episodes": None,
        "stop_at": 475.0,
        "window": 25,
        "seed": 0,
        "device": "auto",
    },
}


def test_last_choices_that_are_none_are_forgotten(show: Callable[..., Any], tmp_path: Path) -> None:
    window = show(MainWindow(Settings(tmp_path / "window.json")))
    for seed in range(40):
        for name in ("request", "request", "speed", "seeds", "watch", "step_unit"):
            value = strange(copy.deepcopy(WHOLE[name]), Random(f"{seed} {name}"))
            window.settings.set(**{**copy.deepcopy(WHOLE), name: value})
            recall(window)


@pytest.mark.parametrize("seed", range(6))
def test_a_window_opens_with_any_settings(show: Callable[..., Any], tmp_path: Path, seed: int) -> None:
    random, found = Random(seed), copy.deepcopy(WHOLE)
    for _ in range(8):
        found = strange(found, random) or found
    (tmp_path / "window.json").write_text(json.dumps(found), encoding="utf-8")
    window = show(MainWindow(Settings(tmp_path / "window.json")))
    recall(window)
    window.settings.save()


def test_numbers_that_no_window_has_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"a": 1e999, "b": NaN, "c": 99999999999, "d": 7, "e": true}', encoding="utf-8")
    settings = Settings(path)
    assert [settings.get(name, int, 0) for name in "abcde"] == [0, 0, 0, 7, True]
    assert settings.get("a", float, 1.5) == 1.5

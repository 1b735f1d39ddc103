"""Watching, pausing, evaluating and saving a run never change it, whatever the algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from job_harness import FakeChannel, in_turn, story, train_inline
from learners import TRIALS, home_of

from rlstudio.core import messages as m
from rlstudio.jobs import autosave

STEPS = 400
ELSEWHERE = {"scripted": "Acrobot-v1"}
"""Where every episode in the usual place would be like the other."""


@pytest.mark.parametrize("key", sorted(TRIALS))
def test_same_config_same_returns_watched_paused_evaluated_saved_or_not(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {
        "env": ELSEWHERE.get(key) or home_of(key),
        "algorithm": key,
        "preset": "none",
        "params": TRIALS[key].params,
        "steps": STEPS,
        "seed": 3,
        "trusted_files": TRIALS[key].programs,
    }
    plain, _ = train_inline(tmp_path, eval_every=0, **asked)
    monkeypatch.setattr(autosave, "CHECKPOINT_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(autosave, "SHARE_FOR_CHECKPOINTS", 1.0)
    disturbed = FakeChannel(
        in_turn(
            (lambda batch: batch.step > 150, m.Pause()),
            (lambda batch: batch.paused, m.SetWatch("policy")),
            (lambda batch: batch.paused, m.StepOnce("step")),
            (lambda batch: batch.paused, m.Resume()),
            (lambda batch: not batch.paused, m.SetPace(5_000.0)),
        ),
        watches=True,
    )
    watched, _ = train_inline(tmp_path, disturbed, watch="training", eval_every=130, eval_episodes=1, **asked)
    assert plain.read_monitor().returns.size >= 2
    assert story(watched) == story(plain)
    assert len(disturbed.frames) > 0
    assert len(disturbed.of(m.PolicyUpdate)) > 1
    assert [event["kind"] for event in watched.read_events()].count("evaluation") >= 3
    other, _ = train_inline(tmp_path, eval_every=0, **{**asked, "seed": 4})
    assert story(other) != story(plain)

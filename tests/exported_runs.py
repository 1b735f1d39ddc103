"""Runs for tests of exports: with a curve, evaluations, live changes, and what a stranger may write into one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_folder import RunFolder

HOSTILE = "<script>alert(1)</script>"


def make_run(runs_dir: Path, **changes: object) -> Path:
    """A finished run of 40 episodes with three checkpoints; `changes` to its config."""
    fields = {"env": "CartPole-v1", "algorithm": "ppo", "steps": 1000, "seed": 3, "window": 5}
    fields["params"] = {"learning_rate": 1e-3, "n_envs": 8, "hidden": [32, 32]}
    with RunFolder.create(runs_dir, RunConfig.parse({**fields, **changes})) as folder:
        lengths = np.arange(1, 41)
        ends = np.cumsum(lengths)
        folder.append_episodes(lengths * 1.5, lengths, ends, ends / 100)
        rows = [(step, step / 100, "policy_loss", 1 / step) for step in range(100, 800, 100)]
        folder.append_metrics([*rows, (800, 8.0, "policy_loss", float("nan")), (800, 8.0, "entropy", 0.5)])
        folder.append_event("evaluation", 400, 4.0, returns=[10.0, 20.0], best=True)
        folder.append_event("param", 500, 5.0, name="learning_rate", old=1e-3, value=5e-4)
        folder.append_event("evaluation", 800, 8.0, returns=[12.0, 14.0], best=False)
        for step in (0, 400, 800):
            weights = {"w": np.full((2, 2), step, np.float32)}
            folder.save_checkpoint(step, PolicyData("ppo", weights, {}, step=step), weights, {"n": step}, note={})
        folder.mark_best(400)
        folder.write_info(
            status="finished", steps=820, episodes=40, seconds=8.2, mean_return=57.0, best_mean_return=57.0
        )
    return folder.path


def make_hostile_run(runs_dir: Path) -> Path:
    """Markup wherever a text may stand."""
    path = make_run(runs_dir, env=HOSTILE, preset=HOSTILE, env_kwargs={HOSTILE: [HOSTILE, "=1+1"]})
    with RunFolder.open(path, write=True) as folder:
        folder.append_metrics([(1, 0.1, HOSTILE, 1.0)])
        folder.append_event("param", 1, 0.1, name=HOSTILE, old=HOSTILE, value=HOSTILE)
        folder.write_info(status="failed", error=HOSTILE, live_params={HOSTILE: HOSTILE}, started=HOSTILE)
    return path

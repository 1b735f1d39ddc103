"""Policies to look back at: kept after updates only, dense early, copied, and never at the run's expense."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from job_harness import Bench, ToyLearner

from rlstudio.algorithms.base import Learner, Run
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.policy_snapshots import PARTS, PolicySnapshots


class Weights:
    """A learner, and its policy, whose one array is changed in place, as learners do."""

    def __init__(self) -> None:
        self.weights = np.zeros(3, np.float32)

    def policy(self) -> Weights:
        return self

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"w": self.weights}, {}


def updating_every(n: int, total: int) -> Any:
    def script(run: Run, learner: ToyLearner) -> None:
        for step in range(1, total + 1):
            if step % n == 0:
                run.log()
            run.tick()

    return script


def test_a_run_keeps_policies_along_its_way_most_of_them_early(bench: Any) -> None:
    made: Bench = bench(updating_every(10, 5000), steps=5000)
    assert made.learn() == "finished"
    steps = np.array(made.folder.checkpoints())
    assert (steps[0], steps[1], steps[-1]) == (0, 10, 5000)
    assert 40 <= len(steps) <= PARTS + 2
    assert (steps < 500).sum() > ((steps >= 2000) & (steps < 2500)).sum()
    assert made.folder.load_policy(10).step == 10


def test_without_an_update_there_is_no_other_policy_to_keep(bench: Any) -> None:
    made: Bench = bench(updating_every(400, 999), steps=1000)
    made.learn()
    assert made.folder.checkpoints() == [0, 400, 800, 999]


def test_an_algorithm_that_never_learns_keeps_none() -> None:
    config = RunConfig(env="CartPole-v1", algorithm="random", params={}, steps=1000)
    assert PolicySnapshots(config, learns=False).due_step == float("inf")


def test_a_run_that_goes_on_begins_after_where_it_stood() -> None:
    config = RunConfig(env="CartPole-v1", algorithm="random", params={}, steps=1000)
    assert PolicySnapshots(config, 600).due_step == 601


def test_what_was_taken_stays_as_it_was_while_the_learner_goes_on() -> None:
    config = RunConfig(env="CartPole-v1", algorithm="random", params={}, steps=1000)
    snapshots, learner = PolicySnapshots(config), Weights()
    for step in (1, 100):
        learner.weights[:] = step
        snapshots.take(cast(Learner, learner), "ppo", step, "a run")
        assert snapshots.due_step > step
    learner.weights[:] = -1.0
    taken = snapshots.hand_over()
    assert [(policy.step, policy.run, policy.arrays["w"].tolist()) for policy in taken] == [
        (1, "a run", [1.0] * 3),
        (100, "a run", [100.0] * 3),
    ]
    assert snapshots.hand_over() == []

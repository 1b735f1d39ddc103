"""Checkpoints whose policies are the same to the byte are found, and only those."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from job_harness import train_inline

from rlstudio.core.messages import PolicyData
from rlstudio.storage.distinct_policies import same_policies
from rlstudio.storage.run_folder import RunFolder, RunFolderError


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return train_inline(tmp_path, algorithm="random", steps=50)[0]


def with_policies(monkeypatch: pytest.MonkeyPatch, policies: dict[int, PolicyData | None]) -> None:
    def load(self: RunFolder, step: int) -> PolicyData:
        if (policy := policies[step]) is None:
            raise RunFolderError("gone")
        return policy

    monkeypatch.setattr(RunFolder, "checkpoints", lambda self: sorted(policies))
    monkeypatch.setattr(RunFolder, "load_policy", load)


def test_neighbours_with_the_same_parameters_are_one_group(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def policy(step: int, value: float, **settings: float) -> PolicyData:
        return PolicyData("ppo", {"w": np.full(3, value), "b": np.zeros(2)}, settings, step)

    policies = {0: policy(0, 1.0), 10: policy(10, 1.0), 20: policy(20, 1.0 + 1e-16), 30: policy(30, 1.0 + 1e-15)}
    policies |= {40: policy(40, 1.0), 50: policy(50, 1.0, epsilon=0.1), 60: None, 70: policy(70, 1.0)}
    with_policies(monkeypatch, policies)
    assert same_policies(folder) == [[0, 10, 20], [30], [40, 50], [60], [70]]
    assert same_policies(folder, [0, 40]) == [[0, 40]]


def test_names_shapes_and_types_count_and_settings_where_there_is_nothing_else(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    zeros = [
        {"w": np.zeros(4)},
        {"v": np.zeros(4)},
        {"w": np.zeros((2, 2))},
        {"w": np.zeros(8, np.float32)},
        {},
        {},
        {},
    ]
    settings = [{}, {}, {}, {}, {"gain": 1.0}, {"gain": 1.0}, {"gain": 2.0}]
    pairs = zip(zeros, settings, strict=True)
    with_policies(monkeypatch, {step: PolicyData("x", arrays, about) for step, (arrays, about) in enumerate(pairs)})
    assert same_policies(folder) == [[0], [1], [2], [3], [4, 5], [6]]

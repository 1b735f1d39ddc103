"""A run configuration, a folder for runs, a policy: what every test of storage needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_folder import RunFolder


@pytest.fixture
def config() -> RunConfig:
    return RunConfig(env="CartPole-v1", algorithm="ppo", params={"learning_rate": 3e-4}, steps=1000, seed=3)


@pytest.fixture
def folder(tmp_path: Path, config: RunConfig) -> Iterator[RunFolder]:
    with RunFolder.create(tmp_path / "runs", config) as made:
        yield made


@pytest.fixture
def policy() -> PolicyData:
    weights = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)
    return PolicyData("ppo", {"w": weights.T, "scale": np.array(2.5)}, {"hidden": [4, 2]})

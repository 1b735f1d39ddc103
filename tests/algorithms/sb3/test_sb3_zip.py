"""The models that learners of Stable-Baselines3 save for use elsewhere: opened by the library alone, and here again."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from learners import build
from runs import PlainRun, learn

from rlstudio.envs.make import make
from rlstudio.jobs.import_model import make_run, read_foreign

CONTINUOUS = ("sb3_sac", "sb3_td3", "sb3_ddpg", "tqc")
CLASSES = {
    "sb3_ppo": "stable_baselines3.PPO",
    "sb3_a2c": "stable_baselines3.A2C",
    "sb3_dqn": "stable_baselines3.DQN",
    "sb3_sac": "stable_baselines3.SAC",
    "sb3_td3": "stable_baselines3.TD3",
    "sb3_ddpg": "stable_baselines3.DDPG",
    "ars": "sb3_contrib.ARS",
    "qrdqn": "sb3_contrib.QRDQN",
    "tqc": "sb3_contrib.TQC",
    "trpo": "sb3_contrib.TRPO",
    "recurrent_ppo": "sb3_contrib.RecurrentPPO",
    "maskable_ppo": "sb3_contrib.MaskablePPO",
}
ELSEWHERE = """
import importlib, json, sys, warnings
warnings.simplefilter("ignore")
sys.modules["rlstudio"] = None
import numpy as np
found = {}
for key, (name, path, observations) in json.load(sys.stdin).items():
    module, _, name = name.rpartition(".")
    model = getattr(importlib.import_module(module), name).load(path, device="cpu")
    rows = np.array(observations, np.float32)
    found[key] = [np.ravel(model.predict(row, deterministic=True)[0]).tolist() for row in rows]
print(json.dumps(found))
"""


def observations_of(env_id: str) -> Any:
    env = make(env_id)
    env.observation_space.seed(3)
    assert isinstance(env.observation_space, gym.spaces.Box)
    rows = np.clip([env.observation_space.sample() for _ in range(5)], -3, 3)
    env.close()
    return rows


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str, Any, Any]]:
    """Of each algorithm: its file, environment, some observations, and what it does there."""
    folder, found = tmp_path_factory.mktemp("zips"), {}
    for key in CLASSES:
        env_id = "Pendulum-v1" if key in CONTINUOUS else "CartPole-v1"
        learner, env = build(key, partial(make, env_id))
        learn(learner, PlainRun(steps=60))
        path = folder / f"{key}.zip"
        learner.export_zip(path)  # type: ignore[attr-defined]
        policy, rows, actions = learner.policy(), observations_of(env_id), []
        for row in rows:
            policy.start_episode(0)
            actions.append(np.ravel(policy.decide(row, {}, greedy=True)[0]))
        env.close()
        found[key] = path, env_id, rows, np.array(actions)
    return found


def test_the_library_alone_acts_alike(saved: dict[str, Any]) -> None:
    asked = {key: (CLASSES[key], str(path), rows.tolist()) for key, (path, _, rows, _) in saved.items()}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=json.dumps(asked), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for key, actions in json.loads(done.stdout).items():
        assert np.allclose(actions, saved[key][3], atol=1e-5), key


@pytest.mark.parametrize("key", sorted(CLASSES))
def test_it_opens_here_and_names_its_environment(saved: dict[str, Any], key: str, tmp_path: Path) -> None:
    from rlstudio.jobs.policies import build_policy
    from rlstudio.storage.run_folder import RunFolder

    path, env_id, rows, actions = saved[key]
    model = read_foreign(path)
    run = RunFolder.open(make_run(path, model, tmp_path, model.env, {}))
    assert (run.read_info().config.env, run.read_info().config.algorithm) == (env_id, key)
    env = make(env_id)
    policy = build_policy(run.load_policy(), env)
    for row, expected in zip(rows, actions, strict=True):
        policy.start_episode(0)
        assert np.allclose(np.ravel(policy.decide(row, {}, greedy=True)[0]), expected, atol=1e-5)
    env.close()

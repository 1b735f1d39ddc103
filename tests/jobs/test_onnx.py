"""A policy as ONNX: onnxruntime takes the same actions from the same observations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.blocks.randomness import acting_seed
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.onnx_policies import NoGraphError
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.messages import ExportRun, PolicyData
from rlstudio.core.params import validate
from rlstudio.envs.encoder import ObservationEncoder
from rlstudio.envs.make import make
from rlstudio.jobs.onnx_export import write_onnx
from rlstudio.jobs.policies import build_policy, make_training_env
from rlstudio.storage.run_folder import RunFolder

CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ppo": ("ppo", "CartPole-v1", {"normalise_observations": True}),
    "ppo continuous": ("ppo", "Pendulum-v1", {"activation": "relu"}),
    "ppo states": ("ppo", "FrozenLake-v1", {}),
    "dqn": ("dqn", "CartPole-v1", {}),
    "reinforce": ("reinforce", "CartPole-v1", {}),
    "sb3_ppo": ("sb3_ppo", "CartPole-v1", {"normalise_observations": True}),
    "sb3_ppo continuous": ("sb3_ppo", "Pendulum-v1", {"state_dependent_noise": True}),
    "sb3_ppo states": ("sb3_ppo", "FrozenLake-v1", {}),
    "sb3_ppo pictures": ("sb3_ppo", "CarRacing-v3", {"n_steps": 8, "batch_size": 8}),
    "sb3_a2c": ("sb3_a2c", "CartPole-v1", {}),
    "sb3_dqn": ("sb3_dqn", "CartPole-v1", {}),
    "sb3_sac": ("sb3_sac", "Pendulum-v1", {"state_dependent_noise": True}),
    "sb3_td3": ("sb3_td3", "Pendulum-v1", {}),
    "sb3_ddpg": ("sb3_ddpg", "Pendulum-v1", {}),
    "tqc": ("tqc", "Pendulum-v1", {}),
    "qrdqn": ("qrdqn", "CartPole-v1", {}),
    "trpo": ("trpo", "CartPole-v1", {}),
    "ars": ("ars", "CartPole-v1", {}),
    "ars continuous": ("ars", "Pendulum-v1", {"hidden": [8]}),
    "maskable_ppo": ("maskable_ppo", "CartPole-v1", {}),
}


def saved(folder: Path, algorithm: str, env_id: str, params: dict[str, Any]) -> tuple[Path, PolicyData]:
    """A run with one checkpoint of a learner that has learned nothing yet; its statistics are made up."""
    if "buffer_size" in get_algorithm(algorithm).params.model_fields:
        params = {**params, "buffer_size": 1_000}
    config = resolve(env=env_id, algorithm=algorithm, steps=100, params=params, preset="none")
    spec = get_algorithm(algorithm)
    env = make_training_env(spec, env_id, 1, {})
    learner = spec.load_learner()(env, validate(spec.params, config.params), acting_seed(0), "cpu")
    arrays, settings = learner.policy().state()
    env.close()
    for name in arrays:
        if name.startswith("observations.") and not name.endswith("count"):
            arrays[name] = arrays[name] * 0.3 + 0.2
    data = PolicyData(algorithm, arrays, settings, step=7)
    with RunFolder.create(folder, config) as run:
        run.save_checkpoint(7, data, {}, {}, note={})
        run.write_info(status="finished")
    return run.path, data


def observation_for(policy: Policy, space: Any, observation: Any) -> Any:
    """What goes into the graph for an observation of the environment."""
    if hasattr(policy, "module"):
        return policy._observations.convert(observation)  # type: ignore[attr-defined]
    return ObservationEncoder(space).encode(observation)


@pytest.mark.parametrize("case", CASES)
def test_onnxruntime_acts_alike(case: str, tmp_path: Path) -> None:
    algorithm, env_id, params = CASES[case]
    run, data = saved(tmp_path / "runs", algorithm, env_id, params)
    (path,) = write_onnx(ExportRun(str(run), "onnx", str(tmp_path / "out.onnx")))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    env = make(env_id)
    policy = build_policy(data, env)
    policy.start_episode(0)
    env.observation_space.seed(0)
    rows, wanted = [], []
    for _ in range(3 if "pictures" in case else 20):
        observation = env.observation_space.sample()
        if isinstance(observation, np.ndarray) and observation.dtype.kind == "f":
            observation = np.clip(observation, -3.0, 3.0)
        rows.append(observation_for(policy, env.observation_space, observation))
        wanted.append(policy.decide(observation, {}, greedy=True)[0])
    actions, scores = session.run(["action", "scores"], {"observation": np.stack(rows)})
    env.close()
    assert len(scores) == len(rows)
    np.testing.assert_allclose(actions, np.stack(wanted), atol=2e-5)
    assert actions.dtype == (np.int64 if np.ndim(wanted[0]) == 0 else np.float32)


def test_the_file_says_what_goes_in_and_out(tmp_path: Path) -> None:
    run, _ = saved(tmp_path / "runs", "ppo", "CartPole-v1", {})
    write_onnx(ExportRun(str(run), "onnx", str(tmp_path / "out.onnx"), checkpoint=7))
    model = onnx.load(str(tmp_path / "out.onnx"))
    notes = {row.key: row.value for row in model.metadata_props}
    assert notes["observation"] == "float32 (batch, 4): the observation's numbers, flattened, nothing scaled"
    assert notes["action"] == "int64 (batch,): the choice, 0 to 1"
    assert "cart position" in json.loads(notes["observed numbers"])[0].lower()
    assert notes["step"] == "7"
    assert [output.name for output in model.graph.output] == ["action", "scores"]
    assert "float32 (batch, 2): logits" in model.doc_string
    assert str(tmp_path) not in str(model), "no path goes along"


@pytest.mark.parametrize(
    ("algorithm", "env_id", "words"),
    [
        ("q_learning", "FrozenLake-v1", "is no network of layers"),
        ("recurrent_ppo", "CartPole-v1", "with a memory"),
        ("sb3_her", "rlstudio/BitFlipping-v0", "several named parts"),
    ],
)
def test_what_is_no_graph_is_said(algorithm: str, env_id: str, words: str, tmp_path: Path) -> None:
    run, _ = saved(tmp_path / "runs", algorithm, env_id, {})
    with pytest.raises(NoGraphError, match=words):
        write_onnx(ExportRun(str(run), "onnx", str(tmp_path / "out.onnx")))
    assert not (tmp_path / "out.onnx").exists()

"""Models of plain Stable-Baselines3 as runs here: the same actions, and in words what cannot be opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from foreign_models import MODELS, changed, saved_model, torch_file, with_fields
from gymnasium import spaces
from job_harness import FakeChannel

from rlstudio.algorithms.sb3.fitting import fitted
from rlstudio.core import messages as m
from rlstudio.envs.make import make
from rlstudio.jobs.import_model import cautions_of, import_model, likeness, make_run, question, read_foreign
from rlstudio.jobs.policies import build_policy
from rlstudio.storage.labels import read_labels
from rlstudio.storage.model_zip import ModelError
from rlstudio.storage.run_folder import RunFolder


@pytest.mark.parametrize("key", sorted(MODELS))
def test_it_acts_as_it_does_at_home(key: str, tmp_path: Path) -> None:
    """Over episodes, greedily: the actions are those that the library's own `predict` gives."""
    model_class, _, env_id, arguments = MODELS[key]
    path = saved_model(key, tmp_path)
    found = read_foreign(path)
    assert env_id in question(path, found).fitting
    run = RunFolder.open(make_run(path, found, tmp_path / "runs", env_id, {}))
    info = run.read_info()
    assert info.status == "finished"
    assert info.config.params.get("discount", 0.9) == arguments.get("gamma", info.config.params.get("discount", 0.9))
    assert read_labels(run.path).title == key
    env = make(env_id)
    policy = build_policy(run.load_policy(), env)
    theirs = model_class.load(path, device="cpu")
    memory: Any = None
    for episode in range(2):
        observation, _ = env.reset(seed=episode)
        policy.start_episode(0)
        begins = np.ones(1, bool)
        for _ in range(4 if "pictures" in key else 40):
            ours, _ = policy.decide(observation, {}, greedy=True)
            seen = observation.transpose(2, 0, 1) if "pictures" in key else observation
            expected, memory = theirs.predict(seen, state=memory, episode_start=begins, deterministic=True)
            assert np.allclose(ours, expected, atol=1e-5), (ours, expected)
            observation, _, terminated, truncated, _ = env.step(ours)
            begins[:] = False
            if terminated or truncated:
                break
    env.close()


def test_the_job_asks_for_the_environment_and_then_makes_the_run(tmp_path: Path) -> None:
    path = saved_model("dqn", tmp_path)
    channel = FakeChannel()
    import_model(m.ImportModel(str(path), str(tmp_path / "runs")), channel)
    (asked,) = channel.of(m.ModelNeedsEnvironment)
    assert asked.needs == "observations of 4 numbers and actions of 2 choices"
    assert asked.fitting[0] == "CartPole-v1"
    assert asked.likely == ""
    assert not (tmp_path / "runs").exists()
    import_model(m.ImportModel(str(path), str(tmp_path / "runs"), "CartPole-v1"), channel)
    (imported,) = channel.of(m.ModelImported)
    assert Path(imported.run).is_dir()
    with pytest.raises(ModelError, match="does not fit MountainCar-v0"):
        import_model(m.ImportModel(str(path), str(tmp_path / "runs"), "MountainCar-v0"), channel)
    assert [run.name for run in (tmp_path / "runs").iterdir()] == [Path(imported.run).name]


def test_the_path_of_a_model_speaks_of_its_environment() -> None:
    assert likeness(Path("logs/ppo/CartPole-v1_1/best_model.zip"), "CartPole-v1")
    assert likeness(Path("ppo-LunarLander-v2.zip"), "LunarLander-v3")
    car, bare = Path("sac_mountaincarcontinuous.zip"), Path("model.zip")
    assert likeness(car, "MountainCarContinuous-v0") > likeness(car, "MountainCar-v0") > 0
    assert not likeness(bare, "CartPole-v1")


def test_statistics_that_lie_beside_a_model_are_spoken_of_and_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "CartPole-v1.zip"
    assert cautions_of(path) == ()
    (tmp_path / "CartPole-v1").mkdir()
    (tmp_path / "CartPole-v1" / "vecnormalize.pkl").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    assert "never opened here" in cautions_of(path)[0]


def test_what_is_of_no_known_kind_is_refused_in_words(tmp_path: Path) -> None:
    path = saved_model("ppo", tmp_path)
    own = {":type:": "<class 'dict'>", "activation_fn": "<class 'torch.nn.modules.activation.GELU'>"}
    extractor = {":type:": "<class 'dict'>", "features_extractor_class": "<class '__main__.MyNetwork'>"}
    weights = {"encoder.weight": torch.zeros(3, 3)}
    shared = {"mlp_extractor.shared_net.0.weight": torch.zeros(3, 3)}
    for change, words in (
        (with_fields(policy_kwargs=own), "its activation is GELU"),
        (with_fields(policy_kwargs=extractor), "networks of its own"),
        (with_fields(n_epochs=...), "A2C"),  # of the same networks: what it then is
        (with_fields(gae_lambda=..., n_epochs=...), "do not say whether it is PPO"),
    ):
        other = changed(path, tmp_path / "other.zip", data=change)
        if words == "A2C":
            assert read_foreign(other).algorithm == "sb3_a2c"
            continue
        with pytest.raises(ModelError, match=words):
            read_foreign(other)
    for tensors, words in ((weights, "no algorithm of Stable-Baselines3"), (shared, "too old"), ({}, "none")):
        content = torch_file(tensors)
        with pytest.raises(ModelError, match=words):
            read_foreign(changed(path, tmp_path / "other.zip", policy__pth=lambda _, content=content: content))


def test_networks_beyond_those_of_the_policy_are_refused(tmp_path: Path) -> None:
    path = saved_model("ppo", tmp_path)
    tensors = {name: torch.from_numpy(array) for name, array in read_foreign(path).arrays.items()}
    content = torch_file({**tensors, "mlp_extractor.memory.weight": torch.zeros(3)})
    other = changed(path, tmp_path / "other.zip", policy__pth=lambda _: content)
    with pytest.raises(ModelError, match="no place there"):
        make_run(other, read_foreign(other), tmp_path / "runs", "CartPole-v1", {})


class Parts(gym.Env[Any, Any]):
    """Observations in named parts, a choice and a picture among them."""

    observation_space = spaces.Dict(
        {
            "numbers": spaces.Box(-1, 1, (3,), np.float32),
            "place": spaces.Discrete(4),
            "picture": spaces.Box(0, 255, (40, 40, 3), np.uint8),
        }
    )
    action_space = spaces.Discrete(5)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self.observation_space.sample(), 0.0, False, False, {}


@pytest.mark.parametrize("key", ["dqn", "ppo"])
def test_observations_in_parts_are_seen_alike(key: str, tmp_path: Path) -> None:
    model_class = MODELS[key][0]
    arguments = {"buffer_size": 50} if key == "dqn" else {"n_steps": 8, "batch_size": 8}
    torch.manual_seed(5)
    kinds = {"net_arch": [8], "features_extractor_kwargs": {"cnn_output_dim": 256}}
    model = model_class("MultiInputPolicy", Parts(), device="cpu", policy_kwargs=kinds, **arguments)
    model.save(tmp_path / "parts.zip")
    found = read_foreign(tmp_path / "parts.zip")
    assert found.settings["policy"] == "MultiInputPolicy"
    env = Parts()
    policy = fitted(found, env.observation_space, env.action_space)
    env.observation_space.seed(2)
    for _ in range(4):
        observation = env.observation_space.sample()
        theirs, _ = model.predict(
            {**observation, "picture": observation["picture"].transpose(2, 0, 1)}, deterministic=True
        )
        ours, _ = policy.decide(observation, {}, greedy=True)
        assert int(ours) == int(theirs)

"""The adapter to Stable-Baselines3: environments, randomness, checkpoints, policies for every kind of observation."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium import spaces
from identity_env import ConstantEnv, IdentityEnv, vector
from learners import build, weights
from runs import PlainRun, learn
from trials_sb3 import GoalEnv

from rlstudio.algorithms.base import LearnerState
from rlstudio.algorithms.sb3.snapshot import optimisers
from rlstudio.algorithms.sb3.spaces import ActionBridge, ObservationBridge
from rlstudio.algorithms.sb3.vec_env import StudioVecEnv
from rlstudio.core.params import ParamError
from rlstudio.envs.make import make


def copies_of(make_one: Any, n_envs: int = 2) -> tuple[StudioVecEnv, PlainRun]:
    env = vector(make_one, n_envs)
    observations, actions = ObservationBridge(env.single_observation_space), ActionBridge(env.single_action_space)
    copies, run = StudioVecEnv(env.envs, observations, actions), PlainRun()
    run.has_reset_steps = False
    copies.begin(run, 3)
    copies.reset()
    return copies, run


@pytest.mark.parametrize("terminates", [True, False])
def test_a_copy_that_ended_begins_anew_at_once(terminates: bool) -> None:
    copies, run = copies_of(partial(ConstantEnv, terminates=terminates))
    for step in range(12):
        _, rewards, dones, infos = copies.step(np.zeros(2, np.int64))
        assert rewards.tolist() == [1.0, 1.0]
        assert dones.tolist() == [(step + 1) % 5 == 0] * 2
        if dones[0]:
            assert infos[0]["TimeLimit.truncated"] is (not terminates)
            assert infos[0]["terminal_observation"].shape == (1,)
    assert run.lengths == [5, 5, 5, 5]
    assert run.step == 22  # of the last step the run hears when the next one begins
    copies.tell()
    assert run.step == 24


class OneArrayEnv(gym.Env[Any, Any]):
    """Shows the step in an array that it writes into again and again."""

    def __init__(self) -> None:
        self.observation_space = spaces.Box(0, 9, (1,), np.float32)
        self.action_space = spaces.Discrete(2)
        self.shown = np.zeros(1, np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.shown[:] = 0
        return self.shown, {}

    def step(self, action: Any) -> Any:
        self.shown += 1
        return self.shown, 1.0, False, bool(self.shown[0] == 3), {}


def test_the_last_observation_is_kept_though_the_reset_writes_over_it() -> None:
    copies, _ = copies_of(OneArrayEnv)
    shown, infos = [], []
    for _ in range(3):
        observations, _, _, infos = copies.step(np.zeros(2, np.int64))
        shown.append(observations[:, 0].tolist())
    assert shown == [[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]]
    assert [info["terminal_observation"].tolist() for info in infos] == [[3.0], [3.0]]


class Picture(gym.Env[Any, Any]):
    """A picture, or one beside a number; reward for the left action."""

    def __init__(self, *, side: int = 40, channels: int = 3, in_dict: bool = False, as_tuple: bool = False) -> None:
        picture: Any = spaces.Box(0, 255, (side, side, channels), np.uint8)
        number: Any = spaces.Box(-1, 1, (2,), np.float64)
        self.observation_space = picture
        if in_dict:
            self.observation_space = spaces.Dict({"picture": picture, "number": number, "kind": spaces.Discrete(3)})
        if as_tuple:
            self.observation_space = spaces.Tuple((number, spaces.Discrete(3, start=2)))
        self.action_space = spaces.Discrete(2)
        self.t = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.t = 0
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> Any:
        self.t += 1
        return self.observation_space.sample(), float(action == 0), False, self.t == 5, {}


@pytest.mark.parametrize(
    ("key", "shape", "network"),
    [
        ("sb3_ppo", {}, "CnnPolicy"),
        ("sb3_dqn", {"channels": 1}, "CnnPolicy"),
        ("sb3_dqn", {"in_dict": True}, "MultiInputPolicy"),
        ("maskable_ppo", {"in_dict": True}, "MultiInputPolicy"),
        ("recurrent_ppo", {"in_dict": True}, "MultiInputLstmPolicy"),
        ("sb3_ppo", {"side": 8}, "MlpPolicy"),
        ("sb3_a2c", {"as_tuple": True}, "MlpPolicy"),
        ("ars", {"in_dict": True}, "LinearPolicy"),
    ],
)
def test_the_network_fits_what_is_seen(key: str, shape: dict[str, Any], network: str) -> None:
    make_one = partial(Picture, **shape)
    small = {"buffer_size": 100} if key == "sb3_dqn" else {}
    learner, _ = build(key, make_one, normalise_observations=True, **small)
    learn(learner, PlainRun(steps=44))
    policy, env = learner.policy(), make_one()
    arrays, settings = policy.state()
    assert settings["policy"] == network
    again = type(policy).from_state(arrays, json.loads(json.dumps(settings)), env.observation_space, env.action_space)
    observation, info = env.reset(seed=0)
    decided = [each.decide(observation, info, greedy=True) for each in (policy, again)]
    assert decided[0][0] == decided[1][0]
    assert decided[0][1].value == decided[1][1].value


@pytest.mark.parametrize("key", ["sb3_ppo", "sb3_sac", "sb3_td3", "sb3_a2c"])
def test_normalised_numbers_are_normalised_for_the_policy_too(key: str) -> None:
    make_one = partial(make, "Pendulum-v1")
    learner, _ = build(key, make_one, normalise_observations=True, normalise_rewards=True)
    learn(learner, PlainRun(steps=80))
    model: Any = learner._model  # type: ignore[attr-defined]
    env = make_one()
    observation, info = env.reset(seed=5)
    action, _ = learner.policy().decide(observation, info, greedy=True)
    seen = model.get_vec_normalize_env().normalize_obs(observation)
    np.testing.assert_allclose(action, model.predict(seen, deterministic=True)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("key", "make_one"),
    [
        ("sb3_ppo", IdentityEnv),
        ("sb3_ppo", partial(IdentityEnv, "box")),
        ("sb3_sac", partial(IdentityEnv, "box")),
        ("sb3_her", GoalEnv),
        ("sb3_her", partial(GoalEnv, continuous=True)),
    ],
)
def test_a_checkpoint_holds_parameters_optimisers_and_memory(key: str, make_one: Any) -> None:
    noisy = {"state_dependent_noise": True} if key in ("sb3_ppo", "sb3_sac") else {}
    learner, _ = build(key, make_one, **noisy)
    learn(learner, PlainRun(steps=120))
    state = learner.state()
    copied = LearnerState({n: np.array(a) for n, a in state.arrays.items()}, json.loads(json.dumps(state.values)))
    other, _ = build(key, make_one, seed=9, **noisy)
    other.load_state(copied)
    np.testing.assert_array_equal(weights(learner), weights(other))
    ours, theirs = (optimisers(each._model) for each in (learner, other))  # type: ignore[attr-defined]
    for name, optimiser in ours.items():
        for mine, read in zip(
            optimiser.state_dict()["state"].values(), theirs[name].state_dict()["state"].values(), strict=True
        ):
            for field in mine:
                assert torch.equal(torch.as_tensor(mine[field]), torch.as_tensor(read[field])), (name, field)
    run = learn(other, PlainRun(steps=100))
    assert run.rows[-1]["n_updates"] > state.values["_n_updates"]
    buffer = getattr(other._model, "replay_buffer", None)  # type: ignore[attr-defined]
    if buffer is not None:
        assert buffer.size() >= 120 + 90


def test_the_worlds_generators_are_left_as_they_were() -> None:
    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    expected = random.random(), np.random.rand(), float(torch.rand(1))
    random.seed(5), np.random.seed(5), torch.manual_seed(5)
    learner, _ = build("sb3_dqn")
    learn(learner, PlainRun(steps=60))
    policy = learner.policy()
    arrays, settings = policy.state()
    env = IdentityEnv()
    type(policy).from_state(arrays, settings, env.observation_space, env.action_space)
    assert (random.random(), np.random.rand(), float(torch.rand(1))) == expected


def test_a_replay_buffer_that_no_machine_holds_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"buffer_size: 5,000,000 transitions .* GB; set it to"):
        build("sb3_dqn", partial(Picture, side=300), buffer_size=5_000_000)


@pytest.mark.parametrize(("base", "continuous"), [("dqn", True), ("sac", False), ("td3", False)])
def test_hindsight_around_an_algorithm_that_cannot_act_there_is_refused_in_words(base: str, continuous: bool) -> None:
    with pytest.raises(ParamError, match=f"base: '{base}' is not allowed; it takes auto"):
        build("sb3_her", partial(GoalEnv, continuous=continuous), base=base)


class MaskedEnv(IdentityEnv):
    """Says which action is allowed: only that which is asked for."""

    def _info(self) -> dict[str, Any]:
        return {"action_mask": (np.arange(3) == self._shown).astype(np.int8)}

    def reset(self, **kwargs: Any) -> tuple[Any, dict[str, Any]]:
        return super().reset(**kwargs)[0], self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert action == self._shown
        return (*super().step(action)[:4], self._info())


def test_only_allowed_actions_are_taken() -> None:
    learner, _ = build("maskable_ppo", MaskedEnv)
    learn(learner, PlainRun(steps=100))
    policy, env = learner.policy(), MaskedEnv()
    observation, info = env.reset(seed=1)
    policy.start_episode(1)
    for _ in range(5):
        action, thought = policy.decide(observation, info, greedy=False)
        assert thought.allowed is not None
        assert thought.probabilities is not None
        np.testing.assert_array_equal(thought.allowed, np.arange(3) == action)
        assert thought.probabilities[action] == pytest.approx(1.0)
        observation, _, _, _, info = env.step(action)


def test_a_recurrent_policy_remembers_within_an_episode_alone() -> None:
    learner, _ = build("recurrent_ppo")
    learn(learner, PlainRun(steps=100))
    policy = learner.policy()
    policy.start_episode(0)
    first = policy.decide(1, {}, greedy=True)[1].value
    second = policy.decide(1, {}, greedy=True)[1].value
    policy.start_episode(0)
    again = policy.decide(1, {}, greedy=True)[1].value
    assert first == again
    assert first != second


def test_ars_with_several_copies_plays_whole_episodes() -> None:
    learner, _ = build("ars", partial(make, "CartPole-v1"), n_envs=3, n_delta=4)
    run = learn(learner, PlainRun(steps=3000))
    assert run.updates > 2
    assert sum(run.lengths) <= run.step
    assert run.step - sum(run.lengths) <= 3 * 500


def test_the_zip_is_one_that_the_library_reads(tmp_path: Path) -> None:
    learner, _ = build("sb3_ppo")
    learn(learner, PlainRun(steps=64))
    learner.export_zip(tmp_path / "model.zip")  # type: ignore[attr-defined]
    assert {"data", "policy.pth"} <= set(zipfile.ZipFile(tmp_path / "model.zip").namelist())
    fresh, _ = build("sb3_ppo", seed=8)
    model: Any = fresh._model  # type: ignore[attr-defined]
    model.set_parameters(str(tmp_path / "model.zip"))
    np.testing.assert_array_equal(weights(fresh), weights(learner))


def test_the_zip_can_be_read_where_there_is_no_studio(tmp_path: Path) -> None:
    learner, _ = build("sb3_ppo", learning_rate_schedule="linear", clip_range_schedule="linear")
    learn(learner, PlainRun(steps=64))
    learner.export_zip(tmp_path / "model.zip")  # type: ignore[attr-defined]
    program = (
        "import sys; sys.modules['rlstudio'] = None\n"
        "from stable_baselines3 import PPO\n"
        "print([int(PPO.load(sys.argv[1], device='cpu').predict(n, deterministic=True)[0]) for n in range(3)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "model.zip")], capture_output=True, text=True, check=False
    )
    policy = learner.policy()
    assert done.stdout.strip() == str([policy.decide(n, {}, greedy=True)[0] for n in range(3)]), done.stderr

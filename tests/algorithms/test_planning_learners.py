"""What reward_predictor and model_based promise beyond the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from identity_env import LENGTH, IdentityEnv
from learners import build, weights
from runs import PlainRun, learn
from test_learning_runs import best_checkpoint
from test_presets_and_devices import card

from rlstudio.algorithms.base import SAMPLES, StopTraining
from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.episode import TREE_COLUMNS
from rlstudio.core.params import ParamError
from rlstudio.core.trusted_files import NotTrustedError, UserFileError, read_program, trusting
from rlstudio.envs.card import EnvironmentCard, SpaceCard

KEYS = ("model_based", "reward_predictor")


@pytest.mark.parametrize("key", KEYS)
def test_what_was_gathered_can_be_taken_from_the_state(key: str) -> None:
    learner, _ = build(key)
    learn(learner, PlainRun(steps=90))
    arrays = learner.state().arrays
    sizes = {name.removeprefix(SAMPLES): array.shape for name, array in arrays.items() if name.startswith(SAMPLES)}
    assert sizes == {
        "observations": (90, 3),
        "actions": (90, 1),
        "rewards": (90,),
        "next_observations": (90, 3),
        "terminated": (90,),
    }
    shown = arrays[SAMPLES + "observations"].argmax(axis=1)
    np.testing.assert_array_equal(arrays[SAMPLES + "rewards"], shown == arrays[SAMPLES + "actions"][:, 0])


@pytest.mark.parametrize("key", KEYS)
def test_what_is_gathered_after_a_resume_does_not_follow_what_was_gathered_before(key: str) -> None:
    first, _ = build(key)
    learn(first, PlainRun(steps=LENGTH + 3))  # in the middle of an episode
    resumed, _ = build(key)
    resumed.load_state(first.state())
    learn(resumed, PlainRun(steps=LENGTH))
    ended = resumed.state().arrays["transitions_ended"]
    assert np.flatnonzero(ended).tolist() == [LENGTH - 1, LENGTH + 2, 2 * LENGTH + 2]


@pytest.mark.parametrize("key", KEYS)
def test_a_fit_that_a_stop_cut_short_is_made_up_for(key: str) -> None:
    breaths: list[str] = []

    def stop_within_the_fit(kind: str) -> None:
        breaths.extend([kind] * (kind == "breathe"))
        if len(breaths) == 5:
            raise StopTraining

    first, _ = build(key)
    run = learn(first, PlainRun(steps=200, watch=stop_within_the_fit))
    assert not run.updates
    resumed, _ = build(key)
    resumed.load_state(first.state())
    assert learn(resumed, PlainRun(steps=2)).updates == 1


@pytest.mark.parametrize("key", KEYS)
def test_without_gradient_steps_it_stays_as_it_was_drawn(key: str) -> None:
    learner, _ = build(key, updates_per_round=0, **({} if key == "model_based" else {"normalise": False}))
    drawn = {name: np.array(array) for name, array in learner.state().arrays.items() if ".weight." in name}
    learn(learner, PlainRun(steps=200))
    after = learner.state().arrays
    assert drawn
    for name, array in drawn.items():
        np.testing.assert_array_equal(after[name], array, err_msg=name)
    assert weights(learner).size


@pytest.mark.parametrize("planner", ["cem", "shooting", "tree"])
def test_the_thought_shows_candidates_and_tree(planner: str) -> None:
    learner, _ = build("model_based", lambda: IdentityEnv("shifted"), planner=planner)
    learn(learner, PlainRun(steps=100))
    policy = learner.policy()
    policy.start_episode(0)
    action, thought = policy.decide(6, {}, greedy=True)
    assert thought.candidates is not None
    assert thought.scores is not None
    assert thought.tree is not None
    assert thought.tree_actions is not None
    assert thought.candidates.shape == (len(thought.scores), 1)
    assert set(thought.candidates.reshape(-1)) <= {5.0, 6.0, 7.0}, "in the environment's own numbers"
    assert thought.candidates[thought.scores.argmax(), 0] == action
    assert thought.value == pytest.approx(float(thought.scores.max()))
    assert thought.tree.shape == (len(thought.tree_actions), len(TREE_COLUMNS))
    assert set(thought.tree_actions.reshape(-1)) <= {5.0, 6.0, 7.0}


@pytest.mark.parametrize("planner", ["shooting", "tree"])
def test_the_other_searches_learn_too(planner: str) -> None:
    learner, _ = build("model_based", planner=planner, candidates=40, updates_per_round=60)
    run = learn(learner, PlainRun(steps=700))
    assert np.mean(run.returns[-10:]) > 6.0  # of 7; a third of that by chance


def test_the_best_of_all_choices_is_taken() -> None:
    learner, _ = build("reward_predictor", target="reward")
    learn(learner, PlainRun(steps=500))
    policy = learner.policy()
    for shown in range(3):
        policy.start_episode(0)
        action, thought = policy.decide(shown, {}, greedy=True)
        assert thought.candidates is not None
        np.testing.assert_array_equal(np.sort(thought.candidates[:, 0]), [0, 1, 2])
        assert action == shown
        assert thought.value == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("key", KEYS)
def test_refusals_are_in_words(key: str) -> None:
    spec = algorithms()[key]
    for kind in ("box", "discrete", "multi_discrete", "multi_binary"):
        assert spec.why_not(card(kind)) is None
    assert "Pendulum's are a bag of things" in (spec.why_not(card("dict", "a bag of things")) or "")
    picture = SpaceCard(kind="image", words="a picture", text="…")
    unbounded = SpaceCard(kind="box", words="1 number", text="…", bounded=False)
    plain = SpaceCard(kind="box", words="4 numbers", text="…")
    seen = EnvironmentCard("Road-v0", "Road", "", True, observation=picture, action=plain)
    assert "Road's observations are pictures" in (spec.why_not(seen) or "")
    wide = EnvironmentCard("Road-v0", "Road", "", True, observation=plain, action=unbounded)
    assert "Road's have none" in (spec.why_not(wide) or "")


PARTS = """
import numpy as np

def candidates(observation, n, rng):
    assert observation.shape == (3,)
    return rng.integers(6, 8, (n, 1))  # never the first of the three actions, 5

def predict_reward(observations, actions):
    return np.where(actions[:, 0] == 7, 2.0, -1.0)

def predict_next(observations, actions):
    return observations
"""


@pytest.mark.parametrize("planner", ["cem", "shooting", "tree", ""])
def test_a_users_own_parts_take_the_place_of_ours(planner: str, tmp_path: Path) -> None:
    path = tmp_path / "parts.py"
    path.write_text(PARTS)
    changed: dict[str, Any] = {"planner": planner, "leaf_value": False, "discount": 1.0} if planner else {}
    with trusting([read_program(path)[0]]):
        key = "model_based" if planner else "reward_predictor"
        # two of all three choices: with room for all, a tree would not draw
        learner, env = build(key, lambda: IdentityEnv("shifted"), file=str(path), candidates=16, **changed)
        learn(learner, PlainRun(steps=120))
        arrays, settings = learner.policy().state()
        policy = type(learner.policy()).from_state(
            arrays, json.loads(json.dumps(settings)), env.observation_space, env.action_space
        )
        policy.start_episode(0)
        action, thought = policy.decide(5, {}, greedy=True)
    assert action == 7
    assert thought.value == pytest.approx(2.0 * (3 if planner else 1))
    assert thought.candidates is not None
    if planner != "cem":  # which draws anew around the best
        assert set(thought.candidates.reshape(-1)) <= {6.0, 7.0}
    with pytest.raises(NotTrustedError):
        type(policy).from_state(arrays, settings, env.observation_space, env.action_space)


def test_a_file_without_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parts.py"
    path.write_text("def candidate(): pass\n")
    with trusting([read_program(path)[0]]), pytest.raises(UserFileError, match="defines none of candidates"):
        build("model_based", file=str(path))
    with pytest.raises(ParamError, match=r"ends in \.py"):
        build("reward_predictor", file="parts.txt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env_id", "key", "steps", "reached"),
    [
        ("Pendulum-v1", "model_based", 4_000, -250.0),
        ("CartPole-v1", "model_based", 5_000, 450.0),
        ("Pendulum-v1", "reward_predictor", 10_000, -250.0),
    ],
)
def test_presets_reach_what_they_promise(env_id: str, key: str, steps: int, reached: float) -> None:
    assert best_checkpoint(env_id, key, 0, steps, reached) >= reached

"""The parts of planning: ensembles, stored transitions, action rows, imagined sequences and the searches over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from rlstudio.algorithms.base import SAMPLES
from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.ensemble import Ensemble, EnsembleMLP, EnsembleSpec
from rlstudio.algorithms.blocks.mlp import MLP, MLPSpec
from rlstudio.algorithms.blocks.scales import Scales, fold
from rlstudio.algorithms.blocks.transitions import BLOCK, Transitions
from rlstudio.algorithms.model_based.imagination import Imagination, Imagined
from rlstudio.algorithms.model_based.planners import SHOWN, PlannerSettings
from rlstudio.algorithms.model_based.policy import PLANNERS
from rlstudio.algorithms.model_based.tree import SHOWN_NODES

RNG = np.random.default_rng


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_each_member_is_a_perceptron_with_its_gradient(activation: Any) -> None:
    rng = RNG(0)
    ensemble = Ensemble("net", EnsembleSpec((3, 8, 5, 2), 4, activation), rng)
    inputs, slopes = rng.normal(size=(4, 6, 3)).astype("f"), rng.normal(size=(4, 6, 2)).astype("f")
    outputs = ensemble.mlp.forward(inputs).copy()
    ensemble.mlp.backward(slopes)
    for member in range(4):
        own = {key: array[member].reshape(array.shape[1:]) for key, array in ensemble.parameters.items()}
        own = {key: array[0] if "bias" in key else array for key, array in own.items()}
        gradients = {key: np.zeros_like(array) for key, array in own.items()}
        mlp = MLP(MLPSpec((3, 8, 5, 2), activation), "net", own, gradients)
        np.testing.assert_allclose(mlp.forward(inputs[member]), outputs[member], atol=1e-5)
        mlp.backward(slopes[member])
        for key, gradient in gradients.items():
            found = ensemble.gradients[key][member].reshape(gradient.shape)
            np.testing.assert_allclose(found, gradient, atol=1e-4, err_msg=key)


def test_folded_scales_change_nothing() -> None:
    rng = RNG(1)
    ensemble = Ensemble("net", EnsembleSpec((3, 8, 2), 2), rng)
    scales = Scales({"inputs": 3, "outputs": 2})
    scales.measure("inputs", rng.normal(5, 3, (50, 3)).astype("f"))
    scales.measure("outputs", rng.normal(-2, 0.1, (50, 2)).astype("f"))
    raw = rng.normal(5, 3, (7, 3)).astype("f")
    wanted = ensemble.mlp.forward(scales.normalise("inputs", raw)) * scales.std["outputs"] + scales.mean["outputs"]
    arrays = {key: np.zeros_like(array) for key, array in ensemble.parameters.items()}
    pairs = [(scales.mean[name], scales.std[name]) for name in ("inputs", "outputs")]
    fold(ensemble, arrays, pairs[0], pairs[1])
    np.testing.assert_allclose(EnsembleMLP(ensemble.spec, "net", arrays).forward(raw), wanted, rtol=1e-4, atol=1e-5)


def filled(capacity: int, steps: int, length: int = 50, *, terminates: bool = True) -> Transitions:
    """Observation and reward of transition i are i; an episode ends after every `length`."""
    store = Transitions(capacity, 1, 1)
    for i in range(steps):
        ended = (i + 1) % length == 0
        store.add(np.full(1, i), np.full(1, i), float(i), np.full(1, i + 1), ended and terminates, ended)
    return store


@pytest.mark.parametrize("steps", [10, 700, 1000, 1700])
def test_transitions_come_back_oldest_first(steps: int) -> None:
    store = filled(1000, steps)
    arrays = store.arrays()
    wanted = np.arange(max(0, steps - 1000), steps)
    np.testing.assert_array_equal(arrays[SAMPLES + "rewards"], wanted)
    np.testing.assert_array_equal(arrays[SAMPLES + "next_observations"][:, 0], wanted + 1)
    other = Transitions(1000, 1, 1)
    other.load(arrays, steps)
    for name, array in other.arrays().items():
        np.testing.assert_array_equal(array, arrays[name], err_msg=name)
    np.testing.assert_array_equal(other.training_rows(), store.training_rows())
    with pytest.raises(ValueError, match="do not fit"):
        Transitions(1000, 2, 1).load(arrays, steps)


@pytest.mark.parametrize("steps", [700, 1700])
def test_a_tenth_is_held_out_in_whole_blocks(steps: int) -> None:
    store = filled(1000, steps)
    held, training = store["rewards"][store.held_out_rows()], store["rewards"][store.training_rows()]
    assert not set(held) & set(training)
    assert len(held) + len(training) == store.size
    assert 0.05 < len(held) / store.size < 0.15
    assert (np.diff(held) > 0).all()
    starts = store["rewards"][store.held_out_starts(8)]
    assert len(starts)
    for start in starts:
        run = np.arange(start, start + 8)
        assert np.isin(run, held).all()
        assert run[0] // 50 == run[-1] // 50, "over the end of an episode"
        assert len({int(i) // BLOCK for i in run}) == 1


@pytest.mark.parametrize("terminates", [True, False])
def test_sums_ahead_stop_at_the_episodes_end(terminates: bool) -> None:
    store = filled(1000, 120, terminates=terminates)
    sums, last, weight = store.sums_ahead(np.array([10, 48, 49, 118]), 3, 0.5)
    np.testing.assert_allclose(sums, [10 + 5.5 + 3, 48 + 24.5, 49, 118 + 59.5])
    np.testing.assert_array_equal(last, [12, 49, 49, 119])
    cut = 0.0 if terminates else 1.0
    np.testing.assert_allclose(weight, [0.125, 0.25 * cut, 0.5 * cut, 0.25])


@pytest.mark.parametrize("steps", [110, 1010])
def test_an_episode_that_was_broken_off_is_not_gone_on_with(steps: int) -> None:
    """A resumed run begins with a reset: its first transition does not follow the last one before."""
    store = filled(1000, steps)
    store.break_off()
    store.add(np.zeros(1), np.zeros(1), 1000.0, np.ones(1), False, False)
    newest = np.array([(steps - 1) % 1000])
    sums, last, weight = store.sums_ahead(newest, 3, 0.5)
    np.testing.assert_allclose(sums, [steps - 1])
    np.testing.assert_array_equal(last, newest)
    np.testing.assert_allclose(weight, [0.5])  # cut off, not over: what follows is still worth something


@pytest.mark.parametrize("steps", [1024, 2048, 5000, 5001])
def test_sums_ahead_go_as_far_as_the_newest_step(steps: int) -> None:
    """Also where the newest transition fills the last row that there is memory for."""
    newest = (steps - 1) % 5000
    sums, last, _ = filled(5000, steps).sums_ahead(np.array([10, newest]), 4, 0.5)
    assert last.tolist() == [13, newest]
    assert sums[1] == steps - 1


SPACES = [
    spaces.Box(np.array([-2.0, 0.0], np.float32), np.array([2.0, 5.0], np.float32)),
    spaces.Discrete(3, start=5),
    spaces.MultiDiscrete([3, 2]),
    spaces.MultiBinary(4),
]


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_actions_as_rows(space: Any) -> None:
    codec, rng = ActionCodec(space), RNG(0)
    rows = codec.uniform((200,), rng)
    for row in rows:
        assert space.contains(codec.action(row))
    np.testing.assert_allclose(codec.rows(codec.numbers(rows)), rows, atol=1e-6)
    assert codec.inputs(rows).shape == (200, codec.n_inputs)
    np.testing.assert_allclose(
        codec.numbers(rows)[:, 0], [np.reshape(codec.action(row), -1)[0] for row in rows], atol=1e-6
    )
    every = codec.all_choices()
    assert (every is None) == isinstance(space, spaces.Box)
    if every is not None:
        assert len({tuple(row) for row in rows}) == len(every)


def test_a_box_without_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="no candidate actions"):
        ActionCodec(spaces.Box(-np.inf, np.inf, (1,)))


@pytest.mark.parametrize("valued", [False, True])
@pytest.mark.parametrize("ends", [False, True])
def test_a_rollout_is_its_steps_one_after_the_other(ends: bool, valued: bool) -> None:
    specs = {"dynamics": EnsembleSpec((5, 16, 4), 2), "reward": EnsembleSpec((5, 16, 2))}
    if valued:
        specs["value"] = EnsembleSpec((5, 16, 1), 2)
    model, rng = Imagination(specs), RNG(3)
    for array in model.arrays.values():
        array[...] = rng.normal(0, 0.5, array.shape)
    model.set_range(np.full(3, -2.0), np.full(3, 2.0), ends)
    start, inputs = rng.normal(size=3).astype("f"), rng.normal(size=(4, 7, 2)).astype("f")
    states, running, total = model.start(start, 7), np.ones((2, 7)), np.zeros((2, 7))
    for t in range(4):
        value = model.values(states, inputs[t])
        states, rewards, ending = model.step(states, inputs[t])
        gained = rewards if t < 3 or value is None else value
        total += 0.9**t * running * gained
        running *= 1.0 - ending
    found = model.rollout(start, inputs, 0.9)
    np.testing.assert_allclose(found.scores, total.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.spread, total.std(axis=0), rtol=1e-3, atol=1e-5)


def test_the_lowest_value_at_the_horizon_counts_where_it_is_asked_for() -> None:
    specs = {"dynamics": EnsembleSpec((5, 4)), "reward": EnsembleSpec((5, 2)), "value": EnsembleSpec((5, 8, 1), 3)}
    mean, lowest = Imagination(specs), Imagination(specs, lowest_value=True)
    rng = RNG(4)
    for name, array in mean.arrays.items():
        array[...] = rng.normal(0, 0.5, array.shape)
        lowest.arrays[name][...] = array
    states, inputs = rng.normal(size=(1, 6, 3)).astype("f"), rng.normal(size=(6, 2)).astype("f")
    joined = np.concatenate([states[0], inputs], axis=1)
    each = EnsembleMLP(specs["value"], "value", mean.arrays).forward(joined)[..., 0]
    np.testing.assert_allclose(mean.values(states, inputs)[0], each.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(lowest.values(states, inputs)[0], each.min(axis=0), rtol=1e-5)


class Line:
    """A known model: the state moves by the action and costs its distance from 1; falls off below −0.55 for `fee`."""

    def __init__(self, fee: float = 0.0) -> None:
        self.fee = fee

    def start(self, observation: Any, n: int) -> Any:
        return np.broadcast_to(observation, (1, n, 1))

    def step(self, states: Any, inputs: Any) -> Any:
        following = states + inputs[..., :1]
        ending = (following[..., 0] < -0.55).astype("f") * float(self.fee != 0.0)
        rewards = -((following[..., 0] - 1.0) ** 2) * (1 - ending) + self.fee * ending
        return following, rewards, ending

    def rollout(self, observation: Any, inputs: Any, discount: float) -> Imagined:
        states, running, gained = self.start(observation, inputs.shape[1]), 1.0, []
        for t in range(len(inputs)):
            states, rewards, ending = self.step(states, inputs[t])
            gained.append(discount**t * running * rewards[0])
            running = running * (1.0 - ending[0])
        return Imagined(np.sum(gained, axis=0), np.array(gained), np.zeros(inputs.shape[1]))

    def values(self, states: Any, inputs: Any) -> None:
        return None


def settings(**changed: Any) -> PlannerSettings:
    return PlannerSettings(**{"candidates": 300, "horizon": 3, "branching": 12, **changed})


@pytest.mark.parametrize("name", PLANNERS)
def test_every_search_finds_the_way(name: str) -> None:
    planner = PLANNERS[name](ActionCodec(spaces.Box(-1.0, 1.0, (1,))), settings())
    plan = planner.plan(Line(), np.zeros(1, "f"), RNG(0))
    assert plan.action[0] > 0.8
    assert plan.score > -0.2
    assert (plan.candidates == plan.action).all(axis=1).any(), "the chosen action stands among the candidates"
    assert plan.score in plan.scores
    assert (np.diff(plan.scores) <= 0).all()


@pytest.mark.parametrize("name", PLANNERS)
def test_a_thought_keeps_the_best_and_its_tree_is_whole(name: str) -> None:
    planner = PLANNERS[name](ActionCodec(spaces.Box(-1.0, 1.0, (2,))), settings(horizon=20))
    plan = planner.plan(Line(), np.zeros(1, "f"), RNG(0))
    assert len(plan.candidates) == len(plan.scores) <= SHOWN
    assert 0 < len(plan.tree) == len(plan.tree_actions) <= SHOWN_NODES
    parents, depths = plan.tree[:, 0].astype(int), plan.tree[:, 1]
    assert (parents < np.arange(len(parents))).all()
    assert (depths[parents < 0] == 1).all()
    assert (depths[parents >= 0] == depths[parents[parents >= 0]] + 1).all()
    assert plan.tree[:, 3].max() == pytest.approx(plan.scores[0], rel=1e-5)


def test_deep_nodes_are_scored_from_their_own_states() -> None:
    """Two choices, ±0.5: from 0 the way to 1 takes two steps up, which no score from the root's state could tell."""
    plan = PLANNERS["tree"](ActionCodec(spaces.Discrete(2)), settings(horizon=2, discount=1.0)).plan(
        Shifted(), np.zeros(1, "f"), RNG(0)
    )
    found = {tuple(row[:2]): row[2:] for row in plan.tree.tolist()}
    assert len(plan.tree) == 6
    assert plan.action[0] == 1
    assert plan.score == pytest.approx(-0.25)
    by_depth = [row for row in plan.tree.tolist() if row[1] == 2]
    assert sorted(row[2] for row in by_depth) == pytest.approx([-4.0, -1.0, -1.0, 0.0])
    assert found


class Shifted(Line):
    """Choice 1 moves up by a half, choice 0 down."""

    def step(self, states: Any, inputs: Any) -> Any:
        return super().step(states, inputs[..., 1:] * 1.0 - 0.5)


@pytest.mark.parametrize("name", PLANNERS)
def test_a_terminal_reward_counts_and_nothing_after_it(name: str) -> None:
    """Falling off below −0.55 pays 20 at once: the only way to gain more than nothing."""
    planner = PLANNERS[name](ActionCodec(spaces.Box(-1.0, 1.0, (1,))), settings(discount=1.0))
    plan = planner.plan(Line(fee=20.0), np.zeros(1, "f"), RNG(0))
    assert plan.action[0] < -0.55
    assert plan.score == pytest.approx(20.0)


@pytest.mark.parametrize("name", ["cem", "shooting"])
def test_the_last_plan_is_where_the_next_one_starts(name: str) -> None:
    """With two sequences to try, a good plan is only found again if it was kept."""
    planner = PLANNERS[name](ActionCodec(spaces.Box(-1.0, 1.0, (1,))), settings(horizon=6))
    first = planner.plan(Line(), np.zeros(1, "f"), RNG(0))
    planner.settings = settings(horizon=6, candidates=2, iterations=1)
    kept = planner.plan(Line(), first.action.astype("f"), RNG(1))
    forgetful = PLANNERS[name](ActionCodec(spaces.Box(-1.0, 1.0, (1,))), planner.settings)
    afresh = forgetful.plan(Line(), first.action.astype("f"), RNG(1))
    assert kept.score > afresh.score
    planner.forget()
    assert planner.plan(Line(), first.action.astype("f"), RNG(1)).score == afresh.score


@pytest.mark.parametrize("name", PLANNERS)
def test_a_long_search_breathes(name: str) -> None:
    planner = PLANNERS[name](ActionCodec(spaces.Box(-1.0, 1.0, (1,))), settings(candidates=5000, branching=100))
    breaths: list[int] = []
    planner.breathe = lambda: breaths.append(1)
    plan = planner.plan(Line(), np.zeros(1, "f"), RNG(0))
    assert len(breaths) >= 3
    assert plan.action[0] > 0.8

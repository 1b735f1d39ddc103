"""The contract every algorithm keeps: learns, repeats itself, stops at once, can be saved, logs what it declares."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from identity_env import LENGTH, IdentityEnv
from learners import TRIALS, build, greedy_score, some, weights
from runs import PlainRun, learn
from trial import KINDS

from rlstudio.algorithms.base import LearnerState, StopTraining
from rlstudio.algorithms.catalogue import algorithms
from rlstudio.core.episode_data import THOUGHT_ARRAYS
from rlstudio.core.params import describe

ALL = sorted(TRIALS)
LEARNING = some(learns=True)


def test_every_built_in_algorithm_is_tested() -> None:
    assert set(ALL) == set(algorithms())


@pytest.mark.parametrize(("key", "kind"), [(key, kind) for key in LEARNING for kind in TRIALS[key].kinds])
def test_learns_to_repeat_what_it_sees(key: str, kind: str) -> None:
    make, trial = partial(IdentityEnv, kind), TRIALS[key]
    learner, _ = build(key, make, **trial.learning)
    before = greedy_score(learner, make())
    learn(learner, PlainRun(steps=trial.steps))
    after = greedy_score(learner, make())
    assert after > 0.95, f"{key} scores {after:.2f} a step, {before:.2f} before it learned"


@pytest.mark.parametrize("key", ALL)
def test_same_seed_same_result_to_the_bit(key: str) -> None:
    runs, found = [], []
    for seed in (3, 3, 4):
        learner, _ = build(key, seed=seed)
        runs.append(learn(learner, PlainRun(steps=300)))
        found.append(weights(learner))
    assert runs[0].returns == runs[1].returns
    assert runs[0].logged == runs[1].logged
    assert runs[0].returns != runs[2].returns
    np.testing.assert_array_equal(found[0], found[1])


@pytest.mark.parametrize("key", ALL)
def test_watching_and_saving_change_nothing(key: str) -> None:
    found = []
    for watched in (False, True):
        learner, _ = build(key)
        observation, info = TRIALS[key].make().reset(seed=0)

        def watch(
            kind: str,
            learner: Any = learner,
            watched: bool = watched,
            observation: Any = observation,
            info: Any = info,
        ) -> None:
            if watched:
                policy = learner.policy()
                policy.start_episode(1)
                policy.decide(observation, info, greedy=False)
                learner.state()

        run = learn(learner, PlainRun(steps=200, watch=watch))
        found.append((run.returns, run.logged, weights(learner).tolist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", ["tick", "breathe"])
@pytest.mark.parametrize("when", [1, 2, 15, 40])
@pytest.mark.parametrize("key", ALL)
def test_stops_at_once_wherever_it_is_told_to(key: str, kind: str, when: int) -> None:
    learner, env = build(key)
    seen = {"tick": 0, "breathe": 0}
    at_stop: list[int] = []

    def steps_taken() -> int:
        return sum(each.steps_taken for each in getattr(env, "envs", [env]))

    def watch(now: str) -> None:
        assert not at_stop, f"{key} went on after it was stopped"
        seen[now] += 1
        if seen[kind] == when:
            at_stop.append(steps_taken())
            raise StopTraining

    run = PlainRun(steps=2_000, watch=watch)
    if kind == "breathe" and not algorithms()[key].metrics:
        pytest.skip("an algorithm without diagnostics has no updates to interrupt")
    with pytest.raises(StopTraining):
        learner.learn(run)
    assert at_stop == [steps_taken()]
    assert weights(learner).size >= 0  # the policy can still be taken
    learner.state()


def saved_copy(state: LearnerState) -> LearnerState:
    """The state as it comes back from disk: arrays copied, values through JSON."""
    arrays = {name: np.array(array) for name, array in state.arrays.items()}
    return LearnerState(arrays, json.loads(json.dumps(state.values)))


@pytest.mark.parametrize("key", some(exact=True))
def test_a_resumed_run_goes_on_exactly(key: str) -> None:
    """Saved at an episode's end, where the environment of a fixed sequence holds nothing of its own.

    An episode and its reset step are eight rows of a vector environment: two of them fill PPO's rollout of 16.
    """
    make = partial(IdentityEnv, counted=True)
    changed, n = TRIALS[key].resume, TRIALS[key].updates
    whole, split = PlainRun(updates=n), PlainRun(updates=n // 2)
    first, _ = build(key, make, **changed)
    learn(first, whole)
    start, _ = build(key, make, **changed)
    learn(start, split)
    state = saved_copy(start.state())
    resumed, _ = build(key, make, seed=99, **changed)
    resumed.load_state(state)
    rest = learn(resumed, PlainRun(updates=n // 2))
    np.testing.assert_array_equal(weights(resumed), weights(first))
    assert rest.logged == whole.logged[n // 2 :]
    assert rest.rows


@pytest.mark.parametrize("key", ALL)
def test_state_round_trips(key: str) -> None:
    learner, _ = build(key)
    learn(learner, PlainRun(steps=250))
    saved = saved_copy(learner.state())
    other, _ = build(key, seed=5)
    other.load_state(saved)
    again = other.state()
    assert set(again.arrays) == set(saved.arrays)
    for name, array in saved.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], array, err_msg=name)
    assert json.loads(json.dumps(again.values)) == saved.values


@pytest.mark.parametrize("key", LEARNING)
def test_a_state_that_does_not_fit_is_refused(key: str) -> None:
    learner, _ = build(key)
    other, _ = build(key, **TRIALS[key].misfit)
    with pytest.raises(ValueError, match=r"shape|fit"):
        other.load_state(learner.state())


@pytest.mark.parametrize("key", ALL)
def test_logs_what_its_spec_declares(key: str) -> None:
    metrics = algorithms()[key].metrics
    learner, _ = build(key)
    run = learn(learner, PlainRun(steps=400))
    assert run.updates
    logged = set().union(*(set(row) for row in run.logged))
    assert logged <= {metric.name for metric in metrics}
    assert logged >= {metric.name for metric in metrics if not metric.when}
    for row in run.logged:
        for name, value in row.items():
            assert isinstance(value, float), name
            assert np.isfinite(value), name
    assert any(run.words)


@pytest.mark.parametrize("key", ALL)
def test_counts_its_steps_truly(key: str) -> None:
    learner, env = build(key)
    run = learn(learner, PlainRun(steps=300))
    assert run.step == sum(each.steps_taken for each in getattr(env, "envs", [env]))
    assert set(run.lengths) == {LENGTH}


@pytest.mark.parametrize("key", ALL)
def test_policy_round_trips_through_plain_data(key: str) -> None:
    trial = TRIALS[key]
    makes = [partial(IdentityEnv, kind) for kind in KINDS if kind in trial.kinds] or [trial.make]
    for make in makes:
        env = make()
        learner, _ = build(key, make)
        learn(learner, PlainRun(steps=100))
        policy = learner.policy()
        arrays, settings = policy.state()
        settings = json.loads(json.dumps(settings))
        again = type(policy).from_state(arrays, settings, env.observation_space, env.action_space)
        for seed in range(5):
            observation, info = env.reset(seed=seed)
            for greedy in (True, False):
                decided = []
                for each in (policy, again):
                    each.start_episode(seed)
                    decided.append(each.decide(observation, info, greedy=greedy))
                (action, thought), (same, same_thought) = decided
                np.testing.assert_array_equal(action, same)
                assert env.action_space.contains(action)
                for name in (*THOUGHT_ARRAYS, "value"):
                    np.testing.assert_array_equal(getattr(thought, name), getattr(same_thought, name), err_msg=name)


@pytest.mark.parametrize("key", LEARNING)
def test_a_policy_for_another_environment_is_refused(key: str) -> None:
    learner, _ = build(key)
    policy = learner.policy()
    arrays, settings = policy.state()
    other = IdentityEnv("shifted")
    with pytest.raises(ValueError, match="environment has"):
        type(policy).from_state(arrays, settings, spaces.Box(0, 1, (9,)), other.action_space)
    with pytest.raises(ValueError, match=r"no array|do not fit"):
        type(policy).from_state({}, settings, other.observation_space, other.action_space)


@pytest.mark.parametrize("key", [key for key in LEARNING if TRIALS[key].rate])
def test_a_new_learning_rate_counts_at_once(key: str) -> None:
    trial = TRIALS[key]
    moved = []
    for rate in (None, 1e-12):
        learner, _ = build(key)
        learn(learner, PlainRun(updates=3))
        before = weights(learner)
        if rate is not None:
            assert trial.rate is not None
            learner.set_param(trial.rate, rate)
        run = learn(learner, PlainRun(updates=60 if trial.updates > 12 else 3))
        if rate is not None:
            assert run.rows[-1][trial.rate] == rate
        parts = [name for name in learner.policy().state()[0] if name.startswith(trial.moving)]
        assert parts
        moved.append(np.abs(weights(learner) - before))
    assert moved[1].mean() < moved[0].mean()


@pytest.mark.parametrize("key", ALL)
def test_every_live_parameter_can_be_set_while_it_learns(key: str) -> None:
    spec = algorithms()[key]
    for info in describe(spec.params):
        if info.live == "no":
            continue
        learner, _ = build(key)
        value = {"bool": not info.default, "choice": info.choices[-1] if info.choices else None}.get(info.kind)
        if value is None:
            value = info.low + 0.5 * ((info.high or 1) - info.low) if info.kind == "float" and info.high == 1 else 2

        def watch(
            kind: str, learner: Any = learner, name: str = info.name, value: Any = value, run: Any = None
        ) -> None:
            if kind == "breathe":
                learner.set_param(name, value)

        learn(learner, PlainRun(updates=3, watch=watch))


@pytest.mark.parametrize("key", some(torch_twin=True))
def test_torch_networks_learn_as_numpys_do(key: str) -> None:
    found = []
    for device in ("cpu", "torch-cpu"):
        learner, _ = build(key, device=device)
        run = learn(learner, PlainRun(updates=5))
        found.append((weights(learner), run))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-3, atol=1e-4)
    assert found[0][1].returns == found[1][1].returns


@pytest.mark.parametrize("key", ALL)
def test_specs_explain_themselves(key: str) -> None:
    spec = algorithms()[key]
    infos = describe(spec.params)
    assert spec.idea.count(". ") + spec.idea.count(": ") + spec.idea.count("; ") >= 1
    assert spec.update_rule
    assert sum(info.essential for info in infos) <= 6
    assert sum(info.essential for info in infos) >= min(len(infos), 3)
    for info in infos:
        assert info.help.endswith("."), info.name
        assert info.group, info.name
        if info.kind in ("int", "float"):
            assert info.higher, info.name
            assert info.lower, info.name
            assert info.usual, info.name
            assert info.low is not None, info.name
            assert info.high is not None, info.name
    for metric in spec.metrics:
        assert metric.help.endswith("."), metric.name
    for metric in spec.metrics[:3]:
        assert metric.healthy, metric.name


def test_training_on_the_cpu_needs_no_torch() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from learners import build\nfrom runs import PlainRun, learn\n"
        "for key in ('random', 'reinforce', 'dqn', 'ppo'):\n"
        "    learner, _ = build(key); learn(learner, PlainRun(steps=100)); learner.policy()\n"
        "from rlstudio.algorithms.blocks.devices import resolve_device\n"
        "assert resolve_device('auto') == 'cpu'\n"
        "assert 'torch' not in sys.modules and 'PySide6' not in sys.modules\n"
    )
    here = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", program, here], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_specs_need_no_gymnasium() -> None:
    program = (
        "import sys\nfrom rlstudio.algorithms import resolve\nfrom rlstudio.algorithms.catalogue import algorithms\n"
        "algorithms()\nassert not {'torch', 'gymnasium'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr

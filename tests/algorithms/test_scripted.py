"""The hand-written rules: what they reach in a few episodes, that they repeat themselves, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from rlstudio.algorithms.scripted.experts.bipedal_walker import RelaxBentKnees
from rlstudio.algorithms.scripted.policy import ScriptedPolicy
from rlstudio.algorithms.scripted.rules import RULES
from rlstudio.algorithms.scripted.spec import SPEC
from rlstudio.core.params import ParamError
from rlstudio.envs.catalogue import card_for
from rlstudio.envs.make import make

REACHED = {  # means of five episodes; the targets themselves are measured over a hundred in bench_scripted.py
    "CartPole-v0": 200.0,
    "CartPole-v1": 500.0,
    "MountainCar-v0": -135.0,
    "MountainCarContinuous-v0": 93.0,
    "Acrobot-v1": -115.0,
    "Pendulum-v1": -250.0,
    "LunarLander-v3": 180.0,
    "LunarLanderContinuous-v3": 230.0,
}


def play(
    name: str, rule: str = "expert", seeds: range = range(5), steps: int = 10_000, **options: object
) -> list[float]:
    """Returns of whole episodes, or of their first steps; every note must say something."""
    env = make(name, options)
    policy = ScriptedPolicy(name, rule, env.observation_space, env.action_space)
    found = []
    for seed in seeds:
        observation, info = env.reset(seed=seed)
        policy.start_episode(seed)
        total, over, t = 0.0, False, 0
        while not over and t < steps:
            action, thought = policy.decide(observation, info, greedy=True)
            assert thought.note
            assert env.action_space.contains(action), action
            observation, reward, terminated, truncated, info = env.step(action)
            total, over, t = total + float(reward), terminated or truncated, t + 1
        found.append(total)
    env.close()
    return found


@pytest.mark.filterwarnings("ignore:.*out of date")
@pytest.mark.parametrize("name", sorted(REACHED))
def test_experts_solve_what_they_were_written_for(name: str) -> None:
    assert np.mean(play(name)) >= REACHED[name]


@pytest.mark.parametrize("name", ["BipedalWalker-v3", "BipedalWalkerHardcore-v3"])
def test_the_walker_walks_and_the_demonstration_does_not(name: str) -> None:
    walked, stumbled = (play(name, rule, range(1), 300)[0] for rule in ("expert", "demonstration"))
    assert walked > stumbled + 20


def test_the_car_follows_the_road() -> None:
    assert play("CarRacing-v3", seeds=range(1), steps=100)[0] > 30


def test_an_option_that_changes_the_actions_changes_the_rule() -> None:
    assert np.mean(play("LunarLander-v3", continuous=True)) > 230
    with pytest.raises(ValueError, match="written for other observations and actions"):
        play("CarRacing-v3", continuous=False)


def test_an_episode_begins_afresh() -> None:
    """The gait has a memory and the demonstration draws: neither may carry over from the episode before."""
    for rule in ("expert", "demonstration"):
        again = play("BipedalWalker-v3", rule, range(2), 120), play("BipedalWalker-v3", rule, range(1, 2), 120)
        assert again[0][1] == again[1][0]


def walker(knee_speeds: tuple[float, float], down: tuple[bool, bool]) -> np.ndarray:
    observation = np.zeros(24, np.float32)
    observation[[7, 12]], observation[[8, 13]] = knee_speeds, down
    return observation


@pytest.mark.parametrize(
    ("knee_speeds", "down", "relaxed"),
    [
        ((-0.9, -0.9), (True, True), ()),
        ((-0.6, 0.0), (True, False), (0,)),
        ((0.0, -0.6), (False, False), (1,)),
        ((-0.6, -0.6), (False, True), (0, 1)),
        ((-0.5, 0.9), (False, False), ()),
    ],
)
def test_the_demonstration_is_the_rule_it_says(
    knee_speeds: tuple[float, float], down: tuple[bool, bool], relaxed: tuple[int, ...]
) -> None:
    rule = RelaxBentKnees()
    rule.reset(np.random.default_rng(1))
    action, note = rule.act(walker(knee_speeds, down))
    for leg in (0, 1):
        is_relaxed = np.allclose(action[2 * leg : 2 * leg + 2], (-0.05, -0.2))
        assert is_relaxed == (leg in relaxed)
    assert ("relax" in note) == bool(relaxed)
    assert (note == "both feet down: random") == all(down)


def test_environments_without_a_rule_are_refused_in_words() -> None:
    assert "nobody wrote a rule for FrozenLake; there are rules for CartPole" in (
        SPEC.why_not(card_for("FrozenLake-v1")) or ""
    )
    for name in RULES:
        assert SPEC.refuses(card_for(name)) is None
    with pytest.raises(ParamError, match="rule: 'demonstration' is not allowed; it takes expert in CartPole-v1"):
        play("CartPole-v1", "demonstration")

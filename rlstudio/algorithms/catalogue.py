"""The algorithms there are: an explicit tuple of specs, and what third parties bring through an entry point."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache

from rlstudio.algorithms.base import AlgorithmSpec, Preset
from rlstudio.algorithms.dqn.spec import SPEC as DQN
from rlstudio.algorithms.hill_climbing.spec import SPEC as HILL_CLIMBING
from rlstudio.algorithms.model_based.spec import SPEC as MODEL_BASED
from rlstudio.algorithms.ppo.spec import SPEC as PPO
from rlstudio.algorithms.q_learning.spec import SPEC as Q_LEARNING
from rlstudio.algorithms.random.spec import SPEC as RANDOM
from rlstudio.algorithms.random_search.spec import SPEC as RANDOM_SEARCH
from rlstudio.algorithms.reinforce.spec import SPEC as REINFORCE
from rlstudio.algorithms.reinforce_numpy.spec import SPEC as REINFORCE_NUMPY
from rlstudio.algorithms.reward_predictor.spec import SPEC as REWARD_PREDICTOR
from rlstudio.algorithms.sarsa.spec import SPEC as SARSA
from rlstudio.algorithms.sb3.catalogue import SPECS as SB3
from rlstudio.algorithms.scripted.spec import SPEC as SCRIPTED
from rlstudio.algorithms.third_party import third_party
from rlstudio.algorithms.user_policy.spec import SPEC as USER_POLICY
from rlstudio.algorithms.value_iteration.spec import SPEC as VALUE_ITERATION
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.core.resources import resource_path

BUILT_IN: tuple[AlgorithmSpec, ...] = (
    PPO,
    DQN,
    REINFORCE,
    MODEL_BASED,
    REWARD_PREDICTOR,
    REINFORCE_NUMPY,
    RANDOM,
    SCRIPTED,
    USER_POLICY,
    RANDOM_SEARCH,
    HILL_CLIMBING,
    Q_LEARNING,
    SARSA,
    VALUE_ITERATION,
    *SB3,
)


@cache
def algorithms() -> dict[str, AlgorithmSpec]:
    """Every algorithm by key, the built-in ones first."""
    built_in = {spec.key: spec for spec in BUILT_IN}
    return {**built_in, **third_party(frozenset(built_in))[0]}


def left_out() -> tuple[str, ...]:
    """In words, each algorithm of another package that could not be taken in."""
    return third_party(frozenset(spec.key for spec in BUILT_IN))[1]


def get_algorithm(key: str) -> AlgorithmSpec:
    """The spec with that key.

    Raises:
        ParamError: naming the nearest right ones, or all where none is near.
    """
    known = algorithms()
    if key not in known:
        near = get_close_matches(key.lower(), known, n=3, cutoff=0.4)
        which = f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(known)}"
        raise ParamError([ParamFault("algorithm", key, f"one of the algorithms; {which}")])
    return known[key]


@cache
def presets(key: str) -> tuple[Preset, ...]:
    """All presets of an algorithm, as shipped in resources/presets."""
    path = resource_path("presets", f"{key}.json")
    if not path.is_file():
        return ()
    return tuple(Preset(**row) for row in json.loads(path.read_text(encoding="utf-8"))["presets"])


def presets_for(key: str, env: str) -> tuple[Preset, ...]:
    """The presets that fit an environment: those tuned for it first, then the general ones."""
    fitting = [preset for preset in presets(key) if preset.env in (None, env)]
    return tuple(sorted(fitting, key=lambda preset: (not preset.default, preset.env is None)))


def default_preset(key: str, env: str) -> Preset | None:
    """The preset chosen when nobody says otherwise, if there is one."""
    return next((preset for preset in presets_for(key, env) if preset.default), None)

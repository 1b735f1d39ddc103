"""A policy from its data, in an environment; and the one that learning would begin with."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from rlstudio.algorithms.base import AlgorithmSpec, Policy
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.messages import PolicyData
from rlstudio.core.params import validate
from rlstudio.core.trusted_files import UserFileError
from rlstudio.envs.make import make, make_vector

DAMAGES = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError)
"""What code that reads plain data raises where those are not what it wrote itself."""


class PolicyMismatchError(ValueError):
    """A policy that cannot act in this environment, in words."""


def build_policy(data: PolicyData | None, env: gym.Env[Any, Any]) -> Policy:
    """The policy that `data` describes; random actions for None.

    Raises:
        PolicyMismatchError: where its weights do not fit the environment's spaces.
        UserFileError: where it runs a file of the user's own that is not trusted, has changed, or is at fault.
    """
    if data is None:
        data = PolicyData("random")
    policy_class = get_algorithm(data.algorithm).load_policy()
    try:
        return policy_class.from_state(data.arrays, data.settings, env.observation_space, env.action_space)
    except UserFileError:  # the file is at fault, not the environment
        raise
    except DAMAGES as error:
        name = env.spec.id if env.spec else "this environment"
        words = str(error) if isinstance(error, ValueError) else "what was saved of it is damaged"
        raise PolicyMismatchError(f"this {data.algorithm} policy cannot act in {name}: {words}") from error


def policy_data(algorithm: str, policy: Policy, step: int | None, run: str | None = None) -> PolicyData:
    """A policy as data."""
    arrays, settings = policy.state()
    return PolicyData(algorithm, arrays, settings, step, run)


def make_training_env(spec: AlgorithmSpec, env: str, n_envs: int, env_kwargs: dict[str, Any]) -> Any:
    """The environment as a learner of `spec` takes it. Raises MakeError."""
    if not spec.vector:
        return make(env, env_kwargs)
    return make_vector(env, n_envs, env_kwargs, separate=spec.resets_copies)


def untrained_policy(
    env: gym.Env[Any, Any], env_kwargs: dict[str, Any], algorithm: str, params: dict[str, Any], seed: int
) -> Policy:
    """The policy that a run of `algorithm` with `params` and `seed` would begin with. Raises ParamError."""
    spec = get_algorithm(algorithm)
    values = validate(spec.params, params)
    if not spec.vector:
        return spec.load_learner()(env, values, seed, "cpu").policy()
    assert env.spec is not None
    copies = make_training_env(spec, env.spec.id, 1, env_kwargs)
    try:
        return spec.load_learner()(copies, values, seed, "cpu").policy()
    finally:
        copies.close()

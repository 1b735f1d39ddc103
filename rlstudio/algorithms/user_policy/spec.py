"""Your own policy: the spec."""

from __future__ import annotations

from pydantic import ConfigDict, field_validator

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.core.params import Params, param
from rlstudio.core.trusted_files import absolute


class UserPolicyParams(Params):
    """The file, and nothing else: what it does is its own business."""

    model_config = ConfigDict(validate_default=True)

    file: str = param(
        "",
        title="file",
        help=(
            "A Python file that defines act(observation, info), which returns an action, or an action and a note in "
            "words; or a class Policy with such an act, and if you like reset(seed) and "
            "__init__(observation_space, action_space)."
        ),
        group="Policy",
        essential=True,
        program=True,
    )

    @field_validator("file")
    @classmethod
    def _a_python_file(cls, file: str) -> str:
        if not file.strip():
            raise ValueError("the path of a Python file with your policy")
        if not file.endswith(".py"):
            raise ValueError("the path of a Python file, whose name ends in .py")
        return absolute(file.strip())


SPEC = AlgorithmSpec(
    key="user_policy",
    title="Your own policy",
    family="baselines",
    params=UserPolicyParams,
    learner="rlstudio.algorithms.user_policy.learner:UserPolicyLearner",
    policy="rlstudio.algorithms.user_policy.policy:UserPolicy",
    refuses=lambda card: None,
    tags=("baseline", "no learning"),
    idea=(
        "You write the policy: one Python file whose act(observation, info) says what to do, in any environment. "
        "The file is a program and can do anything you can, so you are asked before it is run, and again whenever it "
        "has changed; on the command line, say --trust-file PATH. An example, resources/examples/own_policy.py, comes "
        "with the program."
    ),
    update_rule="none: a = act(s), as your file has it",
    default_steps=10_000,
    learns=False,
    example="examples/own_policy.py",
)

"""ARS of sb3-contrib: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizesOrNone
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs._refusals import one_action
from rlstudio.core.params import Params, param


class ArsParams(Params):
    """Hyperparameters of sb3-contrib's ARS, with its defaults and a linear policy, as in the paper."""

    n_envs: int = fields.n_envs()
    n_delta: int = param(
        8,
        ge=1,
        le=10_000,
        group="search",
        essential=True,
        title="directions per update",
        help="Random directions tried in each update, each forwards and backwards, for an episode each time.",
        higher="a better direction for the step, after more episodes",
        lower="more updates from the same episodes, each rougher",
        usual="2 to 64",
    )
    n_top: int | None = param(
        None,
        ge=1,
        le=10_000,
        group="search",
        essential=True,
        title="directions that count",
        help="How many of the directions, the best ones, the step follows; nothing: all.",
        higher="steadier steps",
        lower="follows the luckiest directions",
        usual="a quarter to all of them",
    )
    delta_std: float = param(
        0.05,
        gt=0,
        le=10,
        group="search",
        live="update",
        log=True,
        essential=True,
        title="spread of candidates",
        help="How far from the policy its candidates are drawn: standard deviation of the noise on its weights.",
        higher="looks further away, sees less detail",
        lower="looks closely, may see no difference",
        usual="0.01 to 0.2",
    )
    learning_rate: float = fields.learning_rate(
        0.02, help="Length of the weights' step, in units of the spread of returns.", usual="0.005 to 0.05"
    )
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    alive_bonus_offset: float = param(
        0.0,
        ge=-1e6,
        le=1e6,
        group="returns",
        live="update",
        help="Added to the reward of every step when candidates are compared; −1 takes away a bonus of 1 for staying "
        "alive.",
        higher="long episodes count for more",
        lower="long episodes count for less",
        usual="0, or minus the bonus",
    )
    normalise_observations: bool = fields.normalise_observations()
    zero_policy: bool = param(
        True,
        group="network",
        title="weights of 0 at first",
        help="Start from weights that are all 0; otherwise from small random ones. With hidden layers start from "
        "random ones: zeros learn hardly anything there.",
    )
    hidden: HiddenSizesOrNone = fields.hidden((), help="Sizes of the hidden layers; none: a linear policy.")
    activation: fields.Activation = fields.activation("relu")

    @field_validator("n_top")
    @classmethod
    def _among_the_directions(cls, n_top: int | None, others: ValidationInfo) -> int | None:
        if n_top is not None and n_top > others.data.get("n_delta", n_top):
            raise ValueError(f"at most the directions per update, {others.data['n_delta']}")
        return n_top


SPEC = AlgorithmSpec(
    key="ars",
    title="ARS",
    family="evolution and search",
    implementation="sb3-contrib",
    params=ArsParams,
    learner="rlstudio.algorithms.sb3.learners:ArsLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=one_action("ARS"),
    metrics=(
        metrics.RETURN_STD,
        metrics.STEP_SIZE,
        metrics.DELTA_STD,
        metrics.LEARNING_RATE,
        metrics.ITERATIONS,
    ),
    tags=("model-free", "gradient-free"),
    paper="Mania et al., Simple random search provides a competitive approach to reinforcement learning (2018)",
    paper_url="https://arxiv.org/abs/1803.07055",
    idea=(
        "No gradients: the policy's weights are nudged in random directions, forwards and backwards, and each "
        "candidate plays an episode. The weights then move along the directions in proportion to how much better "
        "forwards did than backwards. A linear policy is often enough."
    ),
    update_rule="w ← w + α / (k·σ_R) · Σ over the k best directions δ of (R(w + ν·δ) − R(w − ν·δ))·δ",
    vector=True,
    resets_copies=True,
    default_steps=50_000,
    devices=("cpu", "cuda", "mps"),
)

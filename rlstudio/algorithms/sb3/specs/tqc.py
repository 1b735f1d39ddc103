"""TQC of sb3-contrib: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from pydantic import ConfigDict, ValidationInfo, field_validator

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import only_continuous
from rlstudio.core.params import Params, param


class TqcParams(Params):
    """Hyperparameters of sb3-contrib's TQC, with its defaults."""

    model_config = ConfigDict(validate_default=True)

    n_envs: int = fields.n_envs()
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(3e-4)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = off_policy.batch_size(256)
    train_every: int = off_policy.train_every(1)
    updates_per_train: off_policy.Updates = off_policy.updates_per_train()
    discount: float = fields.discount()
    buffer_size: int = off_policy.buffer_size()
    learning_starts: int = off_policy.learning_starts()
    target_share: float = off_policy.target_share(0.005)
    target_update_every: int = off_policy.target_update_every(1, unit="gradient steps")
    entropy_auto: bool = off_policy.entropy_auto()
    entropy_weight: float = off_policy.entropy_weight()
    action_noise: float = off_policy.action_noise()
    action_noise_kind: off_policy.ActionNoise = off_policy.action_noise_kind()
    state_dependent_noise: bool = fields.state_dependent_noise()
    noise_every: int = fields.noise_every()
    log_std_start: float = fields.log_std_start(-3.0)
    expln: bool = off_policy.expln()
    hidden: HiddenSizes = fields.hidden((256, 256), help="Sizes of the hidden layers, alike for policy and critics.")
    activation: fields.Activation = fields.activation("relu")
    n_critics: int = off_policy.n_critics("How many networks guess the quantiles of an action's return.")
    n_quantiles: int = param(
        25,
        ge=1,
        le=1_000,
        group="network",
        title="quantiles",
        help="How many numbers each network describes the distribution of an action's return with.",
        higher="a finer picture, costs more",
        lower="coarser and cheaper",
        usual="10 to 50",
    )
    top_quantiles_to_drop: int = param(
        2,
        ge=0,
        le=999,
        group="target network",
        live="update",
        essential=True,
        title="top quantiles to drop",
        help="How many of the highest quantiles, times the number of networks, are left out of the targets.",
        higher="more cautious: underestimates at last",
        lower="bolder: overestimates at last",
        usual="0 to 5",
    )

    @field_validator("top_quantiles_to_drop")
    @classmethod
    def _leaves_some(cls, dropped: int, others: ValidationInfo) -> int:
        n_quantiles = others.data.get("n_quantiles", dropped + 1)
        if dropped >= n_quantiles:
            raise ValueError(f"fewer than the quantiles, {n_quantiles}")
        return dropped


SPEC = AlgorithmSpec(
    key="tqc",
    title="TQC",
    family="actor-critic",
    implementation="sb3-contrib",
    params=TqcParams,
    learner="rlstudio.algorithms.sb3.learners:TqcLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_continuous("TQC"),
    metrics=(
        metrics.ENTROPY_WEIGHT,
        metrics.SOFT_ACTOR_LOSS,
        metrics.QUANTILE_CRITIC_LOSS,
        metrics.ENTROPY_WEIGHT_LOSS,
        metrics.GRADIENT_STEPS,
        metrics.LEARNING_RATE,
    ),
    value_counts="TQC's value counts the entropy of the actions to come, weighted by α, as well",
    tags=("off-policy", "model-free", "actor-critic", "distributional"),
    paper="Kuznetsov et al., Controlling Overestimation Bias with Truncated Mixture of Continuous Distributional "
    "Quantile Critics (2020)",
    paper_url="https://arxiv.org/abs/2005.04269",
    idea=(
        "SAC whose networks guess the whole distribution of the return that follows an action, as a row of quantiles. "
        "All their quantiles are put together and the highest are dropped, which cuts off guesses too good to be true "
        "in small steps: a dial where SAC has only the lower of two guesses. It is often the best of the family."
    ),
    update_rule=(
        "quantiles ← r + γ·(lowest quantiles of all networks at (s′,a′) − α·ln π(a′|s′));   "
        "policy: maximise  mean of quantiles − α·ln π(a|s)"
    ),
    vector=True,
    resets_copies=True,
    default_steps=20_000,
    devices=("cpu", "cuda", "mps"),
)

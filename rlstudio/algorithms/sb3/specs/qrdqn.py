"""QR-DQN of sb3-contrib: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import only_discrete
from rlstudio.core.params import Params, param


class QrdqnParams(Params):
    """Hyperparameters of sb3-contrib's QR-DQN, with its defaults."""

    n_envs: int = fields.n_envs()
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(5e-5)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = off_policy.batch_size(32)
    train_every: int = off_policy.train_every(4)
    updates_per_train: off_policy.Updates = off_policy.updates_per_train()
    max_gradient_norm: float | None = fields.max_gradient_norm(None, optional=True)
    discount: float = fields.discount()
    buffer_size: int = off_policy.buffer_size()
    learning_starts: int = off_policy.learning_starts()
    target_update_every: int = off_policy.target_update_every(10_000, unit="steps", essential=True)
    target_share: float = off_policy.target_share(1.0)
    epsilon_start: float = off_policy.epsilon_start()
    epsilon_end: float = off_policy.epsilon_end(0.01)
    exploration_fraction: float = off_policy.exploration_fraction(0.005)
    n_quantiles: int = param(
        200,
        ge=1,
        le=1_000,
        group="network",
        title="quantiles",
        help="How many numbers describe the distribution of an action's return.",
        higher="a finer picture of the risk, costs more",
        lower="coarser and cheaper; 1 is the median alone",
        usual="10 to 200",
    )
    hidden: HiddenSizes = fields.hidden((64, 64), help="Sizes of the hidden layers.")
    activation: fields.Activation = fields.activation("relu")


SPEC = AlgorithmSpec(
    key="qrdqn",
    title="QR-DQN",
    family="value based",
    implementation="sb3-contrib",
    params=QrdqnParams,
    learner="rlstudio.algorithms.sb3.learners:QrdqnLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_discrete("QR-DQN"),
    metrics=(
        metrics.PREDICTED_Q,
        metrics.DISCOUNTED_RETURN,
        metrics.EXPLORATION_RATE,
        metrics.QUANTILE_LOSS,
        metrics.GRADIENT_STEPS,
        metrics.LEARNING_RATE,
    ),
    tags=("off-policy", "model-free", "value based", "distributional"),
    paper="Dabney et al., Distributional Reinforcement Learning with Quantile Regression (2018)",
    paper_url="https://arxiv.org/abs/1710.10044",
    idea=(
        "DQN guesses one number for each action, the mean of the return that would follow; QR-DQN guesses its whole "
        "distribution, as a row of quantiles. It still takes the action whose mean is best. Telling a sure gain from a "
        "gamble gives the network more to learn from each step, and steadier learning."
    ),
    update_rule="quantiles θᵢ(s,a) ← quantiles of  r + γ·θ_target(s′, a*),   a* = argmax of the mean of θ_target(s′,·)",
    vector=True,
    resets_copies=True,
    default_steps=50_000,
    devices=("cpu", "cuda", "mps"),
)

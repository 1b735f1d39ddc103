"""SAC of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import only_continuous
from rlstudio.core.params import Params


class Sb3SacParams(Params):
    """Hyperparameters of Stable-Baselines3's SAC, with its defaults."""

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
    hidden: HiddenSizes = fields.hidden((256, 256))
    activation: fields.Activation = fields.activation("relu")
    n_critics: int = off_policy.n_critics()


SPEC = AlgorithmSpec(
    key="sb3_sac",
    title="SAC",
    family="actor-critic",
    implementation="Stable-Baselines3",
    params=Sb3SacParams,
    learner="rlstudio.algorithms.sb3.learners:Sb3SacLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_continuous("SAC"),
    metrics=(
        metrics.ENTROPY_WEIGHT,
        metrics.SOFT_ACTOR_LOSS,
        metrics.CRITIC_LOSS,
        metrics.ENTROPY_WEIGHT_LOSS,
        metrics.GRADIENT_STEPS,
        metrics.LEARNING_RATE,
    ),
    value_counts="SAC's value counts the entropy of the actions to come, weighted by α, as well",
    tags=("off-policy", "model-free", "actor-critic"),
    paper="Haarnoja et al., Soft Actor-Critic Algorithms and Applications (2018)",
    paper_url="https://arxiv.org/abs/1812.05905",
    idea=(
        "Two networks guess the return that follows an action, and the lower guess counts, so that luck is not taken "
        "for skill. The policy learns to choose actions that they judge good while staying as random as it can afford, "
        "which keeps it exploring. All experience is remembered and learned from again and again, so few steps suffice."
    ),
    update_rule="Q ← r + γ·(min Q_target(s′,a′) − α·ln π(a′|s′));   policy: maximise  min Q(s,a) − α·ln π(a|s)",
    vector=True,
    resets_copies=True,
    default_steps=20_000,
    devices=("cpu", "cuda", "mps"),
)

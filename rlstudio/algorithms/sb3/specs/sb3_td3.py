"""TD3 of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import only_continuous
from rlstudio.core.params import Params, param


class Sb3Td3Params(Params):
    """Hyperparameters of Stable-Baselines3's TD3, with its defaults."""

    n_envs: int = fields.n_envs()
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(1e-3)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = off_policy.batch_size(256)
    train_every: int = off_policy.train_every(1)
    updates_per_train: off_policy.Updates = off_policy.updates_per_train()
    policy_delay: int = param(
        2,
        ge=1,
        le=1_000,
        unit="gradient steps",
        group="update",
        live="update",
        help="Gradient steps of the Q-networks between two of the policy and the target networks.",
        higher="the policy follows better Q-values, less often",
        lower="the policy learns sooner, from rougher Q-values",
        usual="1 to 4",
    )
    discount: float = fields.discount()
    buffer_size: int = off_policy.buffer_size()
    learning_starts: int = off_policy.learning_starts()
    target_share: float = off_policy.target_share(0.005)
    target_policy_noise: float = param(
        0.2,
        ge=0,
        le=10,
        group="target network",
        live="update",
        title="target noise σ",
        help="Spread of the noise added to the next action when targets are computed, so that a single action with a "
        "Q-value too good to be true does not count.",
        higher="smoother Q-values over neighbouring actions",
        lower="sharper Q-values, easier to fool",
        usual="0.1 to 0.3",
    )
    target_noise_clip: float = param(
        0.5,
        ge=0,
        le=10,
        group="target network",
        live="update",
        help="Largest noise that is added to the next action when targets are computed.",
        higher="looks at actions further away",
        lower="stays close to the next action",
        usual="0.3 to 0.5",
    )
    action_noise: float = off_policy.action_noise(essential=True)
    action_noise_kind: off_policy.ActionNoise = off_policy.action_noise_kind()
    hidden: HiddenSizes = fields.hidden((400, 300), help="Sizes of the hidden layers, alike for policy and Q-networks.")
    activation: fields.Activation = fields.activation("relu")
    n_critics: int = off_policy.n_critics()


SPEC = AlgorithmSpec(
    key="sb3_td3",
    title="TD3",
    family="actor-critic",
    implementation="Stable-Baselines3",
    params=Sb3Td3Params,
    learner="rlstudio.algorithms.sb3.learners:Sb3Td3Learner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_continuous("TD3"),
    metrics=(
        metrics.ACTOR_LOSS,
        metrics.CRITIC_LOSS,
        metrics.GRADIENT_STEPS,
        metrics.LEARNING_RATE,
    ),
    tags=("off-policy", "model-free", "actor-critic"),
    paper="Fujimoto et al., Addressing Function Approximation Error in Actor-Critic Methods (2018)",
    paper_url="https://arxiv.org/abs/1802.09477",
    idea=(
        "DDPG with three cures against Q-values too good to be true. Two networks guess and the lower guess counts; "
        "the policy is updated less often than they are; and targets look at the next action with a little noise on "
        "it, so that neighbouring actions get similar values."
    ),
    update_rule="Q ← r + γ·min Q_target(s′, μ_target(s′) + noise);   policy, every 2nd step: maximise  Q(s, μ(s))",
    vector=True,
    resets_copies=True,
    default_steps=20_000,
    devices=("cpu", "cuda", "mps"),
)

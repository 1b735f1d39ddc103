"""DDPG of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import only_continuous
from rlstudio.core.params import Params


class Sb3DdpgParams(Params):
    """Hyperparameters of Stable-Baselines3's DDPG, with its defaults."""

    n_envs: int = fields.n_envs()
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(1e-3)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = off_policy.batch_size(256)
    train_every: int = off_policy.train_every(1)
    updates_per_train: off_policy.Updates = off_policy.updates_per_train()
    discount: float = fields.discount()
    buffer_size: int = off_policy.buffer_size()
    learning_starts: int = off_policy.learning_starts()
    target_share: float = off_policy.target_share(0.005)
    action_noise: float = off_policy.action_noise(essential=True)
    action_noise_kind: off_policy.ActionNoise = off_policy.action_noise_kind()
    hidden: HiddenSizes = fields.hidden((400, 300), help="Sizes of the hidden layers, alike for policy and Q-network.")
    activation: fields.Activation = fields.activation("relu")


SPEC = AlgorithmSpec(
    key="sb3_ddpg",
    title="DDPG",
    family="actor-critic",
    implementation="Stable-Baselines3",
    params=Sb3DdpgParams,
    learner="rlstudio.algorithms.sb3.learners:Sb3DdpgLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_continuous("DDPG"),
    metrics=(
        metrics.ACTOR_LOSS,
        metrics.CRITIC_LOSS,
        metrics.GRADIENT_STEPS,
        metrics.LEARNING_RATE,
    ),
    tags=("off-policy", "model-free", "actor-critic"),
    paper="Lillicrap et al., Continuous control with deep reinforcement learning (2016)",
    paper_url="https://arxiv.org/abs/1509.02971",
    idea=(
        "DQN for continuous actions: one network guesses the return that follows an action, its Q-value, and a second "
        "one, the policy, learns to output the action whose Q-value is highest. It acts by that policy with some noise "
        "added, and learns from remembered steps. It is quick where it works, but may believe in Q-values too good to "
        "be true."
    ),
    update_rule="Q(s,a) ← r + γ·Q_target(s′, μ_target(s′));   policy: maximise  Q(s, μ(s))",
    vector=True,
    resets_copies=True,
    default_steps=20_000,
    devices=("cpu", "cuda", "mps"),
)

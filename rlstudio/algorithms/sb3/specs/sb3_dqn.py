"""DQN of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import only_discrete
from rlstudio.core.params import Params


class Sb3DqnParams(Params):
    """Hyperparameters of Stable-Baselines3's DQN, with its defaults."""

    n_envs: int = fields.n_envs()
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(1e-4)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = off_policy.batch_size(32)
    train_every: int = off_policy.train_every(4)
    updates_per_train: off_policy.Updates = off_policy.updates_per_train()
    max_gradient_norm: float = fields.max_gradient_norm(10.0)
    discount: float = fields.discount()
    buffer_size: int = off_policy.buffer_size()
    learning_starts: int = off_policy.learning_starts()
    target_update_every: int = off_policy.target_update_every(10_000, unit="steps", essential=True)
    target_share: float = off_policy.target_share(1.0)
    epsilon_start: float = off_policy.epsilon_start()
    epsilon_end: float = off_policy.epsilon_end(0.05)
    exploration_fraction: float = off_policy.exploration_fraction(0.1)
    hidden: HiddenSizes = fields.hidden((64, 64), help="Sizes of the hidden layers.")
    activation: fields.Activation = fields.activation("relu")


SPEC = AlgorithmSpec(
    key="sb3_dqn",
    title="DQN",
    family="value based",
    implementation="Stable-Baselines3",
    params=Sb3DqnParams,
    learner="rlstudio.algorithms.sb3.learners:Sb3DqnLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_discrete("DQN"),
    metrics=(
        metrics.PREDICTED_Q,
        metrics.DISCOUNTED_RETURN,
        metrics.EXPLORATION_RATE,
        metrics.HUBER_LOSS,
        metrics.GRADIENT_STEPS,
        metrics.LEARNING_RATE,
    ),
    tags=("off-policy", "model-free", "value based"),
    paper="Mnih et al., Human-level control through deep reinforcement learning (2015)",
    paper_url="https://doi.org/10.1038/nature14236",
    idea=(
        "A network guesses for each action the return that would follow: its Q-value. It acts on the best guess, at "
        "random now and then, remembers what happened, and corrects its guesses towards reward plus the best guess for "
        "the next state. A slowly following copy of the network gives those targets, so that they hold still."
    ),
    update_rule="Q(s,a) ← r + γ·max Q_target(s′,·);  after a terminated step the target is r alone",
    vector=True,
    resets_copies=True,
    default_steps=50_000,
    devices=("cpu", "cuda", "mps"),
)

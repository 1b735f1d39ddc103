"""DQN: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.blocks.refusals import no_encoding, not_discrete
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard


class DQNParams(Params):
    """Hyperparameters of DQN."""

    learning_rate: float = param(
        5e-4,
        gt=0,
        le=1,
        log=True,
        group="update",
        live="update",
        essential=True,
        help="Size of each gradient step (Adam).",
        higher="faster, until the Q-values swing or run away",
        lower="steadier and slower",
        usual="1e-4 to 5e-3",
    )
    batch_size: int = param(
        128,
        ge=1,
        le=65_536,
        group="update",
        essential=True,
        title="minibatch size",
        help="Remembered transitions in one gradient step.",
        higher="smoother gradients, each step costs more",
        lower="cheaper, noisier steps",
        usual="32 to 256",
    )
    discount: float = param(
        0.99,
        ge=0,
        le=1,
        group="update",
        live="update",
        title="discount γ",
        help="How much a reward one step later counts.",
        higher="looks further ahead; Q-values grow and learn more slowly",
        lower="short-sighted, quicker to learn",
        usual="0.9 to 0.999",
    )
    train_every: int = param(
        1,
        ge=1,
        le=1_000_000,
        unit="steps",
        group="update",
        live="step",
        help="Environment steps between two updates.",
        higher="faster steps, less learned from each",
        lower="more learned from each step, at more cost",
        usual="1 to 256",
    )
    updates_per_train: int = param(
        1,
        ge=1,
        le=100_000,
        group="update",
        live="update",
        title="gradient steps per update",
        help="Gradient steps taken each time.",
        higher="learns more from the same experience, risks clinging to it",
        lower="cheaper",
        usual="1 to 128",
    )
    buffer_size: int = param(
        50_000,
        ge=100,
        le=5_000_000,
        unit="transitions",
        group="replay",
        help="Transitions remembered; the oldest are overwritten.",
        higher="more varied minibatches, older experience",
        lower="fresher experience, more alike",
        usual="1e4 to 1e6",
    )
    learning_starts: int = param(
        1_000,
        ge=0,
        le=10_000_000,
        unit="steps",
        group="replay",
        help="Steps of random action before learning starts.",
        higher="a broader first experience",
        lower="learns sooner",
        usual="100 to 10,000",
    )
    epsilon_schedule: Literal["linear", "exponential"] = param(
        "linear",
        group="exploration",
        title="ε schedule",
        help="ε falls linearly over a share of the run, or exponentially over a number of steps.",
    )
    epsilon_start: float = param(
        1.0,
        ge=0,
        le=1,
        group="exploration",
        live="step",
        title="ε at first",
        help="Chance of a random action at the start.",
        higher="more exploration early on",
        lower="acts on its first guesses",
        usual="0.9 to 1",
    )
    epsilon_end: float = param(
        0.05,
        ge=0,
        le=1,
        group="exploration",
        live="step",
        essential=True,
        title="ε at last",
        help="Chance of a random action once ε has fallen; it never falls below it.",
        higher="keeps exploring, and keeps losing return by it",
        lower="acts on what it learned",
        usual="0.01 to 0.1",
    )
    exploration_fraction: float = param(
        0.16,
        gt=0,
        le=1,
        group="exploration",
        live="step",
        essential=True,
        title="share of the run to explore",
        help="Over which share of the run ε falls (linear schedule).",
        higher="explores longer",
        lower="settles sooner",
        usual="0.1 to 0.5",
    )
    epsilon_decay_steps: float = param(
        2_500,
        gt=0,
        le=1e9,
        unit="steps",
        group="exploration",
        live="step",
        title="ε decay",
        help="Steps in which the distance to the last ε shrinks to 37 % (exponential schedule).",
        higher="explores longer",
        lower="settles sooner",
        usual="1000 to 10,000",
    )
    target_update_every: int = param(
        250,
        ge=1,
        le=10_000_000,
        unit="steps",
        group="target network",
        live="step",
        essential=True,
        help="Environment steps between two moves of the target network.",
        higher="steadier targets, slower learning",
        lower="fresher targets, risk of running away",
        usual="1 (soft) or 10 to 10,000 (hard)",
    )
    target_share: float = param(
        1.0,
        gt=0,
        le=1,
        group="target network",
        live="step",
        title="target share τ",
        help="How far the target network moves towards the learned one each time: 1 copies it (hard), less follows "
        "softly.",
        higher="fresher targets",
        lower="steadier targets",
        usual="0.005 each step, or 1 now and then",
    )
    double: bool = param(
        False,
        group="update",
        live="update",
        title="double DQN",
        help="Let the learned network choose the next action and the target network judge it, against overestimation.",
    )
    loss: Literal["huber", "mse"] = param(
        "huber",
        group="update",
        live="update",
        help="Huber loss counts large errors linearly, so that a few surprises do not tear the weights about; "
        "mean squared error counts them fully.",
    )
    max_gradient_norm: float | None = param(
        10.0,
        gt=0,
        le=1e6,
        group="update",
        live="update",
        help="Longest gradient a step may follow; nothing: any.",
        higher="clips less",
        lower="clips more: steadier and slower",
        usual="1 to 10",
    )
    max_gradient_value: float | None = param(
        None,
        gt=0,
        le=1e6,
        group="update",
        live="update",
        help="Largest single number in the gradient; nothing: any.",
        higher="clips less",
        lower="clips more",
        usual="1 to 100",
    )
    amsgrad: bool = param(
        False, group="update", help="AMSGrad variant of Adam: step sizes never grow again after a large gradient."
    )
    weight_decay: float = param(
        0.0,
        ge=0,
        le=1,
        group="update",
        help="Share of each weight taken away per step, times the learning rate (AdamW).",
        higher="smaller weights, smoother Q-values",
        lower="free weights",
        usual="0 to 0.01",
    )
    hidden: HiddenSizes = param(
        (128, 128),
        group="network",
        title="hidden layers",
        help="Sizes of the hidden layers.",
        higher="can express more, costs more",
        lower="faster, may be too simple",
        usual="64, 64 to 256, 256",
    )

    @field_validator("buffer_size")
    @classmethod
    def _holds_a_minibatch(cls, size: int, others: ValidationInfo) -> int:
        batch_size = others.data.get("batch_size", 0)
        if size < batch_size:
            raise ValueError(f"at least the minibatch size, {batch_size}")
        return size


ROW_EVERY = 100
"""Environment steps that one logged row stands for: a row at every update would be several numbers a step."""

METRICS = (
    MetricSpec(
        "predicted_q",
        "predicted Q",
        "What the network expected of the whole episode: its best Q-value at the episode's first state. Mean over the "
        f"episodes that ended in about the last {ROW_EVERY} steps.",
        healthy="follows the realised discounted return; far above it means overestimation",
    ),
    MetricSpec(
        "discounted_return",
        "realised discounted return",
        "What the episode really brought, discounted as the Q-values are; mean as for the predicted Q.",
        healthy="rises; the predicted Q settles near it (above it while ε still costs return or a time limit cuts off)",
    ),
    MetricSpec("epsilon", "ε", "Chance of a random action.", healthy="falls as scheduled"),
    MetricSpec(
        "td_error",
        "TD error",
        f"Mean distance between Q-values and their targets in the minibatches of about the last {ROW_EVERY} steps.",
        healthy="small beside the Q-values; may grow with them; growth without end means they run away",
        log=True,
    ),
    MetricSpec(
        "loss",
        "loss",
        f"Huber or squared TD error, mean over the minibatches of about the last {ROW_EVERY} steps.",
        healthy="as the TD error",
        log=True,
    ),
    MetricSpec(
        "gradient_norm",
        "gradient norm",
        f"Length of the gradient before it is clipped, mean of about the last {ROW_EVERY} steps.",
        healthy="steady; growing by factors announces trouble",
        log=True,
    ),
    MetricSpec(
        "buffer_filled", "replay buffer", "Transitions remembered.", healthy="rises to its size", unit="transitions"
    ),
    MetricSpec("learning_rate", "learning rate", "The learning rate.", log=True),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why DQN cannot learn there."""
    return not_discrete(card, "DQN") or no_encoding(card, "DQN")


SPEC = AlgorithmSpec(
    key="dqn",
    title="DQN",
    family="value based",
    params=DQNParams,
    learner="rlstudio.algorithms.dqn.learner:DQNLearner",
    policy="rlstudio.algorithms.dqn.policy:DQNPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("off-policy", "model-free", "value based"),
    paper="Mnih et al., Human-level control through deep reinforcement learning (2015)",
    paper_url="https://doi.org/10.1038/nature14236",
    idea=(
        "A network guesses for each action the return that would follow: its Q-value. It acts on the best guess, at "
        "random now and then, remembers what happened, and corrects its guesses towards reward plus the best guess for "
        "the next state. A slowly following copy of the network gives those targets, so that they hold still."
    ),
    update_rule="Q(s,a) ← r + γ·max Q_target(s′,·);  after a terminated step the target is r alone",
    default_steps=50_000,
    devices=("cpu", "cuda", "mps"),
)

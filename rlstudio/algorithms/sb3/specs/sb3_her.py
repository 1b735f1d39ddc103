"""HER of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _off_policy as off_policy
from rlstudio.algorithms.sb3.specs._refusals import with_goals
from rlstudio.core.params import Params, param


class Sb3HerParams(Params):
    """Hyperparameters of hindsight experience replay with the off-policy algorithm around it.

    Stable-Baselines3 has no defaults for HER as a whole; the goals' are its own, the others suit small environments.
    """

    base: Literal["auto", "sac", "td3", "ddpg", "dqn"] = param(
        "auto",
        group="goals",
        essential=True,
        title="learns by",
        help="Which algorithm learns from the replay buffer; auto: DQN for discrete actions, SAC for continuous ones.",
    )
    n_sampled_goal: int = param(
        4,
        ge=1,
        le=100,
        group="goals",
        live="update",
        essential=True,
        title="goals in hindsight",
        help="For each remembered transition learned from as it was, how many are learned from with a goal that was "
        "reached instead of the one that was wanted.",
        higher="more successes to learn from, fewer of them with the goals that are really asked for",
        lower="closer to what really happened; successes stay rare",
        usual="4 to 8",
    )
    goal_selection_strategy: Literal["future", "final", "episode"] = param(
        "future",
        group="goals",
        help="Which reached goal is put in place: one reached later in the episode, its last one, or any of it.",
    )
    n_envs: int = fields.n_envs()
    normalise_observations: bool = fields.normalise_observations()
    learning_rate: float = fields.learning_rate(1e-3)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = off_policy.batch_size(256)
    train_every: int = off_policy.train_every(1)
    updates_per_train: off_policy.Updates = off_policy.updates_per_train()
    discount: float = fields.discount()
    buffer_size: int = off_policy.buffer_size(100_000)
    learning_starts: int = off_policy.learning_starts(1_000)
    target_share: float = off_policy.target_share(0.005)
    target_update_every: int = off_policy.target_update_every(1, unit="steps")
    entropy_auto: bool = off_policy.entropy_auto(base="SAC")
    entropy_weight: float = off_policy.entropy_weight(base="SAC")
    action_noise: float = off_policy.action_noise(base="SAC, TD3 or DDPG")
    action_noise_kind: off_policy.ActionNoise = off_policy.action_noise_kind(base="SAC, TD3 or DDPG")
    epsilon_start: float = off_policy.epsilon_start(base="DQN")
    epsilon_end: float = off_policy.epsilon_end(0.05, base="DQN")
    exploration_fraction: float = off_policy.exploration_fraction(0.1, base="DQN")
    hidden: HiddenSizes = fields.hidden((256, 256), help="Sizes of the hidden layers.")
    activation: fields.Activation = fields.activation("relu")


SPEC = AlgorithmSpec(
    key="sb3_her",
    title="HER",
    family="value based",
    implementation="Stable-Baselines3",
    params=Sb3HerParams,
    learner="rlstudio.algorithms.sb3.learners:Sb3HerLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=with_goals("HER"),
    metrics=metrics.HER,
    value_counts="With SAC inside, the value counts the entropy of the actions to come, weighted by α, as well",
    tags=("off-policy", "model-free", "goals"),
    paper="Andrychowicz et al., Hindsight Experience Replay (2017)",
    paper_url="https://arxiv.org/abs/1707.01495",
    idea=(
        "Where reward comes only when a goal is reached, an untrained agent never sees any. HER learns from failures: "
        "it remembers an episode as if what it happened to reach had been the goal all along, so every episode is a "
        "success at something. The agent is told its goal with each observation, and what it learned about one carries "
        "over to others."
    ),
    update_rule="store (s, a, r, s′, g) and also (s, a, r(s′, g′), s′, g′) with g′ reached later;  then as DQN or SAC",
    vector=True,
    resets_copies=True,
    default_steps=20_000,
    devices=("cpu", "cuda", "mps"),
)

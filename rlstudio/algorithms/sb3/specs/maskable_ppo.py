"""Maskable PPO of sb3-contrib: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from pydantic import ConfigDict

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _on_policy as on_policy
from rlstudio.algorithms.sb3.specs._refusals import only_choices
from rlstudio.core.params import Params


class MaskablePpoParams(Params):
    """Hyperparameters of sb3-contrib's Maskable PPO, with its defaults."""

    model_config = ConfigDict(validate_default=True)

    n_envs: int = fields.n_envs()
    n_steps: int = on_policy.n_steps(2048)
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(3e-4)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = on_policy.batch_size(64)
    n_epochs: int = on_policy.n_epochs()
    clip_range: float = on_policy.clip_range()
    clip_range_schedule: fields.Schedule = on_policy.clip_range_schedule()
    target_kl: float | None = on_policy.target_kl()
    max_gradient_norm: float = fields.max_gradient_norm(0.5)
    discount: float = fields.discount()
    gae_lambda: float = on_policy.gae_lambda(0.95)
    entropy_weight: float = on_policy.entropy_weight()
    value_weight: float = on_policy.value_weight()
    normalise_advantages: on_policy.NormaliseAdvantages = on_policy.normalise_advantages(True)
    hidden: HiddenSizes = fields.hidden((64, 64))
    activation: fields.Activation = fields.activation("tanh")
    orthogonal_start: bool = on_policy.orthogonal_start()


SPEC = AlgorithmSpec(
    key="maskable_ppo",
    title="Maskable PPO",
    family="policy gradient",
    implementation="sb3-contrib",
    params=MaskablePpoParams,
    learner="rlstudio.algorithms.sb3.learners:MaskablePpoLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=only_choices("Maskable PPO"),
    metrics=tuple(metric for metric in metrics.PPO if metric is not metrics.STD),
    tags=("on-policy", "model-free", "actor-critic", "action mask"),
    paper="Huang and Ontañón, A Closer Look at Invalid Action Masking in Policy Gradient Algorithms (2022)",
    paper_url="https://arxiv.org/abs/2006.14171",
    idea=(
        "PPO that never tries what the environment says is impossible: actions that its mask forbids get probability 0 "
        "before one is drawn, and in the update too. Taxi, for one, says at each step which moves run into a wall. "
        "Where an environment gives no mask, everything is allowed and it is plain PPO."
    ),
    update_rule=(
        "as PPO: maximise  min( r·A, clip(r, 1−ε, 1+ε)·A ) − c·(V − R)² + β·H,   π over the allowed actions only"
    ),
    vector=True,
    resets_copies=True,
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

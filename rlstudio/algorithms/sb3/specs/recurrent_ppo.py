"""Recurrent PPO of sb3-contrib: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _on_policy as on_policy
from rlstudio.algorithms.sb3.specs._refusals import any_action
from rlstudio.core.params import Params, param


class RecurrentPpoParams(Params):
    """Hyperparameters of sb3-contrib's Recurrent PPO, with its defaults."""

    model_config = ConfigDict(validate_default=True)

    n_envs: int = fields.n_envs()
    n_steps: int = on_policy.n_steps(128)
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(3e-4)
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    batch_size: int = on_policy.batch_size(128)
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
    state_dependent_noise: bool = fields.state_dependent_noise()
    noise_every: int = fields.noise_every()
    log_std_start: float = fields.log_std_start(0.0)
    lstm_size: int = param(
        256,
        ge=1,
        le=4096,
        group="network",
        essential=True,
        title="memory size",
        help="Numbers that the LSTM carries from step to step: its memory of the episode.",
        higher="can remember more, learns slower",
        lower="faster, may forget what matters",
        usual="32 to 256",
    )
    lstm_layers: int = param(
        1,
        ge=1,
        le=5,
        group="network",
        title="memory layers",
        help="LSTM layers on top of each other.",
        higher="can remember more intricate things, learns slower",
        lower="faster",
        usual="1",
    )
    critic_lstm: Literal["own", "shared", "none"] = param(
        "own",
        group="network",
        title="value network's memory",
        help="Whether the value network has an LSTM of its own, uses that of the policy, or has none.",
    )
    hidden: HiddenSizes = fields.hidden(
        (64, 64), help="Sizes of the hidden layers after the LSTM, alike for the policy and the value network."
    )
    activation: fields.Activation = fields.activation("tanh")
    orthogonal_start: bool = on_policy.orthogonal_start()


SPEC = AlgorithmSpec(
    key="recurrent_ppo",
    title="Recurrent PPO",
    family="policy gradient",
    implementation="sb3-contrib",
    params=RecurrentPpoParams,
    learner="rlstudio.algorithms.sb3.learners:RecurrentPpoLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=any_action("Recurrent PPO"),
    metrics=metrics.PPO,
    tags=("on-policy", "model-free", "actor-critic", "memory"),
    paper="Schulman et al., Proximal Policy Optimization Algorithms (2017), with an LSTM: Hochreiter and Schmidhuber, "
    "Long Short-Term Memory (1997)",
    paper_url="https://arxiv.org/abs/1707.06347",
    idea=(
        "PPO with a memory: an LSTM carries some numbers from step to step, so that the policy can act on what it saw "
        "before. That helps where one observation does not tell everything, as when speeds are hidden. Where it does, "
        "plain PPO learns faster."
    ),
    update_rule=(
        "as PPO: maximise  min( r·A, clip(r, 1−ε, 1+ε)·A ) − c·(V − R)² + β·H,   r = π(a|s,h) / π_old(a|s,h),   "
        "h the memory, fed step by step"
    ),
    vector=True,
    resets_copies=True,
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

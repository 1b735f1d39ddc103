"""TRPO of sb3-contrib: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _on_policy as on_policy
from rlstudio.algorithms.sb3.specs._refusals import any_action
from rlstudio.core.params import Params, param


class TrpoParams(Params):
    """Hyperparameters of sb3-contrib's TRPO, with its defaults."""

    n_envs: int = fields.n_envs()
    n_steps: int = on_policy.n_steps(2048)
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    target_kl: float = param(
        0.01,
        gt=0,
        le=100,
        group="policy step",
        live="update",
        essential=True,
        title="target KL",
        help="How far (as KL divergence) one update may move the policy.",
        higher="larger steps of the policy",
        lower="smaller, safer ones",
        usual="0.005 to 0.05",
    )
    cg_max_steps: int = param(
        15,
        ge=1,
        le=1_000,
        group="policy step",
        live="update",
        title="conjugate gradient steps",
        help="Steps of the conjugate gradient method that finds the direction of the policy's step.",
        higher="a better direction, costs more",
        lower="cheaper, rougher",
        usual="10 to 25",
    )
    cg_damping: float = param(
        0.1,
        ge=0,
        le=10,
        group="policy step",
        live="update",
        title="conjugate gradient damping",
        help="Share of the plain gradient in the policy's direction: keeps it sound where the estimated curvature is "
        "poor.",
        higher="closer to the plain gradient, smaller steps",
        lower="closer to the natural gradient, less steady",
        usual="0.001 to 0.1",
    )
    line_search_shrinking_factor: float = param(
        0.8,
        gt=0,
        lt=1,
        group="policy step",
        live="update",
        help="How much shorter the next step is that is tried, when one went too far.",
        higher="finds a longer step, needs more tries",
        lower="fewer tries, shorter steps",
        usual="0.5 to 0.9",
    )
    line_search_max_iter: int = param(
        10,
        ge=1,
        le=1_000,
        group="policy step",
        live="update",
        title="line search tries",
        help="How many step lengths are tried before the policy is left as it is.",
        higher="more updates find a step",
        lower="gives up sooner",
        usual="5 to 20",
    )
    sub_sampling_factor: int = param(
        1,
        ge=1,
        le=1_000,
        group="policy step",
        help="Use only every so-many-th step of the experience for the policy's step.",
        higher="faster, rougher",
        lower="uses all of it",
        usual="1",
    )
    learning_rate: float = fields.learning_rate(
        1e-3, help="Size of each gradient step of the value network (Adam); the policy's step follows from target KL."
    )
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    n_critic_updates: int = param(
        10,
        ge=1,
        le=1_000,
        group="update",
        live="update",
        essential=True,
        title="value passes per update",
        help="How often the value network goes over the same experience in each update.",
        higher="a better guess of returns, at more cost",
        lower="cheaper",
        usual="5 to 20",
    )
    batch_size: int = on_policy.batch_size(128)
    discount: float = fields.discount()
    gae_lambda: float = on_policy.gae_lambda(0.95)
    normalise_advantages: bool = on_policy.normalise_advantages(True)
    state_dependent_noise: bool = fields.state_dependent_noise()
    noise_every: int = fields.noise_every()
    log_std_start: float = fields.log_std_start(0.0)
    hidden: HiddenSizes = fields.hidden((64, 64))
    activation: fields.Activation = fields.activation("tanh")
    orthogonal_start: bool = on_policy.orthogonal_start()


SPEC = AlgorithmSpec(
    key="trpo",
    title="TRPO",
    family="policy gradient",
    implementation="sb3-contrib",
    params=TrpoParams,
    learner="rlstudio.algorithms.sb3.learners:TrpoLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=any_action("TRPO"),
    metrics=(
        metrics.EXPLAINED_VARIANCE,
        metrics.KL,
        metrics.LINE_SEARCH,
        metrics.POLICY_OBJECTIVE,
        metrics.VALUE_LOSS,
        metrics.STD,
        metrics.LEARNING_RATE,
        metrics.UPDATES,
    ),
    tags=("on-policy", "model-free", "actor-critic"),
    paper="Schulman et al., Trust Region Policy Optimization (2015)",
    paper_url="https://arxiv.org/abs/1502.05477",
    idea=(
        "Each update looks for the step that improves the policy most while keeping it within a small distance of the "
        "policy that gathered the experience, its trust region. The direction comes from the natural gradient, found "
        "by conjugate gradients; the length from trying shorter and shorter steps until one keeps the promise. PPO is "
        "its simpler successor."
    ),
    update_rule="maximise  mean of π(a|s) / π_old(a|s) · A   while  KL(π_old ‖ π) ≤ target KL",
    vector=True,
    resets_copies=True,
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

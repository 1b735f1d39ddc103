"""PPO: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.blocks.refusals import no_distribution, no_encoding
from rlstudio.core.params import Params, param
from rlstudio.envs.card import EnvironmentCard

Schedule = Literal["constant", "linear"]


class PPOParams(Params):
    """Hyperparameters of PPO; the defaults are those of Stable-Baselines3, with 8 copies of the environment."""

    n_envs: int = param(
        8,
        ge=1,
        le=256,
        group="experience",
        essential=True,
        title="environments",
        help="How many copies of the environment gather experience side by side.",
        higher="more varied experience and faster steps, but more of them for each update",
        lower="each update sees fewer different situations",
        usual="1 to 32",
    )
    n_steps: int = param(
        256,
        ge=2,
        le=65_536,
        unit="steps",
        group="experience",
        essential=True,
        title="steps per update",
        help="Steps each copy takes before the policy is updated.",
        higher="better estimates of what an action was worth, fewer updates",
        lower="more frequent, noisier updates",
        usual="32 to 2048",
    )
    batch_size: int = param(
        256,
        ge=1,
        le=65_536,
        group="update",
        title="minibatch size",
        help="Steps in one gradient step; a pass over the experience is cut into equal parts of about this size.",
        higher="smoother gradients, fewer of them",
        lower="more gradient steps from the same experience, each noisier",
        usual="64 to 4096",
    )
    n_epochs: int = param(
        10,
        ge=1,
        le=1_000,
        group="update",
        live="update",
        title="passes per update",
        help="How often each update goes over the same experience.",
        higher="more is learned from each step, at the risk of moving too far from what was observed",
        lower="safer, slower learning",
        usual="3 to 20",
    )
    learning_rate: float = param(
        3e-4,
        gt=0,
        le=1,
        log=True,
        group="update",
        live="update",
        essential=True,
        help="Size of each gradient step (Adam).",
        higher="faster, until learning becomes unstable and the return collapses",
        lower="steadier and slower",
        usual="1e-4 to 3e-3",
    )
    learning_rate_schedule: Schedule = param(
        "constant",
        group="update",
        help="Whether the learning rate stays, or falls linearly to 0 at the end of the run.",
    )
    clip_range: float = param(
        0.2,
        gt=0,
        le=10,
        group="update",
        live="update",
        essential=True,
        help="How far an update may change an action's probability (as a ratio) before it gains nothing more.",
        higher="larger policy changes each update",
        lower="more cautious updates",
        usual="0.1 to 0.3",
    )
    clip_range_schedule: Schedule = param(
        "constant", group="update", help="Whether the clip range stays, or falls linearly to 0 at the end of the run."
    )
    discount: float = param(
        0.99,
        ge=0,
        le=1,
        group="returns",
        live="update",
        title="discount γ",
        help="How much a reward one step later counts.",
        higher="looks further ahead; returns vary more",
        lower="short-sighted, quicker to learn",
        usual="0.9 to 0.999",
    )
    gae_lambda: float = param(
        0.95,
        ge=0,
        le=1,
        group="returns",
        live="update",
        title="GAE λ",
        help="How far real rewards, rather than the value network's guess, decide what an action was worth.",
        higher="trusts rewards: unbiased, noisy",
        lower="trusts the value network: smooth, biased while it is wrong",
        usual="0.8 to 0.99",
    )
    entropy_weight: float = param(
        0.0,
        ge=0,
        le=10,
        group="loss",
        live="update",
        essential=True,
        help="Reward for staying random.",
        higher="explores longer; too high and it never settles",
        lower="settles sooner, perhaps on the wrong thing",
        usual="0 to 0.02",
    )
    value_weight: float = param(
        0.5,
        ge=0,
        le=100,
        group="loss",
        live="update",
        help="Weight of the value network's error in the loss.",
        higher="larger steps of the value network before clipping of the gradient",
        lower="smaller ones",
        usual="0.25 to 1",
    )
    normalise_advantages: bool = param(
        True, group="loss", live="update", help="Bring the advantages of each minibatch to mean 0 and deviation 1."
    )
    max_gradient_norm: float = param(
        0.5,
        gt=0,
        le=1e6,
        group="update",
        live="update",
        help="Longest gradient a step may follow; longer ones are shortened.",
        higher="clips less",
        lower="clips more: steadier and slower",
        usual="0.3 to 1",
    )
    target_kl: float | None = param(
        None,
        gt=0,
        le=100,
        group="update",
        live="update",
        title="target KL",
        help="End an update's passes early once the policy has moved 1.5 times this far; nothing: never.",
        higher="stops later",
        lower="stops sooner",
        usual="0.01 to 0.05",
    )
    normalise_observations: bool = param(
        False,
        group="experience",
        help="Bring every observed number to mean 0 and deviation 1, as estimated so far. Needed where scales differ "
        "widely (MountainCar's velocity is 20 times smaller than its position).",
    )
    normalise_rewards: bool = param(
        False,
        group="experience",
        help="Divide rewards by the deviation of the discounted return so far. The curves show true rewards.",
    )
    state_dependent_noise: bool = param(
        False,
        group="exploration",
        title="state-dependent noise (gSDE)",
        help="For continuous actions: exploration as a smooth function of the state, instead of fresh noise each step.",
    )
    noise_every: int = param(
        4,
        ge=1,
        le=100_000,
        unit="steps",
        group="exploration",
        title="new noise every",
        help="Steps between draws of a new state-dependent noise function.",
        higher="smoother motion, slower change of what is tried",
        lower="closer to fresh noise each step",
        usual="4 to 64",
    )
    log_std_start: float = param(
        0.0,
        ge=-20,
        le=2,
        group="exploration",
        title="log σ at first",
        help="For continuous actions: logarithm of the spread σ of the policy's actions before it learned (0: σ = 1).",
        higher="tries wilder actions at first",
        lower="stays close to its first guesses",
        usual="−4 to 0",
    )
    hidden: HiddenSizes = param(
        (64, 64),
        group="network",
        title="hidden layers",
        help="Sizes of the hidden layers, alike for the policy and the value network.",
        higher="can express more, learns slower",
        lower="faster, may be too simple",
        usual="64, 64 to 256, 256",
    )
    activation: Literal["tanh", "relu"] = param(
        "tanh", group="network", help="What each hidden unit does to its input."
    )
    orthogonal_start: bool = param(
        True,
        group="network",
        title="orthogonal weights at first",
        help="Start from orthogonal weight matrices, with a small last layer, so that the first policy is nearly even; "
        "otherwise from small random weights.",
    )


METRICS = (
    MetricSpec(
        "explained_variance",
        "explained variance",
        "How much of the returns' variation the value network foresees: 1 all of it, 0 no better than a constant.",
        healthy="rises towards 1, within the first tenth of the run; below 0 for long means the value network is lost",
    ),
    MetricSpec(
        "entropy",
        "entropy",
        "How random the policy is: ln(number of actions) when every action is alike, 0 when it is certain.",
        healthy="falls slowly as it makes up its mind; a sudden drop means it settled too early",
        unit="nats",
    ),
    MetricSpec(
        "approx_kl",
        "KL divergence",
        "How far the update moved the policy (Schulman's estimator (r − 1) − ln r).",
        healthy="between 0.003 and 0.03; spikes above 0.1 come before collapses",
        unit="nats",
    ),
    MetricSpec(
        "clip_fraction",
        "clip fraction",
        "Share of steps whose probability ratio left the clip range.",
        healthy="0.05 to 0.3; near 0 the updates are timid, above 0.5 too bold",
    ),
    MetricSpec(
        "value_loss",
        "value loss",
        "Mean squared error of the value network.",
        healthy="rises while returns grow, then falls",
        log=True,
    ),
    MetricSpec(
        "policy_loss",
        "policy loss",
        "The clipped objective, negative. Its size says little.",
        healthy="small, around or below 0",
    ),
    MetricSpec(
        "gradient_norm",
        "gradient norm",
        "Length of the gradient before it is clipped.",
        healthy="steady; growing by factors announces trouble",
        log=True,
    ),
    MetricSpec("learning_rate", "learning rate", "The learning rate as scheduled.", log=True),
    MetricSpec("clip_range", "clip range", "The clip range as scheduled."),
)


def refuses(card: EnvironmentCard) -> str | None:
    """Why PPO cannot learn there."""
    return no_distribution(card, "PPO") or no_encoding(card, "PPO")


SPEC = AlgorithmSpec(
    key="ppo",
    title="PPO",
    family="policy gradient",
    params=PPOParams,
    learner="rlstudio.algorithms.ppo.learner:PPOLearner",
    policy="rlstudio.algorithms.ppo.policy:PPOPolicy",
    refuses=refuses,
    metrics=METRICS,
    tags=("on-policy", "model-free", "actor-critic"),
    paper="Schulman et al., Proximal Policy Optimization Algorithms (2017)",
    paper_url="https://arxiv.org/abs/1707.06347",
    idea=(
        "Several copies of the environment are played by one policy. Actions that turned out better than the value "
        "network expected are made likelier, the others less likely, in several passes over the same experience. "
        "Clipping takes away the gain of moving far from the policy that gathered it, so learning stays steady."
    ),
    update_rule="maximise  min( r·A, clip(r, 1−ε, 1+ε)·A ) − c·(V − R)² + β·H,   r = π(a|s) / π_old(a|s)",
    vector=True,
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

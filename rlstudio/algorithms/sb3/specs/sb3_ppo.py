"""PPO of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _on_policy as on_policy
from rlstudio.algorithms.sb3.specs._refusals import any_action
from rlstudio.core.params import Params


class Sb3PpoParams(Params):
    """Hyperparameters of Stable-Baselines3's PPO, with its defaults."""

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
    normalise_advantages: bool = on_policy.normalise_advantages(True)
    state_dependent_noise: bool = fields.state_dependent_noise()
    noise_every: int = fields.noise_every()
    log_std_start: float = fields.log_std_start(0.0)
    hidden: HiddenSizes = fields.hidden((64, 64))
    activation: fields.Activation = fields.activation("tanh")
    orthogonal_start: bool = on_policy.orthogonal_start()


SPEC = AlgorithmSpec(
    key="sb3_ppo",
    title="PPO",
    family="policy gradient",
    implementation="Stable-Baselines3",
    params=Sb3PpoParams,
    learner="rlstudio.algorithms.sb3.learners:Sb3PpoLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=any_action("PPO"),
    metrics=metrics.PPO,
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
    resets_copies=True,
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

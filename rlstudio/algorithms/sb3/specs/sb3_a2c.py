"""A2C of Stable-Baselines3: its hyperparameters, what it logs, and where it can be used. No torch, no gymnasium."""

from __future__ import annotations

from pydantic import ConfigDict

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.blocks.fields import HiddenSizes
from rlstudio.algorithms.sb3.specs import _fields as fields
from rlstudio.algorithms.sb3.specs import _metrics as metrics
from rlstudio.algorithms.sb3.specs import _on_policy as on_policy
from rlstudio.algorithms.sb3.specs._refusals import any_action
from rlstudio.core.params import Params, param


class Sb3A2cParams(Params):
    """Hyperparameters of Stable-Baselines3's A2C, with its defaults."""

    model_config = ConfigDict(validate_default=True)

    n_envs: int = fields.n_envs()
    n_steps: int = on_policy.n_steps(5, ge=1)
    normalise_observations: bool = fields.normalise_observations()
    normalise_rewards: bool = fields.normalise_rewards()
    learning_rate: float = fields.learning_rate(7e-4, help="Size of each gradient step.")
    learning_rate_schedule: fields.Schedule = fields.learning_rate_schedule()
    rms_prop: bool = param(
        True,
        group="update",
        title="RMSProp",
        help="Take gradient steps by RMSProp, as in the original; otherwise by Adam.",
    )
    max_gradient_norm: float = fields.max_gradient_norm(0.5)
    discount: float = fields.discount()
    gae_lambda: float = on_policy.gae_lambda(1.0)
    entropy_weight: float = on_policy.entropy_weight()
    value_weight: float = on_policy.value_weight()
    normalise_advantages: on_policy.NormaliseAdvantages = on_policy.normalise_advantages(False)
    state_dependent_noise: bool = fields.state_dependent_noise()
    noise_every: int = fields.noise_every()
    log_std_start: float = fields.log_std_start(0.0)
    hidden: HiddenSizes = fields.hidden((64, 64))
    activation: fields.Activation = fields.activation("tanh")
    orthogonal_start: bool = on_policy.orthogonal_start()


SPEC = AlgorithmSpec(
    key="sb3_a2c",
    title="A2C",
    family="actor-critic",
    implementation="Stable-Baselines3",
    params=Sb3A2cParams,
    learner="rlstudio.algorithms.sb3.learners:Sb3A2cLearner",
    policy="rlstudio.algorithms.sb3.policy:SB3Policy",
    refuses=any_action("A2C"),
    metrics=(
        metrics.EXPLAINED_VARIANCE,
        metrics.ENTROPY_LOSS,
        metrics.VALUE_LOSS,
        metrics.POLICY_LOSS,
        metrics.STD,
        metrics.LEARNING_RATE,
        metrics.UPDATES,
    ),
    tags=("on-policy", "model-free", "actor-critic"),
    paper="Mnih et al., Asynchronous Methods for Deep Reinforcement Learning (2016)",
    paper_url="https://arxiv.org/abs/1602.01783",
    idea=(
        "Two networks learn side by side: the actor chooses, the critic guesses the return that will follow. After a "
        "few steps each action that brought more than the critic guessed is made likelier, each that brought less is "
        "made less likely. Every step is learned from once and forgotten, so updates are quick and many are needed."
    ),
    update_rule="maximise  A·ln π(a|s) − c·(V − R)² + β·H,   A = R − V(s)",
    vector=True,
    resets_copies=True,
    default_steps=100_000,
    devices=("cpu", "cuda", "mps"),
)

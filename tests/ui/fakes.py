"""Made-up cards, algorithms and presets, so that a form's tests do not change when a real algorithm does."""

from __future__ import annotations

from typing import Literal

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec, Preset
from rlstudio.core.params import Params, param
from rlstudio.envs.card import Dimension, EnvironmentCard, SpaceCard

BOX = SpaceCard(
    "box", "4 numbers: cart position (m), cart velocity (m/s), pole angle (rad), pole velocity (rad/s)", "Box"
)
LEFT_RIGHT = SpaceCard(
    "discrete",
    "one of 2 actions: push left, push right",
    "Discrete(2)",
    (Dimension("push left"), Dimension("right")),
    n=2,
)
TORQUE = SpaceCard("box", "1 number: torque (N m), -2 to 2", "Box(-2, 2, (1,))", shape=(1,))

CARTPOLE = EnvironmentCard(
    id="CartPole-v1",
    title="Cart Pole",
    family="Classic control",
    available=True,
    summary="Keep a pole upright on a cart that moves left and right.",
    docs="## Description\n\nA pole is attached by a joint to a cart.\n\n| Num | Action |\n|---|---|\n| 0 | left |",
    docs_url="https://gymnasium.farama.org/environments/classic_control/cart_pole/",
    observation=BOX,
    action=LEFT_RIGHT,
    max_episode_steps=500,
    reward_threshold=475.0,
)
OLD_CARTPOLE = EnvironmentCard(
    id="CartPole-v0", title="Cart Pole (v0)", family="Classic control", available=True, action=LEFT_RIGHT, newest=False
)
PENDULUM = EnvironmentCard(
    id="Pendulum-v1",
    title="Pendulum",
    family="Classic control",
    available=True,
    observation=SpaceCard("box", "3 numbers: cos θ, sin θ, angular velocity (rad/s)", "Box"),
    action=TORQUE,
    max_episode_steps=200,
)
ANT = EnvironmentCard(
    id="Ant-v5",
    title="Ant",
    family="MuJoCo",
    available=False,
    why_not="MuJoCo is not installed",
    install='pip install "gymnasium[mujoco]"',
)
CARDS = [ANT, OLD_CARTPOLE, PENDULUM, CARTPOLE]


class GradientParams(Params):
    """Every kind of field, some live, some essential."""

    learning_rate: float = param(
        3e-4,
        help="Size of each gradient step.",
        gt=0,
        le=1,
        log=True,
        live="update",
        essential=True,
        group="update",
        higher="faster, until it becomes unstable",
        lower="steadier and slower",
        usual="1e-4 to 3e-3",
    )
    gamma: float = param(
        0.99,
        help="How much a reward counts one step later.",
        title="discount γ",
        ge=0,
        le=1,
        essential=True,
        live="step",
    )
    n_steps: int = param(
        256, help="Steps per update.", ge=2, le=65_536, essential=True, unit="steps", title="steps per update"
    )
    hidden: tuple[int, ...] = param(
        (64, 64), help="Sizes of the hidden layers.", group="network", title="hidden layers"
    )
    activation: Literal["tanh", "relu"] = param("tanh", help="Between the layers.", group="network")
    normalise: bool = param(True, help="Whether advantages are normalised.", group="update", live="update")
    target_kl: float | None = param(
        None, help="Stop updating at this divergence.", gt=0, group="update", title="KL limit"
    )


class ValueParams(Params):
    """A second algorithm's."""

    learning_rate: float = param(1e-3, help="Size of each gradient step.", gt=0, essential=True, live="update")
    buffer_size: int = param(100_000, help="Transitions kept.", ge=1, log=True, essential=True)


def _needs_discrete(card: EnvironmentCard) -> str | None:
    if card.action is not None and card.action.kind != "discrete":
        return f"DQN needs discrete actions; {card.title}'s are continuous"
    return None


def spec(key: str, title: str, params: type[Params], **fields: object) -> AlgorithmSpec:
    """A spec with what the window looks at."""
    fields.setdefault("refuses", lambda card: None)
    return AlgorithmSpec(
        key=key,
        title=title,
        params=params,
        learner="nowhere:Learner",
        policy="nowhere:Policy",
        idea=f"The idea of {title}.",
        metrics=(MetricSpec("loss", "loss", "what is minimised"),),
        **{"family": "Policy gradient", **fields},
    )


PPO = spec("ppo", "PPO", GradientParams, tags=("on-policy", "model-free"), default_steps=100_000)
SB3_PPO = spec("sb3-ppo", "PPO", GradientParams, implementation="Stable-Baselines3", devices=("cpu", "cuda", "mps"))
DQN = spec("dqn", "DQN", ValueParams, family="Value-based", refuses=_needs_discrete)
SPECS = [PPO, DQN, SB3_PPO]

PRESETS = {
    "ppo": [
        Preset(
            "zoo",
            "Tuned (RL Zoo)",
            "RL Baselines3 Zoo",
            {"n_steps": 32, "learning_rate": 1e-3},
            env="CartPole-v1",
            default=True,
            steps=80_000,
        ),
        Preset(
            "demo",
            "As in the demonstration",
            "a lecture",
            {"gamma": 0.98},
            env="CartPole-v1",
            episodes=600,
            window=10,
            stop_at=195.0,
            expect="a collapse is expected with this preset",
        ),
    ],
}


def presets(key: str, env: str) -> list[Preset]:
    """The made-up presets that fit."""
    return [preset for preset in PRESETS.get(key, []) if preset.env in (None, env)]

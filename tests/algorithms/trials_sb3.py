"""Trials of the algorithms from Stable-Baselines3 and sb3-contrib."""

from __future__ import annotations

from functools import partial
from typing import Any

from identity_env import LENGTH, IdentityEnv
from trial import Trial

from rlstudio.envs.bit_flipping import BitFlippingEnv


class GoalEnv(BitFlippingEnv):
    """Bits to flip, in episodes of LENGTH steps whether the goal is reached or not."""

    def __init__(self, *, continuous: bool = False) -> None:
        super().__init__(4, continuous=continuous)
        self.t = self.steps_taken = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        self.t = 0
        return super().reset(seed=seed)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        observation, reward, _, _, info = super().step(action)
        self.t += 1
        self.steps_taken += 1
        return observation, reward, False, self.t == LENGTH, info


_CHOICES = ("discrete", "shifted", "multi_discrete", "multi_binary")
_ON_POLICY: dict[str, Any] = {
    "hidden": (16,),
    "learning_rate": 0.01,
    "n_envs": 2,
    "n_steps": 16,
    "discount": 0.0,
}
_PPO = {**_ON_POLICY, "batch_size": 16, "n_epochs": 4}
_OFF_POLICY: dict[str, Any] = {
    "hidden": (16,),
    "learning_rate": 0.01,
    "batch_size": 16,
    "buffer_size": 500,
    "learning_starts": 20,
    "discount": 0.0,
    "train_every": 4,
}
_DQN = {**_OFF_POLICY, "target_update_every": 8, "exploration_fraction": 0.5}
_CONTINUOUS: dict[str, Any] = {"make": partial(IdentityEnv, "box"), "kinds": ("box",), "updates": 60}
_ACTOR_CRITIC = ("mlp_extractor", "action_net", "value_net")

SB3: dict[str, Trial] = {
    "sb3_ppo": Trial(_PPO, learns=True, learning={"n_envs": 4, "batch_size": 32}, steps=3000, moving=_ACTOR_CRITIC),
    "sb3_a2c": Trial({**_ON_POLICY, "n_steps": 5}, updates=60, moving=_ACTOR_CRITIC),
    "trpo": Trial({**_ON_POLICY, "batch_size": 16}, moving=("value_net",)),
    "recurrent_ppo": Trial({**_PPO, "lstm_size": 8}, moving=("lstm", *_ACTOR_CRITIC)),
    "maskable_ppo": Trial(_PPO, kinds=_CHOICES, moving=_ACTOR_CRITIC),
    "sb3_dqn": Trial(_DQN, kinds=("discrete", "shifted"), learns=True, learning={"n_envs": 2}, steps=1500, updates=60),
    "qrdqn": Trial({**_DQN, "n_quantiles": 5}, kinds=("discrete", "shifted"), updates=60, moving=("quantile",)),
    "sb3_sac": Trial({**_OFF_POLICY, "action_noise": 0.1}, learns=True, steps=1500, **_CONTINUOUS),
    "sb3_td3": Trial({**_OFF_POLICY, "action_noise": 0.3}, **_CONTINUOUS),
    "sb3_ddpg": Trial({**_OFF_POLICY, "action_noise": 0.3}, **_CONTINUOUS),
    "tqc": Trial({**_OFF_POLICY, "n_quantiles": 5}, **_CONTINUOUS),
    "ars": Trial(
        {"n_delta": 2, "delta_std": 0.1, "n_envs": 2}, kinds=("discrete", "shifted", "box"), moving=("action_net",)
    ),
    "sb3_her": Trial({**_DQN, "learning_starts": 40}, make=GoalEnv, kinds=(), updates=60, moving=("q_net",)),
}

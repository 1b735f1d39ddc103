"""The specs of every algorithm that the adapter brings, Stable-Baselines3's before sb3-contrib's."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.sb3.specs import (
    ars,
    maskable_ppo,
    qrdqn,
    recurrent_ppo,
    sb3_a2c,
    sb3_ddpg,
    sb3_dqn,
    sb3_her,
    sb3_ppo,
    sb3_sac,
    sb3_td3,
    tqc,
    trpo,
)

SPECS: tuple[AlgorithmSpec, ...] = (
    sb3_ppo.SPEC,
    sb3_a2c.SPEC,
    sb3_dqn.SPEC,
    sb3_ddpg.SPEC,
    sb3_sac.SPEC,
    sb3_td3.SPEC,
    sb3_her.SPEC,
    ars.SPEC,
    qrdqn.SPEC,
    recurrent_ppo.SPEC,
    tqc.SPEC,
    trpo.SPEC,
    maskable_ppo.SPEC,
)

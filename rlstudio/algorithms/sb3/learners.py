"""One learner an algorithm, for their specs to name: all are `SB3Learner`, each with its key."""

from __future__ import annotations

from rlstudio.algorithms.sb3.learner import SB3Learner


class Sb3PpoLearner(SB3Learner):
    """PPO."""

    key = "sb3_ppo"


class Sb3A2cLearner(SB3Learner):
    """A2C."""

    key = "sb3_a2c"


class Sb3DqnLearner(SB3Learner):
    """DQN."""

    key = "sb3_dqn"


class Sb3DdpgLearner(SB3Learner):
    """DDPG."""

    key = "sb3_ddpg"


class Sb3SacLearner(SB3Learner):
    """SAC."""

    key = "sb3_sac"


class Sb3Td3Learner(SB3Learner):
    """TD3."""

    key = "sb3_td3"


class Sb3HerLearner(SB3Learner):
    """HER: hindsight goals in the replay buffer of DQN, DDPG, TD3 or SAC."""

    key = "sb3_her"


class ArsLearner(SB3Learner):
    """ARS."""

    key = "ars"


class QrdqnLearner(SB3Learner):
    """QR-DQN."""

    key = "qrdqn"


class RecurrentPpoLearner(SB3Learner):
    """Recurrent PPO."""

    key = "recurrent_ppo"


class TqcLearner(SB3Learner):
    """TQC."""

    key = "tqc"


class TrpoLearner(SB3Learner):
    """TRPO."""

    key = "trpo"


class MaskablePpoLearner(SB3Learner):
    """Maskable PPO."""

    key = "maskable_ppo"

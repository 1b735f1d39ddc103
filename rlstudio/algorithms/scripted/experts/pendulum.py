"""Pendulum: pump energy until there is enough to stand, then balance like a spring with a brake."""

from __future__ import annotations

from typing import Any

import numpy as np

from rlstudio.algorithms.scripted.experts.base import Expert

_GRAVITY, _LENGTH, _MASS = 10.0, 1.0, 1.0
_STRONGEST = 2.0  # N m
_UPRIGHT = 0.5 * _MASS * _GRAVITY * _LENGTH  # energy of standing upright, counted from the pivot's height


class Pendulum(Expert):
    """Swing-up by energy, then a proportional-derivative controller at the top.

    The rod's energy is m l² ω² / 6 + (m g l / 2) cos θ, with θ = 0 upright. While it is less than that of standing
    upright the torque goes along the motion; where it is more, against it (K. J. Åström and K. Furuta, "Swinging up a
    pendulum by energy control", 2000).
    """

    observation_size = 3
    action_size = 1

    def act(self, observation: Any) -> tuple[Any, str]:
        cosine, sine, speed = (float(number) for number in observation)
        angle = np.arctan2(sine, cosine)
        balance = -(12.0 * angle + 3.0 * speed)
        if cosine > 0.8 and abs(balance) < 8.0:
            return np.array([np.clip(balance, -_STRONGEST, _STRONGEST)], np.float32), "near the top: balance"
        missing = _UPRIGHT - (_MASS * _LENGTH**2 * speed**2 / 6 + _UPRIGHT * cosine)
        along = 1.0 if speed >= 0 else -1.0
        torque = np.clip(8.0 * missing, -_STRONGEST, _STRONGEST) * along
        note = "too little energy: push along" if missing > 0 else "too much energy: brake"
        return np.array([torque], np.float32), note

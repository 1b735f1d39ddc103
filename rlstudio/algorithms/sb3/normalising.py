"""Running statistics of observations and rewards: out of Stable-Baselines3's VecNormalize as arrays, and back.

VecNormalize's own files are pickles, which nothing here reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.running_mean_std import RunningMeanStd

from rlstudio.algorithms.base import Arrays
from rlstudio.algorithms.blocks.running import LIMIT

OBSERVATIONS = "observations."
_WHOLE = ""
_FIELDS = ("mean", "var", "count")
_TINY = 1e-8


def observation_statistics(wrapper: Any) -> dict[str, RunningMeanStd]:
    """Of each named part of an observation, or under "" of the whole; empty where observations are left as they are."""
    if wrapper is None or not wrapper.norm_obs:
        return {}
    found = wrapper.obs_rms
    return dict(found) if isinstance(found, dict) else {_WHOLE: found}


def statistics_arrays(prefix: str, statistics: dict[str, RunningMeanStd]) -> Arrays:
    """Copies, as "<prefix><part>.mean" and so on."""
    return {
        f"{prefix}{part}.{field}": np.array(getattr(each, field), np.float64)
        for part, each in statistics.items()
        for field in _FIELDS
    }


def load_statistics(prefix: str, statistics: dict[str, RunningMeanStd], arrays: Arrays) -> None:
    """Take over what `statistics_arrays` gave. Raises ValueError where it does not fit."""
    for part, each in statistics.items():
        for field in _FIELDS:
            saved = arrays.get(f"{prefix}{part}.{field}")
            if saved is None or saved.shape != np.shape(getattr(each, field)):
                raise ValueError(f"the saved statistics {prefix}{part}.{field} do not fit this environment")
            setattr(each, field, float(saved) if field == "count" or saved.ndim == 0 else np.array(saved, np.float64))


def parts_of(prefix: str, arrays: Arrays) -> list[str]:
    """Names of the parts that `arrays` hold statistics of."""
    ending = ".mean"
    return [n.removeprefix(prefix).removesuffix(ending) for n in arrays if n.startswith(prefix) and n.endswith(ending)]


class Normaliser:
    """What a policy does to an observation before it sees it, as VecNormalize did while it learned."""

    def __init__(self, statistics: dict[str, RunningMeanStd]) -> None:
        self.statistics = statistics

    def __call__(self, observation: Any) -> Any:
        """One observation of Stable-Baselines3's space; what has statistics comes back as float32, cut at ±10."""
        if not self.statistics:
            return observation
        if isinstance(observation, dict):
            return {k: self._scaled(v, self.statistics.get(k)) for k, v in observation.items()}
        return self._scaled(observation, self.statistics[_WHOLE])

    def slope(self, observation: Any, part: str = _WHOLE) -> Any:
        """Derivative of what is done to a part (to the whole, if it comes in none): 1 / std, and 0 where it is cut."""
        statistics = self.statistics.get(part)
        if statistics is None:
            return 1.0
        steepness = 1.0 / np.sqrt(statistics.var + _TINY)
        return np.where(np.abs((observation - statistics.mean) * steepness) < LIMIT, steepness, 0.0)

    @staticmethod
    def _scaled(numbers: NDArray[Any], statistics: RunningMeanStd | None) -> NDArray[Any]:
        if statistics is None:
            return numbers
        scaled = (numbers - statistics.mean) / np.sqrt(statistics.var + _TINY)
        return np.clip(scaled, -LIMIT, LIMIT).astype(np.float32)

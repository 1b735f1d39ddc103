"""UserParts: a candidate generator and predictors of the user's own, from one Python file, in place of ours.

The file may define any of `candidates`, `predict_reward` and `predict_next`, as `blocks.user_code` describes them;
observations are the encoded numbers that networks see, actions the action space's own numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.user_code import UserFile, UserFileError, array_of

NAMES = ("candidates", "predict_reward", "predict_next")


class UserParts:
    """What a file brings; `has` says which of NAMES. Raises UserFileError where it brings none of them."""

    def __init__(self, file: UserFile, codec: ActionCodec) -> None:
        self.file = file
        self._codec = codec
        self._calls = {name: call for name in NAMES if (call := file.function(name, required=False)) is not None}
        if not self._calls:
            raise UserFileError(f"{file.path} defines none of {', '.join(NAMES)}")

    def has(self, name: str) -> bool:
        """Whether the file defines that function."""
        return name in self._calls

    def _call(self, name: str, shape: tuple[int, ...], *arguments: Any) -> Array:
        found: Array = array_of(self._calls[name](*arguments), shape, self.file, name)
        return found

    def draw(self, observation: Array, n: int, rng: np.random.Generator) -> Array:
        """`n` candidate rows (n, size) for one observation (observation_size,), brought into the space's bounds."""
        numbers = self._call("candidates", (n, self._codec.size), np.array(observation), n, rng)
        rows = self._codec.rows(numbers)
        if self._codec.continuous:
            return np.clip(rows, -1.0, 1.0)
        return np.clip(np.rint(rows), 0, np.array(self._codec.counts, np.float32) - 1)

    def rewards(self, observations: Array, rows: Array) -> Array:
        """Predicted rewards (n,) of rows (n, size) in observations (n, observation_size)."""
        return self._call("predict_reward", (len(rows),), np.array(observations), self._codec.numbers(rows))

    def following(self, observations: Array, rows: Array) -> Array:
        """Predicted next observations (n, observation_size)."""
        return self._call("predict_next", observations.shape, np.array(observations), self._codec.numbers(rows))

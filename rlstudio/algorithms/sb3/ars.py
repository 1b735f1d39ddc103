"""StudioARS: Augmented Random Search whose candidates play whole episodes on the studio's copies.

sb3-contrib's own loop resets every copy before each candidate, which leaves episodes half played and uncounted when
there are several copies. Here a copy takes the next candidate when its episode ended; while the last candidates of an
update finish, the other copies play the policy itself, and take up candidates again when that episode ended. With one
copy the two are the same.

Source: Mania, Guy and Recht, "Simple random search provides a competitive approach to reinforcement learning" (2018).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sb3_contrib import ARS


class StudioARS(ARS):
    """See the top of this file."""

    on_candidate: Callable[[], None] = staticmethod(lambda: None)
    """Called before each candidate is played; may raise."""

    def _actors(self) -> list[Any]:
        """A policy for each copy, to hold the weights it plays with."""
        if not hasattr(self, "_copy_actors"):
            self._copy_actors = [copy.deepcopy(self.policy) for _ in range(self.n_envs)]
            self._playing: list[int | None] = [None] * self.n_envs
            self._fresh = [True] * self.n_envs
        return self._copy_actors

    def evaluate_candidates(self, candidate_weights: torch.Tensor, callback: Any, async_eval: Any) -> torch.Tensor:
        """The return of one episode of each candidate, (pop_size,)."""
        assert self.env is not None
        actors, n = self._actors(), self.n_envs
        returns = torch.zeros(self.pop_size)
        waiting, finished = list(range(self.pop_size))[::-1], 0
        totals = np.zeros(n)
        while finished < self.pop_size:
            for i in range(n):
                if self._fresh[i]:
                    self._playing[i] = waiting.pop() if waiting else None
                    self._take(actors[i], candidate_weights, self._playing[i])
                    self._fresh[i], totals[i] = False, 0.0
            observations: Any = self._last_obs
            actions = [actors[i].predict(observations[i], deterministic=True)[0] for i in range(n)]
            self._last_obs, rewards, dones, _ = self.env.step(np.stack(actions))  # type: ignore[assignment]
            self.num_timesteps += n
            totals += rewards + self.alive_bonus_offset
            for i in np.flatnonzero(dones).tolist():
                self._fresh[i] = True
                candidate = self._playing[i]
                if candidate is not None:
                    returns[candidate] = float(totals[i])
                    finished += 1
        return returns.to(self.device)

    def _take(self, actor: Any, candidate_weights: torch.Tensor, candidate: int | None) -> None:
        self.on_candidate()
        assert self.weights is not None
        weights = self.weights if candidate is None else candidate_weights[candidate]
        actor.load_from_vector(weights.cpu())

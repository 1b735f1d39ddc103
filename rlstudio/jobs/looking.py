"""Looking: a policy that acts, and tells of each action which of what it observed that hung on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rlstudio.algorithms.base import Policy
from rlstudio.core.episode import Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.saliency import saliency_picture


class Looking:
    """`decide` for one episode.

    Attributes:
        pictures: where pictures are observed, a saliency picture for each action; else none.
    """

    def __init__(self, policy: Policy, *, greedy: bool) -> None:
        self._policy = policy
        self._greedy = greedy
        self.pictures = FrameStore()

    def decide(self, observation: Any, info: dict[str, Any]) -> tuple[Any, Thought]:
        """The policy's action and thought, with its sensitivity."""
        action, thought = self._policy.decide(observation, info, greedy=self._greedy)
        found = self._policy.sensitivity(observation, action, info)
        if found is None:
            return action, thought
        if found.ndim == 2:
            self.pictures.append(saliency_picture(found))
            return action, thought
        return action, replace(thought, sensitivity=found)

    def pictures_of(self, steps: int) -> FrameStore:
        """The pictures, if there is one for each of so many steps; else none, for an episode has all of them or none.

        A policy may tell of some of its actions only, and in a what if others than the policy act.
        """
        return self.pictures if len(self.pictures) == steps else FrameStore()

"""Episode: what happened from reset to end, and what the policy thought at each step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import FrameStore

if TYPE_CHECKING:
    from rlstudio.core.thoughts import Thoughts

TREE_COLUMNS = ("parent", "depth", "reward", "score")
"""Of a search tree's node: index of its parent (-1: the state now), depth (1: the action now), predicted reward of its
step, and the best discounted sum of predicted rewards of any path from the root through it."""


@dataclass(frozen=True)
class Thought:
    """What a policy thought before an action: plain arrays, only what there is.

    Attributes:
        probabilities: of each discrete action, shape (n_actions,).
        q_values: of each discrete action, shape (n_actions,).
        quantiles: of each discrete action's return, ascending, shape (n_actions, n_quantiles).
        allowed: 1 for each discrete action that the environment's mask allows, else 0; shape (n_actions,).
        mean, std: of a Gaussian policy's action, shape (action_dim,).
        value: the estimated value of the state.
        candidates: the actions that a planning policy compared, shape (n_candidates, action_dim); a discrete action
            is one number.
        scores: what it predicted for each candidate (a reward or a discounted return), shape (n_candidates,).
        tree: the nodes of a planner's search, shape (n_nodes, len(TREE_COLUMNS)); a node's parent stands before it.
        tree_actions: the action that leads to each node, shape (n_nodes, action_dim).
        sensitivity: gradient of the chosen action's score by each named number of the observation, in the score's
            unit per that number's own unit, shape (n_numbers,): see algorithms.base.Policy.sensitivity.
        note: one line in words ("explored: random action").
    """

    probabilities: NDArray[np.float32] | None = None
    q_values: NDArray[np.float32] | None = None
    quantiles: NDArray[np.float32] | None = None
    allowed: NDArray[np.float32] | None = None
    mean: NDArray[np.float32] | None = None
    std: NDArray[np.float32] | None = None
    value: float | None = None
    candidates: NDArray[np.float32] | None = None
    scores: NDArray[np.float32] | None = None
    tree: NDArray[np.float32] | None = None
    tree_actions: NDArray[np.float32] | None = None
    sensitivity: NDArray[np.float32] | None = None
    note: str = ""

    def check(self) -> None:
        """Raise ValueError unless `tree` is one: each node's parent before it (−1: the state now), one level up."""
        if self.tree is None:
            return
        if self.tree.ndim != 2 or self.tree.shape[1] != len(TREE_COLUMNS):
            raise ValueError(f"a search tree of shape {self.tree.shape} has not the columns {', '.join(TREE_COLUMNS)}")
        parents, depths = self.tree[:, 0], self.tree[:, 1]
        if not ((parents >= -1) & (parents < np.arange(len(parents)))).all():
            raise ValueError("a node of a search tree does not stand behind its parent")
        below = np.where(parents < 0, 1.0, depths[parents.astype(np.intp)] + 1.0)
        if not np.array_equal(depths, below):
            raise ValueError("a node of a search tree is not one level below its parent")


MOST_MARKS = 10_000
"""Marked frames of one episode at most: each is painted."""


@dataclass
class Episode:
    """T steps: T actions, T rewards, T thoughts, T+1 observations and T+1 frames.

    Read it as observation t → action t → reward t → observation t+1: the last observation and frame have no action.

    Attributes:
        observations: plain rows as described by `observation_names`, shape (T+1, n_numbers) float32.
        actions: shape (T,) int64 for discrete actions, (T, action_dim) float32 for continuous ones.
        ending: why it ended, in words ("fell: pole angle beyond 12°", "time limit").
        source: whose behaviour it is, in words ("checkpoint 40,000 · greedy").
        thoughts: one a step, as a list, or as Thoughts where a long episode came through a pipe or from a file.
        step: training step of the policy's weights, None for a policy that was not trained.
        discount: the factor γ a step that the policy's values are of; None where that is not known, or where they are
            not in units of the rewards.
        marks: frames that a person marked, ascending.
        saliency: where pictures are observed, how much each action hung on each pixel (see core.saliency): T pictures
            of the observation's size, or none at all.
        run: folder of the run on this machine, None where it is not here; `run_name` is its name, wherever it is.
        recorded: when, as an ISO date; versions: of the packages it was recorded with.
    """

    env: str
    env_kwargs: dict[str, Any]
    seed: int
    source: str
    fps: float
    observation_names: tuple[str, ...] = ()
    action_names: tuple[str, ...] = ()
    discrete: bool = True
    observations: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    actions: NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.int64))
    rewards: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    terminated: bool = False
    truncated: bool = False
    ending: str = ""
    thoughts: list[Thought] | Thoughts = field(default_factory=list)
    frames: FrameStore = field(default_factory=FrameStore)
    run: str | None = None
    algorithm: str | None = None
    step: int | None = None
    greedy: bool = True
    discount: float | None = None
    marks: tuple[int, ...] = ()
    saliency: FrameStore = field(default_factory=FrameStore)
    run_name: str = ""
    recorded: str = ""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def has_pictures(self) -> bool:
        """Whether there are frames: data that came from elsewhere may be numbers alone."""
        return len(self.frames) > 0

    @property
    def length(self) -> int:
        """Number of steps, T."""
        return len(self.rewards)

    @property
    def total_reward(self) -> float:
        """The undiscounted return, added up in order: the very number that monitor.csv and the strip show."""
        return float(self.returns_so_far()[-1])

    def returns_so_far(self) -> NDArray[np.float64]:
        """Return gathered before each frame, shape (T+1,): 0 at the first frame, the episode's return at the last."""
        return np.concatenate([[0.0], np.cumsum(self.rewards)])

    def check(self) -> None:
        """Raise ValueError unless it fits: T actions and rewards, T+1 observations and frames, a frame rate, trees."""
        steps = self.length
        if not 0 < self.fps < 10_000:
            raise ValueError(f"an episode of {self.fps!r} frames a second cannot be played")
        lengths = {
            "actions": (len(self.actions), steps),
            "observations": (len(self.observations), steps + 1),
            "frames": (len(self.frames), steps + 1 if self.has_pictures else 0),
            "thoughts": (len(self.thoughts), steps),
        }
        if len(self.saliency):
            lengths["saliency"] = (len(self.saliency), steps)
        for name, pictures in (("frames", self.frames), ("saliency", self.saliency)):
            if len(pictures) and 0 in pictures.shape:
                raise ValueError(f"{name} of {pictures.shape} are no pictures")
        wrong = [f"{name}: {has} instead of {needs}" for name, (has, needs) in lengths.items() if has != needs]
        if wrong:
            raise ValueError(f"an episode of {steps} steps does not fit: " + ", ".join(wrong))
        if any(not isinstance(mark, int) or not 0 <= mark <= steps for mark in self.marks):
            raise ValueError(f"an episode of {steps} steps has no frames {list(self.marks[:9])} to be marked")
        if len(self.marks) > MOST_MARKS or list(self.marks) != sorted(set(self.marks)):
            raise ValueError(f"marked frames ascend, each stands once, and there are {MOST_MARKS:,} at most")
        if self.discount is not None and not 0 <= self.discount <= 1:
            raise ValueError(f"a discount is between 0 and 1, not {self.discount!r}")
        if not isinstance(self.thoughts, list):
            self.thoughts.check()
            return
        for thought in self.thoughts:
            thought.check()

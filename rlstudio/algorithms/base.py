"""The contracts between an algorithm and the house: AlgorithmSpec, Learner, Policy and Run.

A spec is data and imports no torch. A learner knows its environment, its parameters and its `Run`, nothing of windows,
pipes or files. A policy is what remains when learning is over: it acts, and says what it thought.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Thought
from rlstudio.core.params import Params
from rlstudio.envs.card import EnvironmentCard

if TYPE_CHECKING:  # the window reads specs, and gymnasium would slow its start
    import gymnasium as gym

Arrays = dict[str, NDArray[Any]]


class StopTraining(Exception):  # noqa: N818 - a signal, not an error
    """Raised by `Run.tick` and `Run.breathe` when the run is over: let it pass through `learn`."""


class Run(Protocol):
    """What a learner sees of the job that runs it.

    Call order in a learner's loop: step the environment, `record` the outcome, learn or store, then `tick`. Before each
    minibatch of a longer update call `breathe`. After each update call `log`.
    """

    step: int
    """Environment steps so far, over all copies."""
    episode: int
    """Episodes finished so far."""
    progress: float
    """Share of the budget used, 0 to 1: what schedules are functions of."""

    def tick(self, n_steps: int = 1) -> None:
        """`n_steps` environment steps were taken. Pauses, paces, applies live parameters, evaluates, reports.

        Raises StopTraining.
        """

    def breathe(self) -> None:
        """A sign of life between minibatches. May pause. Raises StopTraining."""

    def record(self, rewards: Any, terminated: Any, truncated: Any) -> None:
        """Outcome of one step: arrays of shape (n_envs,) or, for a single environment, plain scalars.

        For a vector environment give each step's arrays as they come; with `AutoresetMode.NEXT_STEP` the run itself
        leaves out the reset steps.
        """

    def log(self, **metrics: float) -> None:
        """Diagnostics of one update, by the names the spec declares. Marks the end of an update."""

    def say(self, words: str) -> None:
        """What is happening, for the status line: "collecting experience 2,310 of 10,000"."""


HIGHEST_Q = "highest Q-value"


class Policy(ABC):
    """Something that acts. Takes the environment's own observations; encoding is its own business."""

    def start_episode(self, seed: int) -> None:  # noqa: B027 - most policies carry nothing from step to step
        """Forget the last episode, and draw all randomness of the next from `seed`."""

    @abstractmethod
    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        """An action of the environment's action space, and what led to it."""

    value_title = "state value"
    """What `values` gives, in words."""

    def sensitivity(self, observation: Any, action: Any, info: dict[str, Any]) -> NDArray[np.float32] | None:
        """How the score of `action` changes with what is observed: its gradient, at `observation`, just decided on.

        The score is the probability of a choice (of several choices at once: of all together), the Q-value where the
        policy chooses by those, the weighted sum where by that; of a single continuous number its mean. Of more
        continuous numbers there is no one score: what is given is √Σⱼ(∂meanⱼ/∂observation)², never below 0.

        By each number of `envs.spaces.readable`, shape (n_numbers,), in the score's unit per that number's own unit
        (0 for a number that is a choice); of a picture by each pixel's brightness, shape (height, width). None where
        there is no such gradient: nothing but choices observed, a table, a rule, a planner.
        """
        return None

    def values(self, observations: Any) -> NDArray[np.float32] | None:
        """The value of each of `observations`, (n, …) of the environment's own: (n,), NaN where it knows none.

        None where the policy values no states. Leaves no trace: the policy acts on as if it had not been asked.
        """
        return None

    def preferences(self, observations: Any) -> NDArray[np.float32] | None:
        """A number for each discrete action, (n, n_actions), the highest of which is taken when greedy; else None."""
        return None

    @abstractmethod
    def state(self) -> tuple[Arrays, dict[str, Any]]:
        """Copies of the weights, and JSON-able settings: what `from_state` needs."""

    @classmethod
    @abstractmethod
    def from_state(
        cls, arrays: Arrays, settings: dict[str, Any], observation_space: gym.Space[Any], action_space: gym.Space[Any]
    ) -> Policy:
        """The policy that `state` described. Raises ValueError where it does not fit the spaces."""


SAMPLES = "samples."
"""Arrays of a learner's state under this prefix are what it gathered, one row a transition, oldest first, and can be
looked at and exported: observations, actions, rewards, next_observations, terminated."""


@dataclass
class LearnerState:
    """All of a learner that an exact resume needs: named arrays, and plain JSON-able values."""

    arrays: Arrays = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


class Learner(ABC):
    """One algorithm, learning on one environment.

    `__init__(env, params, seed, device)`: `env` is a `gymnasium.vector.VectorEnv` when the spec says `vector`, else a
    single `gymnasium.Env`; observations come raw (encode with `rlstudio.envs.spaces.ObservationEncoder`).
    `device` is "cpu", "cuda" or "mps", already resolved.

    Attributes:
        resumes_midway: whether `state` holds all that it keeps of unfinished episodes and rollouts, at any tick, so
            that it can go on in their middle.
        midway: set before `learn` where it does: the environment stands where it stood when the loaded state was
            taken, and its first reset shows that. Else the reset begins new episodes, and what `load_state` took over
            of unfinished ones is to be dropped.
    """

    resumes_midway: bool = False
    midway: bool = False

    @abstractmethod
    def __init__(self, env: Any, params: Any, seed: int, device: str) -> None: ...

    @abstractmethod
    def learn(self, run: Run) -> None:
        """Learn until `run` raises StopTraining (let it pass) or there is no more to learn.

        May be called once per object. The first thing it does is reset the environment with the run's seed.
        """

    def relive(self, observation: Any, info: dict[str, Any]) -> None:  # noqa: B027 - few remember by themselves
        """A state of the unfinished episode that a decision was made in; each of them, in order, before `learn` goes on
        midway. For what remembers an episode but cannot save that memory; of a single environment only."""

    @abstractmethod
    def policy(self) -> Policy:
        """The policy as it stands. It may share weights with the learner but no randomness."""

    @abstractmethod
    def set_param(self, name: str, value: Any) -> None:
        """A live parameter has a new, already validated value; use it from the next step or update on."""

    @abstractmethod
    def state(self) -> LearnerState:
        """Weights, optimiser, replay buffer, random states, counters. Arrays may be views: write them at once."""

    @abstractmethod
    def load_state(self, state: LearnerState) -> None:
        """Take over what `state` returned. Raises ValueError where it does not fit."""

    def files(self) -> dict[str, bytes]:
        """Files by name that go into a checkpoint for use elsewhere; the studio never reads them."""
        return {}


@dataclass(frozen=True)
class MetricSpec:
    """A diagnostic that a learner logs, with what a student needs to read its curve.

    Attributes:
        when: with what it is logged ("continuous actions"); empty: in every run.
    """

    name: str
    title: str
    help: str
    healthy: str = ""
    unit: str = ""
    log: bool = False
    when: str = ""


@dataclass(frozen=True)
class AlgorithmSpec:
    """An algorithm as data.

    Attributes:
        key: its name on the command line ("ppo").
        tags: "on-policy", "off-policy", "model-free", …
        paper: citation, `paper_url` its address.
        idea: the idea in about three sentences.
        params: its hyperparameters.
        refuses: why it cannot act in an environment, in words, or None.
        metrics: what it logs, the telling ones first.
        learner, policy: "module:Class", imported only where they are used.
        vector: whether it learns on several copies at once (its params then have `n_envs`).
        resets_copies: whether it steps those copies one by one (`env.envs`, of a SyncVectorEnv) and resets each itself
            as soon as it ended, so that no step is a reset step.
        x_axis: what its curves are best read against.
        example: a file to begin with that comes with the program, below resources/.
        value_counts: what its state values count beside the discounted rewards to come, "" for nothing else.
        learns: whether its policy changes at all; one that doesn't is evaluated at the end of a run only.
    """

    key: str
    title: str
    family: str
    params: type[Params]
    learner: str
    policy: str
    refuses: Callable[[EnvironmentCard], str | None]
    metrics: tuple[MetricSpec, ...] = ()
    implementation: str = "Studio"
    tags: tuple[str, ...] = ()
    paper: str = ""
    paper_url: str = ""
    idea: str = ""
    update_rule: str = ""
    vector: bool = False
    resets_copies: bool = False
    x_axis: Literal["steps", "episodes", "time"] = "steps"
    default_steps: int = 50_000
    learns: bool = True
    example: str = ""
    value_counts: str = ""
    devices: tuple[str, ...] = ("cpu",)

    @property
    def full_title(self) -> str:
        """Whose it is where it is not the studio's own: "Stable-Baselines3's PPO"."""
        return self.title if self.implementation == "Studio" else f"{self.implementation}'s {self.title}"

    @property
    def has_reset_steps(self) -> bool:
        """Whether the step after an episode's end is a reset whose action is ignored (`AutoresetMode.NEXT_STEP`)."""
        return self.vector and not self.resets_copies

    def why_not(self, card: EnvironmentCard) -> str | None:
        """Why this algorithm cannot learn in that environment, in words; None when it can."""
        if not card.available:
            return card.why_not or "this environment is not available here"
        return self.refuses(card)

    def load_learner(self) -> type[Learner]:
        """Import the learner's class."""
        found: type[Learner] = load_name(self.learner)
        return found

    def load_policy(self) -> type[Policy]:
        """Import the policy's class."""
        found: type[Policy] = load_name(self.policy)
        return found


def load_name(path: str) -> Any:
    """The object that "module:name" names."""
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


@dataclass(frozen=True)
class Preset:
    """Tuned settings as data, with their source.

    Attributes:
        env: environment it was tuned for; None for any.
        default: whether the picker chooses it when the environment matches.
        expect: a word on what to expect ("collapse is expected with this preset").
    """

    name: str
    title: str
    source: str
    params: dict[str, Any]
    env: str | None = None
    default: bool = False
    steps: int | None = None
    episodes: int | None = None
    stop_at: float | None = None
    window: int | None = None
    x_axis: str | None = None
    expect: str = ""


def float32(array: Any) -> NDArray[np.float32]:
    """A float32 array of `array`, copied only where needed."""
    return np.asarray(array, dtype=np.float32)

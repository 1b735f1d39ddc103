"""Reports: what a job tells the window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from rlstudio.core.keys import KeyMap
from rlstudio.core.messages.shared import Floats, PolicyData
from rlstudio.core.value_map import ValueMap


@dataclass(frozen=True)
class Preparing:
    """What a job is busy with that has not begun yet, in words: "loading PPO". Libraries take seconds."""

    words: str


@dataclass(frozen=True)
class Started:
    """The job runs; `run` is its folder (training), `config` the resolved RunConfig."""

    run: str | None
    config: dict[str, Any]
    step: int = 0
    episode: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Series:
    """Values of one metric since the last batch; all three arrays have one length."""

    steps: Floats
    seconds: Floats
    values: Floats


@dataclass(frozen=True)
class Evaluation:
    """Greedy episodes played by the training job itself at `step`."""

    step: int
    seconds: float
    returns: tuple[float, ...]
    best: bool = False

    @property
    def mean(self) -> float:
        """Mean return."""
        return float(np.mean(self.returns))


@dataclass(frozen=True)
class Change:
    """A live change that was applied at `step`."""

    step: int
    seconds: float
    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Batch:
    """What happened since the last batch.

    Attributes:
        returns, lengths, end_steps, end_seconds: one entry per finished episode.
        seconds: training time so far, pauses left out.
        progress: share of the budget used, 0 to 1.
        mean_return: over the last `window` episodes; None before the first one ended.
    """

    step: int
    episode: int
    seconds: float
    steps_per_second: float
    progress: float
    words: str
    paused: bool
    mean_return: float | None
    best_mean_return: float | None
    returns: Floats
    lengths: Floats
    end_steps: Floats
    end_seconds: Floats
    metrics: dict[str, Series] = field(default_factory=dict)
    evaluations: tuple[Evaluation, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class PolicyUpdate:
    """The newest weights: once a second while the policy is watched, else every two seconds, and once at the end."""

    policy: PolicyData


@dataclass(frozen=True)
class ParamRefused:
    """A live change that the job would not take, in words."""

    name: str
    value: Any
    reason: str


@dataclass(frozen=True)
class Progress:
    """A job other than training: `done` of `total`, and what it is doing."""

    done: int
    total: int
    words: str


@dataclass(frozen=True)
class Score:
    """One finished episode of an evaluation or a recording."""

    index: int
    seed: int
    total_reward: float
    length: int
    ending: str


@dataclass(frozen=True)
class CheckpointLeftOut:
    """A checkpoint that is damaged or gone: `words` say which and why. The others are gone on with."""

    step: int
    words: str


@dataclass(frozen=True)
class EpisodeRecorded:
    """A recorded episode as plain data (see core.episode_data)."""

    index: int
    data: dict[str, Any]


@dataclass(frozen=True)
class ValuesMapped:
    """A value map of the policy that plays; without one, why there is none, in words."""

    map: ValueMap | None
    reason: str = ""


@dataclass(frozen=True)
class Exported:
    """A picture file was written; what its size limit took away stands in `given_up`, in words."""

    path: str
    frames: int
    width: int
    height: int
    n_bytes: int
    seconds: float
    given_up: str = ""


@dataclass(frozen=True)
class PersonsTurn:
    """The state is restored and a person may act by these keys. Time stands still until the first one."""

    keys: KeyMap


@dataclass(frozen=True)
class Branched:
    """The other future of an episode, from frame `at` on (see core.track.joined).

    Attributes:
        data: the future alone, as in core.episode_data: its first frame is the recorded frame `at`.
        same_choices: whether the policy, shown what was recorded, chose every recorded action itself;
            None where it did not need to be asked.
    """

    at: int
    data: dict[str, Any]
    same_choices: bool | None


@dataclass(frozen=True)
class DataExported:
    """Episodes were written for other programs; `path` is a folder for a Minari dataset."""

    path: str
    episodes: int
    steps: int
    frames: bool
    n_bytes: int
    seconds: float


@dataclass(frozen=True)
class ModelNeedsEnvironment:
    """A model file that does not say which environment it was trained in.

    Attributes:
        title: what it is, in words.
        needs: what the environment must have, in words.
        fitting: ids of those that have it, the likeliest first.
        likely: the first of them that the file's name speaks of, "" for none.
    """

    path: str
    title: str
    needs: str
    fitting: tuple[str, ...]
    likely: str = ""


@dataclass(frozen=True)
class ModelImported:
    """A model file is a run now; `words` say what it is, `cautions` what a person should know of it."""

    path: str
    run: str
    words: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class CatalogueMade:
    """The environment cards are in the cache file at `path`."""

    path: str
    count: int


@dataclass(frozen=True)
class NotSaved:
    """The disk refuses what a training run has for it: why, and what to do; "" once all of it is saved after all."""

    words: str


@dataclass(frozen=True)
class Warned:
    """Something a person should know that stops nothing."""

    text: str


Status = Literal["finished", "stopped", "failed", "interrupted"]


@dataclass(frozen=True)
class Finished:
    """The job ended in order. `summary` holds what `rlstudio … --json` prints."""

    status: Status
    summary: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The job raised: what happened in a sentence, what to do, and the traceback as text."""

    message: str
    advice: str
    traceback: str


Report = (
    Preparing
    | Started
    | Batch
    | PolicyUpdate
    | ParamRefused
    | Progress
    | Score
    | CheckpointLeftOut
    | EpisodeRecorded
    | ValuesMapped
    | Exported
    | DataExported
    | PersonsTurn
    | Branched
    | ModelNeedsEnvironment
    | ModelImported
    | CatalogueMade
    | Warned
    | NotSaved
    | Finished
    | Failed
)

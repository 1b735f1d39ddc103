"""Commands: what the window asks of a job."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from rlstudio.core.keys import Action
from rlstudio.core.messages.shared import PolicyData, StepUnit, TrustedFiles, WatchMode
from rlstudio.core.track import Track


@dataclass(frozen=True)
class StartTraining:
    """Train as `config` says (RunConfig as plain data); `resume` names a run folder to continue.

    `pace` is in environment steps a second, None for full speed. `watch` is as in SetWatch. `tensorboard` is the folder
    to write event files to as it trains, "" the run's own, None for none. A checkpoint to go on from is saved every
    `autosave_seconds` of the clock (None: as usual), and at each multiple of `autosave_steps` (None: at none).
    """

    config: dict[str, Any]
    runs_dir: str
    resume: str | None = None
    watch: WatchMode = "policy"
    pace: float | None = None
    paused: bool = False
    trusted_files: TrustedFiles = ()
    tensorboard: str | None = None
    autosave_seconds: float | None = None
    autosave_steps: int | None = None


@dataclass(frozen=True)
class Pause:
    """Wait before the next step (or minibatch) until Resume, StepOnce or Stop."""


@dataclass(frozen=True)
class Resume:
    """Go on."""


@dataclass(frozen=True)
class StepOnce:
    """While paused: one environment step, one update or one episode, then pause again."""

    unit: StepUnit


@dataclass(frozen=True)
class Stop:
    """End cleanly: save, report `Finished`, exit."""


@dataclass(frozen=True)
class SetParam:
    """A live change, already checked by the sender and checked again by the job."""

    name: str
    value: Any


@dataclass(frozen=True)
class SetWatch:
    """What somebody looks at: the policy, played from its weights, training's own frames, or neither ("off")."""

    mode: WatchMode


@dataclass(frozen=True)
class SetPace:
    """Training speed in environment steps a second; None is full speed."""

    steps_per_second: float | None


@dataclass(frozen=True)
class Took:
    """The last Batch was taken; another may be sent."""


@dataclass(frozen=True)
class StartPlaying:
    """Play episodes for the eye, at the environment's own frame rate, until stopped.

    Without a policy: the untrained one that `algorithm` with `params` would begin with, or random actions.
    """

    env: str
    env_kwargs: dict[str, Any]
    policy: PolicyData | None = None
    algorithm: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    greedy: bool = True
    trusted_files: TrustedFiles = ()


@dataclass(frozen=True)
class UsePolicy:
    """Newer weights for the playing job; taken at the next step."""

    policy: PolicyData | None


@dataclass(frozen=True)
class ShowValues:
    """To the playing job: send value maps of the policy from now on (or no more), as ValuesMapped.

    Attributes:
        x, y: which coordinates of the state lie along the sides of a plane; None: the first that are telling.
        held: values for others of them by index; those not named are as they are now.
        state: a readable observation that is "now", for one who looks at a recording; None: the live one.
    """

    wanted: bool = True
    x: int | None = None
    y: int | None = None
    held: dict[int, float] = field(default_factory=dict)
    state: tuple[float, ...] | None = None


@dataclass(frozen=True)
class RecordEpisodes:
    """Record whole episodes, frames and thoughts included. Seeds are `seed`, `seed + 1`, …"""

    env: str
    env_kwargs: dict[str, Any]
    policy: PolicyData | None
    episodes: int = 5
    seed: int = 0
    greedy: bool = True
    save_to: str | None = None
    trusted_files: TrustedFiles = ()


@dataclass(frozen=True)
class RecordCheckpoints:
    """Record one episode of each of these checkpoints of a run, all with the same seed, in this order.

    Sent again to the job while it runs, it takes the place of what is not recorded yet; trusted files stay those of the
    first. It answers with an EpisodeRecorded each, whose index is the checkpoint's step, or with CheckpointLeftOut.
    """

    run: str
    steps: tuple[int, ...]
    seed: int
    greedy: bool = True
    trusted_files: TrustedFiles = ()


@dataclass(frozen=True)
class EvaluatePolicy:
    """Run episodes without pictures and report each score."""

    env: str
    env_kwargs: dict[str, Any]
    policy: PolicyData | None
    episodes: int = 20
    seed: int = 10_000
    greedy: bool = True
    trusted_files: TrustedFiles = ()


@dataclass(frozen=True)
class PictureStyle:
    """What an exported picture is written as, and how it is laid out.

    Attributes:
        format: key of a media.formats.MediaFormat.
        layout: "plain" for the environment's picture alone, or the key of a composed layout.
        width: in pixels, the height follows; None: the layout's own.
        theme: "light" or "dark", of a composed layout.
        caption: written into a composed layout; "" for none.
        size_limit: in bytes; None: as large as it gets.
    """

    format: str = "gif"
    layout: str = "plain"
    width: int | None = None
    theme: Literal["light", "dark"] = "light"
    caption: str = ""
    size_limit: int | None = None


@dataclass(frozen=True)
class ExportClip:
    """Frames `first` to `last`, both included, of an episode as plain data (core.episode_data)."""

    data: dict[str, Any]
    first: int
    last: int


@dataclass(frozen=True)
class ExportPicture:
    """Write parts of episodes, one after the other, to a file that plays `speed` times as fast as they were."""

    path: str
    clips: tuple[ExportClip, ...]
    speed: float = 1.0
    style: PictureStyle = PictureStyle()


@dataclass(frozen=True)
class ExportData:
    """Write episodes (core.episode_data) as .npz or .minari, as the name of `path` says; with pictures if `frames`."""

    path: str
    episodes: tuple[dict[str, Any], ...]
    frames: bool = False


@dataclass(frozen=True)
class ImportData:
    """Read the first `most` episodes (all for None) of a .npz file or a Minari dataset; an EpisodeRecorded each."""

    path: str
    most: int | None = None


@dataclass(frozen=True)
class ImportModel:
    """Make a run in `runs_dir` of a model file of Stable-Baselines3. Where neither `env` nor the file names its
    environment, it is answered with ModelNeedsEnvironment instead of ModelImported."""

    path: str
    runs_dir: str
    env: str | None = None
    env_kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportRun:
    """Write a whole run for other programs or people.

    Attributes:
        run: its folder.
        to: key of the format (storage.exports.formats).
        checkpoint: whose policy is written, where the format holds one: a step, "best", None for the newest.
        checkpoints: which of them a bundle takes along: "all", "few" (the first, the best and the newest) or "none".
    """

    run: str
    to: str
    path: str
    checkpoint: int | Literal["best"] | None = None
    checkpoints: Literal["all", "few", "none"] = "all"


@dataclass(frozen=True)
class FilmTraining:
    """Write a film from untrained to trained: a run's checkpoints act one after the other, all from one seed.

    Attributes:
        run: its folder.
        checkpoints: how many of those it kept, the first and the last always among them.
        seconds_each: how long each is seen at most, at `speed` times real time.
    """

    run: str
    path: str
    checkpoints: int = 8
    seconds_each: float = 4.0
    speed: float = 1.0
    seed: int = 10_000
    greedy: bool = True
    style: PictureStyle = PictureStyle("mp4")
    trusted_files: TrustedFiles = ()


@dataclass(frozen=True)
class BranchEpisode:
    """What if: go back to the end of `track` by replaying it, checked to the bit, and go on from there another way.

    Attributes:
        force: this action for `repeat` steps; None: it begins at once with whoever goes on.
        by_hand: whether a person at the keyboard goes on (HumanAction, HandBack), and then the policy.
        speed: multiple of real time at which a person acts.
        policy: who goes on; random actions for None. It is shown all that was observed before, so that it remembers.
    """

    track: Track
    policy: PolicyData | None
    force: Action | None = None
    repeat: int = 1
    by_hand: bool = False
    speed: float = 1.0
    greedy: bool = True
    trusted_files: TrustedFiles = ()


@dataclass(frozen=True)
class HumanAction:
    """What the keys that a person holds stand for; None when none is held. Begins what stands still."""

    action: Action | None


@dataclass(frozen=True)
class HandBack:
    """The person lets go: the policy goes on."""


@dataclass(frozen=True)
class SetSpeed:
    """Multiple of real time at which a person acts: ½ is slowed to half."""

    speed: float


@dataclass(frozen=True)
class MakeCatalogue:
    """Describe every registered environment (making one runs its code, so not in the window's process)."""

    cache_dir: str


Command = (
    StartTraining
    | Pause
    | Resume
    | StepOnce
    | Stop
    | SetParam
    | SetWatch
    | SetPace
    | Took
    | StartPlaying
    | UsePolicy
    | ShowValues
    | RecordEpisodes
    | RecordCheckpoints
    | EvaluatePolicy
    | ExportPicture
    | ExportData
    | ImportData
    | ImportModel
    | ExportRun
    | FilmTraining
    | BranchEpisode
    | HumanAction
    | HandBack
    | SetSpeed
    | MakeCatalogue
)

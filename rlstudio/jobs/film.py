"""The film of a training, from untrained to trained: its checkpoints act one after the other, all from one seed.

Each is recorded once, its frames kept compressed; pictures are composed while they are written, never all in memory.
Of neighbours whose policies are the same to the byte, as before a learner's first update, one is seen.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rlstudio.algorithms.base import Policy
from rlstudio.core.checkpoint_choice import film_steps, one_of_each
from rlstudio.core.episode import Episode
from rlstudio.core.film_plan import expected_lengths, frames_seen
from rlstudio.core.history import History
from rlstudio.core.messages import Exported, FilmTraining, Finished, PictureStyle, Stop
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.make import frame_rate, make, step_limit
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.film_progress import FilmProgress
from rlstudio.jobs.policies import build_policy, untrained_policy
from rlstudio.jobs.record import record_episode, source_words
from rlstudio.jobs.write_picture import Film, write_picture
from rlstudio.media.composed.curve import run_curve
from rlstudio.media.composed.hud import checkpoint_caption
from rlstudio.media.errors import Cancelled, MediaError
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip
from rlstudio.media.styled import styled
from rlstudio.storage.distinct_policies import same_policies
from rlstudio.storage.run_folder import RunFolder, RunFolderError
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_TRIAL_FRAMES = 12
"""Frames that are written for a trial, to know how long the writing takes."""


@with_its_consent
def film(command: FilmTraining, channel: Channel) -> None:
    """The job: Progress as it goes, Exported, then Finished with what `make_film` tells. Stop leaves no file."""
    try:
        written, summary = make_film(command, channel)
    except Cancelled:
        channel.send(Finished("stopped"))
        return
    channel.send(written)
    channel.send(Finished("finished", summary))


def make_film(command: FilmTraining, channel: Channel) -> tuple[Exported, dict[str, list[float]]]:
    """The file that was written; the `checkpoints` and `returns` seen in it, and those that were `left_out` as their
    policies are those of the ones before them. Raises Cancelled at a Stop, RunFolderError."""
    channel.enter(Phase.STARTING)
    folder = RunFolder.open(Path(command.run))
    config = folder.read_info().config
    history = History.load(folder.read_monitor(), folder.read_metrics())
    plan = _plan(folder, config, history, command)
    progress = FilmProgress(
        channel.send,
        expected_lengths(history, plan.steps, plan.limit),
        lambda lengths: sum(frames_seen(lengths, command.seconds_each, plan.fps)),
    )
    curve = run_curve(history)
    episodes: list[Episode] = []
    for episode in _episodes(folder, config, plan, command, channel, progress):
        if not episodes:
            with suppress(MediaError):  # a full disk is said where it matters
                progress.tried(*_trial(episode, command.style, Film(curve, grows=True), plan.fps))
        episodes.append(episode)
    if not episodes:
        raise RunFolderError(f"{folder.path} let go of all its checkpoints meanwhile; try again")
    lengths = [episode.length for episode in episodes]
    seen = frames_seen(lengths, command.seconds_each, plan.fps)
    clips = [Clip(episode, 0, count - 1) for episode, count in zip(episodes, seen, strict=True)]
    captions = tuple(checkpoint_caption(command.style.caption, episode) for episode in episodes)
    about = Film(curve, captions, grows=True)
    path, speed = Path(command.path), plan.fps / episodes[0].fps
    written = write_picture(path, clips, command.style, speed, channel, film=about, progress=progress.writing)
    return written, {
        "checkpoints": [float(episode.step or 0) for episode in episodes],
        "returns": [episode.total_reward for episode in episodes],
        "left_out": [float(step) for step in plan.left_out],
    }


@dataclass(frozen=True)
class _Plan:
    """What is filmed.

    Attributes:
        steps: of the checkpoints that act, ascending; `known` are those that the run kept.
        left_out: those that hold the policy of another one.
        limit: steps that an episode may have, None for any number.
        fps: frames that the film shows a second.
    """

    steps: list[int]
    known: frozenset[int]
    left_out: list[int]
    limit: int | None
    fps: float


def _plan(folder: RunFolder, config: RunConfig, history: History, command: FilmTraining) -> _Plan:
    groups = same_policies(folder)
    known = frozenset(step for group in groups for step in group)
    if 0 not in known:
        groups.insert(0, [0])
    best = folder.best_checkpoint()
    different = one_of_each(groups, best)
    best = next((one for one, group in zip(different, groups, strict=True) if best in group), None)
    steps = film_steps(different, history, best, max(2, command.checkpoints))
    env = make(config.env, config.env_kwargs, render=True)
    try:
        fps, limit = frame_rate(env), step_limit(env)
    finally:
        env.close()
    fps *= format_named(command.style.format).held_speed(fps, command.speed)
    return _Plan(steps, known, sorted(known - set(different)), limit, fps)


def _trial(episode: Episode, style: PictureStyle, film: Film, fps: float) -> tuple[float, float]:
    """Seconds that the trial took, and seconds that writing a frame takes. Raises ValueError, MediaError."""
    begun = time.perf_counter()
    to, count = format_named(style.format), min(_TRIAL_FRAMES, len(episode.frames))
    with tempfile.TemporaryDirectory(prefix="rlstudio-film-") as folder:
        for name, length in (("first", 1), ("second", count)):  # what is loaded once does not count
            frames, _ = styled([Clip(episode, 0, length - 1)], style, film.learning, grows=film.grows)
            started = time.perf_counter()
            to.write(Path(folder) / f"{name}{to.suffix}", frames, length, fps=fps)
    now = time.perf_counter()
    return now - begun, (now - started) / count


def _episodes(
    folder: RunFolder, config: RunConfig, plan: _Plan, command: FilmTraining, channel: Channel, progress: FilmProgress
) -> Iterator[Episode]:
    """One episode of each checkpoint, the untrained policy first."""
    for number, step in enumerate(plan.steps):
        channel.enter(Phase.STARTING)
        # an environment of its own each, so that an episode never hangs on those recorded before it
        env = make(config.env, config.env_kwargs, render=True)
        try:
            policy: Policy
            if step in plan.known:
                try:
                    data = folder.load_policy(step)
                except RunFolderError:  # a run that still trains let go of it meanwhile
                    if step in folder.checkpoints():
                        raise
                    progress.recorded(number, 0)
                    continue
                policy, source = build_policy(data, env), source_words(data, command.greedy)
            else:
                policy = untrained_policy(env, config.env_kwargs, config.algorithm, config.params, config.seed)
                source = "untrained policy"
            episode = record_episode(
                env,
                policy,
                command.seed,
                greedy=command.greedy,
                look_up=_Watch(channel, progress, number, plan.steps),
                env_kwargs=config.env_kwargs,
                source=source,
                run=str(folder.path),
                algorithm=config.algorithm,
                step=step,
            )
        finally:
            env.close()
        progress.recorded(number, episode.length)
        yield episode


class _Watch:
    def __init__(self, channel: Channel, progress: FilmProgress, number: int, steps: list[int]) -> None:
        self._channel, self._progress, self._number, self._steps = channel, progress, number, steps

    def __call__(self, t: int) -> None:
        """Called before each step: says how far it is. Raises Cancelled at a Stop."""
        self._channel.enter(Phase.STEPPING)
        if t % 10 == 0 and isinstance(self._channel.receive(), Stop):
            raise Cancelled
        if t % 50 == 0:
            which = f"checkpoint {self._number + 1} of {len(self._steps)} (step {self._steps[self._number]:,})"
            self._progress.recording(self._number, t, f"recording {which}, step {t:,}")

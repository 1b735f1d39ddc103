"""The film of a training, from untrained to trained: its checkpoints act one after the other, all from one seed.

Each is recorded once, its frames kept compressed; pictures are composed while they are written, never all in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym

from rlstudio.algorithms.base import Policy
from rlstudio.core.checkpoint_choice import film_steps
from rlstudio.core.episode import Episode
from rlstudio.core.history import History
from rlstudio.core.messages import Exported, FilmTraining, Finished, Progress, Stop
from rlstudio.envs.make import make, step_limit
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.policies import build_policy, untrained_policy
from rlstudio.jobs.record import record_episode, source_words
from rlstudio.jobs.write_picture import Film, write_picture
from rlstudio.media.composed.curve import run_curve
from rlstudio.media.composed.hud import checkpoint_caption
from rlstudio.media.errors import Cancelled
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip
from rlstudio.storage.run_folder import RunFolder, RunFolderError
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

LAST_IS_LONGER = 3.0
"""The trained policy is seen so many times as long as those before it: that is what one waited for."""
_RECORDING = 0.3
"""Share of the work that recording is taken for."""


@with_its_consent
def film(command: FilmTraining, channel: Channel) -> None:
    """The job: Progress as it goes, Exported, then Finished with `checkpoints` and `returns`. Stop leaves no file."""
    try:
        written, summary = make_film(command, channel)
    except Cancelled:
        channel.send(Finished("stopped"))
        return
    channel.send(written)
    channel.send(Finished("finished", summary))


def make_film(command: FilmTraining, channel: Channel) -> tuple[Exported, dict[str, list[float]]]:
    """The file that was written, and the steps and returns seen in it. Raises Cancelled at a Stop."""
    folder = RunFolder.open(Path(command.run))
    monitor = folder.read_monitor()
    history = History.load(monitor, folder.read_metrics())
    clips: list[Clip] = []
    for episode in _episodes(folder, history, command, channel):
        speed = format_named(command.style.format).held_speed(episode.fps, command.speed)
        most = command.seconds_each * episode.fps * speed
        clips.append(Clip(episode, 0, min(episode.length, max(1, round(most)) - 1)))
    last = clips[-1].episode
    longest = round(LAST_IS_LONGER * command.seconds_each * last.fps * speed)
    clips[-1] = Clip(last, 0, min(last.length, max(1, longest) - 1))
    curve = run_curve(history)
    captions = tuple(checkpoint_caption(command.style.caption, clip.episode) for clip in clips)
    about = Film(curve, captions, grows=True)
    path = Path(command.path)
    written = write_picture(path, clips, command.style, speed, channel, film=about, begun=_RECORDING)
    steps = [float(clip.episode.step or 0) for clip in clips]
    return written, {"checkpoints": steps, "returns": [clip.episode.total_reward for clip in clips]}


def _episodes(folder: RunFolder, history: History, command: FilmTraining, channel: Channel) -> Iterator[Episode]:
    """One episode of each checkpoint, the untrained policy first."""
    config = folder.read_info().config
    known = folder.checkpoints()
    steps = film_steps(sorted({0, *known}), history, folder.best_checkpoint(), max(2, command.checkpoints))
    for number, step in enumerate(steps):
        channel.enter(Phase.STARTING)
        # an environment of its own each, so that an episode never hangs on those recorded before it
        env = make(config.env, config.env_kwargs, render=True)
        try:
            policy: Policy
            if step in known:
                try:
                    data = folder.load_policy(step)
                except RunFolderError:  # a run that still trains let go of it meanwhile
                    if step in folder.checkpoints():
                        raise
                    continue
                policy, source = build_policy(data, env), source_words(data, command.greedy)
            else:
                policy = untrained_policy(env, config.env_kwargs, config.algorithm, config.params, config.seed)
                source = "untrained policy"
            yield record_episode(
                env,
                policy,
                command.seed,
                greedy=command.greedy,
                look_up=_Watch(env, channel, number, len(steps), step),
                env_kwargs=config.env_kwargs,
                source=source,
                run=str(folder.path),
                algorithm=config.algorithm,
                step=step,
            )
        finally:
            env.close()


class _Watch:
    def __init__(self, env: gym.Env[object, object], channel: Channel, number: int, count: int, step: int) -> None:
        self._limit, self._channel, self._number, self._count, self._step = (
            step_limit(env),
            channel,
            number,
            count,
            step,
        )

    def __call__(self, t: int) -> None:
        """Called before each step: says how far it is. Raises Cancelled at a Stop."""
        self._channel.enter(Phase.STEPPING)
        if t % 10 == 0 and isinstance(self._channel.receive(), Stop):
            raise Cancelled
        if t % 50 == 0:
            share = (self._number + (t / self._limit if self._limit else 0.0)) / self._count
            words = f"recording checkpoint {self._number + 1} of {self._count} (step {self._step:,}), step {t:,}"
            self._channel.send(Progress(round(share * _RECORDING * 1000), 1000, words))

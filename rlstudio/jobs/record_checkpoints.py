"""Recording checkpoints of a run, one episode each with the same seed, in the order in which they are wanted.

The job stays ready for a while after the last one: who slides through a run's learning wants the next checkpoint in a
moment, and other checkpoints may be wanted in the midst of one.
"""

from __future__ import annotations

import time
from pathlib import Path

from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.messages import CheckpointLeftOut, EpisodeRecorded, Finished, Progress, RecordCheckpoints, Stop
from rlstudio.envs.make import make, step_limit
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.known_discount import known_discount
from rlstudio.jobs.policies import build_policy
from rlstudio.jobs.record import Cancelled, record_episode, source_words
from rlstudio.storage.run_folder import RunFolder, RunFolderError
from rlstudio.storage.run_info import library_versions, now
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

READY_SECONDS = 20.0
"""How long it waits for another wish before it ends."""
_LOOK_EVERY_STEPS, _SAY_EVERY_STEPS = 10, 50


class _NotWanted(Exception):  # noqa: N818 - a signal, not an error
    """What is being recorded is no longer wanted."""


@with_its_consent
def record_checkpoints(command: RecordCheckpoints, channel: Channel) -> None:
    """The job: an EpisodeRecorded each, its index the checkpoint's step; CheckpointLeftOut for one damaged or gone."""
    recorder = _Recorder(command, channel)
    try:
        recorder.run()
        channel.send(Finished("finished"))
    except Cancelled:
        channel.send(Finished("stopped"))


class _Recorder:
    def __init__(self, command: RecordCheckpoints, channel: Channel) -> None:
        self._channel = channel
        self._wish = command
        self._queue = list(command.steps)
        self._now: int | None = None

    def run(self) -> None:
        """Until nothing has been wanted for a while; raises Cancelled at a Stop."""
        while self._queue or self._wait_for_more():
            self._now = self._queue.pop(0)
            try:
                self._record(self._now)
            except _NotWanted:
                continue
            finally:
                self._now = None

    def _record(self, step: int) -> None:
        """In an environment of its own each, so that an episode never hangs on those recorded before it."""
        folder = RunFolder.open(Path(self._wish.run))
        self._channel.enter(Phase.STARTING)
        try:
            policy = folder.load_policy(step)
        except RunFolderError as error:
            gone = step not in folder.checkpoints()  # thinned away since it was listed
            words = f"checkpoint {step:,} is no longer there: the run let go of it" if gone else str(error)
            self._channel.send(CheckpointLeftOut(step, words))
            return
        config = folder.read_info().config
        env = make(config.env, config.env_kwargs, render=True)
        try:
            limit = step_limit(env)

            def look_up(t: int) -> None:
                self._channel.enter(Phase.STEPPING)
                if t % _LOOK_EVERY_STEPS == 0:
                    self._listen(0.0)
                if t % _SAY_EVERY_STEPS == 0:
                    words = f"recording checkpoint {step:,}, step {t:,}"
                    self._channel.send(Progress(t, limit or 0, words))

            greedy = self._wish.greedy
            episode = record_episode(
                env,
                build_policy(policy, env),
                self._wish.seed,
                greedy=greedy,
                look_up=look_up,
                env_kwargs=config.env_kwargs,
                source="untrained policy" if step == 0 else source_words(policy, greedy),
                run=policy.run,
                algorithm=policy.algorithm,
                step=policy.step,
                discount=known_discount(policy),
                recorded=now(),
                versions=library_versions(),
            )
        finally:
            env.close()
        self._channel.send(EpisodeRecorded(step, episode_to_data(episode)))

    def _wait_for_more(self) -> bool:
        until = time.monotonic() + READY_SECONDS
        self._channel.enter(Phase.WAITING)
        while not self._queue and (left := until - time.monotonic()) > 0:
            self._listen(left)
        return bool(self._queue)

    def _listen(self, timeout_seconds: float) -> None:
        """Take the newest wish. Raises Cancelled, or _NotWanted where that is not for what is being recorded."""
        match self._channel.receive(timeout_seconds):
            case Stop():
                raise Cancelled
            case RecordCheckpoints() as wish:
                before, self._wish = self._wish, wish
                alike = (wish.run, wish.seed, wish.greedy) == (before.run, before.seed, before.greedy)
                goes_on = alike and self._now in wish.steps
                self._queue = [step for step in wish.steps if not (goes_on and step == self._now)]
                if self._now is not None and not goes_on:
                    raise _NotWanted

"""JobThread: what a child says last is heard, even while something is still being said to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rlstudio.core import messages as m
from rlstudio.ui.job_thread import Ended, JobThread
from rlstudio.workers.process import WorkerGone
from rlstudio.workers.vitals import Health, Phase


class DyingWorker:
    """A child that has said its last words and hung up: they can be read, nothing can be sent."""

    pid, reads, has_read_all = 1, True, True

    def __init__(self) -> None:
        self._left: list[m.Report] = [m.Progress(1, 1, "done"), m.Finished("finished")]

    def send(self, command: m.Command) -> None:
        raise WorkerGone(0)

    def receive(self, timeout_seconds: float) -> m.Report | None:
        if not self._left:
            raise WorkerGone(0)
        return self._left.pop(0)

    def health(self) -> Health:
        return Health(True, Phase.WAITING, 0.0, 0.0)

    def wake(self) -> None:
        pass

    def close(self, patience_seconds: float) -> None:
        pass


def test_the_last_words_of_a_child_are_heard(wait_for: Callable[..., None]) -> None:
    thread = JobThread(DyingWorker())  # type: ignore[arg-type]
    thread.post(m.Took())
    thread.start()
    heard: list[object] = []
    wait_for(lambda: heard.extend(thread.drain()) or any(isinstance(one, Ended) for one in heard), "the end", 10)
    thread.release()
    assert heard == [m.Progress(1, 1, "done"), m.Finished("finished"), Ended(0)]


@pytest.mark.parametrize("count", [1, 5])
def test_of_commands_that_replace_each_other_only_the_newest_is_sent(count: int) -> None:
    thread = JobThread(DyingWorker())  # type: ignore[arg-type]
    for value in range(count):
        thread.post(m.SetParam("learning_rate", value))
    thread.post(m.Pause())
    thread.post(m.Pause())
    assert list(thread._outbox.values()) == [m.SetParam("learning_rate", count - 1), m.Pause(), m.Pause()]
    thread.release()

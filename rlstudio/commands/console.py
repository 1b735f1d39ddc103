"""ConsoleChannel: a job run from the command line. Words go to stderr, Ctrl+C becomes Stop, stdout holds the answer."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core import messages as m
from rlstudio.core.time_left import TimeLeft
from rlstudio.storage.records import plain
from rlstudio.workers.vitals import Phase

_LINE_EVERY_SECONDS = 5.0
_REDRAW_EVERY_SECONDS = 0.1
_LEAST_SHARE = 0.005
"""Of the job, before which nothing can be told of how long it takes."""


class ConsoleChannel:
    """Reports become words on stderr; `finished` holds how the job ended, `interrupted` whether by Ctrl+C."""

    def __init__(self) -> None:
        self.finished: m.Finished | None = None
        self.reports: list[m.Report] = []
        self.interrupted = False
        self._stop_given = False
        self._batch_taken = True
        self._redraws = sys.stderr.isatty()
        self._last_line = time.monotonic()
        self._time_left = TimeLeft()
        self._line_open = False

    # ------------------------------------------------------------ Channel

    def receive(self, timeout_seconds: float = 0.0) -> m.Command | None:
        """See Channel: Stop once after Ctrl+C, and Took for every batch."""
        if self.interrupted and not self._stop_given:
            self._stop_given = True
            return m.Stop()
        if not self._batch_taken:
            self._batch_taken = True
            return m.Took()
        if timeout_seconds > 0.0:
            time.sleep(timeout_seconds)
        return None

    def send(self, report: m.Report) -> None:
        """See Channel."""
        match report:
            case m.Batch():
                self._batch_taken = False
                self._progress(training_words(report), report.progress)
            case m.Progress(done, total, words):
                self._progress(words, done / max(total, 1))
            case m.Warned(text):
                self.say(f"warning: {text}")
            case m.NotSaved(words):
                self.say(f"warning: {words}" if words else "saved again: nothing is missing")
            case m.Started(run, config):
                self.say(f"{config['algorithm']} on {config['env']}, seed {config['seed']} → {run}")
            case m.Finished():
                self.finished = report
            case m.Score() | m.EpisodeRecorded() | m.Exported() | m.DataExported():
                self.reports.append(report)

    def enter(self, phase: Phase) -> None:
        """See Channel: nobody watches the phases here."""

    def wants_frame(self) -> bool:
        """See Channel: there is no screen."""
        return False

    def put_frame(self, frame: NDArray[np.uint8], note: dict[str, Any]) -> None:
        """See Channel: there is no screen."""

    # ------------------------------------------------------------ words

    def say(self, words: str) -> None:
        """A line on stderr."""
        if self._line_open:
            sys.stderr.write("\n")
            self._line_open = False
        print(words, file=sys.stderr, flush=True)

    def _progress(self, words: str, share: float) -> None:
        now = time.monotonic()
        if now - self._last_line < (_REDRAW_EVERY_SECONDS if self._redraws else _LINE_EVERY_SECONDS):
            return
        self._last_line = now
        left = self._time_left.seconds(share) if share > _LEAST_SHARE else None
        text = f"{share:4.0%}  {words}" + (f"  {left:,.0f} s left" if left is not None else "")
        if self._redraws:
            sys.stderr.write("\r\x1b[2K" + text[: shutil.get_terminal_size().columns - 1])  # a second line would stay
            sys.stderr.flush()
            self._line_open = True
        else:
            print(text, file=sys.stderr, flush=True)

    def close_line(self) -> None:
        """End a progress line that is still open."""
        if self._line_open:
            sys.stderr.write("\n")
            self._line_open = False


def mean_words(mean: float) -> str:
    """A mean return for people: with two decimals where one says too little, as of returns between 0 and 1."""
    return f"{mean:.1f}" if abs(mean) >= 10 else f"{mean:.2f}"


def training_words(batch: m.Batch) -> str:
    """Where a training stands."""
    mean = "–" if batch.mean_return is None else mean_words(batch.mean_return)
    if batch.words.startswith(("evaluating", "waiting")):  # training stands still meanwhile
        return f"step {batch.step:,}  mean return {mean}  {batch.words}"
    return f"step {batch.step:,}  episodes {batch.episode:,}  mean return {mean}  {batch.steps_per_second:,.0f} steps/s"


@contextlib.contextmanager
def console() -> Iterator[ConsoleChannel]:
    """A channel whose job is asked to stop by Ctrl+C (or a polite kill); a second Ctrl+C interrupts at once."""
    channel = ConsoleChannel()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        if channel.interrupted:
            raise KeyboardInterrupt
        channel.interrupted = True
        with contextlib.suppress(RuntimeError):  # a print that it came in the midst of
            channel.say("stopping: saving what was learned (Ctrl+C again to give up)")

    earlier = {name: signal.signal(name, ask_to_stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield channel
    finally:
        channel.close_line()
        for name, handler in earlier.items():
            signal.signal(name, handler)


@contextlib.contextmanager
def quiet_stdout() -> Iterator[None]:
    """Whatever is printed meanwhile, by C code too, goes to stderr: stdout stays free for the one answer."""
    sys.stdout.flush()
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(saved, 1)
        os.close(saved)


def print_json(answer: dict[str, Any]) -> None:
    """Exactly one JSON object on stdout; numbers that JSON does not have (NaN, infinity) become null."""
    print(json.dumps(plain(answer), allow_nan=False), flush=True)


def finite(value: float | None) -> float | None:
    """A number that JSON can hold: None for infinities."""
    return None if value is None or not np.isfinite(value) else float(value)

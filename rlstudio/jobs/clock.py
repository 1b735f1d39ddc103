"""TrainingClock: seconds of training and of evaluating, standing still while the run pauses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

_Doing = Literal["training", "evaluating", "standing"]


class TrainingClock:
    """Runs from when it is made; goes on from the first seconds where an earlier part of the run left off."""

    def __init__(self, first_seconds: float = 0.0, first_evaluation_seconds: float = 0.0) -> None:
        self._first_seconds = first_seconds
        self._first_evaluation_seconds = first_evaluation_seconds
        self._spent: dict[_Doing, float] = {"training": 0.0, "evaluating": 0.0, "standing": 0.0}
        self._doing: _Doing = "training"
        self._since = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Training time so far."""
        return self._first_seconds + self._so_far("training")

    @property
    def evaluation_seconds(self) -> float:
        """Time spent on evaluations so far."""
        return self._first_evaluation_seconds + self._so_far("evaluating")

    @property
    def evaluation_share(self) -> float:
        """What evaluations took of the time since the clock was made, pauses left out; 0 to 1."""
        evaluating = self._so_far("evaluating")
        return evaluating / max(evaluating + self._so_far("training"), 1e-9)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Inside, no time passes. May be nested, also into an evaluation."""
        with self._while("standing"):
            yield

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Inside, time passes that is no training time."""
        with self._while("evaluating"):
            yield

    def _so_far(self, doing: _Doing) -> float:
        spent = self._spent[doing]
        return spent + (time.perf_counter() - self._since) if self._doing == doing else spent

    @contextmanager
    def _while(self, doing: _Doing) -> Iterator[None]:
        before = self._doing
        self._switch(doing)
        try:
            yield
        finally:
            self._switch(before)

    def _switch(self, doing: _Doing) -> None:
        now = time.perf_counter()
        self._spent[self._doing] += now - self._since
        self._doing, self._since = doing, now

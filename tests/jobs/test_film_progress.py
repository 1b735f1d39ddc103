"""How far a film is: its share of the time is true where recording and writing differ in pace, and never falls."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rlstudio.core.messages import Progress
from rlstudio.jobs.film_progress import TOTAL, FilmProgress


class Film:
    """A film made by a clock: some seconds a step recorded and a frame written."""

    def __init__(self, expected: list[float], a_step: float, a_frame: float) -> None:
        self.now, self.a_step, self.a_frame = 0.0, a_step, a_frame
        self.sent: list[tuple[float, Progress]] = []
        self.progress = FilmProgress(
            lambda report: self.sent.append((self.now, report)),
            expected,
            lambda lengths: sum(min(200, round(length)) for length in lengths),
            lambda: self.now,
        )

    def make(self, lengths: list[int], tried: float | None = None) -> None:
        for number, length in enumerate(lengths):
            for t in range(length):
                if t % 10 == 0:
                    self.progress.recording(number, t, "recording")
                self.now += self.a_step
            self.progress.recorded(number, length)
            if number == 0:
                self.now += 0.5
                self.progress.tried(0.5, tried or self.a_frame)
        frames = sum(min(200, length) for length in lengths)
        for frame in range(frames):
            self.now += self.a_frame
            self.progress.writing(frame + 1, frames, "writing")

    def lefts(self, skipped: float) -> list[float]:
        """What a listener takes the time left for, after some first seconds."""
        return [
            now * (TOTAL - told.done) / told.done for now, told in self.sent if now > skipped and 0 < told.done < TOTAL
        ]


@pytest.mark.parametrize(("a_step", "a_frame"), [(0.001, 0.03), (0.01, 0.003)])
def test_the_share_is_that_of_the_time(a_step: float, a_frame: float) -> None:
    lengths = [20, 100, 300, 500]
    film = Film([20.0, 120.0, 280.0, 480.0], a_step, a_frame)
    film.make(lengths)
    shares = [told.done / TOTAL for _, told in film.sent]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    begun = 20 * a_step + 0.6
    for now, told in film.sent:
        if now > begun:
            assert told.done / TOTAL == pytest.approx(now / film.now, abs=0.05)


def test_the_time_left_does_not_rise_where_episodes_are_as_long_as_expected() -> None:
    film = Film([30.0, 200.0, 500.0], 0.002, 0.02)
    film.make([30, 200, 500])
    lefts = film.lefts(1.0)
    assert all(after <= before * 1.03 + 0.05 for before, after in pairwise(lefts))


def test_a_trial_that_misled_is_put_right_while_it_writes() -> None:
    film = Film([100.0, 100.0], 0.001, 0.02)
    film.make([100, 100], tried=0.04)
    shares = [told.done / TOTAL for _, told in film.sent]
    assert shares == sorted(shares)
    late = [(now, told) for now, told in film.sent if now > 0.8 * film.now]
    assert all(told.done / TOTAL == pytest.approx(now / film.now, abs=0.06) for now, told in late)

"""FilmDialog fed with data: which checkpoints act, what is said of those left out, about how large the film gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from made_episodes import episode

from rlstudio.core.history import History
from rlstudio.ui.widgets.film_dialog import FilmDialog, FilmSubject

Show = Callable[..., FilmDialog]
WaitFor = Callable[..., None]


def history() -> History:
    """300 episodes whose lengths rise from 1 to 300 steps."""

    class Monitor:
        lengths = returns = np.arange(1.0, 301.0)
        end_steps = end_seconds = np.cumsum(lengths)

    return History.load(Monitor(), {})


def subject(tmp_path: Path, steps: tuple[int, ...], *, left_out: int = 0, recorded: bool = True) -> FilmSubject:
    made = episode([1.0] * 30, size=(40, 60)) if recorded else None
    return FilmSubject(tmp_path, "CartPole-v1", "ppo", steps, None, history(), made, left_out)


def test_checkpoints_that_are_left_out_are_told(show: Show, tmp_path: Path) -> None:
    dialog = show(FilmDialog(subject(tmp_path, (0, 100, 9_000), left_out=17), folder=tmp_path))
    assert dialog.chosen_steps() == [0, 100, 9_000]
    assert dialog.plan.text() == (
        "Seen after these steps: untrained, 100, 9,000.\n17 others hold the same policies as these and are left out."
    )
    alone = show(FilmDialog(subject(tmp_path, (0,), left_out=1), folder=tmp_path))
    assert "Another checkpoint holds the policy of one of these" in alone.plan.text()
    assert alone.length.text().startswith("1 episode, ")
    plain = show(FilmDialog(subject(tmp_path, (0, 100)), folder=tmp_path))
    assert "left out" not in plain.plan.text()


def test_the_size_is_told_and_grows_with_the_film(show: Show, wait_for: WaitFor, tmp_path: Path) -> None:
    dialog = show(FilmDialog(subject(tmp_path, (0, 100, 9_000)), folder=tmp_path, remembered={"format": "apng"}))
    assert "size: estimating…" in dialog.length.text()

    def told() -> str:
        wait_for(lambda: "roughly" in dialog.length.text(), "an estimate")
        return dialog.length.text().rpartition("roughly ")[2]

    def size(words: str) -> float:
        number, unit = words.split()[:2]
        return float(number) * {"kB": 1e3, "MB": 1e6}[unit.rstrip(",")]

    dialog.seconds.setValue(0.5)
    short = size(told())
    dialog.seconds.setValue(2.0)
    assert "roughly" not in dialog.length.text(), "it is estimated anew"
    assert size(told()) > 1.5 * short
    dialog.picture.limit.setValue(0.1)
    assert "brought below 100 kB" in told()


def test_without_an_episode_no_size_is_made_up(show: Show, tmp_path: Path) -> None:
    dialog = show(FilmDialog(subject(tmp_path, (0, 100), recorded=False), folder=tmp_path))
    assert "size unknown: record an episode (R)" in dialog.length.text()

"""Runs beside each other: read in the background, folded by seed, drawn with one legend, hidden by a tick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel

from rlstudio.core.run_config import Parent, RunConfig
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui import comparing_runs
from rlstudio.ui.comparing_runs import ComparingRuns
from rlstudio.ui.widgets.comparison_window import ComparisonWindow

Wait = Callable[..., Any]


def write_run(root: Path, level: float, seed: int = 0, parent: Path | None = None, **params: Any) -> Path:
    origin = Parent(run=parent.name, step=50) if parent is not None else None
    config = RunConfig(env="CartPole-v1", algorithm="ppo", steps=100, seed=seed, params=params, parent=origin)
    with RunFolder.create(root, config) as folder:
        steps = [10.0 * (i + 1) for i in range(30)]
        folder.append_episodes([level + i for i in range(30)], [10.0] * 30, steps, [step / 100 for step in steps])
        folder.write_info(status="finished")
    return folder.path


@pytest.fixture
def comparing(app: object) -> Iterator[ComparingRuns]:
    parent = QObject()
    made = ComparingRuns(parent)
    yield made
    made.close()
    parent.deleteLater()


def opened(comparing: ComparingRuns, wait_for: Wait, paths: list[Path], n_lines: int) -> ComparisonWindow:
    comparing.show(paths)
    window = comparing.window
    assert window is not None
    wait_for(lambda: window.table.rowCount() == n_lines)
    return window


def test_seeds_fold_and_only_what_differs_is_told(comparing: ComparingRuns, wait_for: Wait, tmp_path: Path) -> None:
    paths = [write_run(tmp_path, 10, seed, clip=0.2) for seed in range(3)] + [write_run(tmp_path, 50, clip=0.1)]
    window = opened(comparing, wait_for, paths, 2)
    table = window.table
    headers = [table.horizontalHeaderItem(column).text() for column in range(table.columnCount())]
    assert headers == ["", "runs", "last mean", "best mean", "clip"]
    rows = [[table.item(row, column).text() for column in range(5)] for row in range(2)]
    assert rows == [["clip 0.2 · 3 seeds", "3", "27", "27", "0.2"], ["clip 0.1 · seed 0", "1", "67", "67", "0.1"]]
    assert all(path.name in table.item(0, 0).toolTip() for path in paths[:3])
    assert window.band.isEnabled()
    # three raw, three means, band and middle; raw and mean of the other
    assert window.plot.n_items() == 8 + 2


def test_forks_of_several_seeds_fold_as_their_parents_do(
    comparing: ComparingRuns, wait_for: Wait, tmp_path: Path
) -> None:
    parents = [write_run(tmp_path, 10, seed, clip=0.2) for seed in range(3)]
    forks = [write_run(tmp_path, 30, seed, parent, clip=0.1) for seed, parent in enumerate(parents)]
    of_another = write_run(tmp_path, 30, 7, write_run(tmp_path, 10, 7, clip=0.3), clip=0.1)
    orphan = write_run(tmp_path, 30, 8, tmp_path / "gone", clip=0.1)
    window = opened(comparing, wait_for, [*parents, *forks, of_another, orphan], 4)
    columns = [window.table.horizontalHeaderItem(column).text() for column in range(window.table.columnCount())]
    rows = [
        [window.table.item(row, columns.index(name)).text() for name in ("runs", "clip", "parent")] for row in range(4)
    ]
    assert rows[:2] == [["3", "0.2", "–"], ["3", "0.1", "3 runs"]]
    assert [row[0] for row in rows[2:]] == ["1", "1"]


def test_ticks_hide_lines_and_raw_returns_can_be_left_out(
    comparing: ComparingRuns, wait_for: Wait, tmp_path: Path
) -> None:
    window = opened(comparing, wait_for, [write_run(tmp_path, 1, clip=0.2), write_run(tmp_path, 5, clip=0.1)], 2)
    assert window.plot.n_items() == 4
    window.raw.click()
    assert window.plot.n_items() == 2
    window.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert window.plot.n_items() == 1
    assert not window.band.isEnabled()  # nothing is folded


def test_axis_and_smoothing_are_followed(comparing: ComparingRuns, wait_for: Wait, tmp_path: Path) -> None:
    window = opened(comparing, wait_for, [write_run(tmp_path, 0)], 1)
    assert window.episodes_averaged() == 25
    window.smoothing.setValue(window.smoothing.minimum())
    assert window.window_label.text() == "no smoothing"
    wait_for(lambda: window.table.item(0, 2).text() == "29")
    window.axis.setCurrentText("episodes")
    wait_for(lambda: window.plot._view.viewRange()[0][1] == 30)


def test_what_cannot_be_read_is_said_and_the_others_are_shown(
    comparing: ComparingRuns, wait_for: Wait, tmp_path: Path
) -> None:
    good, bad = write_run(tmp_path, 0), write_run(tmp_path, 0, seed=1)
    (bad / "run.json").write_text("{", encoding="utf-8")
    window = opened(comparing, wait_for, [bad, good], 1)
    assert f"{bad.name} is left out" in window._note.text()
    comparing.show([bad])
    assert comparing.window is not None
    wait_for(lambda: "None of these runs can be read" in comparing.window.message.text())


def test_a_run_that_was_changed_on_the_way_is_no_seed_of_the_others(
    comparing: ComparingRuns, wait_for: Wait, tmp_path: Path
) -> None:
    paths = [write_run(tmp_path, 10, seed, clip=0.2) for seed in range(3)]
    with RunFolder.open(paths[2], write=True) as folder:
        folder.append_event("param", 50, 0.5, name="clip", old=0.2, value=0.4)
    table = opened(comparing, wait_for, paths, 2).table
    assert [table.item(row, 1).text() for row in range(2)] == ["2", "1"]
    assert table.item(1, 4).text() == "clip → 0.4 at step 50"


def test_titles_are_names_and_live_runs_grow(comparing: ComparingRuns, wait_for: Wait, tmp_path: Path) -> None:
    done = write_run(tmp_path, 10)
    write_labels(done, Labels.cleaned("Baseline", (), ""))
    config = RunConfig(env="CartPole-v1", algorithm="ppo", steps=100, seed=7, params={"clip": 0.1})
    with RunFolder.create(tmp_path, config) as folder:
        folder.append_episodes([1.0], [10.0], [10.0], [0.1])
        window = opened(comparing, wait_for, [done, folder.path], 2)
        assert window.table.item(0, 0).text() == "Baseline"
        assert window.table.item(1, 2).text() == "1"
        window.plot._view.setXRange(2, 5)
        window.plot._view.moved.emit()
        folder.append_episodes([5.0, 6.0], [10.0] * 2, [20.0, 30.0], [0.2, 0.3])
        wait_for(lambda: window.table.item(1, 3).text() == "4", "the live run's new episodes", 15)
        assert window.plot._view.viewRange()[0][1] < 6  # who zoomed stays there
        window.plot.show_all()
        assert window.plot._view.viewRange()[0][1] == 300
        folder.write_info(status="stopped")
    wait_for(lambda: not comparing._reading.live, "its end", 15)
    wait_for(lambda: not comparing._look.isActive(), "the end of looking", 15)


def test_runs_of_other_programs_join(comparing: ComparingRuns, wait_for: Wait, tmp_path: Path) -> None:
    zoo = tmp_path / "a2c_1"
    zoo.mkdir()
    (zoo / "0.monitor.csv").write_text('#{"t_start": 1, "env_id": "CartPole-v1"}\nr,l,t\n9,9,0.1\n11,11,0.2\n')
    window = opened(comparing, wait_for, [write_run(tmp_path, 10)], 1)
    window.dropped.emit([zoo, tmp_path / "nothing here"])
    wait_for(lambda: window.table.rowCount() == 2, "the run from elsewhere")
    assert window.table.item(1, 0).text() == "a2c_1"
    assert "nothing here is left out" in window._note.text()
    comparing.join([zoo, write_run(tmp_path, 20, seed=3) / "run.json"])
    wait_for(lambda: window.table.item(0, 1).text() == "2", "the dropped run of ours")
    assert window.table.item(1, 0).text() == "a2c_1"


def test_the_picture_has_plot_and_legend(comparing: ComparingRuns, wait_for: Wait, tmp_path: Path) -> None:
    window = opened(comparing, wait_for, [write_run(tmp_path, 1, clip=0.2), write_run(tmp_path, 5, clip=0.1)], 2)
    for name in ("a.png", "a.svg"):
        window.save_picture(tmp_path / name)
        assert str(tmp_path / name) in window._note.text()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 2 * window.plot.width()
        assert picture.height > 2 * window.plot.height() + 60
        assert len(picture.convert("RGB").getcolors(1_000_000) or []) > 10
    drawing = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "clip 0.1 · seed 0, last mean 22" in drawing
    window.save_picture(tmp_path / "a.csv")
    assert ".png or .svg" in window._note.text()
    window.save_picture(tmp_path / "no such folder" / "a.png")
    assert "could not be saved" in window._note.text()


def test_more_than_can_be_told_apart_is_said(
    comparing: ComparingRuns, wait_for: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing_runs, "MOST_RUNS", 2)
    paths = [write_run(tmp_path, 10, clip=0.1 * (1 + number)) for number in range(3)]
    window = opened(comparing, wait_for, paths, 2)
    assert "the first 2 of 3 runs are shown" in window.findChild(QLabel, "comparisonNote").text()


def test_curves_that_have_not_begun_are_waited_for_in_words(
    comparing: ComparingRuns, wait_for: Wait, tmp_path: Path
) -> None:
    with RunFolder.create(tmp_path, RunConfig(env="CartPole-v1", algorithm="ppo", steps=100)) as folder:
        window = opened(comparing, wait_for, [folder.path], 1)
        words = window.findChild(QLabel, "comparisonEmpty")
        assert words.isVisible()
        assert words.width() == window.plot.width()
        folder.append_episodes([1.0] * 3, [10.0] * 3, [10.0, 20.0, 30.0], [0.1, 0.2, 0.3])
        wait_for(lambda: not words.isVisible())

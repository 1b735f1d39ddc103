"""Many seeds with one click: trained as the cores allow, compared as they grow, told of at the end, stopped at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.widgets.speed_slider import FULL

WaitFor = Callable[..., None]
SHORT = {"env": "CartPole-v1", "algorithm": "random", "preset": None, "steps": 2_000, "seed": 4, "stop_at": None}


@pytest.fixture
def studio(whole_window: tuple[MainWindow, Controller]) -> tuple[MainWindow, Controller]:
    window, controller = whole_window
    controller.side_by_side.most_at_once = 2
    window.toolbar.speed.set_position(FULL)
    window.setup.set_request(SHORT)
    return window, controller


def seeds_of(folders: list[Path]) -> list[int]:
    return sorted(RunFolder.open(folder).read_info().config.seed for folder in folders)


def test_one_click_trains_them_all_and_their_band_grows(
    studio: tuple[MainWindow, Controller], wait_for: WaitFor, tmp_path: Path
) -> None:
    window, controller = studio
    most: list[int] = []
    controller.training.fleetChanged.connect(lambda: most.append(len(controller.training.live)))
    window.toolbar.seeds.set_count(3)
    window.toolbar.seeds.click()
    assert controller.training.config is not None
    assert controller.training.config.seed == 4  # the first is shown
    assert len(controller.side_by_side.waiting) == 1
    comparing = controller.library.comparing
    wait_for(lambda: comparing.window is not None, "the comparison", 60)
    wait_for(lambda: "3 seeds trained: mean return" in window.banner.text(), "the end of all", 90)
    assert max(most) == 2
    assert seeds_of([path for path in (tmp_path / "runs").iterdir() if not path.name.startswith(".")]) == [4, 5, 6]
    assert comparing.window is not None
    wait_for(lambda: comparing.window.table.item(0, 1).text() == "3", "all of them in the comparison", 20)
    assert comparing.window.table.rowCount() == 1
    wait_for(lambda: not comparing._reading.live, "the end of their growth", 20)


def test_stop_all_ends_those_that_train_and_those_that_wait(
    studio: tuple[MainWindow, Controller], wait_for: WaitFor
) -> None:
    window, controller = studio
    window.setup.set_request({**SHORT, "steps": 50_000_000})
    window.toolbar.seeds.set_count(5)
    window.toolbar.seeds.click()
    training = controller.training
    wait_for(lambda: [run.state for run in training.live] == ["running"] * 2, "two to run", 60)
    assert len(controller.side_by_side.waiting) == 3
    window.toolbar.seeds.click()  # refused in words: three still wait
    assert "still wait" in window.banner.text()
    live = list(training.live)
    window.strip.stopAllRequested.emit()
    wait_for(lambda: not training.any_active, "all to stop", 60)
    assert not controller.side_by_side.waiting
    assert {run.status for run in live} == {"stopped"}
    wait_for(lambda: "2 seeds trained" in window.banner.text(), "what came of them", 5)


def test_a_closed_comparison_stays_closed(studio: tuple[MainWindow, Controller], wait_for: WaitFor) -> None:
    window, controller = studio
    window.toolbar.seeds.set_count(3)
    window.toolbar.seeds.click()
    comparing = controller.library.comparing
    wait_for(lambda: comparing.window is not None, "the comparison", 60)
    comparing.hide()
    wait_for(lambda: "3 seeds trained" in window.banner.text(), "the end of all", 90)
    assert comparing.window is None


def test_a_wrong_value_is_refused_and_nothing_starts(studio: tuple[MainWindow, Controller]) -> None:
    window, controller = studio
    window.setup.set_request({**SHORT, "seed": 2**31 - 2})
    window.toolbar.seeds.set_count(5)
    window.toolbar.seeds.click()
    assert not controller.training.any_active
    assert "seed" in window.banner.text()


def test_how_many_is_remembered(studio: tuple[MainWindow, Controller]) -> None:
    from rlstudio.ui.last_choices import recall, remember

    window, _controller = studio
    window.toolbar.seeds.set_count(10)
    remember(window)
    window.toolbar.seeds.set_count(2)
    recall(window)
    assert window.toolbar.seeds.count == 10
    wrong: Any = 7
    window.toolbar.seeds.set_count(wrong)
    assert window.toolbar.seeds.count == 5

"""A window in which several runs train at once, driven as a person would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.widgets.speed_slider import FULL

WaitFor = Callable[..., None]
LONG = {"env": "CartPole-v1", "algorithm": "random", "preset": None, "steps": 50_000_000, "seed": 1, "stop_at": None}


class Fleet:
    """A window in which runs are trained at full speed."""

    def __init__(self, window: MainWindow, controller: Controller, wait_for: WaitFor) -> None:
        self.window, self.controller, self.wait_for = window, controller, wait_for
        self.training, self.side = controller.training, controller.side_by_side
        self.side.most_at_once = 2
        window.toolbar.speed.set_position(FULL)

    def train(self, **changes: Any) -> TrainedRun:
        """Set up a run beside what trains, press Train, and wait for its first episodes."""
        if self.training.active:
            self.window.toolbar.train.click()
        self.window.setup.set_request({**LONG, **changes})
        self.window.setup.requestChanged.emit()  # as a person's edit would: Train may be about another run now
        self.window.toolbar.train.click()
        run = self.training.shown
        self.wait_for(lambda: len(run.history.returns) > 2, "its first episodes", 60)
        return run

    def chips(self) -> list[str]:
        return [
            chip.accessibleName()
            for chip in self.window.strip.findChildren(QWidget)
            if chip.objectName().startswith("liveRun") and not chip.isHidden()
        ]

    def stop_all(self) -> None:
        self.side.stop_all()
        self.wait_for(lambda: not self.training.any_active, "all to stop", 60)

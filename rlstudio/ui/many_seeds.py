"""ManySeeds: what the setup asks for with several seeds, as many at once as there are cores; their band as it grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from rlstudio.core import messages as m
from rlstudio.core.bands import interquartile_mean
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.comparing_runs import ComparingRuns
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.showing import Showing
from rlstudio.ui.side_by_side import SideBySide
from rlstudio.ui.starting import Starting
from rlstudio.ui.telling import Telling
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.training import Training


class ManySeeds(QObject):
    """One set of seeds at a time; the first of them is shown, the others go on unseen."""

    def __init__(
        self,
        window: MainWindow,
        training: Training,
        starting: Starting,
        showing: Showing,
        side_by_side: SideBySide,
        comparing: ComparingRuns,
        telling: Telling,
    ) -> None:
        super().__init__(window)
        self._window, self._training, self._starting, self._showing = window, training, starting, showing
        self._side_by_side, self._comparing, self._telling = side_by_side, comparing, telling
        self._commands: list[m.StartTraining] = []  # of those that wait
        self._runs: list[TrainedRun] = []
        self._followed = 0
        window.toolbar.seedsRequested.connect(self.train)
        side_by_side.launched.connect(self._launched)
        side_by_side.dropped.connect(self._dropped)
        training.fleetChanged.connect(self._look)

    def train(self, count: int) -> None:
        """Train what the setup asks for with `count` seeds, from the one that it shows on."""
        if self._commands:
            self._window.banner.say(f"{len(self._commands)} seeds still wait for a core: Stop all gives them up.")
            return
        try:
            configs = self._configs(count)
        except ParamError as error:
            self._starting.refuse(error)
            return
        if not self._starting.agreed(configs[0], lambda: self.train(count)):
            return
        self._runs, self._followed = [], 0
        if self._training.active:
            self._showing.set_aside()
        if len(self._training.live) < self._side_by_side.most_at_once:
            self._starting.repeat(configs.pop(0))
            self._runs.append(self._training.shown)
        self._commands = [replace(self._starting.command(config), watch="off") for config in configs]
        self._telling.note(f"Training {count} seeds, {self._side_by_side.most_at_once} at a time.")
        self._side_by_side.wait(list(self._commands))

    def _configs(self, count: int) -> list[RunConfig]:
        """Raises ParamError, where there are not so many seeds, too."""
        plain = self._starting.wanted().model_dump(mode="json")
        return [RunConfig.parse({**plain, "seed": plain["seed"] + more}) for more in range(count)]

    # ------------------------------------------------------------ what becomes of them

    def _launched(self, run: TrainedRun, command: m.StartTraining) -> None:
        if any(each is command for each in self._commands):
            self._commands = [each for each in self._commands if each is not command]
            self._runs.append(run)

    def _dropped(self, commands: list[m.StartTraining]) -> None:
        self._commands = [each for each in self._commands if not any(each is gone for gone in commands)]

    def _look(self) -> None:
        """Lay those that have begun over each other; once all are through, say what came of them."""
        begun = [run for run in self._runs if run.run is not None]
        closed = self._followed > 0 and self._comparing.window is None
        if len(begun) > self._followed and len(begun) > 1 and not closed:
            self._followed = len(begun)
            self._comparing.follow([Path(run.run) for run in begun if run.run is not None], self._window)
        if self._runs and not self._commands and not any(run.active for run in self._runs):
            runs, self._runs = self._runs, []
            if len(runs) > 1:
                self._tell(runs)

    def _tell(self, runs: list[TrainedRun]) -> None:
        means = [run.last_batch.mean_return for run in runs if run.last_batch is not None]
        known = np.array([mean for mean in means if mean is not None])
        words = f"{len(runs)} seeds trained"
        unwell = sum(run.status not in ("finished", "stopped") for run in runs)
        words += f", {unwell} of them not to the end" if unwell else ""
        if len(known) > 1:
            middle = float(interquartile_mean(known))
            words += f": mean return {known.mean():.4g} ± {known.std(ddof=1):.3g}, interquartile mean {middle:.4g}"
        paths = [Path(run.run) for run in runs if run.run is not None]
        self._telling.note(f"{words}.")
        self._window.banner.say(f"{words}.", [("Compare", lambda: self._comparing.follow(paths, self._window))])

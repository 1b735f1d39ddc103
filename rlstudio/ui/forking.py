"""Forking: from a run's checkpoint a new run is begun, with what a dialog was told is different from there on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.background import Background
from rlstudio.ui.checkpoint_words import rows_of
from rlstudio.ui.fork_reading import ForkSource, read_fork_source
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.side_by_side import SideBySide
from rlstudio.ui.starting import Starting
from rlstudio.ui.time_machine import TimeMachine
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.widgets.fork_dialog import ForkDialog, Place


class Forking(QObject):
    """Signals:
    failed: why a run cannot be forked, in words.
    """

    failed = Signal(str)

    def __init__(
        self, window: MainWindow, starting: Starting, side_by_side: SideBySide, time_machine: TimeMachine
    ) -> None:
        super().__init__(window)
        self._window, self._starting, self._side_by_side = window, starting, side_by_side
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        window.runs.forkRequested.connect(lambda path: self.ask(Path(path)))
        side_by_side.launched.connect(self._launched)
        checkpoints = time_machine.checkpoints
        time_machine.bar.forkPressed.connect(
            lambda step: self.ask(Path(checkpoints.run), step) if checkpoints.run is not None else None
        )

    def close(self) -> None:
        """Wait for what still reads."""
        self._background.close()

    def ask(self, path: Path, step: int | None = None) -> None:
        """Ask what is to be different in a fork of the run in that folder; `step` stands there at first."""
        self._background.run(lambda: read_fork_source(path), lambda source: self._ask(source, step))

    def again(self, path: Path, config: RunConfig) -> None:
        """Train a fork of the run in that folder once more, exactly as `config` says."""
        self._background.run(lambda: read_fork_source(path), lambda source: self._begin(config, source))

    def _ask(self, source: ForkSource, step: int | None) -> None:
        config = source.config
        info, steps = source.opened.info, [point.step for point in source.points]
        names = dict(rows_of(steps, source.opened.history, info.best_checkpoint))
        places = [Place(p.step, names[p.step], p.words(midway=source.midway)) for p in source.points]
        budget = {"steps": config.steps, "episodes": config.episodes}
        name = f"{config.algorithm} on {config.env}, seed {config.seed}"
        dialog = ForkDialog(name, places, source, get_algorithm(config.algorithm).params, budget, self._window)
        dialog.setToolTip(str(info.path))
        dialog.choose(step)
        dialog.accepted.connect(lambda: self._take(dialog, source))
        dialog.open()

    def _take(self, dialog: ForkDialog, source: ForkSource) -> None:
        try:
            config = source.fork(
                dialog.step(), params=dialog.params(), later_changes=dialog.later_changes(), **dialog.limits()
            )
        except ParamError as error:
            self.failed.emit("; ".join(str(fault) for fault in error.faults))
            return
        self._begin(config, source)

    def _launched(self, run: TrainedRun, command: m.StartTraining) -> None:
        """A fork that had to wait for a core begins unseen: it gets its parent's curves, too."""
        parent = RunConfig.parse(command.config).parent
        if parent is None or command.resume is not None:
            return

        def give(source: ForkSource) -> None:
            if run.last_batch is None:
                source.curves.rewind(parent.step)
                run.history, run.ghost = source.curves, source.opened.history

        path = Path(command.runs_dir) / parent.run
        self._background.run(lambda: read_fork_source(path), give)

    def _begin(self, config: RunConfig, source: ForkSource) -> None:
        """Begin it; a run that trains meanwhile goes on beside it."""
        self._side_by_side.make_room()
        self._window.setup.set_request(config.model_dump(mode="json"))
        assert config.parent is not None
        source.curves.rewind(config.parent.step)
        self._starting.fork(config, source.opened, source.curves)

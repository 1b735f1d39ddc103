"""Extending: a run of before trains on in its own folder, up to its budget or beyond it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.resolve import continued, resumed
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.core.stretched import stretched_words
from rlstudio.storage.checkpoint_notes import standing_at
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.background import Background
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun, open_run
from rlstudio.ui.side_by_side import SideBySide
from rlstudio.ui.starting import Starting
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.extend_dialog import ExtendDialog


@dataclass(frozen=True)
class Stand:
    """A run, and where it can go on from; `midway`: amid its unfinished episodes."""

    opened: OpenedRun
    step: int
    episode: int
    midway: bool


class Extending(QObject):
    """Signals:
    failed: why a run cannot go on, in words.
    """

    failed = Signal(str)

    def __init__(self, window: MainWindow, training: Training, starting: Starting, side_by_side: SideBySide) -> None:
        super().__init__(window)
        self._window, self._training, self._starting = window, training, starting
        self._side_by_side = side_by_side
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        window.runs.extendRequested.connect(lambda path: self.ask(Path(path)))

    def close(self) -> None:
        """Wait for what still reads."""
        self._background.close()

    def ask(self, path: Path) -> None:
        """Ask how far the run in that folder is to be trained on; one that trains in this window is shown instead."""
        if not self._side_by_side.show_folder(path):
            self._background.run(lambda: read_stand(path), self._ask)

    def _ask(self, stand: Stand) -> None:
        config, info = stand.opened.info.config, stand.opened.info
        if info.status == "running":
            self.failed.emit(f"{info.path.name} is being trained by another program; stop it there first.")
            return
        name = f"{config.algorithm} on {config.env}, seed {config.seed}"
        dialog = ExtendDialog(
            name,
            {"steps": stand.step, "episodes": stand.episode},
            {"steps": config.steps, "episodes": config.episodes},
            lambda limits: notes(stand, limits),
            self._window,
        )
        dialog.setToolTip(str(info.path))
        dialog.accepted.connect(lambda: self._take(dialog.limits(), stand))
        dialog.open()

    def _take(self, limits: dict[str, int], stand: Stand) -> None:
        opened = stand.opened
        try:
            config = extended(stand, limits)
        except ParamError as error:
            self.failed.emit("; ".join(str(fault) for fault in error.faults))
            return
        self._side_by_side.make_room()
        self._training.adopt(opened.info.config, opened.history, str(opened.info.path), opened.policy)
        self._window.setup.set_request(config.model_dump(mode="json"))
        self._starting.show_run()
        self._starting.go_on(config)


def read_stand(path: Path) -> Stand:
    """Read a run. Raises RunFolderError, and ParamError where its algorithm is not installed."""
    folder = RunFolder.open(path)
    step, episode = folder.resume_point()
    midway = step == 0 or "environment" in standing_at(path / "checkpoints" / str(step))
    return Stand(open_run(path), step, episode, midway)


def extended(stand: Stand, limits: dict[str, int]) -> RunConfig:
    """The config that a run goes on with: within its budget as if it had never stopped. Raises ParamError."""
    info = stand.opened.info
    solved = info.solved_at is not None and info.solved_at.get("step", 0) <= stand.step
    if all(getattr(info.config, name) == most for name, most in limits.items()):
        changes = marks_of(RunFolder.open(info.path).read_events())[1]
        return resumed(info.config, step=stand.step, episode=stand.episode, changes=changes, solved=solved)
    more = {"steps": stand.step, "episodes": stand.episode}
    return continued(
        info.config,
        step=stand.step,
        episode=stand.episode,
        **{f"more_{name}": most - more[name] for name, most in limits.items()},
        live_params=info.live_params,
        solved=solved,
    )


def notes(stand: Stand, limits: dict[str, int]) -> str:
    """What comes of it, in words: schedules that follow the budget, a goal that was reached, new episodes."""
    config = stand.opened.info.config
    words = stretched_words(config, config.model_copy(update=limits), stand.step, stand.episode)
    told = [words[:1].upper() + words[1:] + "."] if words else []
    if stand.opened.info.solved_at is not None and config.stop_at is not None:
        told.append("Its goal was reached: it goes on without one.")
    if not stand.midway:
        title = get_algorithm(config.algorithm).full_title
        told.append(f"It goes on from new episodes: nothing of the unfinished ones was kept ({title}).")
    return " ".join(told)

"""Interrupted: when the window opens, a quiet bar tells of runs whose process died, and offers to go on with them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from rlstudio.storage.interrupted import Interruption, find_interrupted
from rlstudio.ui.background import Background
from rlstudio.ui.library import Library
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun
from rlstudio.ui.showing import Showing
from rlstudio.ui.starting import Starting
from rlstudio.ui.telling import Telling
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.run_columns import ago

_TOLD = "interrupted_told"


class Interrupted(QObject):
    """Each is told of once; later they stand in the list of runs as interrupted."""

    def __init__(
        self,
        window: MainWindow,
        training: Training,
        starting: Starting,
        showing: Showing,
        library: Library,
        telling: Telling,
        runs_dir: Path,
    ) -> None:
        super().__init__(window)
        self._window, self._training, self._starting, self._showing = window, training, starting, showing
        self._library, self._telling, self._runs_dir = library, telling, runs_dir
        self._to_resume: Path | None = None
        self._background = Background(self)
        self._background.failed.connect(telling.note)
        library.opened.connect(self._go_on)

    def look(self) -> None:
        """Look for them, off the window's thread."""
        told = frozenset(str(name) for name in self._window.settings.get(_TOLD, list, []))
        self._background.run(partial(find_interrupted, self._runs_dir, told), self._offer)

    def close(self) -> None:
        """Wait for what still looks."""
        self._background.close()

    def _offer(self, found: list[Interruption]) -> None:
        if not found:
            return
        newest, window = found[0], self._window
        told = [str(name) for name in window.settings.get(_TOLD, list, []) if (self._runs_dir / str(name)).is_dir()]
        window.settings.set(**{_TOLD: [*told, *(each.path.name for each in found)]})
        for each in found:
            self._telling.note(f"Interrupted: {each.path}. It can go on from step {each.step:,}.")
        self._library.refresh()
        if self._training.any_active or not window.banner.isHidden():
            return  # somebody is busy with something else: the list of runs tells of them
        window.banner.say(
            words(found),
            [
                ("Resume" if len(found) == 1 else "Resume it", lambda: self.resume(newest.path)),
                ("Show runs", lambda: self._show(found)),
                ("Not now", lambda: None),
            ],
        )

    def _show(self, found: list[Interruption]) -> None:
        self._window.tabs.open("runs")
        self._window.runs.select(*(each.path for each in found))

    def resume(self, path: Path) -> None:
        """Open the run and let it go on from its newest checkpoint, to its budget; what trains goes on beside it."""
        self._to_resume = path
        if self._training.active:
            self._showing.set_aside()
        self._library.open_run(path)

    def _go_on(self, opened: OpenedRun) -> None:
        """After the window has shown the run: this is connected later than that."""
        wanted, self._to_resume = self._to_resume, None
        if wanted == opened.info.path and self._training.run == str(wanted):
            self._starting.train("continue")


def words(found: list[Interruption]) -> str:
    """What the bar says of them, the newest by name."""
    newest, config = found[0], found[0].info.config
    name = newest.title or f"{config.algorithm} on {config.env}, seed {config.seed}"
    budget = "" if config.steps is None else f" of {config.steps:,}"
    when = ago(newest.info.heartbeat)
    from_where = f"Resume goes on from step {newest.step:,}{budget}."
    if not newest.step:
        from_where = "Nothing that it learned was saved yet: Resume begins it again at step 0."
    if len(found) == 1:
        return f"{name} was interrupted {when}, at step {newest.info.steps:,}. {from_where}"
    return f"{len(found)} runs were interrupted, the last one {when}: {name}. {from_where}"

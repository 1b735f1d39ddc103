"""Repeating: an earlier run trained once more as it began, at once or after changes in the setup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import ParamChange, RunConfig
from rlstudio.core.run_events import marks_of
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.background import Background
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.starting import Starting
from rlstudio.ui.telling import Telling
from rlstudio.ui.widgets.run_columns import run_name


class Repeating(QObject):
    """Whether changes that were made while that run trained are made again is asked. A fork is forked again.

    Attributes:
        fork_again: trains a fork of the run in a folder as a config says.
    """

    fork_again: Callable[[Path, RunConfig], None]

    def __init__(self, window: MainWindow, starting: Starting, make_room: Callable[[], None], telling: Telling) -> None:
        """`make_room` lets a run that trains go on unseen."""
        super().__init__(window)
        self._window, self._starting, self.make_room, self._telling = window, starting, make_room, telling
        self._background = Background(self)
        self._background.failed.connect(telling.fail)
        window.runs.againRequested.connect(self.again)
        window.runs.changesRequested.connect(self.with_changes)

    def close(self) -> None:
        """Wait for what still reads."""
        self._background.close()

    def again(self, run: ListedRun) -> None:
        """Train it once more; a run that trains goes on beside it."""
        if not self._is_known(run.info.config):
            return
        if run.info.live_params:
            self._background.run(lambda: changes_in(run), lambda changes: self._ask(run, changes))
        else:
            self._train(run, run.info.config)

    def _ask(self, run: ListedRun, changes: list[ParamChange]) -> None:
        """Whether the changes that were made while it trained are to be made again."""
        config = run.info.config
        if not changes:
            self._train(run, config)
            return
        n = len(changes)
        words = f"{run_name(run)} was changed {'once' if n == 1 else f'{n:,} times'} while it trained."
        with_them = config.model_copy(update={"events": (*config.events, *changes)})
        which = "the change" if n == 1 else "the changes"
        choices = [
            (f"Make {which} again", lambda: self._train(run, with_them)),
            (f"Without {which}", lambda: self._train(run, config)),
        ]
        self._window.banner.say(f"{words} Train it again with {which} at the same steps?", choices)

    def _train(self, run: ListedRun, config: RunConfig) -> None:
        if config.parent is not None:
            self.fork_again(run.path.parent / config.parent.run, config)
            return
        self.make_room()
        self._window.setup.set_request(config.model_dump(mode="json"))
        self._starting.repeat(config)

    def with_changes(self, run: ListedRun) -> None:
        """Put its settings into the setup."""
        if not self._is_known(run.info.config):
            return
        self.make_room()
        setup = self._window.setup
        setup.set_request(run.info.config.model_dump(mode="json"))
        setup.set_folded(False)
        setup.requestChanged.emit()
        setup.setFocus()
        words = f"The setup holds the settings of {run_name(run)}. Change them, then train a new run."
        words += " It begins with the first step; Fork… begins at a checkpoint." if run.info.config.parent else ""
        self._window.banner.say(words)

    def _is_known(self, config: RunConfig) -> bool:
        try:
            get_algorithm(config.algorithm)
        except ParamError as error:
            self._telling.fail(str(error))
            return False
        return True


def changes_in(run: ListedRun) -> list[ParamChange]:
    """What a person changed while it trained, after it was forked if it is a fork; what its configuration asked for
    itself is left out. Raises RunFolderError."""
    config = run.info.config
    asked = {(each.step, each.name) for each in config.events}
    first = config.parent.step if config.parent is not None else -1
    return [
        ParamChange(step=change.step, name=change.name, value=change.new)
        for change in marks_of(RunFolder.open(run.path).read_events())[1]
        if change.step > first and (change.step, change.name) not in asked
    ]

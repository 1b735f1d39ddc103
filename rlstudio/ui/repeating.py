"""Repeating: an earlier run trained once more as it began, at once or after changes in the setup."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.params import ParamError
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_listing import ListedRun
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.starting import Starting
from rlstudio.ui.telling import Telling
from rlstudio.ui.widgets.run_columns import run_name


class Repeating(QObject):
    """Changes made while that run trained are not made again: they are no settings of its beginning."""

    def __init__(self, window: MainWindow, starting: Starting, make_room: Callable[[], None], telling: Telling) -> None:
        """`make_room` lets a run that trains go on unseen."""
        super().__init__(window)
        self._window, self._starting, self.make_room, self._telling = window, starting, make_room, telling
        window.runs.againRequested.connect(self.again)
        window.runs.changesRequested.connect(self.with_changes)

    def again(self, run: ListedRun) -> None:
        """Train it once more; a run that trains goes on beside it."""
        config = run.info.config
        if not self._is_known(config):
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
        self._window.banner.say(f"The setup holds the settings of {run_name(run)}. Change them, then train a new run.")

    def _is_known(self, config: RunConfig) -> bool:
        try:
            get_algorithm(config.algorithm)
        except ParamError as error:
            self._telling.fail(str(error))
            return False
        return True

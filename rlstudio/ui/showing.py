"""Showing: which run is in the window. Its curves, its settings and its agent come into view together."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from rlstudio.core.episode import Episode
from rlstudio.ui.acting import Acting
from rlstudio.ui.episode_files import EpisodeFiles
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun, has_best
from rlstudio.ui.starting import Starting
from rlstudio.ui.telling import Telling
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.training import Training
from rlstudio.ui.watching import Watching


class Showing(QObject):
    """One a window."""

    def __init__(
        self,
        window: MainWindow,
        training: Training,
        starting: Starting,
        watching: Watching,
        files: EpisodeFiles,
        acting: Acting,
        telling: Telling,
    ) -> None:
        super().__init__(window)
        self._window, self._training, self._starting, self._watching = window, training, starting, watching
        self._files, self._acting, self._telling = files, acting, telling
        self._draft: dict[str, Any] | None = None  # what was asked for a run that is yet to be

    # ------------------------------------------------------------ runs of this window

    def show_run(self, run: TrainedRun) -> None:
        """One of the runs that train, or that did."""
        training, setup = self._training, self._window.setup
        if run is training.shown:
            return
        self._leave()
        if run.config is not None:
            plain = run.config.model_dump(mode="json")
            setup.set_request({**plain, "params": {**plain["params"], **run.live_params}})
        run.set_watch(self._window.stage.watch_mode())  # type: ignore[arg-type]
        training.show(run)
        for name, value in run.live_params.items():
            setup.mark_applied(name, value)
        self._present(f"{run.spec.title} on {run.config.env}" if run.spec and run.config else "")

    def set_up_another(self) -> None:
        """Have the setup for a run that is yet to be: as it was left for one, or as it is."""
        if self._training.config is None:
            return
        draft, self._draft = self._draft, None
        self.set_aside()
        if draft is not None:
            self._window.setup.set_request(draft)
            self._window.setup.requestChanged.emit()

    def set_aside(self) -> None:
        """Make room for a run that is yet to be; the one that was shown goes on unseen. The setup stays as it is."""
        self._leave()
        self._training.set_aside()
        self._present("")

    def _leave(self) -> None:
        before = self._training.shown
        if before.config is None:
            self._draft = self._window.setup.draft()
        before.set_watch("off")

    def _present(self, title: str) -> None:
        window, training = self._window, self._training
        window.setWindowTitle(f"{title} – RL Studio" if title else "RL Studio")
        window.stage.back_to_live()
        if training.config is None:
            window.plots.clear()
        else:
            self._starting.show_run()
        window.fold_setup_while_training(training.active)
        self._watching.has_best = has_best(training.run)
        self._watching.show()
        training.stateChanged.emit()  # what can be done depends on all this, too

    # ------------------------------------------------------------ runs of before

    def show_opened(self, opened: OpenedRun) -> None:
        """It is shown; one that trains goes on unseen, and can still be recorded with this one's policy."""
        info, window = opened.info, self._window
        self._watching.opened = opened
        self._telling.note(f"Opened {info.path}: {info.status}, {info.steps:,} steps.")
        self._leave()
        self._training.adopt(info.config, opened.history, str(info.path), opened.policy)
        plain = info.config.model_dump(mode="json")
        window.setup.set_request({**plain, "params": {**plain["params"], **info.live_params}})
        self._watching.has_best = opened.best is not None
        window.setWindowTitle(f"{info.path.name} – RL Studio")
        self._starting.show_run()
        self._watching.show()
        if opened.recordings:
            self._files.opening.open_recordings(
                opened.recordings, lambda episodes: self._show_recordings(str(info.path), episodes)
            )
        self._training.stateChanged.emit()

    def _show_recordings(self, run: str, episodes: list[Episode]) -> None:
        """Those of an opened run, which came after it; none where others were recorded meanwhile."""
        if self._training.run == run and not self._acting.recording.active:
            self._window.stage.set_episodes(episodes, aside=True)
            self._watching.look()

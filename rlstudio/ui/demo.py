"""`rlstudio demo`: the studio already training. Offscreen it leaves a picture of the window and a GIF of the agent."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QTimer

from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.messages import ExportClip, ExportPicture
from rlstudio.ui.app import run_studio
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.toolbar import ActWish
from rlstudio.ui.widgets.speed_slider import FULL, WATCH

REQUEST = {"env": "CartPole-v1", "env_kwargs": {}, "algorithm": "ppo", "preset": None, "params": {}, "seed": 0}
_POLL_MILLISECONDS = 200
_LONGEST_SECONDS = 240.0


def run_demo(*, offscreen: bool, output: str | None = None) -> int:
    """Open the studio with PPO learning to balance a pole; the exit status."""
    with tempfile.TemporaryDirectory(prefix="rlstudio-demo-") as scratch:
        settings = Settings(Path(scratch) / "window.json")  # a demonstration does not change a person's own choices
        if not offscreen:
            return run_studio(lambda window, controller: _train(window, controller, WATCH), settings=settings)
        folder = Path(output) if output else Path.cwd()
        folder.mkdir(parents=True, exist_ok=True)
        shot = _Shot(folder)
        run_studio(shot.begin, settings=settings)
        return shot.status


def _train(window: MainWindow, controller: Controller, speed: int) -> None:
    window.setup.set_request(REQUEST)
    window.toolbar.speed.set_position(speed)
    controller.starting.train("train")


class _Shot:
    """Trains to the goal, records an episode, takes the window's picture, exports the GIF, closes."""

    def __init__(self, folder: Path) -> None:
        self._picture = folder / "rlstudio-demo.png"
        self._gif = folder / "rlstudio-demo.gif"
        self._waited = 0.0
        self.status = 1

    def begin(self, window: MainWindow, controller: Controller) -> None:
        self._window, self._controller = window, controller
        window.showNormal()  # a maximised window is no larger than its screen, and this screen is small
        window.resize(1600, 1000)
        print("rlstudio: no display; training PPO on CartPole offscreen…", file=sys.stderr)
        _train(window, controller, FULL)
        self._then = self._record
        self._timer = QTimer(window)
        self._timer.setInterval(_POLL_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        """Whether what was begun is done; then the next thing."""
        self._waited += _POLL_MILLISECONDS / 1000
        busy = self._controller.training.active or self._controller.acting.active
        if self._waited > _LONGEST_SECONDS or self._controller.training.status == "failed":
            print(f"rlstudio: the demo did not come to its end: {self._window.banner.text()}", file=sys.stderr)
            self._close()
        elif not busy:
            self._then()

    def _record(self) -> None:
        self._then = self._export
        self._window.toolbar.recordRequested.emit(ActWish("trained", 1, True))

    def _export(self) -> None:
        stage = self._window.stage
        if not stage.episodes():
            return
        episode = stage.episodes()[0]
        stage.toggle_play()
        stage.seek(min(100, episode.length))
        self._window.plots.refresh()
        self._then = self._finish
        self._controller.acting.exporting.start(
            ExportPicture(str(self._gif), (ExportClip(episode_to_data(episode), 0, episode.length),))
        )

    def _finish(self) -> None:
        self._window.grab().save(str(self._picture))
        for path in (self._picture, self._gif):
            if not path.is_file():
                print(f"rlstudio: {path} could not be written", file=sys.stderr)
                self._close()
                return
            print(path.resolve())
        self.status = 0
        self._close()

    def _close(self) -> None:
        self._timer.stop()
        self._controller.closing.save_and_close()

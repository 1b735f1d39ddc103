"""EpisodeFiles: recorded episodes as files: saved, opened, dropped into the window, written for other programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from rlstudio.core import messages as m
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.whole_file import reason
from rlstudio.storage.bundle_reading import is_bundle
from rlstudio.storage.episode_file import SUFFIX, save_episode
from rlstudio.storage.model_zip import is_model
from rlstudio.ui.acting import Acting
from rlstudio.ui.background import Background
from rlstudio.ui.dropping import Dropping
from rlstudio.ui.episode_opening import EpisodeOpening, sort_out
from rlstudio.ui.errand import Errand
from rlstudio.ui.icons import set_icon
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.library import Library
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.model_opening import ModelOpening
from rlstudio.ui.telling import Telling
from rlstudio.ui.widgets.data_dialog import DataDialog
from rlstudio.ui.widgets.episode_facts import EpisodeFacts
from rlstudio.ui.widgets.file_progress import FileProgress
from rlstudio.ui.widgets.numbers import file_size, number

_NARROW = 28  # pixels: the transport bar is full where the window is small
_NOTHING = "There is nothing to {} yet: record an episode (R), or open one (Ctrl+O)."


class EpisodeFiles(QObject):
    """One a window.

    Signals:
        shown: opened episodes are on the stage now.
        foreignFound: a list of folders and files with curves of other programs' runs is to be shown.
    """

    shown = Signal()
    foreignFound = Signal(list)

    def __init__(self, window: MainWindow, desk: JobDesk, library: Library, acting: Acting, telling: Telling) -> None:
        super().__init__(window)
        self._window, self._library, self._telling, self._acting = window, library, telling, acting
        self._background = Background(self)
        self._folder = Path.home()
        progress = FileProgress("openProgress", "Opening episodes")
        self._data_progress = FileProgress("dataProgress", "Exporting data")
        for widget in (progress, self._data_progress):
            window.status.extra.addWidget(widget)
        self.opening = EpisodeOpening(desk, progress, self._background, self)
        self.opening.opened.connect(self._show)
        self.opening.failed.connect(telling.fail)
        self.models = ModelOpening(window, desk, library, telling)
        self.exporting = Errand("The export of data", desk, self)
        acting.errands.append(self.exporting)
        self.exporting.ended.connect(lambda _status: acting.changed.emit())
        self.exporting.came.connect(self._exported)
        self.exporting.progressed.connect(lambda done, total, _words: self._data_progress.set_progress(done, total))
        self.exporting.failed.connect(lambda message, _advice, _details: self._export_failed(message))
        self.exporting.ended.connect(self._export_ended)
        self._data_progress.cancelRequested.connect(self.exporting.stop)
        self.dropping = Dropping(window, self.open_paths)
        library.pathsWanted.connect(self.open_paths)
        for name, then in (
            ("saveEpisodeAction", self.ask_where_to_save),
            ("exportDataAction", self.ask_what_to_export),
            ("aboutEpisodeAction", self.tell_about),
        ):
            window.actions_by_name[name].triggered.connect(lambda _checked=False, then=then: then())

        window.stage.transport.add_control(self._menu_button())

    def _menu_button(self) -> QToolButton:
        """Beside Export: what else can be done with the episode as a file."""
        button, menu = QToolButton(self._window), QMenu(self._window)
        for name in ("saveEpisodeAction", "exportDataAction", "aboutEpisodeAction"):
            menu.addAction(self._window.actions_by_name[name])
        button.setObjectName("episodeMenuButton")
        button.setAccessibleName("Save, export data, about this episode")
        button.setToolTip("Save the episode, export its data, see where it comes from")
        button.setProperty("role", "flat")
        set_icon(button, "more")
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFixedWidth(_NARROW)
        button.setStyleSheet("QToolButton { padding: 4px; } QToolButton::menu-indicator { image: none; }")
        return button

    def close(self) -> None:
        """Wait for what is being written; give up what is being read."""
        self.opening.close()
        self.models.close()
        self.exporting.abandon()
        self._background.close()

    # ------------------------------------------------------------ opening

    def open_paths(self, paths: Sequence[Path], env: str | None = None) -> None:
        """Open episode files, data of other programs, models (trained in `env`) and runs; of several runs the last."""
        bundles = [path for path in paths if is_bundle(path)]
        if bundles:
            self._library.bundlesWanted.emit(bundles)
        models = [path for path in paths if is_model(path)]
        if models:
            self.models.open(models, env)
        paths = [path for path in paths if path not in bundles and path not in models]
        self._background.run(lambda: sort_out(paths), self._open_sorted, self._telling.fail)

    def _open_sorted(self, found: tuple[list[Path], list[Path], list[Path], list[Path]]) -> None:
        runs, data, episodes, foreign = found
        if foreign:
            self.foreignFound.emit(foreign)
        if runs:
            self._library.open_run(runs[-1])
        if episodes:
            self.opening.open_files(episodes)
        elif data:
            self.opening.open_data(data[0])

    def _show(self, episodes: list[Episode], name: str) -> None:
        self._window.stage.set_episodes(episodes)
        if not self._window.tabs.current():
            self._window.tabs.open("inspector")
        first = episodes[0]
        count = f"{len(episodes)} episodes, the first " if len(episodes) > 1 else ""
        run = f", run {first.run_name}" if first.run_name else ""
        self._telling.note(
            f"Opened {name}: {count}{first.env or 'an unknown environment'}, {first.length:,} steps, "
            f"return {number(first.total_reward)}, {first.source}, seed {first.seed}{run}."
        )
        self.shown.emit()

    # ------------------------------------------------------------ saving

    def current(self) -> Episode | None:
        """The recorded episode that is shown, or was shown last."""
        stage = self._window.stage
        if stage.current_episode() is None:
            stage.show_recording()
        return stage.current_episode()

    def tell_about(self) -> None:
        """Where the episode comes from."""
        episode = self.current()
        if episode is None:
            self._window.banner.say(_NOTHING.format("tell of"))
        else:
            EpisodeFacts(episode, self._window).open()

    def ask_where_to_save(self) -> None:
        """Save the episode that is shown."""
        episode = self.current()
        if episode is None:
            self._window.banner.say(_NOTHING.format("save"))
            return
        dialog = QFileDialog(self._window, "Save the episode", str(self._folder / f"{name_of(episode)}{SUFFIX}"))
        dialog.setObjectName("saveEpisodeDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"Recorded episode (*{SUFFIX})"])
        dialog.setDefaultSuffix(SUFFIX[1:])
        dialog.fileSelected.connect(lambda chosen: self.save(episode, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, episode: Episode, path: Path) -> None:
        """Write it off the window's thread."""
        self._folder = path.parent

        def write() -> int:
            try:
                save_episode(path, episode)
            except OSError as error:
                raise ValueError(f"{path} could not be saved: {reason(error)}") from error
            return path.stat().st_size

        def written(size: int) -> None:
            self._data_progress.end(f"Saved {path.name}: {file_size(size)}", path)
            self._telling.note(f"Saved {path}: {episode.length:,} steps, {file_size(size)}.")

        self._background.run(write, written, self._telling.fail)

    # ------------------------------------------------------------ data for other programs

    def ask_what_to_export(self) -> None:
        """Ask for episodes, format and file."""
        episode = self.current()
        if episode is None:
            self._window.banner.say(_NOTHING.format("export"))
            return
        if self.exporting.active:
            self._window.banner.say("Data are being exported already: wait for it, or cancel it.")
            return
        episodes = self._window.stage.episodes()
        index = next(place for place, other in enumerate(episodes) if other is episode)
        dialog = DataDialog(episodes, index, self._folder, name_of(episode), self._window)
        dialog.accepted.connect(lambda: self.export(dialog.episodes(), dialog.path(), frames=dialog.with_frames()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, episodes: Sequence[Episode], path: Path, *, frames: bool) -> None:
        """Write the data in a child process."""
        self._folder = path.parent
        data = tuple(episode_to_data(episode) for episode in episodes)
        if not frames:
            bare = FrameStore()
            data = tuple({**one, "frame_shape": bare.shape, "frame_blobs": []} for one in data)
        self._data_progress.start(f"Exporting {path.name}", path)
        self.exporting.start(m.ExportData(str(path), data, frames))
        self._acting.changed.emit()

    def _exported(self, report: m.Report) -> None:
        if isinstance(report, m.DataExported):
            path, size = Path(report.path), file_size(report.n_bytes)
            self._data_progress.end(f"Saved {path.name}: {report.episodes} episodes, {size}", path)
            self._telling.note(f"Saved {path}: {report.episodes} episodes, {report.steps:,} steps, {size}.")

    def _export_failed(self, message: str) -> None:
        self._data_progress.end("The export of data failed")
        self._telling.fail(message)

    def _export_ended(self, status: str) -> None:
        if status == "stopped":
            self._data_progress.end("Export cancelled; nothing was written")


def name_of(episode: Episode) -> str:
    """A file name that says what it is: "CartPole-v1-ppo-40000-seed-10000"."""
    parts = [
        episode.env,
        episode.algorithm,
        None if episode.step is None else str(episode.step),
        f"seed-{episode.seed}",
    ]
    name = "-".join(part for part in parts if part)
    return re.sub(r"[^-\w.]+", "-", name).strip("-.")[:80] or "episode"

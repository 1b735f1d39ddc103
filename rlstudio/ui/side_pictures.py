"""SidePictures: on the stage, beside the run that is shown, the others that train, each played by its own child."""

from __future__ import annotations

from PySide6.QtCore import QObject

from rlstudio.core import messages as m
from rlstudio.core.comparison import names_of
from rlstudio.ui.consent import Consent, programs_that_act
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.live import Live, Subject
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.side_by_side import SideBySide
from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.live_tiles import LiveTiles, TileItem
from rlstudio.ui.widgets.number_text import capitalised
from rlstudio.ui.widgets.picture_area import drawn_in_pixels

_MOST = 4
"""Pictures at once: smaller ones show nothing, and each is played by a process."""

_AGAIN = "“Side by side”, off and on, starts it again."


class SidePictures(QObject):
    """Off until a person asks for it. What is watched is chosen for all alike: the newest policy, or the training.

    A run that came to its end is played on, as long as it stands in the row of runs.
    """

    def __init__(
        self, window: MainWindow, training: Training, desk: JobDesk, consent: Consent, side_by_side: SideBySide
    ) -> None:
        super().__init__(window)
        self._window, self._training, self._desk, self._consent = window, training, desk, consent
        self._side_by_side = side_by_side
        self._tiles = window.stage.pictures.tiles
        self._players: dict[int, _Player] = {}  # by the number of the run
        self._others: list[TrainedRun] = []
        self._asked: dict[int, str] = {}
        self.wanted = False
        window.strip.sideBySideToggled.connect(self._toggle)
        training.fleetChanged.connect(self._fleet_changed)
        self._tiles.chosen.connect(side_by_side.choose)

    def take_frames(self) -> None:
        """Show the newest frames of the others; called by the display timer."""
        mode = self._window.stage.watch_mode()
        for run in self._others:
            player, taken = self._players.get(run.number), None
            if mode == "policy" and player is not None:
                taken = player.live.take_frame()
            elif mode == "training":
                taken = run.take_frame()
            if taken is not None and self._tiles.spread:
                self._tiles.show_frame(run.number, *taken)

    def refresh(self) -> None:
        """Whom to show, and with which weights; called a few times a second."""
        self._choose()
        mode = self._window.stage.watch_mode()
        self._tell_watched(mode)
        self._keep_players(self._others if mode == "policy" else [])
        for run in self._others:
            if mode == "policy":
                self._play(run)
            elif mode == "off":
                self._tiles.show_message(run.number, "Watching is off")
            elif not run.active:
                self._tiles.show_message(run.number, "The training environment is shown while it trains")

    def check_health(self) -> None:
        """Look for signs of life; called a few times a second."""
        for player in [*self._players.values()]:
            player.live.check_health()

    # ------------------------------------------------------------ inside

    def _toggle(self, wanted: bool) -> None:
        self.wanted = wanted
        self.refresh()

    def _fleet_changed(self) -> None:
        self._asked = {}  # a run that was shown, or begins, was told something else
        if self.wanted:
            self.refresh()

    def _choose(self) -> None:
        """The one that is shown and as many others as there is room for, in the order of the row; none if alone."""
        shown = self._training.shown
        there = [run for run in self._side_by_side.runs() if run.config is not None] if self.wanted else []
        if shown not in there or len(there) < 2:
            there = []
        self._others = most_wanted([run for run in there if run is not shown])
        together = [run for run in there if run is shown or run in self._others]
        configs = [run.config for run in together if run.config is not None]
        self._tiles.set_items(
            [
                TileItem(run.number, name, run is shown, drawn_in_pixels(config.env))
                for run, config, name in zip(together, configs, names_of(configs), strict=True)
            ]
        )

    def _tell_watched(self, mode: str) -> None:
        """Each is told what is watched of it: what is not seen need not be drawn."""
        for run in self._training.live:
            asked = mode if run in self._others else "off"
            if run is not self._training.shown and asked != self._asked.get(run.number):
                run.set_watch(asked)  # type: ignore[arg-type]
                self._asked[run.number] = asked

    def _keep_players(self, runs: list[TrainedRun]) -> None:
        """One each. Who is no longer played lends its player to who is: it may know the environment already."""
        numbers = {run.number for run in runs}
        free = [self._players.pop(number) for number in [*self._players] if number not in numbers]
        for run in runs:
            if run.number not in self._players:
                player = self._players[run.number] = free.pop() if free else _Player(self._desk, self._tiles, self)
                player.begin(run.number)
        for player in free:
            player.end()

    def _play(self, run: TrainedRun) -> None:
        player, config = self._players[run.number], run.config
        assert config is not None
        player.live.set_paused(self._window.stage.showing_recording())
        if not player.takes(run.policy):
            return
        programs = programs_that_act(run.policy, config.algorithm, config.params)
        if self._consent.has(programs):
            subject = Subject(config.env, config.env_kwargs, config.algorithm, config.params, config.seed)
            player.live.show(subject, run.policy, self._consent.given if programs else ())
        else:
            player.live.stop()
            self._tiles.show_message(run.number, "Its policy is a program, and was not agreed to here")


def most_wanted(others: list[TrainedRun]) -> list[TrainedRun]:
    """Those of the others that there is room for: who trains, the first begun first; then who ended last."""
    return sorted(others, key=lambda run: (not run.active, run.number if run.active else -run.number))[: _MOST - 1]


class _Player(QObject):
    """Plays one run's newest policy at a time."""

    def __init__(self, desk: JobDesk, tiles: LiveTiles, parent: QObject) -> None:
        super().__init__(parent)
        self.live = Live(desk, self)
        self._tiles, self._number = tiles, -1
        self._policies: list[m.PolicyData | None] = []  # the last one, if any
        self.live.preparing.connect(lambda words: self._say(f"{capitalised(words)}…"))
        self.live.failed.connect(lambda message, _advice, _details: self._say(f"{message} {_AGAIN}"))

    def begin(self, number: int) -> None:
        """Play that run from now on."""
        self._number, self._policies = number, []
        self._say("Starting…")

    def takes(self, policy: m.PolicyData | None) -> bool:
        """Whether that policy is another one than the last; it is the last from now on."""
        known = bool(self._policies) and self._policies[0] is policy
        self._policies = [policy]
        return not known

    def end(self) -> None:
        """End the child."""
        self.live.stop()
        self.deleteLater()

    def _say(self, words: str) -> None:
        self._tiles.show_message(self._number, words)

"""Starting: what the setup asks for becomes a run, new or continued, or is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton

from rlstudio.algorithms.catalogue import get_algorithm, presets_for
from rlstudio.algorithms.programs import programs_of_run
from rlstudio.algorithms.resolve import continued, resolve
from rlstudio.core import messages as m
from rlstudio.core.history import History
from rlstudio.core.params import ParamError, describe
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.card import EnvironmentCard
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.consent import Consent
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.autosave_dialog import autosave_of
from rlstudio.ui.widgets.speed_slider import pace_at

_WATCH_SECONDS = 120.0  # at the slider's middle a whole budget takes two minutes, a demonstration a quarter of that
_USUAL_FPS, _USUAL_LENGTH = 30.0, 500


class Starting(QObject):
    """Reads the setup, the speed and the watch mode; starts the training."""

    def __init__(self, window: MainWindow, training: Training, consent: Consent, runs_dir: Path) -> None:
        super().__init__(window)
        self._window = window
        self._training = training
        self._consent = consent
        self._runs_dir = runs_dir
        self.room_for: Callable[[m.StartTraining], bool] = lambda _command: True
        """Whether a run may begin now, beside the others that train; says why not."""
        self.cards: dict[str, EnvironmentCard] = {}

    def take_cards(self, cards: list[EnvironmentCard]) -> None:
        """The environments that can be asked for."""
        self.cards = {card.id: card for card in cards}
        self._window.setup.set_cards(cards)

    # ------------------------------------------------------------ starting

    def train(self, kind: str = "train") -> None:
        """Train, continue ("continue"), or begin a new run ("new", "new seed"), as the setup says."""
        training, window = self._training, self._window
        if training.active and not training.trouble:
            return
        if kind == "new seed":
            window.setup.findChild(QAbstractButton, "newSeedButton").click()
        continued = kind == "continue" and training.can_continue
        try:
            config = self._config_to_continue() if continued else self.wanted()
        except ParamError as error:
            self.refuse(error)
            return
        except RunFolderError as error:
            window.banner.say(str(error), fault=True)
            return
        again = "new" if kind == "new seed" else kind
        self._begin(config, lambda: self.train(again), continued=continued)

    def repeat(self, config: RunConfig) -> None:
        """Train a new run of exactly this config; nothing else may be training."""
        self._begin(config, lambda: self.repeat(config))

    def fork(self, config: RunConfig, parent: OpenedRun, curves: History) -> None:
        """Train a run that begins as `parent` did; its `curves` up to there are the new run's own."""
        self._begin(config, lambda: self.fork(config, parent, curves), forked=(parent, curves))

    def go_on(self, config: RunConfig) -> None:
        """Go on with the run that is shown, as this config says."""
        self._begin(config, lambda: self.go_on(config), continued=True)

    def _begin(
        self,
        config: RunConfig,
        again: Callable[[], None],
        *,
        continued: bool = False,
        forked: tuple[OpenedRun, History] | None = None,
    ) -> None:
        """Start; where a program has to be agreed to first, the answer starts it `again`."""
        training, window = self._training, self._window
        window.banner.hide()  # before any question: what was refused is mended
        if not self.agreed(config, again):
            return
        command = self.command(config, training.run if continued else None)
        if forked is not None:  # its parent may be a run from elsewhere
            command = replace(command, runs_dir=str(forked[0].info.path.parent))
        if not self.room_for(command):
            return
        window.stage.back_to_live()
        training.start(command)
        if forked is not None:
            training.shown.history, training.shown.ghost = forked[1], forked[0].history
        if not continued:
            self.show_run()
        window.fold_setup_while_training(True)

    def command(self, config: RunConfig, resume: str | None = None) -> m.StartTraining:
        """What starts that run, or lets the one in the folder `resume` go on: watched and paced as things are now."""
        window = self._window
        return m.StartTraining(
            config.model_dump(mode="json"),
            str(self._runs_dir),
            resume=resume,
            watch=window.stage.watch_mode(),  # type: ignore[arg-type]
            pace=self.pace(config),
            trusted_files=self._consent.given,
            tensorboard="" if window.settings.get("tensorboard", bool, False) else None,
            **autosave_of(window.settings),
        )

    def agreed(self, config: RunConfig, then: Callable[[], None]) -> bool:
        """Whether the programs that a run of this config needs may be run; `then` is called after a later yes."""
        return self._consent.agreed(programs_of_run(config.algorithm, config.params), then)

    def wanted(self) -> RunConfig:
        """The run that the setup asks for. Raises ParamError."""
        return resolve(**self._window.setup.request())

    def refuse(self, error: ParamError) -> None:
        """Say each fault at its field, and once where it is seen while the setup is scrolled away."""
        self._window.setup.set_folded(False)
        self._window.setup.show_faults(error.faults)
        self._window.banner.say("; ".join(str(fault) for fault in error.faults), fault=True)

    def _config_to_continue(self) -> RunConfig:
        """The last run's config, up to its budget or, where that is used up, with as much again; where the form still
        shows that run, what can change on the way (live parameters, budget, goal) is as the form says.

        Raises ParamError, RunFolderError.
        """
        assert self._training.run is not None
        folder = RunFolder.open(Path(self._training.run))
        info = folder.read_info()
        step, episode = folder.resume_point()
        wanted = self.wanted()
        if (wanted.env, wanted.algorithm) != (info.config.env, info.config.algorithm):
            live = info.live_params
            more = _more(info.config, info.config, step, episode)
            return continued(
                info.config, step=step, episode=episode, **more, live_params=live, solved=bool(info.solved_at)
            )
        live = {name: wanted.params[name] for name in _live_names(wanted.algorithm)}
        config = info.config
        if wanted.stop_at != config.stop_at:  # another goal counts, whether the old one was reached or not
            config, reached = config.model_copy(update={"stop_at": wanted.stop_at}), False
        else:
            reached = bool(info.solved_at)
        return continued(
            config.model_copy(update={"window": wanted.window}),
            step=step,
            episode=episode,
            **_more(info.config, wanted, step, episode),
            live_params=live,
            solved=reached,
        )

    def pace(self, config: RunConfig | None = None) -> float | None:
        """Environment steps a second at the speed slider's position, for this run; None is full speed."""
        config = config or self._training.config
        if config is None:
            return None
        card = self.cards.get(config.env)
        real = (card.fps if card is not None else _USUAL_FPS) * int(config.params.get("n_envs", 1))
        longest = (card.max_episode_steps if card is not None else None) or _USUAL_LENGTH
        budget = config.steps or (config.episodes or 1) * longest / 3
        return pace_at(self._window.toolbar.speed.position(), real, budget / _WATCH_SECONDS)

    def pace_all(self) -> None:
        """The speed slider was moved: it counts for every run that trains."""
        for run in self._training.live:
            if run.config is not None:
                run.set_pace(self.pace(run.config))

    # ------------------------------------------------------------ what a run is shown with

    def show_run(self) -> None:
        """The plots, for the run that is now the training's."""
        training, plots = self._training, self._window.plots
        config, spec = training.config, training.spec
        if config is None or spec is None:
            return
        card = self.cards.get(config.env)
        plots.show_run(training.history, spec, config, card.reward_threshold if card is not None else None)
        plots.set_ghost(training.ghost, "run it was forked from" if config.parent else "run before")
        chosen = (preset for preset in presets_for(config.algorithm, config.env) if preset.name == config.preset)
        axis = next((preset.x_axis for preset in chosen if preset.x_axis), None)
        plots.set_x_axis(axis or spec.x_axis)

    def same_choice(self) -> bool:
        """Whether the setup still shows the last run's environment and algorithm."""
        config = self._training.config
        try:
            request = self._window.setup.request()
        except ParamError:
            return True
        return config is not None and (request["env"], request["algorithm"]) == (config.env, config.algorithm)

    def asks_for_the_same(self) -> bool:
        """Whether the setup asks for nothing that only a new run can give: "Continue" is then what Train will do."""
        config = self._training.config
        try:
            wanted = self.wanted()
        except ParamError:
            return self.same_choice()
        if config is None:
            return False
        return _decisive(wanted) == _decisive(config)


def _more(config: RunConfig, wanted: RunConfig, step: int, episode: int) -> dict[str, int | None]:
    """The budget that comes on top of what is done: what is left of it, where the same is `wanted` and some is left.

    So a run that was stopped goes on as if it had not been: its schedules follow the budget.
    """
    left = {
        "more_steps": None if config.steps is None else config.steps - step,
        "more_episodes": None if config.episodes is None else config.episodes - episode,
    }
    same = (wanted.steps, wanted.episodes) == (config.steps, config.episodes)
    if same and all(more is None or more > 0 for more in left.values()):
        return left
    return {"more_steps": wanted.steps, "more_episodes": wanted.episodes}


def _live_names(algorithm: str) -> set[str]:
    """The parameters that can change while training."""
    return {info.name for info in describe(get_algorithm(algorithm).params) if info.live != "no"}


def _decisive(config: RunConfig) -> dict[str, Any]:
    """What makes two runs two: all that cannot change on the way."""
    live = _live_names(config.algorithm)
    plain = config.model_dump(mode="json", include={"env", "env_kwargs", "algorithm", "params", "seed", "device"})
    plain["params"] = {name: value for name, value in plain["params"].items() if name not in live}
    return plain

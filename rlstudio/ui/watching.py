"""Watching: who is seen on the stage while nothing recorded is shown, and whose policy acts when one is asked to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.ui.consent import Consent, programs_that_act
from rlstudio.ui.live import Live, Subject
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import OpenedRun, best_policy
from rlstudio.ui.run_words import starting_words
from rlstudio.ui.starting import Starting
from rlstudio.ui.toolbar import ActWish
from rlstudio.ui.training import Training
from rlstudio.ui.widgets.number_text import capitalised


class Watching(QObject):
    """Keeps the live view showing what it should. `opened` is a run of before that lends its policy."""

    def __init__(
        self, window: MainWindow, training: Training, live: Live, starting: Starting, consent: Consent
    ) -> None:
        super().__init__(window)
        self._consent = consent
        self._window, self._training, self._live, self._starting = window, training, live, starting
        self.opened: OpenedRun | None = None
        self.has_best = False
        training.stateChanged.connect(self._tell_start)
        live.preparing.connect(self._tell_opening)

    # ------------------------------------------------------------ the stage

    def subject(self) -> Subject | None:
        """Whom the live view shows: the run's policy while it trains or while the setup still shows it."""
        training = self._training
        config = training.config
        lasting = training.policy is not None and self._starting.same_choice()
        if config is None or not (training.active or lasting):
            try:
                config = self._starting.wanted()
            except ParamError:
                return None
        return Subject(config.env, config.env_kwargs, config.algorithm, config.params, config.seed)

    def show(self) -> None:
        """Let the live view play who is to be seen now."""
        subject, stage = self.subject(), self._window.stage
        if subject is None:
            return
        if stage.set_environment(subject.env):
            self._window.inspector.show_nothing()  # its numbers are of a step in the environment before
            self._window.episode_plots.show_nothing()
        self.look()
        mode = stage.watch_mode()
        if mode == "off":
            stage.show_message("Watching is off")
        elif mode == "training" and not self._training.active:
            stage.show_message("The training environment is shown while it trains")
        elif mode == "policy":
            self._let_act(subject, self._training.policy if self._is_trained(subject) else None)

    def _tell_start(self) -> None:
        """A run that starts takes its time: libraries are loaded. What it does meanwhile is said once, where one looks:
        in the strip, or where the picture will be."""
        stage = self._window.stage
        stage.say_starting(starting_words(self._training), in_place=stage.watch_mode() == "training")

    @property
    def tells_start(self) -> bool:
        """Whether what a starting run waits for can be read on the stage."""
        return not self._window.stage.showing_recording()

    def _tell_opening(self, words: str) -> None:
        if self._window.stage.watch_mode() == "policy":
            self._window.stage.say_meanwhile(f"{capitalised(words)}…")

    def _let_act(self, subject: Subject, policy: m.PolicyData | None) -> None:
        """Play the policy; one that runs a file of the user's own only where that was agreed to. Nothing is asked."""
        programs = programs_that_act(policy, subject.algorithm, subject.params)
        if self._consent.has(programs):
            if self._live.show(subject, policy, self._consent.given if programs else ()):
                self._tell_opening(f"opening {subject.env}")
            return
        self._live.stop()
        names = ", ".join(Path(path).name for path in programs)
        self._window.stage.show_message(f"{names} is a program: it acts here once you press Train and agree to run it")

    def look(self) -> None:
        """The player stands still while nobody can see it."""
        stage = self._window.stage
        self._live.set_paused(stage.watch_mode() != "policy" or stage.showing_recording())

    def leave_recording(self) -> None:
        """Back to live."""
        self._window.stage.back_to_live()
        self.look()

    def change_mode(self, mode: str) -> None:
        """Another choice of what to watch."""
        self._training.set_watch(mode)  # type: ignore[arg-type]
        self.show()

    def take_frame(self) -> None:
        """Show the newest frame of whatever is watched; taking it lets the child draw the next."""
        mode, taken = self._window.stage.watch_mode(), None
        if mode == "policy":
            taken = self._live.take_frame()
        elif mode == "training":
            taken = self._training.take_frame()
        if taken is not None:
            self._window.stage.show_live(*taken)

    def _is_trained(self, subject: Subject) -> bool:
        config = self._training.config
        return config is not None and (subject.env, subject.algorithm) == (config.env, config.algorithm)

    # ------------------------------------------------------------ whose policy acts

    def show_policies(self) -> None:
        """Tell the toolbar whose policies there are."""
        subject = self.subject()
        ours = subject is not None and self._is_trained(subject)
        lent = self.opened.info.path.name if self.opened is not None and self._training.active else ""
        self._window.toolbar.set_policies(
            trained=ours and self._training.policy is not None, best=ours and self.has_best, opened=lent
        )

    def policy_for(self, wish: ActWish) -> tuple[Subject, m.PolicyData | None]:
        """Where to act, and with what, for a wish of the toolbar. Raises ParamError where the setup is at fault."""
        if wish.policy == "opened" and self.opened is not None:
            config = self.opened.info.config
            return Subject(config.env, config.env_kwargs), self.opened.best or self.opened.policy
        subject = self.subject()
        if subject is None:
            self._starting.wanted()  # says what is wrong
            raise AssertionError("a setup without faults has a subject")
        if wish.policy == "trained":
            return subject, self._training.policy
        if wish.policy == "best":
            return subject, best_policy(self._training.run) or self._training.policy
        return subject, None

"""What if: another future of a recorded frame, asked for, played or waited for, and shown beside what was recorded."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout

from rlstudio.core import messages as m
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.plain_text import names_a_place
from rlstudio.core.track import joined, track_of
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.keys import why_no_keys
from rlstudio.ui.acting import Acting
from rlstudio.ui.consent import Consent, programs_that_act
from rlstudio.ui.errand import Errand
from rlstudio.ui.icons import set_icon
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.starting import Starting
from rlstudio.ui.what_if_policies import RecordedPolicies
from rlstudio.ui.widgets.futures_bar import FuturesBar
from rlstudio.ui.widgets.picture_area import drawn_in_pixels
from rlstudio.ui.widgets.take_over import TakeOver
from rlstudio.ui.widgets.what_if_form import BranchWish, WhatIfForm

_WHOLE = ("multi_discrete", "multi_binary")
_FRAME_MILLISECONDS = 16
_SHOWN_AFTER_MILLISECONDS = 250  # what is there sooner needs no "going back …"


class WhatIf(QObject):
    """Owns the button, the popover, the errand and the two overlays of the stage.

    Signals:
        failed: message, advice, traceback.
        said: words for the log.
    """

    failed = Signal(str, str, str)
    said = Signal(str)

    def __init__(self, window: MainWindow, desk: JobDesk, acting: Acting, consent: Consent, starting: Starting) -> None:
        super().__init__(window)
        self._window, self._stage = window, window.stage
        self._acting, self._consent, self._starting = acting, consent, starting
        self.policies = RecordedPolicies()
        self.branching = Errand("What if", desk, self)
        self.button = self._make_button()
        self.form = WhatIfForm(self._stage)
        self.take_over = TakeOver(self._stage)
        self.take_over.hide()
        self.bar = FuturesBar(self._stage)
        self.bar.hide()
        stage_layout = self._stage.layout()
        assert isinstance(stage_layout, QVBoxLayout)
        stage_layout.insertWidget(1, self.bar)
        self._asked: tuple[Episode, int] | None = None  # where the form, and then the errand, begins
        self._pair: tuple[Episode, Episode] | None = None
        self._visited = False  # whether the recorded one was itself there for a while only
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MILLISECONDS)
        self._frames.timeout.connect(self._show_newest)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_SHOWN_AFTER_MILLISECONDS)
        self._patience.timeout.connect(self._show_take_over)
        self._connect()

    def _make_button(self) -> QPushButton:
        button = QPushButton("What if…", self._stage)
        button.setObjectName("whatIfButton")
        button.setToolTip("Force another action at this frame, or take over, and see both futures (W)")
        set_icon(button, "branch")
        button.hide()
        return button

    def _connect(self) -> None:
        stage = self._stage
        stage.strip.add_control(self.button)
        self.button.clicked.connect(self.ask)
        stage.recordingShown.connect(self._recording_shown)
        stage.installEventFilter(self)
        stage.frameShown.connect(self._frame_shown)
        self._window.add_keys({"W": self.ask})
        self.form.asked.connect(self._start)
        self._acting.recording.came.connect(self._recorded)
        self.branching.came.connect(self._came)
        self.branching.progressed.connect(self.take_over.show_progress)
        self.branching.failed.connect(self.failed)
        self.branching.ended.connect(self._ended)
        over = self.take_over
        over.acted.connect(lambda action: self.branching.tell(m.HumanAction(action)))
        over.paused.connect(lambda: self.branching.tell(m.Pause()))
        over.handedBack.connect(lambda: self.branching.tell(m.HandBack()))
        over.speedChosen.connect(lambda speed: self.branching.tell(m.SetSpeed(speed)))
        over.cancelled.connect(self.branching.stop)
        self.bar.closed.connect(self._close_comparison)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What lies over the stage has its size."""
        if watched is self._stage and event.type() == QEvent.Type.Resize:
            self.take_over.setGeometry(self._stage.rect())
        return False

    def _recording_shown(self, shown: bool) -> None:
        """The button is there while a recording is."""
        self.button.setVisible(shown)
        if not shown:
            self._forget_comparison()

    # ------------------------------------------------------------ asking

    def ask(self) -> None:
        """Open the popover for the frame that is shown; where there is none, say what to do."""
        episode, index = self._stage.current_episode(), self._stage.current_index()
        if self.branching.active:
            return
        reason = _why_not(episode, index)
        if episode is None or reason:
            self._window.banner.say(reason)
            return
        self._stage.seek(index)  # stands still
        self._asked = episode, index
        card = self._starting.cards.get(episode.env)
        self.form.set_frame(
            episode, index, self._policy_words(episode), _bounds(card), _no_keys(episode, card), whole=_whole(card)
        )
        self.form.open_at(self.button.mapToGlobal(self.button.rect().bottomLeft() + QPoint(0, 4)))

    def _policy_words(self, episode: Episode) -> str:
        policy = self.policies.of(episode)
        if policy is not None:
            name = "the untrained policy" if policy.step is None else f"checkpoint {policy.step:,}"
            return f"{name}, {'greedy' if episode.greedy else 'sampled'},"
        if episode.algorithm in (None, "random"):
            return "the random policy"
        return "a random policy (this episode's own is not here)"

    # ------------------------------------------------------------ going back, and on

    def _start(self, wish: BranchWish) -> None:
        assert self._asked is not None
        episode, at = self._asked
        policy = self.policies.of(episode)
        if not self._consent.agreed(programs_that_act(policy, None, {}), lambda: self._start(wish)):
            return
        try:
            picture = episode.frames[at]
        except ValueError as error:
            self._window.banner.say(f"There is no what if of this frame: {error}")
            return
        started = self.branching.start(
            m.BranchEpisode(
                track_of(episode, at),
                policy,
                wish.force,
                wish.repeat,
                wish.by_hand,
                wish.speed,
                episode.greedy,
                self._consent.given,
            )
        )
        if not started:
            return
        self.take_over.begin(at, wish.speed, picture, by_hand=wish.by_hand, sharp=drawn_in_pixels(episode.env))
        self.button.setEnabled(False)
        if wish.by_hand:
            self._frames.start()
            self._show_take_over()
        else:
            self._patience.start()

    def _show_take_over(self) -> None:
        if self.branching.active:
            self.take_over.setGeometry(self._stage.rect())
            self.take_over.show()
            self.take_over.raise_()
            self.take_over.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_newest(self) -> None:
        taken = self.branching.take_frame()
        if taken is not None:
            self.take_over.show_frame(*taken)

    def _came(self, report: m.Report) -> None:
        if isinstance(report, m.PersonsTurn):
            self.take_over.your_turn(report.keys)
        elif isinstance(report, m.Branched):
            assert self._asked is not None
            self._leave_take_over()
            self._compare(self._asked[0], report)

    def _leave_take_over(self) -> None:
        self._patience.stop()
        self._frames.stop()
        self.take_over.hide()

    def _ended(self, status: str) -> None:
        self._leave_take_over()
        self.button.setEnabled(True)
        if status == "stopped":
            self.said.emit("What if: cancelled; nothing was kept.")

    def _recorded(self, report: m.Report) -> None:
        command = self._acting.recording.command
        if isinstance(report, m.EpisodeRecorded) and isinstance(command, m.RecordEpisodes):
            self.policies.remember(command.policy, command.env)

    # ------------------------------------------------------------ both futures

    def _compare(self, recorded: Episode, report: m.Branched) -> None:
        """Both side by side at the frame where they part. The other future stays among the recordings."""
        other, stage = joined(recorded, report.at, episode_from_data(report.data)), self._stage
        self._visited = stage.visiting()
        stage.add_episode(other)
        note = ""
        if report.same_choices is False:
            note = "The policy that goes on is not the one that was recorded: it would have chosen otherwise before."
        stage.visit([recorded, other], [f"recorded: {recorded.source}", other.source], play=False)
        self._pair = recorded, other
        self.bar.show_pair(recorded, other, note)
        self.bar.show()
        stage.seek(report.at)
        self.said.emit(f"{other.source}: return {other.total_reward:g} instead of {recorded.total_reward:g}.")

    def _frame_shown(self, episode: Episode, _index: int) -> None:
        if self._pair is not None and not (self._stage.pictures.comparing and any(episode is e for e in self._pair)):
            self._forget_comparison()

    def _forget_comparison(self) -> None:
        self._pair = None
        self.bar.hide()

    def _close_comparison(self) -> None:
        """The recorded episode alone again, at the same frame; the other future is listed beside it."""
        if self._pair is None:
            return
        (recorded, other), visited, index = self._pair, self._visited, self._stage.current_index()
        self._forget_comparison()
        if visited:
            self._stage.visit([recorded, other], play=False)
        else:
            self._stage.back_to_live()  # all recordings, those that came meanwhile too
            self._stage.show_recording()
        place = next(place for place, each in enumerate(self._stage.episodes()) if each is recorded)
        self._stage.transport.episodeChosen.emit(place)
        self._stage.seek(index)


def _why_not(episode: Episode | None, index: int) -> str:
    """Why there is no other future of what is shown, "" where there is."""
    if episode is None:
        return "What if starts from a recorded frame: record an episode first (R)."
    if index >= episode.length:
        return "This is the last frame, which has no action: go back at least one."
    if not episode.has_pictures:
        return "This episode came without pictures, so its other futures cannot be shown beside it."
    if episode.run is None and names_a_place(episode.env_kwargs):  # from elsewhere: a stranger may have made it
        return "This episode's environment was made with a file or address, which is not taken from an episode's file."
    return ""


def _bounds(card: EnvironmentCard | None) -> tuple[tuple[float, float], ...]:
    """Lowest and highest value of each number of an action that is no single choice."""
    if card is None or card.action is None or card.action.kind not in ("box", *_WHOLE):
        return ()
    return tuple(
        (-1.0 if number.low is None else number.low, 1.0 if number.high is None else number.high)
        for number in card.action.dimensions
    )


def _whole(card: EnvironmentCard | None) -> bool:
    """Whether the numbers of an action are switches or choices."""
    return card is not None and card.action is not None and card.action.kind in _WHOLE


def _no_keys(episode: Episode, card: EnvironmentCard | None) -> str:
    """Why an environment cannot be played at the keyboard, "" where it can, or where only trying will tell."""
    return "" if card is None or card.action is None else why_no_keys(episode.env, card.action)

"""The toolbar: train, pause, one step, stop, speed, evaluate, record, open, present. Buttons say what they will do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from rlstudio.core.messages import StepUnit
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.seeds_button import SeedsButton
from rlstudio.ui.widgets.speed_slider import SpeedSlider

_UNITS: dict[StepUnit, str] = {"step": "One step", "update": "One update", "episode": "One episode"}
_UNIT_WORDS = {
    "step": "One environment step, then pause again",
    "update": "Up to the end of the next update, then pause again",
    "episode": "Up to the end of the next episode, then pause again",
}
EPISODE_CHOICES = (1, 5, 10, 20, 100)


@dataclass(frozen=True)
class ActWish:
    """What to evaluate or record: whose policy ("trained", "best", "random", "opened"), how often, and how it acts."""

    policy: str
    episodes: int
    greedy: bool


class Toolbar(QToolBar):
    """Signals speak of wishes; what is possible is told back with `show_state`."""

    trainRequested = Signal(str)
    """"train", "continue", "new" or "new seed"; "another" while a run trains."""
    seedsRequested = Signal(int)
    """So many seeds are to be trained."""
    pauseToggled = Signal()
    stepRequested = Signal(str)
    stopRequested = Signal()
    evaluateRequested = Signal(object)
    recordRequested = Signal(object)
    presentToggled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setIconSize(QSize(18, 18))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._widths: dict[QToolButton, tuple[str, ...]] = {}
        self._default_train = "train"
        self._compact = False
        self._unit: StepUnit = "step"
        self.train = self._button("trainButton", "Train", "train", "Train (Ctrl+Enter)")
        self.train.clicked.connect(lambda: self.trainRequested.emit(self._default_train))
        self._train_menu()
        self._keep_width(self.train, ("Train", "Continue", "New run"))
        self.seeds = SeedsButton()
        self.seeds.wished.connect(self.seedsRequested)
        self._seeds_action = self.addWidget(self.seeds)
        self.pause = self._button("pauseButton", "Pause", "pause", "Pause or go on (Ctrl+P)")
        self._keep_width(self.pause, ("Pause", "Resume"))
        self.pause.clicked.connect(self.pauseToggled)
        self.step = self._button("stepOnceButton", "One step", "step", "")
        self.step.clicked.connect(lambda: self.stepRequested.emit(self._unit))
        self._step_menu()
        self.stop = self._button("stopButton", "Stop", "stop", "Stop and save what was learned (Ctrl+.)")
        self._keep_width(self.stop, ("Stop", "End now"))
        self.stop.clicked.connect(self.stopRequested)
        self.speed = SpeedSlider()
        self.addWidget(self.speed)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.evaluate = self._button("evaluateButton", "Evaluate", "evaluate", "Run episodes and list their scores")
        self._evaluate_wish = _ActMenu(self.evaluate, episodes=20)
        self.evaluate.clicked.connect(lambda: self.evaluateRequested.emit(self._evaluate_wish.wish()))
        self.record = self._button("recordButton", "Record", "record", "Record episodes to step through and export (R)")
        self._record_wish = _ActMenu(self.record, episodes=5)
        self.record.clicked.connect(lambda: self.recordRequested.emit(self._record_wish.wish()))
        self.open_action = QAction("Open", self)
        self.open_action.setObjectName("openAction")
        self.open_action.setToolTip("Open a run or a recorded episode (Ctrl+O)")
        self.open_action.setShortcut(QKeySequence.StandardKey.Open)
        set_icon(self.open_action, "open")
        self.addAction(self.open_action)
        self.present = self._button(
            "presentButton", "Present", "present", "Full screen, the picture and the curve (F11)"
        )
        self.present.clicked.connect(self.presentToggled)
        self.menu_button = self._button("menuButton", "", "more", "More")
        self.menu_button.setAccessibleName("Menu")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_state("idle", can_continue=False, has_run=False, trouble=False)

    # ------------------------------------------------------------ what it shows

    def show_state(
        self, state: str, *, can_continue: bool, continues: bool = True, has_run: bool, trouble: bool
    ) -> None:
        """Which buttons do something now, and what the first one will do."""
        idle = state == "idle"
        self._default_train = "continue" if can_continue and continues else ("new" if has_run else "train")
        titles = {"continue": "Continue", "new": "New run", "train": "Train"}
        self.train.setText(titles[self._default_train] if idle else "Train")
        beside = state in ("running", "paused") and not trouble
        self.train.setEnabled(idle or trouble or beside)
        self._show_beside(beside)
        self.seeds.setEnabled(idle or beside)
        if trouble:
            self._default_train = "new"
            self.train.setText("New run")
        self._continue.setEnabled(can_continue)
        self.pause.setEnabled(state in ("running", "paused") and not trouble)
        paused = state == "paused"
        self.pause.setText("Resume" if paused else "Pause")
        set_icon(self.pause, "play" if paused else "pause")
        self.step.setEnabled(state in ("running", "paused") and not trouble)
        self.stop.setEnabled(not idle)
        self.stop.setText("End now" if trouble or state == "stopping" else "Stop")
        self.stop.setToolTip(
            "End the process at once; what was saved stays"
            if self.stop.text() == "End now"
            else "Stop and save what was learned (Ctrl+.)"
        )

    def _show_beside(self, beside: bool) -> None:
        """While a run trains the button sets up another one: it is not what one looks for first."""
        self.train.setToolTip("Set up another run; this one goes on (Ctrl+Enter)" if beside else "Train (Ctrl+Enter)")
        set_role(self.train, "secondary" if beside else "primary")
        set_icon(self.train, "plus" if beside else "train", "text" if beside else "on_accent")
        if beside:
            self._default_train = "another"
            self.train.setText("New run")

    def set_policies(self, *, trained: bool, best: bool, opened: str) -> None:
        """Whose policies can be evaluated and recorded."""
        for menu in (self._evaluate_wish, self._record_wish):
            menu.set_policies(trained=trained, best=best, opened=opened)

    def set_compact(self, compact: bool) -> None:
        """For larger text on a small screen: what matters less is shown by its picture alone, nothing is pushed out."""
        self._compact = compact
        for action in (self.open_action, self._seeds_action):
            action.setVisible(not compact)
        self._fit()

    def _fit(self) -> None:
        """Where there is little room, what matters less is shown by its picture alone: nothing is pushed out."""
        style = Qt.ToolButtonStyle
        small = (self.step, self.evaluate, self.record, self.present)
        for button in (*small, self.seeds):
            short = self._compact and button in small
            button.setToolButtonStyle(style.ToolButtonIconOnly if short else style.ToolButtonTextBesideIcon)
        for button in (self.step, self.present, self.record, self.evaluate, self.seeds):
            if self.sizeHint().width() <= self.width():
                break
            button.setToolButtonStyle(style.ToolButtonIconOnly)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def set_recording(self, recording: bool) -> None:
        """Whether a recording is under way: its button then stops it."""
        self.record.setText("Stop recording" if recording else "Record")

    def set_evaluating(self, evaluating: bool) -> None:
        """Whether an evaluation is under way."""
        self.evaluate.setEnabled(not evaluating)

    @property
    def unit(self) -> StepUnit:
        """What one step means."""
        return self._unit

    def set_unit(self, unit: StepUnit) -> None:
        """Choose what one step means."""
        self._unit = unit
        self.step.setText(_UNITS[unit])
        self.step.setToolTip(_UNIT_WORDS[unit] + " (Ctrl+Right)")
        for action in self._units.actions():
            action.setChecked(action.data() == unit)

    # ------------------------------------------------------------ inside

    def _button(self, name: str, text: str, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        set_icon(button, icon, "on_accent" if name == "trainButton" else "text")
        if name == "trainButton":
            button.setProperty("role", "primary")
        self.addWidget(button)
        return button

    def _keep_width(self, button: QToolButton, texts: tuple[str, ...]) -> None:
        """Room for the longest of its texts, so that no button moves when another changes its word."""
        shown = button.text()
        widths = []
        for text in texts:
            button.setText(text)
            widths.append(button.sizeHint().width())
        button.setText(shown)
        button.setMinimumWidth(max(widths))
        self._widths[button] = texts

    def changeEvent(self, event: QEvent) -> None:
        """Another font size needs other widths."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            for button, texts in list(getattr(self, "_widths", {}).items()):
                button.setMinimumWidth(0)
                self._keep_width(button, texts)
            if hasattr(self, "menu_button"):
                self._fit()

    def _train_menu(self) -> None:
        menu = QMenu(self.train)
        self._continue = self._train_choice(menu, "Continue this run", "continue")
        self._train_choice(menu, "New run", "new")
        self._train_choice(menu, "New run with a new seed", "new seed")
        self.train.setMenu(menu)
        self.train.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def _train_choice(self, menu: QMenu, title: str, kind: str) -> QAction:
        action = menu.addAction(title)
        action.triggered.connect(lambda _checked=False: self.trainRequested.emit(kind))
        return action

    def _step_menu(self) -> None:
        menu = QMenu(self.step)
        self._units = QActionGroup(self)
        for unit in _UNITS:
            action: Any = menu.addAction(_UNIT_WORDS[unit].replace(", then pause again", ""))
            action.setCheckable(True)
            action.setData(unit)
            action.triggered.connect(lambda _checked=False, unit=unit: self.set_unit(unit))
            self._units.addAction(action)
        self.step.setMenu(menu)
        self.step.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.set_unit("step")


class _ActMenu:
    """The menu of a button that lets a policy act: whose, how many episodes, greedy or sampled."""

    def __init__(self, button: QToolButton, episodes: int) -> None:
        self._menu = QMenu(button)
        self._policies = self._group(
            "Policy",
            {"trained": "Trained, newest", "best": "Best checkpoint", "opened": "Opened", "random": "Random"},
            "trained",
        )
        self._episodes = self._group("Episodes", {n: f"{n} episode{'s' * (n > 1)}" for n in EPISODE_CHOICES}, episodes)
        self._manners = self._group("Acting", {True: "Greedy", False: "Sampled, as in training"}, True)
        button.setMenu(self._menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._wanted = "trained"
        self._policies.triggered.connect(self._remember)
        self.set_policies(trained=False, best=False, opened="")

    def wish(self) -> ActWish:
        """What is chosen."""
        chosen = [group.checkedAction().data() for group in (self._policies, self._episodes, self._manners)]
        return ActWish(*chosen)

    def set_policies(self, *, trained: bool, best: bool, opened: str) -> None:
        """Grey what there is not yet; random is always there."""
        there = {"trained": trained, "best": best, "opened": bool(opened), "random": True}
        for action in self._policies.actions():
            key = action.data()
            action.setEnabled(there[key])
            if key == "opened":
                action.setVisible(bool(opened))
                action.setText(f"Opened: {opened}")
        choice = self._wanted if there[self._wanted] else ("trained" if trained else "random")
        next(action for action in self._policies.actions() if action.data() == choice).setChecked(True)

    def _remember(self, action: QAction) -> None:
        self._wanted = action.data()

    def _group(self, title: str, choices: dict[Any, str], checked: Any) -> QActionGroup:
        self._menu.addSection(title)
        group = QActionGroup(self._menu)
        for value, words in choices.items():
            action = self._menu.addAction(words)
            action.setCheckable(True)
            action.setData(value)
            action.setChecked(value == checked)
            group.addAction(action)
        return group

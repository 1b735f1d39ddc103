"""The setup panel: what to train, on what, with which settings. It asks for runs and never starts one itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from rlstudio.algorithms.base import AlgorithmSpec, Preset
from rlstudio.algorithms.catalogue import algorithms, presets_for
from rlstudio.core.params import ParamError, ParamFault, validate
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.card import EnvironmentCard
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.algorithm_form import AlgorithmForm
from rlstudio.ui.widgets.budget_form import BudgetForm
from rlstudio.ui.widgets.environment_picker import EnvironmentPicker
from rlstudio.ui.widgets.foldable import FoldablePanel
from rlstudio.ui.widgets.kept_settings import KeptSettings
from rlstudio.ui.widgets.number_text import to_text
from rlstudio.ui.widgets.param_field import same
from rlstudio.ui.widgets.param_form import ParamForm
from rlstudio.ui.widgets.training_note import TrainingNote

FIRST_ENVIRONMENT = "CartPole-v1"

PresetsFor = Callable[[str, str], Sequence[Preset]]


class SetupPanel(FoldablePanel):
    """Environment, algorithm, parameters, budget, seed and device.

    Signals:
        requestChanged(): any edit by the user.
        liveChange(name, value): a live parameter was changed while its run trains; the value is allowed.
        trainRequested(): the user asks here for a (new) run.
        newRunPrompt(): another environment or algorithm was chosen while a run trains; the run goes on.
    """

    requestChanged = Signal()
    liveChange = Signal(str, object)
    trainRequested = Signal()
    newRunPrompt = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        specs: Iterable[AlgorithmSpec] | None = None,
        presets: PresetsFor = presets_for,
    ) -> None:
        super().__init__("Setup", parent)
        self.setObjectName("setupPanel")
        self.setAccessibleName("Setup")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click beside a field ends its edit
        self._config: RunConfig | None = None
        self._sent: dict[str, Any] = {}
        self._applied: dict[str, Any] = {}
        self._limits: dict[str, Any] = {}
        self._env_kwargs: dict[str, Any] = {}
        self._environment = EnvironmentPicker(self)
        self._facts = _small(self, "muted")
        self._algorithm = AlgorithmForm(list(specs if specs is not None else algorithms().values()), presets, self)
        self._form = ParamForm(self)
        self._budget = BudgetForm(self)
        self._kept = KeptSettings(self)
        self._faults_label = _small(self, "fault")
        self._note = TrainingNote(self)
        self._lay_out()
        self._connect()
        self._environment.set_key(FIRST_ENVIRONMENT)
        self._algorithm.set_environment(FIRST_ENVIRONMENT, None)
        self._show_algorithm(afresh=True)
        self.set_folded(False)

    def _lay_out(self) -> None:
        page = self.page
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 4, 6, 16)
        column.setSpacing(8)
        for widget in (self._note, self._faults_label, _heading("Environment", page), self._environment, self._facts):
            column.addWidget(widget)
        column.addSpacing(8)
        self._form_line = _line(page)
        for widget in (_heading("Algorithm", page), self._algorithm, self._form_line, self._form, _line(page)):
            column.addWidget(widget)
        column.addWidget(self._budget)
        column.addWidget(self._kept)
        column.addStretch(1)

    def set_cards(self, cards: Iterable[EnvironmentCard]) -> None:
        """What environments there are. What is chosen stays; the algorithms are judged anew."""
        self._environment.set_cards(cards)
        self._judge(afresh=False)

    def explain_algorithm(self) -> None:
        """Show the page about the algorithm chosen."""
        self._algorithm.explain()

    def request(self) -> dict[str, Any]:
        """What the user asks for, as the arguments of `algorithms.resolve.resolve`.

        Raises:
            ParamError: naming each wrong field; the wrong values stay on the screen.
        """
        faults = self.faults()
        if faults:
            raise ParamError(faults)
        spec = self._algorithm.spec()
        checked = validate(spec.params, {**self._algorithm.base(), **self._form.values()})
        return {
            "env": self._environment.key(),
            "env_kwargs": dict(self._env_kwargs),
            "algorithm": spec.key,
            "preset": self._algorithm.preset_name(),
            "params": {name: getattr(checked, name) for name in self._form.values()},
            **self._budget.request(),
            **self._kept.request(),
        }

    def draft(self) -> dict[str, Any]:
        """What `request` would return, without the fields that are wrong: fit to be remembered, never raises."""
        wrong_params = {fault.field for fault in self._form.faults()}
        wrong_limits = {fault.field for fault in self._budget.faults()}
        return {
            "env": self._environment.key(),
            "env_kwargs": dict(self._env_kwargs),
            "algorithm": self._algorithm.spec().key,
            "preset": self._algorithm.preset_name(),
            "params": {name: value for name, value in self._form.values().items() if name not in wrong_params},
            **{name: value for name, value in self._budget.request().items() if name not in wrong_limits},
            **self._kept.draft(),
        }

    def set_request(self, request: dict[str, Any]) -> None:
        """Show what `request` returned earlier, or a whole RunConfig as a dict; what it does not name stays."""
        if request.get("env"):
            self._environment.set_key(request["env"])
            self._env_kwargs = dict(request.get("env_kwargs") or {})
        preset = request.get("preset")
        if preset is None and "version" in request:  # a RunConfig: no preset was used
            preset = "none"
        self._algorithm.set_environment(self._environment.key(), self._environment.card())
        known = self._algorithm.set_choice(request.get("algorithm"), preset)
        self._show_algorithm(afresh=True)
        self._form.set_values(request.get("params") or {})
        self._algorithm.remember(self._form.values())
        self._budget.set_request(request)
        self._kept.set_request(request)
        self._say_faults([] if known else [_unknown(request["algorithm"])])
        self._measure()

    def faults(self) -> list[ParamFault]:
        """Everything that stands in the way of a run, as the fields are now."""
        faults = []
        card, spec = self._environment.card(), self._algorithm.spec()
        reason = spec.why_not(card) if card else None
        if reason:
            faults.append(ParamFault("algorithm", spec.key, f"an algorithm that can learn here: {reason}"))
        return [*faults, *self._form.faults(), *self._budget.faults()]

    def show_faults(self, faults: Iterable[ParamFault]) -> None:
        """Show faults found elsewhere, each at its field, the others on top."""
        bare = [ParamFault(fault.field.removeprefix("params."), fault.value, fault.allowed) for fault in faults]
        self._say_faults(self._budget.show_faults(self._form.show_faults(bare)))

    def set_training(self, active: bool, config: RunConfig | None) -> None:
        """A run trains with `config`, or none does: edits then say when they count.

        The same object again is the same run, paused for instance: what it has taken over since stays known.
        """
        config = config if active else None
        if config is None or config is not self._config:
            self._config = config
            self._sent.clear()
            self._applied.clear()
            self._limits = self._limits_of(config) if config is not None else {}
        self._measure()

    def _limits_of(self, config: RunConfig) -> dict[str, Any]:
        """What budget and goal are measured against: what the run that begins now was asked for.

        Of a run that goes on `config` holds the whole budget, the form what was to come on top.
        """
        asked = self._budget.request() if self._is_running_pair() and not self._budget.faults() else {}
        return {**config.model_dump(), **{name: asked[name] for name in ("steps", "episodes") if name in asked}}

    def mark_applied(self, name: str, value: Any) -> None:
        """The run has taken over a live value."""
        if self._config is not None:
            self._applied[name] = value
        self._form.mark_applied(name, value)

    def refuse(self, name: str, reason: str) -> None:
        """The run has refused a live value: it stays in its field, in red, with the reason."""
        self._sent.pop(name, None)
        self._form.refuse(name, reason)

    def _measure(self) -> None:
        """Measure the form against the run that trains, if it is about the same environment and algorithm."""
        config = self._config
        here = self._is_running_pair()
        self._form.set_running(config.params if config and here else None, self._applied)
        self._budget.set_running(self._limits if config and here else None)
        self._note.show_for(
            "" if config is None or here else f"{self._algorithm.title_of(config.algorithm)} on {config.env}"
        )

    def _is_running_pair(self) -> bool:
        config = self._config
        pair = (self._environment.key(), self._algorithm.spec().key)
        return config is not None and (config.env, config.algorithm) == pair

    def back_to_running(self) -> None:
        """Show the run that trains: as it began, with the live values it has taken over since."""
        if self._config is not None:
            plain = self._config.model_dump()
            limits = {name: self._limits[name] for name in ("steps", "episodes")}
            self.set_request({**plain, **limits, "params": {**plain["params"], **self._applied}})
            self.requestChanged.emit()

    def _connect(self) -> None:
        self._environment.chosen.connect(self._on_environment)
        self._algorithm.chosen.connect(self._on_algorithm)
        self._algorithm.presetChosen.connect(self._on_preset)
        self._form.edited.connect(lambda _name: self._on_edited())
        self._form.committed.connect(self._on_committed)
        self._budget.changed.connect(self._on_edited)
        self._kept.changed.connect(self._on_edited)
        self._note.trainRequested.connect(self.trainRequested)
        self._note.backRequested.connect(self.back_to_running)

    def _on_edited(self) -> None:
        self._say_faults([])
        self._algorithm.remember(self._form.values())
        self.requestChanged.emit()

    def _on_environment(self, _key: str) -> None:
        self._env_kwargs = {}
        self._judge(afresh=True)
        self._on_choice()

    def _on_algorithm(self) -> None:
        self._show_algorithm(afresh=False)
        self._on_choice()

    def _on_preset(self) -> None:
        self._form.set_params(self._algorithm.spec().params, self._algorithm.base())
        self._form.set_values({})  # choosing a preset asks for its values
        self._show_budget(afresh=True)
        self._measure()
        self._on_edited()

    def _on_choice(self) -> None:
        self._say_faults([])
        self._measure()
        self.requestChanged.emit()
        if self._config is not None and not self._is_running_pair():
            self.newRunPrompt.emit()

    def _on_committed(self, name: str, value: Any) -> None:
        field = self._form.field(name)
        if self._config is None or not self._is_running_pair() or field is None or field.info.live == "no":
            return
        in_force = self._applied.get(name, self._config.params.get(name))
        if not same(value, self._sent.get(name, in_force)):
            self._sent[name] = value
            self.liveChange.emit(name, value)

    def _judge(self, *, afresh: bool) -> None:
        self._algorithm.set_environment(self._environment.key(), self._environment.card())
        self._show_algorithm(afresh=afresh)
        self._measure()

    def _show_algorithm(self, *, afresh: bool) -> None:
        self._form.set_params(self._algorithm.spec().params, self._algorithm.base())
        self._form.set_values(self._algorithm.remembered())
        for widget in (self._form, self._form_line):
            widget.setVisible(bool(self._algorithm.spec().params.model_fields))
        self._budget.set_devices(self._algorithm.spec().devices)
        self._show_budget(afresh=afresh)
        self._facts.setText(_facts(self._environment.card()))
        self._facts.setVisible(bool(self._facts.text()))

    def _show_budget(self, *, afresh: bool) -> None:
        """Budget and stop rule: a demonstration's own, else the environment's threshold."""
        preset, card = self._algorithm.preset(), self._environment.card()
        own = preset is not None and bool(preset.steps or preset.episodes)
        threshold = card.reward_threshold if card else None
        demonstration = preset is not None and (preset.stop_at is not None or preset.episodes is not None)
        self._budget.set_defaults(
            steps=preset.steps if preset and own else self._algorithm.spec().default_steps,
            episodes=preset.episodes if preset and own else None,
            stop_at=preset.stop_at if preset and demonstration else threshold,
            window=preset.window if preset else None,
            afresh=afresh,
        )

    def _say_faults(self, faults: list[ParamFault]) -> None:
        self._faults_label.setText("\n".join(str(fault) for fault in faults))
        self._faults_label.setVisible(bool(faults))


def _facts(card: EnvironmentCard | None) -> str:
    """The two numbers worth knowing before training: how long an episode lasts, and when it is solved."""
    if card is None:
        return ""
    parts = [f"Up to {card.max_episode_steps:,} steps"] if card.max_episode_steps else []
    if card.reward_threshold is not None:
        parts.append(f"solved at {to_text(card.reward_threshold)}")
    return " · ".join(parts)


def _unknown(key: str) -> ParamFault:
    return ParamFault("algorithm", key, "an algorithm that is installed here")


def _small(parent: QWidget, role: str) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.hide()
    set_role(label, role)
    return label


def _heading(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    set_role(label, "heading")
    return label


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    set_role(line, "hairline")
    return line

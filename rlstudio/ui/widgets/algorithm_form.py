"""Algorithm, implementation and preset: three choices that depend on the environment and on each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from rlstudio.algorithms.base import AlgorithmSpec, Preset
from rlstudio.envs.card import EnvironmentCard
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import set_role
from rlstudio.ui.widgets.algorithm_page import AlgorithmPage
from rlstudio.ui.widgets.algorithm_picker import AlgorithmPicker
from rlstudio.ui.widgets.algorithm_words import short_html
from rlstudio.ui.widgets.value_editors import QuietCombo

NO_PRESET = "none"


@dataclass
class _Edits:
    """What the user chose and changed for one algorithm in one environment: looking at another pair loses nothing, and
    what was tuned for one is not carried over to another."""

    preset: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


class AlgorithmForm(QWidget):
    """Holds the choice of spec and preset. `chosen()`: another spec; `presetChosen()`: another preset of the same."""

    chosen = Signal()
    presetChosen = Signal()

    def __init__(
        self,
        specs: Sequence[AlgorithmSpec],
        presets: Callable[[str, str], Sequence[Preset]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._specs = {spec.key: spec for spec in specs}
        self._presets_for = presets
        self._spec = specs[0]
        self._env = ""
        self._card: EnvironmentCard | None = None
        self._edits: dict[tuple[str, str], _Edits] = {}
        self._page: AlgorithmPage | None = None
        self.picker = AlgorithmPicker(self)
        self._implementation = self._combo("implementationPicker", "Implementation")
        self._preset = self._combo("presetPicker", "Preset")
        self._labels: dict[QuietCombo, QLabel] = {}
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        set_role(self._note, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._picker_row())
        column.addLayout(self._rows())
        column.addWidget(self._note)
        self.picker.chosen.connect(self._on_title)
        self._implementation.activated.connect(self._on_implementation)
        self._preset.activated.connect(self._on_preset)

    def _combo(self, name: str, accessible: str) -> QuietCombo:
        combo = QuietCombo(self)
        combo.setObjectName(name)
        combo.setAccessibleName(accessible)
        combo.hide()
        return combo

    def _picker_row(self) -> QHBoxLayout:
        """The picker, and a button that explains what is picked."""
        self.explain_button = QToolButton(self)
        self.explain_button.setObjectName("explainAlgorithmButton")
        self.explain_button.setAccessibleName("About this algorithm")
        self.explain_button.setToolTip("About this algorithm: its idea, its update rule, what each parameter does")
        set_icon(self.explain_button, "help", "muted")
        self.explain_button.clicked.connect(self.explain)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.picker, 1)
        row.addWidget(self.explain_button)
        return row

    def explain(self) -> None:
        """Show the page about the algorithm chosen."""
        if self._page is None:
            self._page = AlgorithmPage(self)
        self._page.show_spec(self._spec, self._presets())

    def _rows(self) -> QGridLayout:
        """The two lists with their names before them, in columns."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.setColumnStretch(1, 1)
        for row, combo in enumerate((self._implementation, self._preset)):
            label = self._labels[combo] = QLabel(("By", "Preset")[row], self)
            label.setBuddy(combo)
            label.hide()
            grid.addWidget(label, row, 0)
            grid.addWidget(combo, row, 1)
        return grid

    def _show_combo(self, combo: QuietCombo, shown: bool) -> None:
        combo.setVisible(shown)
        self._labels[combo].setVisible(shown)

    def set_environment(self, env: str, card: EnvironmentCard | None) -> None:
        """Judge the algorithms for an environment; the one chosen gives way only when it cannot learn there."""
        self._env, self._card = env, card
        moved = ""
        reason = self._spec.why_not(card) if card else None
        if reason:
            other = next((spec for spec in self._specs.values() if spec.why_not(card) is None), None)
            if other is not None:
                moved = f"{reason.rstrip('.')}; {other.title} was chosen instead."
                self._spec = other
        self.picker.set_specs(self._specs.values(), card)
        self._show(moved)

    def set_choice(self, key: str | None, preset: str | None) -> bool:
        """Choose without telling anyone; preset None is the default one. False: there is no such algorithm."""
        known = key is None or key in self._specs
        if key is not None and known:
            self._spec = self._specs[key]
        self._edits[self._pair()] = _Edits(preset)
        self._show()
        return known

    def spec(self) -> AlgorithmSpec:
        """The algorithm chosen, in the implementation chosen."""
        return self._spec

    def title_of(self, key: str) -> str:
        """The title of the algorithm with that key; the key itself where there is none."""
        return self._specs[key].title if key in self._specs else key

    def preset(self) -> Preset | None:
        """The preset chosen, None for the algorithm's own defaults."""
        return next((preset for preset in self._presets() if preset.name == self._preset.currentData()), None)

    def preset_name(self) -> str:
        """The name of the preset chosen, or "none"."""
        preset = self.preset()
        return preset.name if preset else NO_PRESET

    def base(self) -> dict[str, Any]:
        """The parameters that the preset sets."""
        preset = self.preset()
        return dict(preset.params) if preset else {}

    def remember(self, values: Mapping[str, Any]) -> None:
        """Keep the user's changed values for this algorithm in this environment."""
        self._edit().values = dict(values)

    def remembered(self) -> dict[str, Any]:
        """The values the user changed for this algorithm in this environment."""
        return self._edit().values

    def _pair(self) -> tuple[str, str]:
        return self._spec.key, self._env

    def _edit(self) -> _Edits:
        return self._edits.setdefault(self._pair(), _Edits())

    def _presets(self) -> Sequence[Preset]:
        return self._presets_for(self._spec.key, self._env)

    def _siblings(self) -> list[AlgorithmSpec]:
        return [spec for spec in self._specs.values() if spec.title == self._spec.title]

    def _show(self, moved: str = "") -> None:
        self.picker.set_key(self._spec.title)
        siblings = self._siblings()
        self.picker.setWhatsThis(f"<b>{escape(self._spec.title)}</b>{short_html(siblings, self._card)}")
        if self._page is not None and self._page.isVisible():
            self._page.show_spec(self._spec, self._presets())
        self._implementation.clear()
        for index, spec in enumerate(siblings):
            self._implementation.addItem(spec.implementation, spec.key)
            self._implementation.set_item_refused(index, (spec.why_not(self._card) if self._card else None) or "")
        self._implementation.setCurrentIndex(siblings.index(self._spec))
        self._show_combo(self._implementation, len(siblings) > 1)
        self._show_presets()
        self._show_note(moved)

    def _show_presets(self) -> None:
        presets = self._presets()
        self._preset.clear()
        for preset in presets:
            self._preset.addItem(preset.title, preset.name)
        self._preset.addItem("The algorithm's defaults", NO_PRESET)
        wanted = self._preset.findData(self._edit().preset)
        default = next((i for i, preset in enumerate(presets) if preset.default), len(presets))
        self._preset.setCurrentIndex(wanted if wanted >= 0 else default)
        self._show_combo(self._preset, bool(presets))

    def _show_note(self, moved: str = "") -> None:
        preset = self.preset()
        words = [moved, preset.expect if preset else ""]
        self._note.setText("\n".join(word[:1].upper() + word[1:] for word in words if word))
        self._note.setVisible(bool(self._note.text()))
        self._preset.setToolTip(
            f"{preset.title}\nSource: {preset.source}" if preset else "The algorithm's own defaults"
        )

    def _on_title(self, title: str) -> None:
        specs = [spec for spec in self._specs.values() if spec.title == title]
        can = [spec for spec in specs if self._card is None or spec.why_not(self._card) is None]
        self._choose((can or specs)[0])

    def _on_implementation(self, _index: int) -> None:
        self._choose(self._specs[self._implementation.currentData()])

    def _choose(self, spec: AlgorithmSpec) -> None:
        if spec is not self._spec:
            self._spec = spec
            self._show()
            self.chosen.emit()

    def _on_preset(self, _index: int) -> None:
        self._edits[self._pair()] = _Edits(self._preset.currentData())
        self._show_note()
        self.presetChosen.emit()

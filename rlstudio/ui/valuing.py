"""Valuing: asks the child that plays for value maps while somebody looks at them, and shows them: tab and picture."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QToolButton

from rlstudio.core import messages as m
from rlstudio.core.episode import Episode
from rlstudio.core.value_map import GRIDS, ValueMap
from rlstudio.ui.icons import set_icon
from rlstudio.ui.live import Live
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.panels.values import source_words
from rlstudio.ui.widgets.value_grid import grid_place, paint_grid
from rlstudio.ui.widgets.value_map import LONGEST_TRAIL

TAB = "values"
_SWITCH = "Draw over the picture what each cell is worth to the policy that is watched, and where it would go (G)"
_NOT_WATCHED = "These are the values of the policy that is watched: choose to watch the policy to see them."


class Valuing(QObject):
    """One a window. `over_picture` is the switch beside the picture of a grid."""

    def __init__(self, window: MainWindow, live: Live) -> None:
        super().__init__(window)
        self._window, self._live = window, live
        self._env = ""
        self._map: ValueMap | None = None
        self._recorded: tuple[Episode, int] | None = None
        self._at = (0, 0)
        self.over_picture = self._make_switch()
        window.stage.strip.add_control(self.over_picture)
        window.stage.view.overlay = self._paint
        window.tabs.opened.connect(lambda _key: self._ask())
        window.values.wishChanged.connect(self._ask)
        window.stage.frameShown.connect(self._see_recorded)
        window.stage.watchModeChanged.connect(lambda _mode: self._ask())
        window.add_keys({"G": self.toggle})
        live.subjectShown.connect(self._another_subject)
        live.valuesCame.connect(self._show)
        live.stateSeen.connect(self._see_live)

    def toggle(self) -> None:
        """The key: values over the picture of a grid, else the tab."""
        if not self.over_picture.isHidden():
            self.over_picture.toggle()
        else:
            self._window.tabs.open("" if self._window.tabs.current() == TAB else TAB)

    # ------------------------------------------------------------ asking

    def _ask(self) -> None:
        """Tell the child what is looked at, if anything."""
        panel, stage = self._window.values, self._window.stage
        looked_at = self._window.tabs.current() == TAB
        over = self.over_picture.isChecked() and not self.over_picture.isHidden()
        if stage.watch_mode() != "policy":
            panel.show_reason(_NOT_WATCHED)
            self._map = None
        wanted = (looked_at or over) and stage.watch_mode() == "policy"
        wish = (
            m.ShowValues(wanted=wanted, state=self._recorded_state(), **panel.wish()) if wanted else m.ShowValues(False)
        )
        self._live.want_values(wish)
        stage.view.update()

    def _recorded_state(self) -> tuple[float, ...] | None:
        """What "now" is in the recorded frame that is shown, where a map hangs on more than its two sides."""
        if self._recorded is None or self._map is None or len(self._map.coordinates) <= 2:
            return None
        episode, index = self._recorded
        if not _is_on(episode, self._map):
            return None
        return tuple(float(value) for value in episode.observations[index])

    # ------------------------------------------------------------ showing

    def _another_subject(self, env: str) -> None:
        if env != self._env:
            self._env, self._map = env, None
            self._window.values.begin_anew()
            self._window.values.view.begin_trail()
            self.over_picture.setVisible(env.split("-v")[0] in GRIDS)
        self._ask()

    def _show(self, report: m.ValuesMapped) -> None:
        if self._window.stage.watch_mode() != "policy" or (report.map is not None and report.map.env != self._env):
            return
        first = self._map is None
        self._map = report.map
        if report.map is None:
            self._window.values.show_reason(report.reason)
        else:
            self._window.values.show_map(report.map)
            self.over_picture.setToolTip(f"{_SWITCH}\nNow: of the {source_words(report.map.step)}")
        if first and self._recorded_state() is not None:
            self._ask()
        self._window.stage.view.update()

    def _see_live(self, episode: int, t: int, row: list[float]) -> None:
        if self._window.stage.showing_recording():
            return
        if self._recorded is not None:
            self._recorded = None
            self._ask()
            self._window.values.view.begin_trail()
        view = self._window.values.view
        if episode != self._at[0] or t < self._at[1]:
            view.begin_trail()
        self._at = episode, t
        view.show_state(row)

    def _see_recorded(self, episode: Episode, index: int) -> None:
        self._recorded = episode, index
        if self._window.tabs.current() != TAB and not self.over_picture.isChecked():
            return
        ours = self._map is not None and _is_on(episode, self._map)
        start = max(0, index + 1 - LONGEST_TRAIL)
        self._window.values.view.begin_trail(episode.observations[start : index + 1].tolist() if ours else ())
        if ours and self._recorded_state() is not None:
            self._ask()

    def _paint(self, painter: QPainter, picture: QRectF) -> None:
        """Over the stage's picture, where it is of the environment that the map is of."""
        shown = self._window.stage.current_episode()
        found = self._map
        if found is None or not found.is_grid or not self.over_picture.isChecked() or self.over_picture.isHidden():
            return
        if shown is None or shown.env == found.env:
            paint_grid(painter, grid_place(found, picture), found, over_picture=True)

    def _make_switch(self) -> QToolButton:
        switch = QToolButton()
        switch.setObjectName("valuesSwitch")
        switch.setText("Values")
        switch.setAccessibleName("Values over the picture")
        switch.setToolTip(_SWITCH)
        switch.setCheckable(True)
        switch.hide()
        set_icon(switch, "values")
        switch.toggled.connect(lambda _on: self._ask())
        return switch


def _is_on(episode: Episode, found: ValueMap) -> bool:
    """Whether an episode's observations have a place on a map: it is of that environment, with all of its numbers."""
    needed = 1 + max(place for each in found.coordinates for place in each.at)
    return episode.env == found.env and episode.observations.shape[1] >= needed

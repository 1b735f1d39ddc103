"""The plots panel: the return curve above, the telling diagnostics of the algorithm below, one x axis for all.

`show_run` says what to show, `refresh` draws what has come since; it does nothing while nothing is new or nobody looks.
While it follows, axes grow with the run; once the user has zoomed or panned, the view stays put until "Follow".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.core.history import EPISODE_LENGTH, EVALUATION, MEAN_LENGTH, MEAN_RETURN, RETURN, History, XAxis
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.icons import set_icon
from rlstudio.ui.theme import GRID, set_role
from rlstudio.ui.widgets import plot_export, plot_scales
from rlstudio.ui.widgets.metric_menu import Choice, MetricMenu
from rlstudio.ui.widgets.metric_plot import MetricPlot, PlotContent
from rlstudio.ui.widgets.numbers import number

FIRST_SHOWN = 2
"""How many diagnostics are shown unless others are chosen."""
_ROW_HEIGHT = 72
_X_LABEL_HEIGHT = 44
_VISIBLE = 0.5
_LATEST_MS = 200
_EMPTY_RETURN = "Returns appear here once an episode has ended"


class PlotsPanel(QWidget):
    """Return and diagnostics of one run, with the run before as a grey ghost."""

    said = Signal(str, str)
    """(level "info" or "error", text) of something worth a line in the log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: History | None = None
        self._spec: AlgorithmSpec | None = None
        self._config: RunConfig | None = None
        self._threshold: float | None = None
        self._ghost: History | None = None
        self._ghost_label = ""
        self._x_axis: XAxis = "steps"
        self._x_end = 0.0
        self._following = True
        self._shown: list[str] = [EPISODE_LENGTH]
        self._shown_by_algorithm: dict[str, list[str]] = {}
        self._rows: dict[str, MetricPlot] = {}
        self._drawn: object = None
        self._drawn_at, self._drawn_until = 0.0, 0.0
        self._late = QTimer(self, singleShot=True, interval=_LATEST_MS, timeout=self.refresh)
        self._job: plot_export.CsvJob | None = None
        self._build()
        self.clear()

    # ------------------------------------------------------------ what to show

    def show_run(
        self,
        history: History,
        spec: AlgorithmSpec | None,
        config: RunConfig | None,
        threshold: float | None = None,
    ) -> None:
        """Show this run from now on; `threshold` is the return at which its environment counts as solved."""
        self._history, self._spec, self._config, self._threshold = history, spec, config, threshold
        key = spec.key if spec else ""
        declared = [metric.name for metric in spec.metrics] if spec else []
        self._shown = self._shown_by_algorithm.get(key, declared[:FIRST_SHOWN] or [EPISODE_LENGTH])
        for name in list(self._rows):
            self._remove_row(name)
        self._return_plot.set_content(self._return_content())
        self._offer_metrics()
        self._arrange_rows()
        self.follow()

    def set_ghost(self, history: History | None, label: str = "earlier run") -> None:
        """Draw another run in grey behind this one; None takes it away."""
        self._ghost, self._ghost_label = history, label
        self._give_sources()
        self.refresh()

    def set_x_axis(self, x_axis: str) -> None:
        """Draw against "steps", "episodes" or "time". Raises ValueError for anything else."""
        if x_axis not in get_args(XAxis):
            raise ValueError(f"x axis {x_axis!r}: must be one of {', '.join(get_args(XAxis))}")
        self._x_axis = x_axis
        self._x_buttons[x_axis].setChecked(True)
        self._give_sources()
        self.follow()

    def clear(self) -> None:
        """Show no run."""
        self.show_run(History(), None, None, None)

    def show_metrics(self, names: list[str]) -> None:
        """Show these series below the return, in this order."""
        self._shown = list(names)
        self._shown_by_algorithm[self._spec.key if self._spec else ""] = self._shown
        self._offer_metrics()
        self._arrange_rows()
        self._draw(force=True)

    @property
    def metrics_shown(self) -> list[str]:
        """Names of the series below the return."""
        return list(self._shown)

    @property
    def following(self) -> bool:
        """Whether the axes grow with the run."""
        return self._following

    # ------------------------------------------------------------ drawing

    def refresh(self) -> None:
        """Draw what has come since: at once, or within 0.2 s when it is less than half a pixel."""
        if self.isVisible():
            self._draw()

    def follow(self) -> None:
        """Show all of the run again, and grow with it."""
        self._following, self._x_end = True, 0.0
        self._follow_button.hide()
        for plot in self.plots():
            plot.start_over()
        self._draw(force=True)

    def _draw(self, *, force: bool = False) -> None:
        history = self._history
        if history is None:
            return
        key = history.revision, self._ghost.revision if self._ghost else 0
        if not force and self._drawn is not None and (key == self._drawn or self._can_wait(history)):
            return
        self._drawn, self._drawn_at, self._drawn_until = key, time.monotonic(), history.now(self._x_axis)
        if len(history.names) > self._offered:
            self._offer_metrics()
        if self._following:
            self._grow_x(history)
        for plot in self.plots():
            plot.refresh(following=self._following)

    def _can_wait(self, history: History) -> bool:
        """Whether what is new is too little to be seen: then it is drawn a few times a second, not at every report."""
        low, high = self._return_plot.x_range()
        pixels = (history.now(self._x_axis) - self._drawn_until) / (high - low) * self._return_plot.width()
        if not 0.0 <= pixels < _VISIBLE or time.monotonic() - self._drawn_at > _LATEST_MS / 1000:
            return False
        if not self._late.isActive():
            self._late.start()
        return True

    def _grow_x(self, history: History) -> None:
        newest = max(history.now(self._x_axis), self._ghost.now(self._x_axis) if self._ghost else 0.0)
        budget = None
        if self._config is not None and self._x_axis != "time":
            budget = self._config.steps if self._x_axis == "steps" else self._config.episodes
        end = plot_scales.x_end(newest, plot_scales.X_START[self._x_axis], budget)
        if end > self._x_end:
            self._x_end = end
        for plot in self.plots():
            plot.set_x_range(*plot_scales.x_range(self._x_end))

    def showEvent(self, event):
        super().showEvent(event)
        self._draw(force=True)

    # ------------------------------------------------------------ views move together

    def _moved(self, moved: MetricPlot) -> None:
        self._following = False
        self._follow_button.show()
        for plot in self.plots():
            plot.set_x_range(*moved.x_range())
            plot.refresh(following=False)

    def _pointed(self, pointed: MetricPlot, x: float | None) -> None:
        for plot in self.plots():
            plot.point_at(x, in_full=plot is pointed)

    # ------------------------------------------------------------ rows of diagnostics

    def plots(self) -> list[MetricPlot]:
        """The plots that are shown, from top to bottom."""
        return [self._return_plot, *(self._rows[name] for name in self._shown if name in self._rows)]

    def _arrange_rows(self) -> None:
        """One small plot for each chosen series, the x axis named below the last."""
        for name in set(self._rows) - set(self._shown):
            self._remove_row(name)
        for place, name in enumerate(self._shown):
            if name not in self._rows:
                self._rows[name] = self._new_plot(self._content_of(name))
            row = self._rows[name]
            self._row_layout.insertWidget(place, row)
            last = name == self._shown[-1]
            row.setMinimumHeight(_ROW_HEIGHT + _X_LABEL_HEIGHT * last)
            self._row_layout.setStretch(place, 7 if last else 5)  # the last one's axis takes from its height
            row.set_x_labelled(last)
        self._diagnostics.setVisible(bool(self._shown))
        self._give_sources()
        if not self._following:
            for name in self._shown:
                self._rows[name].set_x_range(*self._return_plot.x_range())
        elif self._x_end:
            for name in self._shown:
                self._rows[name].set_x_range(*plot_scales.x_range(self._x_end))

    def _remove_row(self, name: str) -> None:
        row = self._rows.pop(name)
        self._row_layout.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _new_plot(self, content: PlotContent) -> MetricPlot:
        plot = MetricPlot(content)
        plot.viewMoved.connect(lambda: self._moved(plot))
        plot.followRequested.connect(self.follow)
        plot.menuRequested.connect(self._open_menu)
        plot.pointed.connect(lambda x: self._pointed(plot, x))
        return plot

    def _give_sources(self) -> None:
        for plot in self.plots():
            plot.set_source(self._history, self._ghost, self._ghost_label, self._x_axis)
        self._drawn = None

    def _return_content(self) -> PlotContent:
        levels = []
        if self._threshold is not None:
            levels.append((self._threshold, f"solved at {number(self._threshold)}", "threshold"))
        stop_at = self._config.stop_at if self._config else None
        if stop_at is not None and stop_at != self._threshold:
            levels.append((stop_at, f"stops at {number(stop_at)}", "muted"))
        window = self._history.window if self._history else 25
        return PlotContent(
            title="Return",
            line=MEAN_RETURN,
            line_name=f"mean of last {window}",
            points=RETURN,
            point_name="episode",
            levels=tuple(levels),
            marked=True,
            width=3.0,
            empty=_EMPTY_RETURN,
            help="Sum of an episode's rewards. The line is the mean of the newest episodes.",
        )

    def _content_of(self, name: str) -> PlotContent:
        if name == EPISODE_LENGTH:
            window = self._history.window if self._history else 25
            return PlotContent(
                title="Episode length",
                line=MEAN_LENGTH,
                line_name=f"mean of last {window}",
                points=EPISODE_LENGTH,
                point_name="episode",
                empty="Appears once an episode has ended",
                help="Environment steps from reset to the end of an episode.",
            )
        metric = self._metric(name)
        choice = _choice_of(metric)
        return PlotContent(
            title=choice.title + (f" ({metric.unit})" if metric.unit else ""),
            line=name,
            logarithmic=metric.log,
            robust=True,
            empty="Appears after the first update",
            help=choice.tooltip(),
        )

    def _metric(self, name: str) -> MetricSpec:
        declared = {metric.name: metric for metric in self._spec.metrics} if self._spec else {}
        return declared.get(name) or MetricSpec(name, name.replace("_", " "), "")

    def _offer_metrics(self) -> None:
        """Offer what the algorithm declares, its order kept, and whatever else it turned out to report."""
        history = self._history
        names = [metric.name for metric in self._spec.metrics] if self._spec else []
        reported = history.names if history is not None else ()
        self._offered = len(reported)
        others = {RETURN, MEAN_RETURN, MEAN_LENGTH, EPISODE_LENGTH, EVALUATION}
        names += [name for name in reported if name not in names and name not in others]
        length = Choice(EPISODE_LENGTH, "Episode length", "Environment steps from reset to the end of an episode.")
        self._menu.set_choices((*(_choice_of(self._metric(name)) for name in names), length), self._shown)

    # ------------------------------------------------------------ saving

    def save_as(self, path: str | Path) -> None:
        """Save what is shown: a picture (.png, .svg), or all values behind it (.csv). Raises plot_export.SaveError."""
        path = Path(path)
        kind = plot_export.kind_of(path)
        self._pointed(self._return_plot, None)
        if kind == ".csv":
            plot_export.write_csv(path, self._tables())
        elif kind == ".svg":
            plot_export.write_svg(path, self.plots(), self._name())
        else:
            plot_export.write_png(path, self.plots())

    def _tables(self) -> list[plot_export.Table]:
        names = [name for plot in self.plots() for name in plot.series_shown()]
        return plot_export.tables_of(self._history, names) if self._history else []

    def _name(self) -> str:
        config = self._config
        return f"{config.env} {config.algorithm} seed {config.seed}" if config else "plot"

    def _ask_and_save(self, ending: str) -> None:
        suggested = self._name().replace("/", "-").replace(" ", "-") + ending
        kind = f"{plot_export.KINDS[ending]} (*{ending})"
        chosen, _ = QFileDialog.getSaveFileName(self, "Save plots", suggested, kind)
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(chosen + ending)
        try:
            if plot_export.kind_of(path) == ".csv":
                self._save_beside(path)
                return
            self.save_as(path)
        except plot_export.SaveError as error:
            self._saved(str(path), str(error))
        else:
            self._saved(str(path), "")

    def _save_beside(self, path: Path) -> None:
        """Write the table in a thread of its own, so that the window goes on."""
        if self._job is not None:
            self._job.wait()
        self._job = plot_export.CsvJob(path, self._tables())
        self._job.saved.connect(self._saved)
        self._say(f"Saving {path.name} …", "muted")
        self._job.start()

    def _saved(self, path: str, error: str) -> None:
        self._say(error or f"Saved {Path(path).name}", "fault" if error else "muted")
        self.said.emit("error" if error else "info", error or f"Plots saved as {path}")

    def _say(self, text: str, role: str) -> None:
        self._note.setText(text)
        self._note.setToolTip(text)
        set_role(self._note, role)
        self._note.setVisible(bool(text))

    def closeEvent(self, event):
        if self._job is not None:
            self._job.wait()
        super().closeEvent(event)

    # ------------------------------------------------------------ building

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        layout.addLayout(self._build_header())
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.hide()
        layout.addWidget(self._note)
        self._return_plot = self._new_plot(self._return_content())
        self._return_plot.setObjectName("returnPlot")
        rows = QWidget()
        self._row_layout = QVBoxLayout(rows)
        self._row_layout.setContentsMargins(0, GRID // 2, 0, 0)
        self._row_layout.setSpacing(GRID // 2)
        set_role(rows, "page")
        self._diagnostics = QScrollArea()
        self._diagnostics.setObjectName("diagnosticsPlot")
        self._diagnostics.setAccessibleName("Diagnostics")
        self._diagnostics.setWidgetResizable(True)
        self._diagnostics.setFrameShape(QFrame.Shape.NoFrame)
        self._diagnostics.setWidget(rows)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._return_plot)
        splitter.addWidget(self._diagnostics)
        splitter.setSizes([2000, 1000])
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 1)
        self._return_plot.setMinimumHeight(140)
        self._diagnostics.setMinimumHeight(_ROW_HEIGHT + _X_LABEL_HEIGHT)
        layout.addWidget(splitter, 1)

    def _build_header(self) -> QHBoxLayout:
        header = QHBoxLayout()
        header.setSpacing(GRID // 2)
        label = QLabel("Against")
        set_role(label, "muted")
        header.addWidget(label)
        self._x_buttons = {}
        group = QButtonGroup(self)
        for name in get_args(XAxis):
            button = self._tool_button(name, f"Draw against {name}", lambda _=False, n=name: self.set_x_axis(n))
            button.setCheckable(True)
            button.setChecked(name == self._x_axis)
            button.setObjectName(f"xAxis_{name}")
            group.addButton(button)
            self._x_buttons[name] = button
            header.addWidget(button)
        header.addStretch(1)
        self._follow_button = self._tool_button("Follow", "Show the whole run again, and grow with it", self.follow)
        self._follow_button.setObjectName("followButton")
        set_icon(self._follow_button, "follow", "accent")
        self._follow_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._menu = MetricMenu(self)
        self._menu.chosen.connect(self.show_metrics)
        picker = self._menu_button("Metrics", "Choose which diagnostics are plotted", "chart", self._menu)
        picker.setObjectName("metricPicker")
        self._save_menu = self._build_save_menu()
        save = self._menu_button("Save", "Save the plots as a picture or a table", "save", self._save_menu)
        save.setObjectName("savePlotsButton")
        for button in (self._follow_button, picker, save):
            header.addWidget(button)
        return header

    def _build_save_menu(self) -> QMenu:
        menu = QMenu(self)
        for ending, words in plot_export.KINDS.items():
            menu.addAction(f"Save as {words} …", lambda e=ending: self._ask_and_save(e))
        return menu

    def _tool_button(self, text: str, help_text: str, clicked: Callable[..., object]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(help_text)
        button.setAccessibleName(help_text)
        button.clicked.connect(clicked)
        return button

    def _menu_button(self, text: str, help_text: str, icon: str, menu: QMenu) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(help_text)
        button.setAccessibleName(help_text)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_icon(button, icon)
        return button

    def _open_menu(self, place: QPoint) -> None:
        """The context menu of every plot."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        follow = menu.addAction("Follow", self.follow)
        follow.setEnabled(not self._following)
        menu.addSeparator()
        menu.addActions(self._save_menu.actions())
        menu.popup(place)


def _choice_of(metric: MetricSpec) -> Choice:
    title = metric.title or metric.name.replace("_", " ")
    return Choice(metric.name, title[:1].upper() + title[1:], metric.help, metric.healthy)

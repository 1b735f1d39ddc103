"""The plots panel: the return curve above, the telling diagnostics of the algorithm below, one x axis for all.

`show_run` says what to show, `refresh` draws what has come since; it does nothing while nothing is new or nobody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QLabel,
    QMenu,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.core.history import EPISODE_LENGTH, History, XAxis
from rlstudio.core.run_config import RunConfig
from rlstudio.ui.theme import GRID, set_role
from rlstudio.ui.widgets import plot_export, run_plots
from rlstudio.ui.widgets.elided_label import ElidedLabel
from rlstudio.ui.widgets.linked_plots import LinkedPlots, PlotSource
from rlstudio.ui.widgets.metric_plot import RIGHT_MARGIN, MetricPlot
from rlstudio.ui.widgets.plot_checkpoints import CheckpointTicks
from rlstudio.ui.widgets.plot_header import PlotHeader

_ROW_HEIGHT = 76
_X_LABEL_HEIGHT = 22


class PlotsPanel(QWidget):
    """Return and diagnostics of one run, with the run before as a grey ghost."""

    said = Signal(str, str)
    """(level "info" or "error", text) of something worth a line in the log."""
    stepClicked = Signal(float)
    """An environment step that was clicked on the curve."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = History()
        self._spec: AlgorithmSpec | None = None
        self._config: RunConfig | None = None
        self._ghost: History | None = None
        self._ghost_label = self._run_words = ""
        self._x_axis: XAxis = "steps"
        self._shown: list[str] = [EPISODE_LENGTH]
        self._shown_by_algorithm: dict[str, list[str]] = {}
        self._rows: dict[str, MetricPlot] = {}
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
        self._history, self._spec, self._config = history, spec, config
        key = spec.key if spec else ""
        self._shown = self._shown_by_algorithm.get(key, run_plots.first_shown(spec))
        for name in list(self._rows):
            self._remove_row(name)
        stop_at = config.stop_at if config else None
        self._return_plot.set_content(run_plots.return_content(history.window, threshold, stop_at))
        self._run_words = f"{spec.title} on {config.env} · seed {config.seed}" if spec and config else "No run yet"
        self.tell_former(False)
        self._offer_metrics()
        self._arrange_rows()
        self.follow()

    def tell_former(self, former: bool) -> None:
        """Say whose curve this is; of a `former` run, that the setup asks for another one by now."""
        more = " · a former run: Train starts a new curve" if former else ""
        self._caption.setText(self._run_words + more)
        set_role(self._caption, "" if former else "muted")

    def set_ghost(self, history: History | None, label: str = "earlier run") -> None:
        """Draw another run in grey behind this one; None takes it away."""
        self._ghost, self._ghost_label = history, label
        self._link()
        self.refresh()

    def set_x_axis(self, x_axis: str) -> None:
        """Draw against "steps", "episodes" or "time". Raises ValueError for anything else."""
        if x_axis not in get_args(XAxis):
            raise ValueError(f"x axis {x_axis!r}: must be one of {', '.join(get_args(XAxis))}")
        self._x_axis = x_axis
        self._header.show_x_axis(x_axis)
        self._link()
        self.follow()

    def show_checkpoints(self, steps: Sequence[int], shown: int | None) -> None:
        """Mark which checkpoints the run has, and which of them is shown on the stage."""
        self._ticks.show_checkpoints(steps, shown)

    def clear(self) -> None:
        """Show no run."""
        self.show_run(History(), None, None, None)

    def show_metrics(self, names: list[str]) -> None:
        """Show these series below the return, in this order."""
        self._shown = list(names)
        self._shown_by_algorithm[self._spec.key if self._spec else ""] = self._shown
        self._offer_metrics()
        self._arrange_rows()
        self._linked.redraw()

    @property
    def metrics_shown(self) -> list[str]:
        """Names of the series below the return."""
        return list(self._shown)

    @property
    def following(self) -> bool:
        """Whether the axes grow with the run."""
        return self._linked.following

    # ------------------------------------------------------------ drawing

    def refresh(self) -> None:
        """Draw what has come since: at once, or within 0.2 s when it is less than half a pixel."""
        if self.isVisible():
            self._offer_new_metrics()
            self._linked.refresh()

    def refresh_step(self) -> None:
        """One display frame's share of `refresh`: one plot a call, so that the screen's clock keeps its pace."""
        if self.isVisible():
            self._offer_new_metrics()
            self._linked.refresh_step()

    def follow(self) -> None:
        """Show all of the run again, and grow with it."""
        self._linked.follow()

    def showEvent(self, event):
        super().showEvent(event)
        self._offer_new_metrics()
        self._linked.redraw()

    def _align(self, *_range: int) -> None:
        """Let the return's x axis end where those below do, scroll bar or not."""
        bar = self._diagnostics.verticalScrollBar()
        self._return_plot.set_right_margin(RIGHT_MARGIN + (bar.sizeHint().width() if bar.maximum() > 0 else 0))

    # ------------------------------------------------------------ rows of diagnostics

    def plots(self) -> list[MetricPlot]:
        """The plots that are shown, from top to bottom."""
        return [self._return_plot, *(self._rows[name] for name in self._shown if name in self._rows)]

    def _arrange_rows(self) -> None:
        """One small plot for each chosen series, the x axis below the last."""
        for name in set(self._rows) - set(self._shown):
            self._remove_row(name)
        for place, name in enumerate(self._shown):
            if name not in self._rows:
                self._rows[name] = self._linked.new_plot(run_plots.diagnostic_content(name, self._spec, self._window))
            row = self._rows[name]
            self._row_layout.insertWidget(place, row)
            last = name == self._shown[-1]
            row.setMinimumHeight(_ROW_HEIGHT + _X_LABEL_HEIGHT * last)
            self._row_layout.setStretch(place, 6 if last else 5)  # the last one's axis takes from its height
            row.set_x_labels(numbers=last, name=False)
        self._diagnostics.setVisible(bool(self._shown))
        self._link()

    def _remove_row(self, name: str) -> None:
        row = self._rows.pop(name)
        self._row_layout.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _link(self) -> None:
        config, end = self._config, None
        if config is not None and self._x_axis != "time":
            end = config.steps if self._x_axis == "steps" else config.episodes
        self._ticks.set_source(self._history, self._x_axis)
        self._linked.show(self.plots(), PlotSource(self._history, self._ghost, self._ghost_label, self._x_axis, end))

    @property
    def _window(self) -> int:
        return self._history.window

    def _offer_metrics(self) -> None:
        self._offered = len(self._history.names)
        self._header.metrics.set_choices(run_plots.choices(self._spec, self._history), self._shown)

    def _offer_new_metrics(self) -> None:
        if len(self._history.names) > self._offered:
            self._offer_metrics()

    # ------------------------------------------------------------ saving

    def save_as(self, path: str | Path) -> None:
        """Save what is shown: a picture (.png, .svg), or all values behind it (.csv). Raises plot_export.SaveError."""
        self._linked.point_at(None)
        plot_export.save(Path(path), self.plots(), self._tables(), self._name())

    def _tables(self) -> list[plot_export.Table]:
        names = [name for plot in self.plots() for name in plot.series_shown()]
        return plot_export.tables_of(self._history, names)

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
        if path.suffix.lower() == ".csv":
            self._say(f"Saving {path.name} …", "muted")
            plot_export.save_csv_beside(path, self._tables(), self._saved)
            return
        try:
            self.save_as(path)
        except plot_export.SaveError as error:
            self._saved(str(path), str(error))
        else:
            self._saved(str(path), "")

    def _saved(self, path: str, error: str) -> None:
        self._say(error or f"Saved {Path(path).name}", "fault" if error else "muted")
        self.said.emit("error" if error else "info", error or f"Plots saved as {path}")

    def _say(self, text: str, role: str) -> None:
        self._note.setText(text)
        self._note.setToolTip(text)
        set_role(self._note, role)
        self._note.setVisible(bool(text))

    # ------------------------------------------------------------ building

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        self._header = PlotHeader()
        self._header.xAxisChosen.connect(self.set_x_axis)
        self._header.followClicked.connect(self.follow)
        self._header.metricsChosen.connect(self.show_metrics)
        self._header.saveRequested.connect(self._ask_and_save)
        self._header.show_x_axis(self._x_axis)
        layout.addWidget(self._header)
        self._linked = LinkedPlots(self)
        self._linked.followingChanged.connect(self._header.show_following)
        self._linked.menuRequested.connect(self._open_menu)
        self._linked.due.connect(self.refresh)
        self._linked.clicked.connect(self.stepClicked)
        self._caption = ElidedLabel()
        self._caption.setObjectName("runCaption")
        self._caption.setAccessibleName("Whose curve this is")
        self._caption.setFixedHeight(self._caption.fontMetrics().height() + 2)
        layout.addWidget(self._caption)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.hide()
        layout.addWidget(self._note)
        self._return_plot = self._linked.new_plot(run_plots.return_content(self._window))
        self._return_plot.setObjectName("returnPlot")
        self._ticks = CheckpointTicks(self._return_plot.view)
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
        self._diagnostics.verticalScrollBar().rangeChanged.connect(self._align)
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

    def _open_menu(self, place: QPoint) -> None:
        """The context menu of every plot."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        follow = menu.addAction("Follow", self.follow)
        follow.setEnabled(not self.following)
        menu.addSeparator()
        menu.addActions(self._header.save_menu.actions())
        menu.popup(place)

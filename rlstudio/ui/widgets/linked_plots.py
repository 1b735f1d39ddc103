"""LinkedPlots: plots over one x axis that grow, move and are pointed at together, drawn no more than can be seen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from rlstudio.core.history import History, XAxis
from rlstudio.ui.widgets import plot_scales
from rlstudio.ui.widgets.metric_plot import MetricPlot
from rlstudio.ui.widgets.plot_content import PlotContent

_VISIBLE_PIXELS = 0.5
_LATEST_MS = 200


@dataclass(frozen=True)
class PlotSource:
    """What plots are drawn from; `end` is where the run will end on this x axis, if that is known."""

    history: History = field(default_factory=History)
    ghost: History | None = None
    ghost_label: str = ""
    x_axis: XAxis = "steps"
    end: float | None = None


class LinkedPlots(QObject):
    """While it follows, the x axis grows with the run; once the user has moved a plot, all stay where that one is.

    Signals:
        followingChanged: whether the axes grow with the run.
        menuRequested: the place on the screen where a context menu was asked for.
        due: what was too little to be drawn at once has waited long enough.
        clicked: the environment step of a place that was clicked. While it does not follow, a double click asks it to
            follow again: then it is waited for what a click becomes.
    """

    followingChanged = Signal(bool)
    menuRequested = Signal(object)
    due = Signal()
    clicked = Signal(float)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.following = True
        self._plots: list[MetricPlot] = []
        self._source = PlotSource()
        self._x_end = 0.0
        self._drawn: object = None
        self._waiting: list[MetricPlot] = []
        self._drawn_at, self._drawn_until = 0.0, 0.0
        self._late = QTimer(self, singleShot=True, interval=_LATEST_MS)
        self._late.timeout.connect(self.due)
        self._clicked_at = 0.0
        self._click = QTimer(self, singleShot=True)
        self._click.timeout.connect(lambda: self.clicked.emit(self._clicked_at))

    # ------------------------------------------------------------ what is shown

    def new_plot(self, content: PlotContent) -> MetricPlot:
        """A plot that is linked to the others from the next `show` on."""
        plot = MetricPlot(content)
        plot.viewMoved.connect(lambda: self._moved(plot))
        plot.followRequested.connect(self.follow)
        plot.menuRequested.connect(self.menuRequested)
        plot.pointed.connect(lambda x: self.point_at(x, plot))
        plot.clicked.connect(self._heard_click)
        return plot

    def _heard_click(self, step: float) -> None:
        if self.following:
            self.clicked.emit(step)
        else:
            self._clicked_at = step
            self._click.start(QApplication.doubleClickInterval())

    def show(self, plots: Sequence[MetricPlot], source: PlotSource) -> None:
        """Link these plots, the first of them the one that the others follow, and draw them from `source`."""
        self._plots, self._source = list(plots), source
        self._drawn, self._waiting = None, []
        for plot in self._plots:
            plot.set_source(source.history, source.ghost, source.ghost_label, source.x_axis)
            if not self.following:
                plot.set_x_range(*self._plots[0].x_range())
            elif self._x_end:
                plot.set_x_range(*plot_scales.x_range(self._x_end))

    # ------------------------------------------------------------ drawing

    def refresh(self) -> None:
        """Draw what has come since: at once, or later (`due`) when it is less than half a pixel."""
        if self._begin(at_once=True):
            self._draw_all()

    def refresh_step(self) -> None:
        """One display frame's share of `refresh`: one plot a call, so that the screen's clock keeps its pace."""
        if self._waiting:
            self._waiting.pop(0).refresh(following=self.following)
        elif self._begin(at_once=False):
            self._waiting = list(self._plots)

    def redraw(self) -> None:
        """Draw at once, whether anything is new or not."""
        self._drawn = None
        if self._begin(at_once=True):
            self._draw_all()

    def _draw_all(self) -> None:
        self._waiting = []
        for plot in self._plots:
            plot.refresh(following=self.following)

    def _begin(self, *, at_once: bool) -> bool:
        """Whether there is something to be drawn now; the x axis has grown then."""
        history, ghost = self._source.history, self._source.ghost
        key = history.revision, ghost.revision if ghost else 0
        if not self._plots or (self._drawn is not None and (key == self._drawn or self._can_wait(at_once))):
            return False
        self._drawn, self._drawn_at, self._drawn_until = key, time.monotonic(), history.now(self._source.x_axis)
        if self.following:
            self._grow_x()
        return True

    def _can_wait(self, at_once: bool) -> bool:
        """Whether what is new is too little to be seen: then it is drawn a few times a second, not at every report."""
        first, source = self._plots[0], self._source
        low, high = first.x_range()
        pixels = (source.history.now(source.x_axis) - self._drawn_until) / (high - low) * first.width()
        if not 0.0 <= pixels < _VISIBLE_PIXELS or time.monotonic() - self._drawn_at > _LATEST_MS / 1000:
            return False
        if at_once and not self._late.isActive():  # who comes back each frame will look again
            self._late.start()
        return True

    # ------------------------------------------------------------ moving together

    def follow(self) -> None:
        """Show all of the run again, and grow with it."""
        self._x_end = 0.0
        self._click.stop()
        self._set_following(True)
        for plot in self._plots:
            plot.start_over()
        self.redraw()

    def _grow_x(self) -> None:
        source = self._source
        newest = max(history.now(source.x_axis) for history in (source.history, source.ghost) if history is not None)
        self._x_end = max(self._x_end, plot_scales.x_end(newest, plot_scales.X_START[source.x_axis], source.end))
        for plot in self._plots:
            plot.set_x_range(*plot_scales.x_range(self._x_end))

    def _moved(self, moved: MetricPlot) -> None:
        self._set_following(False)
        for plot in self._plots:
            plot.set_x_range(*moved.x_range())
            plot.refresh(following=False)

    def _set_following(self, following: bool) -> None:
        self.following = following
        self.followingChanged.emit(following)

    def point_at(self, x: float | None, pointed: MetricPlot | None = None) -> None:
        """Read out every plot at `x`, most of it at the one that is pointed at; None takes the readouts away."""
        for plot in self._plots:
            plot.point_at(x, in_full=plot is pointed)

"""MetricPlot: one plot of a run's history. It thins before it draws, keeps its view still, and reads values out.

It owns no policy on x: whoever shows several plots gives them all the same x range (`set_x_range`) and listens to
`viewMoved`. Nothing is drawn again unless a series, the range or the size has changed.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF

from rlstudio.core.checkpoint_choice import step_at
from rlstudio.core.column import Buckets
from rlstudio.core.history import EVALUATION, MEANS, History, XAxis
from rlstudio.ui.theme import current_colors, theme_events
from rlstudio.ui.widgets import plot_scales
from rlstudio.ui.widgets.plot_content import PlotContent
from rlstudio.ui.widgets.plot_layers import Curve, Points, Spread
from rlstudio.ui.widgets.plot_legend import Entry, Legend
from rlstudio.ui.widgets.plot_marks import Backdrop, Marks, MarksContent, Pointer
from rlstudio.ui.widgets.plot_parts import Floats, NumberAxis, PlotView, pen
from rlstudio.ui.widgets.plot_readout import change_words, evaluation_words, read, row_at

X_LABELS = {"steps": "environment steps", "episodes": "episodes", "time": "training time (s)"}
N_POINTS = 1000
RIGHT_MARGIN = 8
_MOST_BUCKETS = 500
_FEW_POINTS = 100
_MOST_WORDS = 6


class MetricPlot(pg.GraphicsLayoutWidget):
    """One series as a bold line, its single values as faint points, the run before in grey."""

    viewMoved = Signal()
    """The user zoomed or panned this plot."""
    followRequested = Signal()
    menuRequested = Signal(object)
    pointed = Signal(object)
    """Where on the x axis the pointer is; None when it has left."""
    clicked = Signal(float)
    """A place was clicked: the environment step of the value that the readout showed there."""

    def __init__(self, content: PlotContent) -> None:
        super().__init__()
        self.content = content
        self.history: History | None = None
        self.ghost: History | None = None
        self.x_axis: XAxis = "steps"
        self._ghost_label = ""
        self._y_range: plot_scales.Range | None = None
        self._drawn: object = None
        self._sampled = 1
        self._x_labels = True, True
        self._right_margin = RIGHT_MARGIN
        self._build()
        self.set_content(content)
        self._recolour()
        theme_events.changed.connect(self._recolour)

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view, self.legend = PlotView(), Legend()
        self.left, self.bottom = NumberAxis("left", self.view), NumberAxis("bottom", self.view)
        self.ci.layout.setSpacing(0)
        self._set_margins()
        self.addItem(self.legend, 0, 0, 1, 2)
        self.addItem(self.left, 1, 0)
        self.addItem(self.view, 1, 1)
        self.addItem(self.bottom, 2, 1)
        self.backdrop, self.marks = Backdrop(self.view, self.left), Marks(self.view)
        self.ghost_curve = Curve(self.view, 1)
        self.points = Points(self.view, 2)
        self.spread = Spread(self.view, 3)
        self.dashed = Curve(self.view, 4, dashed=True)
        self.curve = Curve(self.view, 5)
        self.view.moved.connect(self.viewMoved)
        self.view.followRequested.connect(self.followRequested)
        self.view.menuRequested.connect(self.menuRequested)
        self.view.clicked.connect(lambda x: self.clicked.emit(self._step_at(x)))

    # ------------------------------------------------------------ what to show

    def set_content(self, content: PlotContent) -> None:
        """Show these series from now on."""
        self.content = content
        self.left.logarithmic = content.logarithmic
        self.setAccessibleName(f"Plot of {content.title}")
        self.legend.setToolTip(content.help)
        self.setWhatsThis(content.help)
        self.start_over()

    def set_source(self, history: History | None, ghost: History | None, ghost_label: str, x_axis: XAxis) -> None:
        """Draw from this history, with `ghost` in grey behind it."""
        self.history, self.ghost, self.x_axis, self._ghost_label = history, ghost, x_axis, ghost_label
        self._label_x()
        self.start_over()

    def set_x_labels(self, *, numbers: bool, name: bool) -> None:
        """Whether the numbers and the name of the x axis stand below."""
        self._x_labels = numbers, name
        self._set_margins()
        self._label_x()

    def _label_x(self) -> None:
        numbers, name = self._x_labels
        self.bottom.setVisible(numbers)
        self.bottom.setLabel(X_LABELS[self.x_axis])
        self.bottom.showLabel(numbers and name)

    def set_right_margin(self, pixels: int) -> None:
        """Room to the right of the axes, so that those of several plots end at one place."""
        if pixels != self._right_margin:
            self._right_margin = pixels
            self._set_margins()

    def _set_margins(self) -> None:
        below = 2 if self._x_labels[0] else 8  # the lowest number of the y axis reaches below the axis
        self.ci.layout.setContentsMargins(0, 2, self._right_margin, below)

    def start_over(self) -> None:
        """Forget the y range and what was drawn."""
        self._y_range, self._drawn = None, None
        self.marks.show_content(MarksContent())
        self.marks.show_pointer(None)

    def set_x_range(self, low: float, high: float) -> None:
        """Show this part of the x axis."""
        if [low, high] != self.view.viewRange()[0]:
            self.view.setXRange(low, high, padding=0)

    def x_range(self) -> plot_scales.Range:
        """The part of the x axis that is shown."""
        low, high = self.view.viewRange()[0]
        return float(low), float(high)

    def series_shown(self) -> tuple[str, ...]:
        """Names of the series in this plot."""
        return tuple(name for name in (self.content.points, self.content.line) if name)

    # ------------------------------------------------------------ drawing

    def refresh(self, *, following: bool) -> bool:
        """Draw what is new; with `following` the y axis grows with the data. Returns whether anything was drawn."""
        if self.history is None:
            return False
        history, content = self.history, self.content
        width = max(60, round(self.view.width()))
        marks = (history.revision_of(EVALUATION), len(history.changes)) if content.marked else ()
        revisions = tuple(history.revision_of(MEANS.get(name, name)) for name in self.series_shown())
        key = (revisions, marks, self.x_range(), width, following)
        if key == self._drawn:
            return False
        self._drawn = key
        heights = self._draw_series(history, min(_MOST_BUCKETS, int(width * 0.6)))
        self._draw_marks(history, empty=not heights)
        self._name_entries(history)
        if following:
            self._fit_y(heights)
        return True

    def _draw_series(self, history: History, n_buckets: int) -> list[Floats]:
        """Draw points, line and ghost; returns the heights they reach."""
        low, high = self.x_range()
        content = self.content
        self._sampled, x, y = history.sample(content.points, self.x_axis, low, high, N_POINTS)
        line_x, buckets = history.buckets(content.line, self.x_axis, low, high, n_buckets)
        means, lows, highs = (self._scaled(part) for part in (buckets.means, buckets.lows, buckets.highs))
        self._shade(history.series(content.line, self.x_axis)[0], buckets, lows, highs)
        if not content.points and np.isfinite(means).sum() == 1:  # one value makes no line
            x, y = line_x, buckets.means
        y = self._scaled(y)
        self._show_points(x, y)
        full = int(np.searchsorted(buckets.middle, history.window - 1)) if content.line in MEANS else 0
        self.dashed.show_line(line_x[: full + 1 if full else 0], means[: full + 1 if full else 0])
        self.curve.show_line(line_x[full:], means[full:])
        parts = [y, lows, highs, means]
        if self.ghost is not None:
            ghost_x, ghost = self.ghost.buckets(content.line, self.x_axis, low, high, n_buckets // 2)
            self.ghost_curve.show_line(ghost_x, self._scaled(ghost.means))
            parts.append(self._scaled(ghost.means))
        else:
            self.ghost_curve.show_line(line_x[:0], means[:0])
        return [part for part in parts if np.isfinite(part).any()]

    def _shade(self, x: Floats, buckets: Buckets, lows: Floats, highs: Floats) -> None:
        """Where the line is thinned it shows means; a faint shade shows what they are means of."""
        if buckets.stride == 1:
            self.spread.show_spread(x[:1], lows[:0], highs[:0])
            return
        ends = np.minimum(np.append(buckets.first, buckets.first[-1] + buckets.stride), len(x) - 1)
        self.spread.show_spread(x[ends], lows, highs)

    def _show_points(self, x: Floats, y: Floats) -> None:
        """Few points are large and clear, many are small and faint; one alone stands for the line."""
        few = len(x) <= _FEW_POINTS
        alpha = 1.0 if not self.content.points else (0.6 if few else (0.45 if current_colors().dark else 0.3))
        self.points.set_look(pen(current_colors().run, alpha=alpha).color(), 6.0 if few else 4.0)
        self.points.show_points(x, y)

    def _draw_marks(self, history: History, *, empty: bool) -> None:
        content = self.content
        drawn = MarksContent(levels=content.levels)
        if content.marked:
            drawn.evaluations = history.series(EVALUATION, self.x_axis)
            drawn.changes = np.array([history.place(change, self.x_axis) for change in history.changes])
        drawn.empty = content.empty if empty and not history.evaluations else ""
        self.marks.show_content(drawn)
        if self.left.style["showValues"] == bool(drawn.empty):
            self.left.setStyle(showValues=not drawn.empty)
        self.backdrop.shown = not drawn.empty

    def _name_entries(self, history: History) -> None:
        content, entries = self.content, []
        if content.points:
            one_of = f" (1 in {self._sampled:,} shown)" if self._sampled > 1 else ""
            entries.append(Entry("point", "run", content.point_name + one_of))
        newest = history.series(content.line)[1][-1:]
        now = plot_scales.reading(float(newest[0])) if len(newest) and np.isfinite(newest[0]) else ""
        if content.line_name:
            kind = "line" if history.count(content.line) >= history.window else "dashed"
            entries.append(Entry(kind, "run", f"{content.line_name}: {now}" if now else content.line_name))
        elif now:
            entries.append(Entry("text", "text", now))
        if content.marked and history.evaluations:
            entries.append(Entry("diamond", "evaluation", "greedy evaluation"))
        if content.marked and self.ghost is not None and self.ghost.count(content.line):
            entries.append(Entry("line", "ghost", self._ghost_label))
        self.legend.set_content(content.title, tuple(entries))

    def _scaled(self, values: Floats) -> Floats:
        """Values as heights of the y axis."""
        if not self.content.logarithmic:
            return np.where(np.isfinite(values), values, np.nan)
        positive = np.isfinite(values) & (values > 0)
        return np.log10(values, out=np.full(len(values), np.nan), where=positive)

    def _fit_y(self, heights: list[Floats]) -> None:
        levels = np.array([value for value, _, _ in self.content.levels])
        heights = [*heights, *([self.marks.content.evaluations[1]] if self.content.marked else [])]
        if not any(len(part) for part in heights):  # a threshold alone is no reason to go anywhere
            return
        extent = plot_scales.extent([*heights, levels], robust=self.content.robust)
        if extent is None:
            return
        low, high = extent
        wanted = plot_scales.grown(self._y_range, low, high)
        if high > low:  # a range around a single value is a guess, not to be kept
            self._y_range = wanted
        if list(wanted) != self.view.viewRange()[1]:
            self.view.setYRange(*wanted, padding=0)

    # ------------------------------------------------------------ pointing

    def point_at(self, x: float | None, *, in_full: bool = True) -> None:
        """Read out the value nearest to `x`; None takes the readout away."""
        self.marks.show_pointer(None if x is None or self.marks.content.empty else self._readout(x, in_full))

    def _readout(self, x: float, in_full: bool) -> Pointer | None:
        if self.history is None or not self.history.count(self.content.line):
            return None
        reading = read(self.history, self.x_axis, self.content, x, in_full=in_full)
        marks = self.marks.content
        lines = [("change", change_words(self.history, k)) for k in self.marks.near(marks.changes, x)[:_MOST_WORDS]]
        near = self.marks.near(marks.evaluations[0], x)[:_MOST_WORDS]
        lines += [("evaluation", evaluation_words(self.history.evaluations[k])) for k in near]
        heights = self._scaled(np.array([reading.value]))
        return Pointer(reading.x, (*reading.lines, *lines), tuple(heights[np.isfinite(heights)].tolist()))

    def _step_at(self, x: float) -> float:
        """The step of the value nearest to `x`; while there is none, that which the place itself stands for."""
        history, line = self.history, self.content.line
        if history is None or not history.count(line):
            return x if history is None else step_at(history, self.x_axis, x)
        return float(history.series(line, "steps")[0][row_at(history, self.x_axis, line, x)])

    def mouseMoveEvent(self, event):
        super().mouseMoveEvent(event)
        place = self.mapToScene(event.position().toPoint())
        inside = self.view.sceneBoundingRect().contains(place)
        self.pointed.emit(self.view.mapSceneToView(place).x() if inside else None)

    def leaveEvent(self, event):
        super().leaveEvent(event)
        self.pointed.emit(None)

    # ------------------------------------------------------------ look

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._drawn = None

    def _recolour(self) -> None:
        colors, font = current_colors(), QFont(self.font())
        self.setBackground(QColor(colors.window))
        self.curve.set_pen(pen(colors.run, self.content.width))
        self.dashed.set_pen(pen(colors.run, self.content.width, style=Qt.PenStyle.DashLine))
        self.spread.set_color(pen(colors.run, alpha=0.18).color())
        self.ghost_curve.set_pen(pen(colors.ghost, 2.0))
        self.legend.set_font(font)
        self.marks.font = font
        for axis in (self.left, self.bottom):
            axis.setPen(pen(colors.window, 0.0, alpha=0.0))
            axis.setTextPen(pen(colors.muted))
            axis.setStyle(tickFont=font)
            axis.labelStyle = {"color": colors.muted, "font-size": f"{font.pointSizeF():g}pt"}
        metrics = QFontMetricsF(font)
        self.left.setWidth(metrics.horizontalAdvance("−0.0000") + 10)
        self.bottom.setStyle(tickTextHeight=round(metrics.height()))
        self._label_x()
        self._drawn = None
        self.marks.update()
        self.backdrop.update()

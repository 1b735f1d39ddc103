"""What each plot of a run shows and says: the return, the episode length, and any metric of an algorithm."""

from __future__ import annotations

from rlstudio.algorithms.base import AlgorithmSpec, MetricSpec
from rlstudio.core.history import (
    EPISODE_LENGTH,
    EVALUATION,
    MEAN_LENGTH,
    MEAN_RETURN,
    RETURN,
    History,
)
from rlstudio.ui.widgets.metric_menu import Choice
from rlstudio.ui.widgets.numbers import number
from rlstudio.ui.widgets.plot_content import PlotContent

FIRST_SHOWN = 2
"""How many diagnostics are shown unless others are chosen."""
_NO_METRICS = {RETURN, MEAN_RETURN, MEAN_LENGTH, EPISODE_LENGTH, EVALUATION}


def return_content(window: int, threshold: float | None = None, stop_at: float | None = None) -> PlotContent:
    """The return curve; `threshold` is where the environment counts as solved, `stop_at` where the run stops."""
    levels = []
    if threshold is not None:
        levels.append((threshold, f"solved at {number(threshold)}", "threshold"))
    if stop_at is not None and stop_at != threshold:
        levels.append((stop_at, f"stops at {number(stop_at)}", "muted"))
    return PlotContent(
        title="Return",
        line=MEAN_RETURN,
        line_name=f"mean of last {window}",
        points=RETURN,
        point_name="episode",
        levels=tuple(levels),
        marked=True,
        width=3.0,
        empty="Returns appear here once an episode has ended",
        help="Sum of an episode's rewards. The line is the mean of the newest episodes.",
    )


def diagnostic_content(name: str, spec: AlgorithmSpec | None, window: int) -> PlotContent:
    """A metric by the name it is logged under, or the episode length."""
    if name == EPISODE_LENGTH:
        return PlotContent(
            title="Episode length",
            line=MEAN_LENGTH,
            line_name=f"mean of last {window}",
            points=EPISODE_LENGTH,
            point_name="episode",
            empty="Appears once an episode has ended",
            help="Environment steps from reset to the end of an episode.",
        )
    metric = _metric(name, spec)
    choice = _choice(metric)
    return PlotContent(
        title=choice.title + (f" ({metric.unit})" if metric.unit else ""),
        line=name,
        logarithmic=metric.log,
        robust=True,
        empty="Appears after the first update",
        help=choice.tooltip(),
    )


def first_shown(spec: AlgorithmSpec | None) -> list[str]:
    """The telling metrics of an algorithm; of one that has none, the episode length."""
    return [metric.name for metric in spec.metrics[:FIRST_SHOWN]] if spec and spec.metrics else [EPISODE_LENGTH]


def choices(spec: AlgorithmSpec | None, history: History | None) -> tuple[Choice, ...]:
    """What may be shown: all the algorithm declares, in its order, what else it reported, and the episode length."""
    names = [metric.name for metric in spec.metrics] if spec else []
    reported = history.names if history is not None else ()
    names += [name for name in reported if name not in names and name not in _NO_METRICS]
    length = Choice(EPISODE_LENGTH, "Episode length", "Environment steps from reset to the end of an episode.")
    return (*(_choice(_metric(name, spec)) for name in names), length)


def _metric(name: str, spec: AlgorithmSpec | None) -> MetricSpec:
    declared = {metric.name: metric for metric in spec.metrics} if spec else {}
    return declared.get(name) or MetricSpec(name, name.replace("_", " "), "")


def _choice(metric: MetricSpec) -> Choice:
    title = metric.title or metric.name.replace("_", " ")
    return Choice(metric.name, title[:1].upper() + title[1:], metric.help, metric.healthy)

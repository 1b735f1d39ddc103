"""SearchTree: a planner's search at one step, drawn from now (left) to the deepest look ahead (right)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from rlstudio.core.episode import TREE_COLUMNS, Episode
from rlstudio.core.thoughts import Thoughts
from rlstudio.ui.widgets.candidate_list import candidate_name
from rlstudio.ui.widgets.numbers import number, signed
from rlstudio.ui.widgets.plain_tip import plain_tip

PARENT, DEPTH, REWARD, SCORE = (TREE_COLUMNS.index(name) for name in ("parent", "depth", "reward", "score"))
_NEAR = 8.0
_ROWS = 6
_MARGIN = 8

Places = NDArray[np.float64]


def placed(tree: NDArray[np.floating]) -> tuple[Places, list[int]]:
    """Where each node stands and which lie on the best path, root left out.

    Returns:
        x and y as shares of the drawing, shape (n_nodes, 2): x by depth, y by an order in which the better branch is
        always the upper one; and the best path's nodes from the first action on.
    """
    n_nodes = len(tree)
    parents = tree[:, PARENT].astype(np.intp)
    children: list[list[int]] = [[] for _ in range(n_nodes + 1)]  # the last one: of the state now
    for node in np.argsort(-np.nan_to_num(tree[:, SCORE], nan=-np.inf), kind="stable"):
        children[parents[node]].append(int(node))  # -1 is the last
    places = np.zeros((n_nodes, 2))
    places[:, 0] = tree[:, DEPTH] / max(1.0, float(tree[:, DEPTH].max(initial=1.0)))
    leaf, stack = 0, children[-1][::-1]
    while stack:
        node = stack.pop()
        stack.extend(children[node][::-1])
        if not children[node]:
            places[node, 1] = leaf
            leaf += 1
    for node in range(n_nodes - 1, -1, -1):  # a node's parent stands before it
        if children[node]:
            places[node, 1] = np.mean([places[child, 1] for child in children[node]])
    places[:, 1] = places[:, 1] / (leaf - 1) if leaf > 1 else 0.5
    best, here = [], children[-1]
    while here:
        best.append(here[0])
        here = children[here[0]]
    return places, best


class SearchTree(QWidget):
    """Quiet lines for what was looked at, the best path in colour; each node explains itself under the pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Search tree")
        self.setMouseTracking(True)
        self._depth = 1
        self._room = 0
        self.clear()

    def clear(self) -> None:
        """Show no search; its place stays."""
        self._tree: NDArray[np.floating] = np.zeros((0, len(TREE_COLUMNS)))
        self._places: Places = np.zeros((0, 2))
        self.best: list[int] = []
        self._names: list[str] = []
        self.update()

    def lay_out(self, episode: Episode) -> bool:
        """Fix the depth for an episode; whether there is anything to show."""
        trees = Thoughts.of(episode.thoughts).column("tree")
        self._depth = 1 if trees is None else int(np.nanmax(trees[:, :, DEPTH]))
        self.clear()
        return trees is not None

    def show_step(self, episode: Episode, index: int) -> None:
        """Show the search before action `index`."""
        thought = episode.thoughts[index] if index < episode.length else None
        if thought is None or thought.tree is None or not len(thought.tree):
            self.clear()
            return
        self._tree = thought.tree
        self._places, self.best = placed(thought.tree)
        self._places[:, 0] = thought.tree[:, DEPTH] / self._depth
        actions = thought.tree_actions
        self._names = (
            [f"action {node + 1}" for node in range(len(self._tree))]
            if actions is None
            else [candidate_name(episode, np.ravel(action), node) for node, action in enumerate(actions)]
        )
        self.update()

    def words(self, node: int) -> str:
        """What there is to say about a node."""
        depth = int(self._tree[node, DEPTH])
        when = "now" if depth == 1 else f"{depth - 1} step{'s' if depth > 2 else ''} later"
        reward, score = float(self._tree[node, REWARD]), float(self._tree[node, SCORE])
        best = "\non the best path" if node in self.best else ""
        return (
            f"{self._names[node]} ({when})\npredicted reward {signed(reward, 3)}\n"
            f"best return through it {number(score, 3)}{best}"
        )

    def node_at(self, place: QPointF) -> int | None:
        """The node nearest to a point, None where none is near."""
        if not len(self._places):
            return None
        points = self._points()
        distances = np.hypot(points[:, 0] - place.x(), points[:, 1] - place.y())
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _NEAR else None

    def event(self, event: QEvent) -> bool:
        """A tooltip for the node under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            node = self.node_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if node is None else plain_tip(self.words(node)), self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        """A few rows high, wider the further it looks ahead."""
        line = QFontMetrics(self.font()).height()
        return QSize(max(200, 60 * self._depth), max(_ROWS * (line + 6), self._room))

    def set_room(self, height: int) -> None:
        """How high it may get; it is never lower than a few rows."""
        if height != self._room:
            self._room = height
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Narrower, as high."""
        return QSize(180, self.sizeHint().height())

    # ------------------------------------------------------------ drawing

    def _points(self) -> Places:
        """Nodes in pixels, shape (n_nodes, 2)."""
        top = QFontMetrics(self.font()).height() + 4
        size = np.array([self.width() - 2 * _MARGIN, self.height() - top - _MARGIN])
        return self._places * np.maximum(size, 1) + np.array([_MARGIN, top])

    def _root(self) -> QPointF:
        first = np.flatnonzero(self._tree[:, PARENT] < 0)
        points = self._points()
        return QPointF(_MARGIN, float(points[first, 1].mean()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Depths above, branches, and the best path over them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_depths(painter)
        if not len(self._tree):
            return
        points, root = self._points(), self._root()
        ends = [QPointF(float(x), float(y)) for x, y in points]
        quiet = QColor(self.palette().placeholderText().color())
        quiet.setAlpha(150 if len(ends) < 150 else 70)
        painter.setPen(QPen(quiet, 1.0))
        for node, end in enumerate(ends):
            painter.drawLine(self._start(node, ends, root), end)
        self._draw_dots(painter, ends, quiet)
        accent = self.palette().highlight().color()
        painter.setPen(QPen(accent, 2.0))
        for node in self.best:
            painter.drawLine(self._start(node, ends, root), ends[node])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        for node in self.best:
            painter.drawEllipse(ends[node], 3.5, 3.5)
        painter.setBrush(self.palette().windowText())
        painter.drawEllipse(root, 3.5, 3.5)

    def _start(self, node: int, ends: list[QPointF], root: QPointF) -> QPointF:
        parent = int(self._tree[node, PARENT])
        return root if parent < 0 else ends[parent]

    def _draw_dots(self, painter: QPainter, ends: list[QPointF], colour: QColor) -> None:
        if len(ends) > 400:
            return  # they would be one grey bar
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for end in ends:
            painter.drawEllipse(end, 2.0, 2.0)

    def _draw_depths(self, painter: QPainter) -> None:
        """How many steps ahead each depth is, as many of the numbers as have room."""
        painter.setPen(self.palette().placeholderText().color())
        metrics = painter.fontMetrics()
        step = (self.width() - 2 * _MARGIN) / self._depth
        every = max(1, math.ceil(3 * metrics.averageCharWidth() / max(1.0, step)))
        painter.drawText(QPointF(0, metrics.ascent()), "now")
        for depth in range(every, self._depth + 1, every):
            width = metrics.horizontalAdvance(str(depth))
            x = min(_MARGIN + depth * step - width / 2, self.width() - width)
            painter.drawText(QPointF(x, metrics.ascent()), str(depth))

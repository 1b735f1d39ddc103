"""TreePlanner: grow a tree of candidate actions, each node from its own predicted state, and take the best branch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.model_based.imagination import Model
from rlstudio.algorithms.model_based.planners import SHOWN, Plan, Planner

SHOWN_NODES = 160
"""Nodes that a thought keeps: the best leaves, with all that leads to them."""


class TreePlanner(Planner):
    """At each node `branching` candidates are drawn (all actions where they are few); each level keeps the best
    `candidates` nodes, so that a deep tree does not grow without end. The reward of a step that probably ends the
    episode counts in full; what would follow is weighted by the chance that it goes on.
    """

    def plan(self, model: Model, observation: Array, rng: np.random.Generator) -> Plan:
        s = self.settings
        states = model.start(observation, 1)
        running: Array = np.ones(states.shape[:2], np.float32)
        gathered: Array = np.zeros(states.shape[:2], np.float32)
        levels: list[dict[str, NDArray[Any]]] = []
        for depth in range(s.horizon):
            self.breathe()
            parents, rows = self._candidates(states, rng)
            following, rewards, ending = model.step(states[:, parents], self.codec.inputs(rows))
            before = running[:, parents]
            valued = model.values(states[:, parents], self.codec.inputs(rows)) if depth == s.horizon - 1 else None
            gathered = gathered[:, parents] + np.float32(s.discount**depth) * before * (
                rewards if valued is None else valued
            )
            running = before * (1.0 - ending)
            keep = self._best(gathered.mean(axis=0))
            levels.append(
                {
                    "parents": parents[keep],
                    "rows": rows[keep],
                    "rewards": rewards.mean(axis=0)[keep],
                    "score": gathered.mean(axis=0)[keep],
                }
            )
            states, gathered, running = following[:, keep], gathered[:, keep], running[:, keep]
        levels[-1]["score"] = levels[-1]["score"] - np.float32(s.caution) * gathered.std(axis=0)
        _back_up(levels)
        return _told(levels)

    def _candidates(self, states: Array, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
        """For each candidate the number of its node, and its row; `states` (members, n_nodes, observation_size)."""
        every, count, n_nodes = self.codec.all_choices(), self.settings.branching, states.shape[1]
        if self._parts is not None:
            drawn = [self._draw(state, count, rng) for state in states.mean(axis=0)]
            return np.repeat(np.arange(n_nodes), count), np.concatenate(drawn)
        if every is not None and len(every) <= count:
            return np.repeat(np.arange(n_nodes), len(every)), np.tile(every, (n_nodes, 1))
        return np.repeat(np.arange(n_nodes), count), self.codec.candidates((n_nodes * count,), rng)

    def _best(self, scores: Array) -> NDArray[np.int64]:
        """Numbers of the nodes that are kept, in order."""
        limit = self.settings.candidates
        if len(scores) <= limit:
            return np.arange(len(scores))
        return np.sort(np.argpartition(-scores, limit)[:limit])


def _back_up(levels: list[dict[str, NDArray[Any]]]) -> None:
    """Give each node the best score of any leaf below it; one whose children were all dropped keeps the worst."""
    for above, below in zip(reversed(levels[:-1]), reversed(levels[1:]), strict=True):
        best: Array = np.full(len(above["score"]), -np.inf, np.float32)
        np.maximum.at(best, below["parents"], below["score"])
        above["score"] = best


def _told(levels: list[dict[str, NDArray[Any]]]) -> Plan:
    """The plan, with the most telling part of the tree."""
    first = levels[0]
    order = np.argsort(-first["score"], kind="stable")
    order = order[np.isfinite(first["score"][order])][:SHOWN]
    starts = np.cumsum([0, *(len(level["score"]) for level in levels)])
    score = np.concatenate([level["score"] for level in levels])
    parents = np.concatenate(
        [
            np.full(len(first["score"]), -1, np.int64) if depth == 0 else level["parents"] + starts[depth - 1]
            for depth, level in enumerate(levels)
        ]
    )
    shown = _nodes_to_show(parents, score)
    place = np.full(len(score) + 1, -1, np.int64)
    place[shown] = np.arange(len(shown))
    tree: Array = np.empty((len(shown), 4), np.float32)
    tree[:, 0] = place[parents[shown]]
    tree[:, 1] = np.searchsorted(starts, shown, side="right")
    tree[:, 2] = np.concatenate([level["rewards"] for level in levels])[shown]
    tree[:, 3] = score[shown]
    rows = np.concatenate([level["rows"] for level in levels])
    best = order[0]
    return Plan(
        first["rows"][best].copy(),
        float(first["score"][best]),
        first["rows"][order].copy(),
        first["score"][order].copy(),
        tree,
        rows[shown],
        len(score),
    )


def _nodes_to_show(parents: NDArray[np.int64], score: Array) -> NDArray[np.int64]:
    """Numbers of nodes, ascending: the best leaves with all that leads to them, then whatever scores next best."""
    chosen: set[int] = set()
    for node in np.argsort(-score, kind="stable"):
        if not np.isfinite(score[node]):
            break
        way = []
        at = int(node)
        while at >= 0 and at not in chosen:
            way.append(at)
            at = int(parents[at])
        if len(chosen) + len(way) > SHOWN_NODES:
            break
        chosen.update(way)
    return np.array(sorted(chosen), np.int64)

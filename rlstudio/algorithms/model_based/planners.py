"""Planners: random shooting and the cross-entropy method, both warm-started with the plan of the step before.

Sources: Nagabandi et al., "Neural Network Dynamics for Model-Based Deep Reinforcement Learning with Model-Free
Fine-Tuning" (2018), section IV-D (random shooting, model predictive control); Rubinstein and Kroese, "The
Cross-Entropy Method" (2004), algorithm 2.2; Pinneri et al., "Sample-efficient Cross-Entropy Method for Real-time
Planning" (2020), section 3 (correlated noise, kept elites, shifted start).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rlstudio.algorithms.blocks.action_codec import ActionCodec
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.user_parts import UserParts
from rlstudio.algorithms.model_based.imagination import Model

SHOWN = 48
"""Candidates that a thought keeps: the best ones."""
AT_ONCE = 1024
"""Sequences imagined in one go: more would only leave the processor's cache."""
SHOWN_PLANS, SHOWN_STEPS = 5, 12
"""Of sampled search, how many sequences a thought keeps as branches of a tree, and how many steps of each."""


@dataclass(frozen=True)
class PlannerSettings:
    """What a search may be told. `elite_share`, `iterations` and `spread` concern the cross-entropy method alone."""

    candidates: int = 256
    horizon: int = 20
    discount: float = 0.99
    branching: int = 8
    iterations: int = 3
    elite_share: float = 0.1
    spread: float = 0.5
    smoothness: float = 0.5
    caution: float = 0.0


@dataclass(frozen=True)
class Plan:
    """The action to take, and what it was chosen among; rows as an ActionCodec makes them.

    Attributes:
        action: (size,).
        score: the predicted discounted return of the whole plan.
        candidates, scores: first actions (n, size) and predicted returns (n,), the best first.
        tree, tree_actions: see `core.episode.TREE_COLUMNS`; (n_nodes, 4) and (n_nodes, size).
        searched: how many action sequences (tree: nodes) were imagined.
    """

    action: Array
    score: float
    candidates: Array
    scores: Array
    tree: Array
    tree_actions: Array
    searched: int


class Planner(ABC):
    """A search over action sequences. `settings` may be exchanged between two plans; `breathe` is called within one."""

    def __init__(self, codec: ActionCodec, settings: PlannerSettings, parts: UserParts | None = None) -> None:
        self.codec = codec
        self.settings = settings
        self.breathe: Callable[[], None] = lambda: None
        self._parts = parts if parts is not None and parts.has("candidates") else None
        self.remembered: Array | None = None
        """The plan of the step before, (horizon, size), where the search goes on from that."""

    def _draw(self, observation: Array, n: int, rng: np.random.Generator) -> Array:
        """`n` rows (n, size) to try in a state, from the user's own generator if there is one."""
        if self._parts is not None:
            return self._parts.draw(observation, n, rng)
        return self.codec.candidates((n,), rng)

    @abstractmethod
    def plan(self, model: Model, observation: Array, rng: np.random.Generator) -> Plan:
        """The best first action found from `observation` (observation_size,)."""

    def forget(self) -> None:
        """A new episode begins: the plan of the step before is worth nothing."""
        self.remembered = None


class SequencePlanner(Planner):
    """What random shooting and the cross-entropy method share: sequences are judged and summed up alike."""

    def _judge(self, model: Model, observation: Array, sequences: Array) -> tuple[Array, Array]:
        """Scores (n,) and rewards (horizon, n) of sequences (horizon, n, size)."""
        caution, found = np.float32(self.settings.caution), []
        for start in range(0, sequences.shape[1], AT_ONCE):
            self.breathe()
            inputs = self.codec.inputs(sequences[:, start : start + AT_ONCE])
            imagined = model.rollout(observation, inputs, self.settings.discount)
            found.append((imagined.scores - caution * imagined.spread, imagined.rewards))
        if len(found) == 1:
            return found[0]
        return np.concatenate([scores for scores, _ in found]), np.concatenate([gained for _, gained in found], axis=1)

    def _sticky(self, n: int, observation: Array, rng: np.random.Generator) -> Array:
        """Sequences (horizon, n, size), drawn evenly; with chance `smoothness` an action is the one before."""
        horizon = self.settings.horizon
        drawn = self._draw(observation, horizon * n, rng).reshape(horizon, n, self.codec.size)
        repeat = rng.random((horizon, n, 1), np.float32) < self.settings.smoothness
        for t in range(1, horizon):
            np.copyto(drawn[t], drawn[t - 1], where=repeat[t])
        return drawn

    def _summed_up(self, sequences: Array, scores: Array, rewards: Array, action: Array, searched: int) -> Plan:
        """A plan of what was judged, told by its best sequences."""
        order = np.argsort(-scores, kind="stable")[:SHOWN]
        best = order[:SHOWN_PLANS]
        steps = min(SHOWN_STEPS, len(sequences))
        count = len(best) * steps
        tree: Array = np.empty((count, 4), np.float32)
        tree[:, 0] = np.arange(count) - 1
        tree[::steps, 0] = -1
        tree[:, 1] = np.tile(np.arange(1, steps + 1), len(best))
        tree[:, 2] = rewards[:steps, best].T.reshape(-1)
        tree[:, 3] = np.repeat(scores[best], steps)
        actions = sequences[:steps, best].transpose(1, 0, 2).reshape(count, -1)
        return Plan(
            action, float(scores[order[0]]), sequences[0, order].copy(), scores[order].copy(), tree, actions, searched
        )


class ShootingPlanner(SequencePlanner):
    """Draw sequences, imagine each, take the first action of the best; the best is tried again a step later."""

    def plan(self, model: Model, observation: Array, rng: np.random.Generator) -> Plan:
        sequences = self._sticky(self.settings.candidates, observation, rng)
        if self.remembered is not None and len(self.remembered) == len(sequences):
            sequences[:-1, 0] = self.remembered[1:]
        scores, rewards = self._judge(model, observation, sequences)
        chosen = int(scores.argmax())
        self.remembered = sequences[:, chosen].copy()
        return self._summed_up(sequences, scores, rewards, self.remembered[0].copy(), len(scores))


class CrossEntropyPlanner(SequencePlanner):
    """Draw sequences, fit the distribution to the best of them, draw again from that, a few times over."""

    def plan(self, model: Model, observation: Array, rng: np.random.Generator) -> Plan:
        s = self.settings
        distribution: _Gaussian | _Choices
        distribution = _Gaussian(s, self.codec) if self.codec.continuous else _Choices(s, self.codec)
        n_elites = max(2, round(s.elite_share * s.candidates))
        warm = self.remembered if self.remembered is not None and len(self.remembered) == s.horizon else None
        if warm is not None:
            warm = np.concatenate([warm[1:], warm[-1:]])
            distribution.centre_on(warm)
        kept: list[Array] = [] if warm is None else [warm[:, None]]
        for iteration in range(s.iterations):
            fresh = max(1, s.candidates - sum(each.shape[1] for each in kept))
            if iteration == 0:
                drawn = self._first(fresh, observation, distribution if warm is not None else None, rng)
            else:
                drawn = distribution.draw(fresh, rng)
            sequences = np.concatenate([*kept, drawn], axis=1)
            scores, rewards = self._judge(model, observation, sequences)
            elites = sequences[:, np.argsort(-scores, kind="stable")[:n_elites]]
            distribution.fit(elites)
            kept = [elites[:, : max(1, n_elites // 3)]]
        searched = s.candidates * s.iterations
        if self.codec.continuous:
            return self._mean_plan(model, observation, elites, searched)
        self.remembered = elites[:, 0].copy()
        return self._summed_up(sequences, scores, rewards, self.remembered[0].copy(), searched)

    def _mean_plan(self, model: Model, observation: Array, elites: Array, searched: int) -> Plan:
        """The mean of the best sequences, shown among them: where they do not agree on a number, it matters little
        and comes out small, while the very best one would act on the model's noise.
        """
        self.remembered = elites.mean(axis=1)
        shown = np.concatenate([self.remembered[:, None], elites], axis=1)
        scores, rewards = self._judge(model, observation, shown)
        plan = self._summed_up(shown, scores, rewards, self.remembered[0].copy(), searched)
        return replace(plan, score=float(scores[0]))

    def _first(
        self, n: int, observation: Array, around: _Gaussian | _Choices | None, rng: np.random.Generator
    ) -> Array:
        """The first draw: without a plan to start from evenly, else half around it and half evenly."""
        if around is None:
            return self._sticky(n, observation, rng)
        return np.concatenate([around.draw(n - n // 2, rng), self._sticky(n // 2, observation, rng)], axis=1)


class _Gaussian:
    """Independent normal distributions of each number of each step; the noise of neighbouring steps is correlated."""

    def __init__(self, settings: PlannerSettings, codec: ActionCodec) -> None:
        self._shape = (settings.horizon, codec.size)
        self._smoothness = np.float32(settings.smoothness)
        self._mean: Array = np.zeros(self._shape, np.float32)
        self._std: Array = np.full(self._shape, settings.spread, np.float32)

    def centre_on(self, sequence: Array) -> None:
        self._mean[:] = sequence

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        horizon, size = self._shape
        noise = rng.standard_normal((horizon, n, size), np.float32)
        if self._smoothness:
            fresh = np.sqrt(1 - self._smoothness**2)
            for t in range(1, horizon):
                noise[t] *= fresh
                noise[t] += self._smoothness * noise[t - 1]
        noise *= self._std[:, None]
        noise += self._mean[:, None]
        return np.clip(noise, -1.0, 1.0, out=noise)

    def fit(self, elites: Array) -> None:
        self._mean = elites.mean(axis=1)
        self._std = elites.std(axis=1) + np.float32(0.02)


class _Choices:
    """Independent chances of each choice of each step, never quite zero."""

    def __init__(self, settings: PlannerSettings, codec: ActionCodec) -> None:
        self._codec = codec
        self._spread = settings.spread
        even = np.concatenate([np.full(count, 1.0 / count, np.float32) for count in codec.counts])
        self._even = even
        self._chances: Array = np.tile(even, (settings.horizon, 1))

    def centre_on(self, sequence: Array) -> None:
        self._mix(self._codec.inputs(sequence), self._spread)

    def _mix(self, chances: Array, even_share: float) -> None:
        self._chances = (1.0 - even_share) * chances + even_share * self._even

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        horizon = len(self._chances)
        drawn: Array = np.empty((horizon, n, self._codec.size), np.float32)
        first = 0
        for column, count in enumerate(self._codec.counts):
            steps = np.cumsum(self._chances[:, first : first + count], axis=1)[:, None, :-1]
            drawn[..., column] = (rng.random((horizon, n, 1), np.float32) > steps).sum(axis=-1)
            first += count
        return drawn

    def fit(self, elites: Array) -> None:
        self._mix(self._codec.inputs(elites).mean(axis=1), 0.05)

"""REINFORCE: play whole episodes, then one gradient step that makes each action likelier by the return that followed.

Sources: Williams (1992), "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
theorem 1; Sutton and Barto, "Reinforcement Learning" (2018), section 13.4 for the baseline. The gradient is that of a
sum over steps, as is usual, without the factor γ^t of the theorem.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.actions import ActionAdapter, make_head
from rlstudio.algorithms.blocks.actor import LOG_STD
from rlstudio.algorithms.blocks.distributions import choose
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mlp import MLPSpec
from rlstudio.algorithms.blocks.networks import NetworksSpec, make_networks
from rlstudio.algorithms.blocks.randomness import (
    acting_generator,
    environment_seed,
    generator_state,
    load_generator,
)
from rlstudio.algorithms.blocks.returns import discounted_returns, explained_variance
from rlstudio.algorithms.blocks.schedules import falling
from rlstudio.algorithms.reinforce.episodes import EpisodeStore
from rlstudio.algorithms.reinforce.policy import ReinforcePolicy
from rlstudio.algorithms.reinforce.spec import ReinforceParams
from rlstudio.envs.spaces import ObservationEncoder

_MASKS_AT_ONCE = 64
"""Dropout masks are drawn for this many steps together; those left over at an episode's end are thrown away."""
_BASELINE = "baseline."
_STEPS = "steps."
_MASKS = "masks"


class ReinforceLearner(Learner):
    """Learns on a single environment."""

    resumes_midway = True

    def __init__(self, env: gym.Env[Any, Any], params: ReinforceParams, seed: int, device: str) -> None:
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._updates = 0
        self._encoder = ObservationEncoder(env.observation_space)
        self._adapter = ActionAdapter(env.action_space)
        self._head = make_head(env.action_space)
        size, hidden = self._encoder.size, params.hidden
        free = {} if self._head.free_shape is None else {LOG_STD: np.zeros(self._head.free_shape)}
        actor = NetworksSpec({"actor": MLPSpec((size, *hidden, self._head.n_outputs), "relu")}, free)
        self._networks = make_networks(device, actor, self._rng)
        critic = NetworksSpec({"critic": MLPSpec((size, *hidden, 1), "relu")})
        self._critic = make_networks(device, critic, self._rng) if params.baseline else None
        outputs: Array = np.zeros((1, self._head.n_outputs), np.float32)
        example = np.asarray(self._head.sample(outputs, self._free(), None, np.random.default_rng(0))[0])
        self._store = EpisodeStore(size, example, sum(hidden))
        self._observation: Array = np.zeros(size, np.float32)
        self._mask_rows: list[Array] = []
        self._behind: list[float] = []
        self._asked = 0
        self._terminated = self._truncated = False

    def _free(self) -> Array | None:
        """The free parameter log σ, where actions are continuous."""
        return None if self._head.free_shape is None else self._networks.parameters()[LOG_STD]

    def learn(self, run: Run) -> None:
        first, _ = self._env.reset(seed=environment_seed(self._seed, self._updates))
        self._observation = np.array(self._encoder.encode(first))
        if not self.midway:
            self._begin_gathering()
            self._mask_rows.clear()
            self._terminated = self._truncated = False
        while True:
            while len(self._behind) < self._asked:
                self._behind.append(self._play(run))
            self._update(run, self._behind)
            self._begin_gathering()

    def _begin_gathering(self) -> None:
        """No episode of the next update was played yet; a change of how many are asked for counts from here on."""
        self._store.clear()
        self._behind, self._asked = [], self._params.episodes_per_update

    def _play(self, run: Run) -> float:
        """One episode, or what is left of it, into the store; what the state behind its last step is worth, 0 if it
        terminated.
        """
        env, store, adapter, encode = self._env, self._store, self._adapter, self._encoder.encode
        actor, free, rng = self._networks.host("actor"), self._free(), self._rng
        dropout = self._params.dropout
        while not (self._terminated or self._truncated):
            observation = self._observation
            mask = self._next_mask(dropout) if dropout else None
            outputs = actor.act(observation, None if mask is None else self._by_layer(mask))
            drawn = (
                choose(outputs, rng.random())
                if adapter.discrete
                else self._head.sample(outputs[None], free, None, rng)[0]
            )
            raw, reward, terminated, truncated, _ = env.step(adapter.one(drawn))
            self._terminated, self._truncated = terminated, truncated
            store.add(observation, drawn, float(reward), mask)
            self._observation = np.array(encode(raw))
            run.record(reward, terminated, truncated)
            run.tick(1)
        store.end()
        value = 0.0
        if self._critic is not None and not self._terminated:
            value = float(self._critic.host("critic").act(self._observation)[0])
        self._observation = np.array(encode(env.reset()[0]))
        self._mask_rows.clear()
        self._terminated = self._truncated = False
        return value

    def _next_mask(self, dropout: float) -> Array:
        """Factors for the hidden units of one step: 0 with chance `dropout`, else 1/(1 − dropout)."""
        if not self._mask_rows:
            kept = self._rng.random((_MASKS_AT_ONCE, sum(self._params.hidden)), np.float32) >= dropout
            self._mask_rows = list(kept.astype(np.float32) * np.float32(1.0 / (1.0 - dropout)))
        return self._mask_rows.pop()

    def _by_layer(self, mask: Array) -> list[Array]:
        """The mask of each hidden layer; the last axis holds all layers' units."""
        if len(self._params.hidden) == 1:
            return [mask]
        return np.split(mask, np.cumsum(self._params.hidden)[:-1], axis=-1)

    def _update(self, run: Run, behind: list[float]) -> None:
        """One gradient step of the policy, and the baseline's."""
        params, store, n = self._params.model_copy(), self._store, self._store.count
        run.say(f"learning from {n:,} steps of {len(store.ends)} episode{'s' if len(store.ends) > 1 else ''}")
        run.breathe()
        learning_rate = params.learning_rate
        if params.learning_rate_schedule == "linear":
            learning_rate = falling(learning_rate, run.progress)
        returns = self._returns(behind, params.discount)
        weights, foreseen = returns, {}
        if self._critic is not None:
            expected = self._critic.predict("critic", store.observations)[:, 0]
            weights = returns - expected
            foreseen = {"explained_variance": explained_variance(expected, returns)}
            self._fit_baseline(run, returns, params)
        if params.normalise_returns and n > 1:
            weights = (weights - weights.mean()) / (weights.std() + 1e-8)
        found = self._policy_step(weights, params, learning_rate)
        self._updates += 1
        run.log(**found, **foreseen, steps_per_update=float(n), learning_rate=learning_rate)

    def _returns(self, behind: list[float], discount: float) -> Array:
        """Discounted return of every step in the store, (n,)."""
        parts, start = [], 0
        for end, after in zip(self._store.ends, behind, strict=True):
            parts.append(discounted_returns(self._store.rewards[start:end], discount, after))
            start = end
        found: Array = np.concatenate(parts).astype(np.float32)
        return found

    def _policy_step(self, weights: Array, params: ReinforceParams, learning_rate: float) -> dict[str, float]:
        """Follow the gradient of −Σ weight · log π(a|s) − entropy weight · Σ H."""
        store, networks = self._store, self._networks
        # as the steps were taken: dropout may have been changed since
        masks = None if store.masks is None else self._by_layer(store.masks)
        outputs = networks.forward("actor", store.observations, masks)
        log_probs, entropies = self._head.evaluate(outputs, self._free(), None, store.actions)
        by_outputs, by_free = self._head.backward(-weights, -params.entropy_weight)
        networks.backward("actor", by_outputs)
        if by_free is not None:
            networks.set_free_gradient(LOG_STD, by_free)
        norm = networks.clip_gradient(params.max_gradient_norm)
        networks.step(learning_rate)
        return {
            "entropy": float(entropies.mean()),
            "gradient_norm": norm,
            "policy_loss": -float(np.dot(weights, log_probs)),
        }

    def _fit_baseline(self, run: Run, returns: Array, params: ReinforceParams) -> None:
        """Bring the value network towards the returns: mean squared error, all steps in each pass."""
        critic, observations = self._critic, self._store.observations
        assert critic is not None
        for _ in range(params.baseline_passes):
            run.breathe()
            errors = critic.forward("critic", observations)[:, 0] - returns
            critic.backward("critic", errors[:, None] * np.float32(2.0 / len(returns)))
            critic.step(params.baseline_learning_rate)

    def policy(self) -> ReinforcePolicy:
        parameters, specs = self._networks.parameters(), dict(self._networks.spec.mlps)
        if self._critic is not None:
            parameters.update(self._critic.parameters())
            specs.update(self._critic.spec.mlps)
        return ReinforcePolicy(parameters, specs, self._env.observation_space, self._env.action_space)

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        arrays, values = self._networks.state()
        arrays.update({_STEPS + name: array for name, array in self._store.arrays().items()})
        if self._mask_rows:
            arrays[_MASKS] = np.stack(self._mask_rows)
        values = {**values, "updates": self._updates, "rng": generator_state(self._rng)}
        values["behind"], values["asked"] = list(self._behind), self._asked
        values["ended"] = [bool(self._terminated), bool(self._truncated)]
        if self._critic is not None:
            own, numbers = self._critic.state()
            arrays.update({_BASELINE + name: array for name, array in own.items()})
            values["baseline"] = numbers
        return LearnerState(arrays, values)

    def load_state(self, state: LearnerState) -> None:
        self._networks.load_state(state.arrays, state.values)
        if self._critic is not None:
            own = {name.removeprefix(_BASELINE): a for name, a in state.arrays.items() if name.startswith(_BASELINE)}
            self._critic.load_state(own, state.values["baseline"])
        steps = {name.removeprefix(_STEPS): a for name, a in state.arrays.items() if name.startswith(_STEPS)}
        if steps:  # an older checkpoint kept none
            self._store.load(steps)
            self._mask_rows = list(np.array(state.arrays[_MASKS])) if _MASKS in state.arrays else []
            self._behind, self._asked = [float(value) for value in state.values["behind"]], int(state.values["asked"])
            self._terminated, self._truncated = map(bool, state.values["ended"])
        self._updates = int(state.values["updates"])
        load_generator(self._rng, state.values["rng"])

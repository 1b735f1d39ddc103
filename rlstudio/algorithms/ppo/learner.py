"""PPO: gather experience with several copies, then several passes of clipped policy gradient over it.

Source: Schulman et al., "Proximal Policy Optimization Algorithms" (2017). Details as in Stable-Baselines3: advantages
normalised in each minibatch, Adam with ε = 1e-5, one gradient norm over both networks, orthogonal initial weights.
Differences: minibatches are equal parts (no short last one); values and old log-probabilities are computed once a
rollout instead of at each step; observation statistics move between updates only; target KL is checked
after each pass; diagnostics are of the last pass.
"""

from __future__ import annotations

from typing import Any, Literal

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.actions import ActionAdapter, make_head
from rlstudio.algorithms.blocks.actor import LOG_STD
from rlstudio.algorithms.blocks.adam import AdamSettings
from rlstudio.algorithms.blocks.distributions import StateDependentHead
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mlp import MLPSpec
from rlstudio.algorithms.blocks.networks import PREDICT_ROWS, NetworksSpec, make_networks
from rlstudio.algorithms.blocks.randomness import (
    acting_generator,
    environment_seed,
    generator_state,
    load_generator,
)
from rlstudio.algorithms.blocks.returns import explained_variance
from rlstudio.algorithms.blocks.rollout import Experience, RolloutBuffer
from rlstudio.algorithms.blocks.running import RewardScale, RunningMeanStd
from rlstudio.algorithms.blocks.schedules import falling
from rlstudio.algorithms.ppo.policy import PPOPolicy
from rlstudio.algorithms.ppo.spec import PPOParams
from rlstudio.envs.spaces import ObservationEncoder

_SAY_EVERY = 64
"""Vector steps between two words on how far the gathering is."""


class PPOLearner(Learner):
    """Learns on a vector environment with next-step autoreset."""

    resumes_midway = True

    def __init__(self, env: gym.vector.VectorEnv[Any, Any, Any], params: PPOParams, seed: int, device: str) -> None:
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._updates = 0
        self._encoder = ObservationEncoder(env.single_observation_space)
        self._adapter = ActionAdapter(env.single_action_space)
        self._head = make_head(
            env.single_action_space, hidden=params.hidden[-1], state_dependent=params.state_dependent_noise
        )
        self._networks = make_networks(device, self._spec(), self._rng)
        self._statistics = RunningMeanStd(self._encoder.size) if params.normalise_observations else None
        self._reward_scale = RewardScale(env.num_envs) if params.normalise_rewards else None
        self._rollout = RolloutBuffer(
            params.n_steps, env.num_envs, self._encoder.size, self._draw_once(), normalised=self._statistics is not None
        )

    def _spec(self) -> NetworksSpec:
        params, size = self._params, self._encoder.size
        start: Literal["orthogonal", "torch"] = "orthogonal" if params.orthogonal_start else "torch"
        actor = MLPSpec((size, *params.hidden, self._head.n_outputs), params.activation, start, 0.01)
        critic = MLPSpec((size, *params.hidden, 1), params.activation, start, 1.0)
        shape = self._head.free_shape
        free = {} if shape is None else {LOG_STD: np.full(shape, params.log_std_start)}
        return NetworksSpec({"actor": actor, "critic": critic}, free, AdamSettings(epsilon=1e-5))

    def _draw_once(self) -> NDArray[Any]:
        """One action as the head draws it, for the buffer's shape; from a generator of its own."""
        outputs: Array = np.zeros((1, self._head.n_outputs), np.float32)
        hidden: Array = np.zeros((1, self._params.hidden[-1]), np.float32)
        drawn: NDArray[Any] = self._head.sample(outputs, self._free(), hidden, np.random.default_rng(0))[0]
        return np.asarray(drawn)

    def _free(self) -> Array | None:
        """The free parameter log σ, where actions are continuous."""
        return None if self._head.free_shape is None else self._networks.parameters()[LOG_STD]

    def learn(self, run: Run) -> None:
        raw, _ = self._env.reset(seed=environment_seed(self._seed, self._updates))
        if not self.midway:
            self._rollout.forget()
            if self._reward_scale is not None:
                self._reward_scale.forget()
            self._see(raw, 0)
        while True:
            self._collect(run)
            self._update(run)

    def _see(self, raw: Any, t: int) -> None:
        """Write what is observed before step t."""
        rollout = self._rollout
        rollout.raw[t] = self._encoder.encode_batch(raw)
        if self._statistics is not None:
            rollout.observations[t] = self._statistics.normalise(rollout.raw[t])

    def _collect(self, run: Run) -> None:
        """Fill the rollout buffer with `n_steps` steps of each copy, or with what is left of them."""
        rollout, head, env, adapter = self._rollout, self._head, self._env, self._adapter
        actor, free, n_envs, n_steps = self._networks.host("actor"), self._free(), env.num_envs, len(rollout.rewards)
        ended = rollout.ended_last()
        for t in range(rollout.filled, n_steps):
            if t % _SAY_EVERY == 0:
                run.say(f"collecting experience {t * n_envs:,} of {n_steps * n_envs:,}")
            if isinstance(head, StateDependentHead) and free is not None and t % self._params.noise_every == 0:
                head.draw_noise(free, n_envs, self._rng)
            outputs = actor.forward(rollout.observations[t])
            drawn = head.sample(outputs, free, actor.hidden, self._rng)
            raw, rewards, terminated, truncated, _ = env.step(adapter.many(drawn))
            rollout.actions[t] = drawn
            rollout.rewards[t] = rewards
            rollout.terminated[t] = terminated
            rollout.truncated[t] = truncated
            self._see(raw, t + 1)
            rollout.filled = t + 1
            n_real = n_envs - int(np.count_nonzero(ended))
            ended = terminated | truncated
            run.record(rewards, terminated, truncated)
            if n_real:
                run.tick(n_real)

    def _experience(self) -> Experience:
        """The rollout's real steps, with advantages, returns and the log-probabilities under which they were taken."""
        params, rollout = self._params, self._rollout
        n_rows = rollout.observations.shape[0] * rollout.observations.shape[1]
        values = self._networks.predict("critic", rollout.observations.reshape(n_rows, -1))
        rewards = rollout.rewards
        if self._reward_scale is not None:
            rewards = self._reward_scale.scale(rewards, rollout.ended(), rollout.real(), params.discount)
        found = rollout.experience(
            values.reshape(rollout.observations.shape[:2]), rewards, params.discount, params.gae_lambda
        )
        actor, free = self._networks.host("actor"), self._free()
        for start in range(0, len(found), PREDICT_ROWS):
            part = slice(start, start + PREDICT_ROWS)
            outputs = actor.forward(found.observations[part])
            found.old_log_probs[part], _ = self._head.evaluate(outputs, free, actor.hidden, found.actions[part])
        return found

    def _update(self, run: Run) -> None:
        """Several passes over the rollout in minibatches."""
        params = self._params.model_copy()  # a change that arrives meanwhile counts from the next update on
        experience = self._experience()
        count = len(experience)
        run.say(f"updating the policy from {count:,} steps")
        learning_rate = params.learning_rate
        clip_range = params.clip_range
        if params.learning_rate_schedule == "linear":
            learning_rate = falling(learning_rate, run.progress)
        if params.clip_range_schedule == "linear":
            clip_range = falling(clip_range, run.progress)
        diagnostics: list[dict[str, float]] = []
        n_parts = max(1, round(count / params.batch_size))
        for epoch in range(params.n_epochs):
            last = epoch == params.n_epochs - 1
            diagnostics.clear()
            for batch in self._parts(experience, n_parts):
                run.breathe()
                measure = last or params.target_kl is not None
                found = self._minibatch(batch, params, learning_rate, clip_range, measure=measure)
                if found is not None:
                    diagnostics.append(found)
            if params.target_kl is not None and _mean(diagnostics, "approx_kl") > 1.5 * params.target_kl:
                break
        self._updates += 1
        self._carry_over()
        run.log(
            explained_variance=explained_variance(experience.values, experience.returns),
            **{name: _mean(diagnostics, name) for name in diagnostics[0]},
            learning_rate=learning_rate,
            clip_range=clip_range,
        )

    def _parts(self, experience: Experience, n_parts: int) -> Any:
        """Equal random parts of the experience; all of it as it is where one part is asked for."""
        if n_parts == 1:
            return [experience]
        order = self._rng.permutation(len(experience))
        return (experience.rows(part) for part in np.array_split(order, n_parts))

    def _carry_over(self) -> None:
        """What the next rollout starts from; observation statistics move here, and only here."""
        rollout = self._rollout
        if self._statistics is not None:
            self._statistics.update(rollout.raw[:-1][rollout.real()])
        rollout.ended_before = rollout.ended()[-1]
        rollout.filled = 0
        rollout.raw[0] = rollout.raw[-1]
        rollout.observations[0] = (
            rollout.raw[0] if self._statistics is None else self._statistics.normalise(rollout.raw[0])
        )

    def _minibatch(
        self, batch: Experience, params: PPOParams, learning_rate: float, clip_range: float, *, measure: bool
    ) -> dict[str, float] | None:
        """One gradient step on the clipped objective (eq. 9 of the paper); its diagnostics if `measure`."""
        networks, n = self._networks, len(batch)
        outputs = networks.forward("actor", batch.observations)
        hidden = networks.hidden("actor") if isinstance(self._head, StateDependentHead) else None
        log_probs, entropies = self._head.evaluate(outputs, self._free(), hidden, batch.actions)
        advantages = batch.advantages
        if params.normalise_advantages and n > 1:
            advantages = advantages - advantages.mean()
            advantages /= np.sqrt(np.dot(advantages, advantages) / (n - 1)) + 1e-8
        log_ratio = log_probs - batch.old_log_probs
        ratio = np.exp(log_ratio)
        gain = ratio * advantages
        clipped_gain = np.clip(ratio, 1.0 - clip_range, 1.0 + clip_range) * advantages
        by_log_prob = np.where(gain <= clipped_gain, gain, 0.0) * np.float32(-1.0 / n)
        by_outputs, by_free = self._head.backward(by_log_prob, -params.entropy_weight / n)
        networks.backward("actor", by_outputs)
        if by_free is not None:
            networks.set_free_gradient(LOG_STD, by_free)
        errors = networks.forward("critic", batch.observations)[:, 0] - batch.returns
        networks.backward("critic", errors[:, None] * np.float32(2.0 * params.value_weight / n))
        norm = networks.clip_gradient(params.max_gradient_norm)
        networks.step(learning_rate)
        if not measure:
            return None
        return {
            "entropy": float(entropies.mean()),
            "approx_kl": float((ratio - 1.0 - log_ratio).mean()),
            "clip_fraction": float((np.abs(ratio - 1.0) > clip_range).mean()),
            "value_loss": float(np.dot(errors, errors) / n),
            "policy_loss": -float(np.minimum(gain, clipped_gain).mean()),
            "gradient_norm": norm,
        }

    def policy(self) -> PPOPolicy:
        return PPOPolicy(
            self._networks.parameters(),
            self._networks.spec.mlps,
            self._env.single_observation_space,
            self._env.single_action_space,
            statistics=self._statistics,
            state_dependent=self._params.state_dependent_noise,
        )

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        arrays, values = self._networks.state()
        if self._statistics is not None:
            arrays.update({f"observations.{name}": array for name, array in self._statistics.arrays().items()})
        if self._reward_scale is not None:
            arrays.update({f"rewards.{name}": array for name, array in self._reward_scale.arrays().items()})
        arrays.update({f"rollout.{name}": array for name, array in self._rollout.arrays().items()})
        if isinstance(self._head, StateDependentHead) and self._head.noise is not None:
            arrays["noise"] = self._head.noise
        return LearnerState(arrays, {**values, "updates": self._updates, "rng": generator_state(self._rng)})

    def load_state(self, state: LearnerState) -> None:
        self._networks.load_state(state.arrays, state.values)
        for prefix, holder in (("observations.", self._statistics), ("rewards.", self._reward_scale)):
            if holder is not None:
                own = {n.removeprefix(prefix): a for n, a in state.arrays.items() if n.startswith(prefix)}
                holder.load_arrays(own)
        rollout = {n.removeprefix("rollout."): a for n, a in state.arrays.items() if n.startswith("rollout.")}
        if rollout:  # an older checkpoint kept none
            self._rollout.load(rollout)
        if isinstance(self._head, StateDependentHead) and "noise" in state.arrays:
            self._head.noise = np.array(state.arrays["noise"])
        self._updates = int(state.values["updates"])
        load_generator(self._rng, state.values["rng"])


def _mean(rows: list[dict[str, float]], name: str) -> float:
    return sum(row[name] for row in rows) / len(rows)

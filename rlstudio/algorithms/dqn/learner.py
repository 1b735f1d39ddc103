"""DQN: act ε-greedily, remember, and fit Q-values to reward plus the discounted best Q-value of the next state.

Sources: Mnih et al., "Human-level control through deep reinforcement learning" (2015), algorithm 1; van Hasselt, Guez
and Silver, "Deep Reinforcement Learning with Double Q-learning" (2016), eq. 4; soft targets as in Lillicrap et al.,
"Continuous control with deep reinforcement learning" (2016), algorithm 1. Differences from the 2015 paper: Adam
instead of RMSProp, observations encoded to one vector instead of convolved pictures, truncated episodes bootstrap.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.adam import AdamSettings
from rlstudio.algorithms.blocks.layout import Array
from rlstudio.algorithms.blocks.mean_metrics import MeanMetrics
from rlstudio.algorithms.blocks.mlp import MLPSpec
from rlstudio.algorithms.blocks.networks import NetworksSpec, make_networks
from rlstudio.algorithms.blocks.randomness import (
    acting_generator,
    environment_seed,
    generator_state,
    load_generator,
)
from rlstudio.algorithms.blocks.replay import ReplayBuffer
from rlstudio.algorithms.blocks.returns import td_targets
from rlstudio.algorithms.blocks.schedules import exponential, linear
from rlstudio.algorithms.dqn.policy import DQNPolicy
from rlstudio.algorithms.dqn.spec import ROW_EVERY, DQNParams
from rlstudio.envs.spaces import ObservationEncoder

_SAY_EVERY = 500
_REPLAY = "replay."


class DQNLearner(Learner):
    """Learns on a single environment with discrete actions."""

    resumes_midway = True

    def __init__(self, env: gym.Env[Any, Any], params: DQNParams, seed: int, device: str) -> None:
        if not isinstance(env.action_space, gym.spaces.Discrete):
            raise ValueError(f"DQN needs discrete actions; the action space is {env.action_space}")
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._n_actions = int(env.action_space.n)
        self._first_action = int(env.action_space.start)
        self._encoder = ObservationEncoder(env.observation_space)
        network = MLPSpec((self._encoder.size, *params.hidden, self._n_actions), "relu")
        adam = AdamSettings(weight_decay=params.weight_decay, amsgrad=params.amsgrad)
        self._networks = make_networks(device, NetworksSpec({"q": network}, adam=adam, target_of="q"), self._rng)
        self._replay = ReplayBuffer(
            params.buffer_size, self._encoder.size, params.batch_size, binary=self._encoder.binary
        )
        self._rows = np.arange(params.batch_size)
        self._by_q: Array = np.zeros((params.batch_size, self._n_actions), np.float32)
        self._steps = 0
        self._epsilon = params.epsilon_start
        self._target_is_old = False
        self._metrics = MeanMetrics()
        self._next_row = 0
        self._predicted, self._realised, self._weight = 0.0, 0.0, 1.0

    def learn(self, run: Run) -> None:
        env, params, encode, replay = self._env, self._params, self._encoder.encode, self._replay
        first, _ = env.reset(seed=environment_seed(self._seed, self._steps))
        observation = np.array(encode(first))  # own memory: an environment may hand out the same array again
        if not self.midway:
            self._begin_episode(observation)
        while True:
            action = self._act(observation, run.progress)
            raw, reward, terminated, truncated, _ = env.step(action + self._first_action)
            following = np.array(encode(raw))
            replay.add(observation, action, float(reward), following, terminated)
            self._steps += 1
            self._realised += self._weight * float(reward)
            self._weight *= params.discount
            run.record(reward, terminated, truncated)
            observation = following
            ended = terminated or truncated
            if ended and self._steps > params.learning_starts:
                self._metrics.add(predicted_q=self._predicted, discounted_return=self._realised)
            self._learn_from_memory(run)
            if ended:
                observation = np.array(encode(env.reset()[0]))
                self._begin_episode(observation)
            run.tick(1)

    def _begin_episode(self, observation: Array) -> None:
        """What it is predicted to bring, by its first state's best Q-value, and what it brought so far."""
        self._predicted = float(self._networks.host("q").act(observation).max())
        self._realised, self._weight = 0.0, 1.0

    def _act(self, observation: Array, progress: float) -> int:
        """An ε-greedy choice, counted from 0; random until `learning_starts`."""
        params = self._params
        if params.epsilon_schedule == "linear":
            self._epsilon = linear(params.epsilon_start, params.epsilon_end, params.exploration_fraction, progress)
        else:
            self._epsilon = exponential(
                params.epsilon_start, params.epsilon_end, params.epsilon_decay_steps, self._steps
            )
        if self._steps < params.learning_starts or self._rng.random() < self._epsilon:
            return int(self._rng.random() * self._n_actions)
        return int(self._networks.host("q").act(observation).argmax())

    def _learn_from_memory(self, run: Run) -> None:
        """Move the target network and train, where their step has come."""
        params, steps = self._params, self._steps
        if self._target_is_old and steps % params.target_update_every == 0:
            self._networks.update_target(params.target_share)
            self._target_is_old = params.target_share < 1.0
        needed = max(params.learning_starts, params.batch_size)
        if steps % _SAY_EVERY == 0 or steps == needed:
            if self._replay.size < min(needed, params.buffer_size):
                run.say(f"filling the replay buffer: {self._replay.size:,} of {needed:,}")
            else:
                run.say(f"learning from {self._replay.size:,} remembered transitions")
        if (
            steps > params.learning_starts
            and steps % params.train_every == 0
            and self._replay.size >= params.batch_size
        ):
            self._train(run)

    def _train(self, run: Run) -> None:
        """`updates_per_train` gradient steps on minibatches drawn from the replay buffer."""
        params = self._params.model_copy()  # a change that arrives meanwhile counts from the next update on
        count = params.updates_per_train
        drawn = self._rng.integers(0, self._replay.size, (count, params.batch_size))
        for indices in drawn:
            run.breathe()
            self._replay.gather(indices)
            td_error, loss, norm = self._minibatch(params)
            self._metrics.add(td_error=td_error, loss=loss, gradient_norm=norm)
        self._target_is_old = True
        if self._steps < self._next_row:
            run.log()
            return
        self._next_row = self._steps + ROW_EVERY
        run.log(
            **self._metrics.take(),
            epsilon=self._epsilon,
            buffer_filled=float(self._replay.size),
            learning_rate=params.learning_rate,
        )

    def _next_values(self, double: bool) -> NDArray[Any]:
        """Value of each next state, (batch,): the target network's best Q-value, or its Q-value of the best action."""
        following = self._replay.next_observations
        if not double:
            best: NDArray[Any] = self._networks.forward_target(following).max(axis=1)
            return best
        choices = self._networks.forward("q", following).argmax(axis=1)
        judged: NDArray[Any] = self._networks.forward_target(following)[self._rows, choices]
        return judged

    def _minibatch(self, params: DQNParams) -> tuple[float, float, float]:
        """One gradient step on the gathered minibatch; mean |TD error|, loss and gradient norm."""
        replay, networks, n = self._replay, self._networks, len(self._rows)
        targets = td_targets(replay.rewards, self._next_values(params.double), replay.terminated, params.discount)
        q_values = networks.forward("q", replay.observations)
        errors = q_values[self._rows, replay.actions] - targets
        sizes = np.abs(errors)
        if params.loss == "huber":
            slopes = np.clip(errors, -1.0, 1.0)
            loss = float(np.dot(slopes, errors - 0.5 * slopes)) / n  # ½e² inside ±1, |e| − ½ outside
        else:
            slopes = 2.0 * errors
            loss = float(np.dot(errors, errors)) / n
        self._by_q.fill(0.0)
        self._by_q[self._rows, replay.actions] = slopes * np.float32(1.0 / n)
        networks.backward("q", self._by_q)
        norm = networks.clip_gradient(params.max_gradient_norm, params.max_gradient_value)
        networks.step(params.learning_rate)
        return float(sizes.mean()), loss, norm

    def policy(self) -> DQNPolicy:
        return DQNPolicy(
            self._networks.parameters(),
            self._networks.spec.mlps["q"],
            self._env.observation_space,
            self._env.action_space,
            self._epsilon,
        )

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        arrays, values = self._networks.state()
        arrays.update({_REPLAY + name: array for name, array in self._replay.arrays().items()})
        counters = {
            "steps": self._steps,
            "epsilon": self._epsilon,
            "target_is_old": self._target_is_old,
            "replay_position": self._replay.position,
            "metrics": self._metrics.state(),
            "next_row": self._next_row,
            "episode": [self._predicted, self._realised, self._weight],
            "rng": generator_state(self._rng),
        }
        return LearnerState(arrays, {**values, **counters})

    def load_state(self, state: LearnerState) -> None:
        values = state.values
        self._networks.load_state(state.arrays, values)
        saved = {name.removeprefix(_REPLAY): a for name, a in state.arrays.items() if name.startswith(_REPLAY)}
        self._replay.load(saved, int(values["replay_position"]))
        self._steps = int(values["steps"])
        self._epsilon = float(values["epsilon"])
        self._target_is_old = bool(values["target_is_old"])
        self._metrics.load_state(values["metrics"])
        self._next_row = int(values["next_row"])
        self._predicted, self._realised, self._weight = map(float, values.get("episode", (0.0, 0.0, 1.0)))
        load_generator(self._rng, values["rng"])

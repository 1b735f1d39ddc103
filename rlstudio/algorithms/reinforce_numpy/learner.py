"""REINFORCE by hand, to be read from top to bottom: play, look back, and move every weight a little.

1. Act by chance: the network says how probable each action is, and a die decides.
2. When an episode is over, go back through it: the return of a step is its reward and what followed, each step later
   counting γ times as much.
3. Bring the episode's returns to mean 0 and deviation 1: steps better than its average are praised, the others blamed.
4. Take the derivative of the loss by hand, from the outputs back to the first weights, and go one step against it.

Sources: Williams (1992), "Simple statistical gradient-following algorithms for connectionist reinforcement learning";
the network and "squared error" are those of a well-known notebook demonstration (see `network.by_outputs`).

What differs from a loop over one environment: several copies are played at once, and each episode makes its update when
it ends. The other copies are then in the middle of theirs, whose first actions were drawn from the weights before that
update. With one copy there is no difference.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.randomness import acting_generator, environment_seed, generator_state, load_generator
from rlstudio.algorithms.blocks.returns import discounted_returns
from rlstudio.algorithms.reinforce_numpy.network import (
    Floats,
    backward,
    by_outputs,
    draw_weights,
    forward,
    probabilities,
    sigmoid,
)
from rlstudio.algorithms.reinforce_numpy.notebook import Notebook, PlayedEpisode, bound, unbound
from rlstudio.algorithms.reinforce_numpy.policy import ReinforceNumpyPolicy
from rlstudio.algorithms.reinforce_numpy.spec import ReinforceNumpyParams
from rlstudio.envs.spaces import ObservationEncoder

_PAGES, _WAITING = "pages.", "waiting."


class ReinforceNumpyLearner(Learner):
    """Learns on a vector environment with next-step autoreset."""

    resumes_midway = True

    def __init__(
        self, env: gym.vector.VectorEnv[Any, Any, Any], params: ReinforceNumpyParams, seed: int, device: str
    ) -> None:
        self._env = env
        self._params = params.model_copy()
        self._seed = seed
        self._rng = acting_generator(seed)
        self._encoder = ObservationEncoder(env.single_observation_space)
        space: Any = env.single_action_space
        self._first_action = int(space.start)
        outputs = 1 if space.n == 2 else int(space.n)  # one number is enough to choose between two
        self._weights = draw_weights(self._rng, [self._encoder.size, *params.hidden, outputs])
        self._linear_last = params.last_hidden == "linear"
        self._notebook = Notebook(env.num_envs, self._encoder.size)
        self._finished: list[PlayedEpisode] = []
        self._ended: NDArray[np.bool_] = np.zeros(env.num_envs, np.bool_)
        self._updates = 0

    # ------------------------------------------------------------ 1. act by chance

    def learn(self, run: Run) -> None:
        env, notebook, n_envs = self._env, self._notebook, self._env.num_envs
        raw, _ = env.reset(seed=environment_seed(self._seed, self._updates))
        if not self.midway:
            notebook.clear()
            self._finished, self._ended = [], np.zeros(n_envs, np.bool_)
        while True:
            ended = self._ended
            observations = self._encoder.encode_batch(raw)
            actions = self._draw(observations, reset=ended)
            raw, rewards, terminated, truncated, _ = env.step(actions + self._first_action)
            notebook.write(observations, actions, rewards, reset=ended)
            n_real = n_envs - int(np.count_nonzero(ended))
            ended = self._ended = terminated | truncated
            run.record(rewards, terminated, truncated)
            if ended.any():
                for copy in np.flatnonzero(ended):
                    self._finished.append(notebook.tear_out(int(copy)))
                    if len(self._finished) >= self._params.episodes_per_update:
                        self._update(run)
            if n_real:
                run.tick(n_real)

    def _draw(self, observations: NDArray[Any], *, reset: NDArray[np.bool_]) -> NDArray[np.int64]:
        """An action for each copy, (n_envs,), as probable as the network says; no die is cast for a mere reset."""
        z, _ = forward(self._weights, observations, linear_last=self._linear_last)
        dice = np.ones(len(z))
        acting = ~reset
        dice[acting] = self._rng.random(int(np.count_nonzero(acting)))
        if z.shape[1] == 1:
            chosen: NDArray[np.bool_] = dice < sigmoid(z)[:, 0]
            return chosen.astype(np.int64)
        passed = probabilities(z).cumsum(axis=1)[:, :-1] <= dice[:, None]
        return np.asarray(passed.sum(axis=1), np.int64)

    # ------------------------------------------------------------ 2. and 3. look back

    def _praise(self, episode: PlayedEpisode) -> Floats:
        """How much each step of an episode is praised (above 0) or blamed, (T,)."""
        returns = discounted_returns(episode.rewards.tolist(), self._params.discount)
        if self._params.normalise_returns:
            returns -= returns.mean()
            returns /= returns.std() + 1e-8
        return returns

    # ------------------------------------------------------------ 4. move every weight a little

    def _update(self, run: Run) -> None:
        """One step of gradient descent, from the episodes that ended since the last."""
        run.breathe()
        episodes, params = self._finished, self._params
        self._finished = []
        observations = np.concatenate([episode.observations for episode in episodes])
        actions = np.concatenate([episode.actions for episode in episodes])
        praise = np.concatenate([self._praise(episode) for episode in episodes])

        z, inputs = forward(self._weights, observations, linear_last=self._linear_last)
        delta = by_outputs(z, actions, praise / len(episodes), params.loss)
        gradients = backward(self._weights, inputs, delta, linear_last=self._linear_last)
        norm = float(np.sqrt(sum(np.vdot(gradient, gradient) for gradient in gradients)))
        rate = params.learning_rate
        if params.max_gradient_norm is not None and norm > params.max_gradient_norm:
            rate *= params.max_gradient_norm / norm
        for weight, gradient in zip(self._weights, gradients, strict=True):
            weight -= rate * gradient

        self._updates += 1
        if self._updates % self._env.num_envs:  # a row for as many episodes as there are copies says enough
            run.log()
            return
        run.say(f"learning from every whole episode: {self._updates:,} updates so far")
        run.log(**self._diagnose(z, norm, len(actions) / len(episodes)))

    def _diagnose(self, z: Floats, norm: float, steps: float) -> dict[str, float]:
        p = probabilities(z)
        return {
            "entropy": float(-(p * np.log(np.maximum(p, 1e-12))).sum(axis=1).mean()),
            "gradient_norm": norm,
            "weight_norm": float(np.sqrt(sum(np.vdot(weight, weight) for weight in self._weights))),
            "steps_per_episode": float(steps),
            "learning_rate": self._params.learning_rate,
        }

    # ------------------------------------------------------------ what the house asks of every learner

    def policy(self) -> ReinforceNumpyPolicy:
        return ReinforceNumpyPolicy(
            self._weights,
            self._env.single_observation_space,
            self._env.single_action_space,
            linear_last=self._linear_last,
        )

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)

    def state(self) -> LearnerState:
        arrays: dict[str, NDArray[Any]] = {f"layer.{i}": weight for i, weight in enumerate(self._weights)}
        arrays.update({_PAGES + name: array for name, array in self._notebook.arrays().items()})
        waiting = bound(self._finished, self._encoder.size)
        arrays.update({_WAITING + name: array for name, array in waiting.items()})
        arrays["ended"] = self._ended
        return LearnerState(arrays, {"updates": self._updates, "rng": generator_state(self._rng)})

    def load_state(self, state: LearnerState) -> None:
        for i, weight in enumerate(self._weights):
            saved = state.arrays.get(f"layer.{i}")
            if saved is None or saved.shape != weight.shape:
                raise ValueError(f"the saved layer {i} does not fit: shape {weight.shape} is needed here")
            weight[:] = saved
        if "ended" in state.arrays:  # an older checkpoint kept no unfinished episodes
            self._notebook.load(_under(_PAGES, state))
            self._finished = unbound(_under(_WAITING, state))
            self._ended = np.array(state.arrays["ended"], np.bool_)
        self._updates = int(state.values["updates"])
        load_generator(self._rng, state.values["rng"])


def _under(prefix: str, state: LearnerState) -> dict[str, NDArray[Any]]:
    """The arrays under a prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in state.arrays.items() if name.startswith(prefix)}

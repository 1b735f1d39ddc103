"""What each of Stable-Baselines3's policies makes of an observation: an action, and the thought that led to it.

Actions are drawn here, in NumPy and from a generator of the policy's own, out of the numbers that the networks give.
The policies' own sampling draws from torch's global generator, and would change the run that is watched.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.algorithms.blocks.distributions import choose, softmax
from rlstudio.core.episode import Thought

_EXPLORED = "explored: random action"
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(16)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_TINY = 1e-6  # StateDependentNoiseDistribution.epsilon

Floats = NDArray[np.float32]


class Mind(ABC):
    """One kind of policy.

    Args:
        policy: Stable-Baselines3's, whose parameters may be shared with a learner.
        noise: spread of the Gaussian noise on a deterministic policy's actions, of the full range −1 to 1.
        epsilon: chance of a random action.
    """

    def __init__(self, policy: Any, *, noise: float = 0.0, epsilon: float = 0.0) -> None:
        self.policy = policy
        self.space: Any = policy.action_space
        self.noise = noise
        self.epsilon = epsilon

    def forget(self) -> None:  # noqa: B027 - most carry nothing from step to step
        """A new episode begins."""

    @abstractmethod
    def decide(
        self, seen: Any, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool
    ) -> tuple[Any, Thought]:
        """An action of the policy's space for a batch of one observation, as tensors; and why.

        `allowed` is a mask of the actions that may be taken, where the policy heeds one.
        """


class ActorCriticMind(Mind):
    """PPO, A2C, TRPO, Maskable PPO: a distribution over actions and a value."""

    def latents(self, seen: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """What the last layers of actor and critic see."""
        features = self.policy.extract_features(seen)
        actor, critic = self.policy.mlp_extractor(features)
        return actor, critic

    def latents_again(self, seen: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """The same as at the last decision, which `seen` led to, once more."""
        return self.latents(seen)

    def decide(
        self, seen: Any, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool
    ) -> tuple[Any, Thought]:
        latent, for_value = self.latents(seen)
        value = float(self.policy.value_net(for_value)[0, 0])
        outputs: Floats = self.policy.action_net(latent)[0].numpy()
        if isinstance(self.space, spaces.Box):
            std = self._std(latent)
            action = outputs if greedy else outputs + std * rng.standard_normal(len(outputs), np.float32)
            bounded = np.clip(action.reshape(self.space.shape), self.space.low, self.space.high)
            return bounded, Thought(mean=np.array(outputs), std=std, value=value)
        return self._choose(outputs, allowed, rng, greedy, value)

    def _std(self, latent: torch.Tensor) -> Floats:
        """Spread of each action. Every action stands for itself: state-dependent noise is drawn anew each step."""
        if getattr(self.policy, "use_sde", False):
            return state_dependent_std(self.policy, latent)
        return np.array(torch.exp(self.policy.log_std).numpy())

    def _choose(
        self, logits: Floats, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool, value: float
    ) -> tuple[Any, Thought]:
        if isinstance(self.space, spaces.MultiBinary) and len(logits) == self.space.n:
            likely = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
            bits = likely > 0.5 if greedy else rng.random(len(likely)) < likely
            return bits.astype(np.int8), Thought(value=value)
        if allowed is not None:
            logits = np.where(allowed, logits, np.float32(-1e8))
        if isinstance(self.space, spaces.Discrete):
            choice = int(logits.argmax()) if greedy else choose(logits, rng.random())
            mask = None if allowed is None else allowed.astype(np.float32)
            return choice, Thought(probabilities=softmax(logits), allowed=mask, value=value)
        counts = [2] * (len(logits) // 2) if isinstance(self.space, spaces.MultiBinary) else self.space.nvec.tolist()
        parts = np.split(logits, np.cumsum(counts)[:-1])
        drawn = [int(part.argmax()) if greedy else choose(part, rng.random()) for part in parts]
        return np.array(drawn, self.space.dtype), Thought(value=value)


class RecurrentMind(ActorCriticMind):
    """Recurrent PPO: what it remembers is carried from step to step."""

    def __init__(self, policy: Any, **rest: float) -> None:
        super().__init__(policy, **rest)
        self.forget()

    def forget(self) -> None:
        layers, _, size = self.policy.lstm_hidden_state_shape
        zeros = torch.zeros((layers, 1, size))
        self._actor_memory, self._critic_memory = (zeros, zeros), (zeros, zeros)
        self._before = self._actor_memory, self._critic_memory

    def latents(self, seen: Any) -> tuple[torch.Tensor, torch.Tensor]:
        policy, going_on = self.policy, torch.zeros(1)
        self._before = self._actor_memory, self._critic_memory
        features = policy.extract_features(seen)
        for_actor, for_critic = (features, features) if policy.share_features_extractor else features
        actor, self._actor_memory = policy._process_sequence(for_actor, self._actor_memory, going_on, policy.lstm_actor)
        if policy.lstm_critic is not None:
            critic, self._critic_memory = policy._process_sequence(
                for_critic, self._critic_memory, going_on, policy.lstm_critic
            )
        else:
            critic = actor if policy.shared_lstm else policy.critic(for_critic)
        return policy.mlp_extractor.forward_actor(actor), policy.mlp_extractor.forward_critic(critic)

    def latents_again(self, seen: Any) -> tuple[torch.Tensor, torch.Tensor]:
        after = self._actor_memory, self._critic_memory
        self._actor_memory, self._critic_memory = self._before
        try:
            return self.latents(seen)
        finally:
            self._actor_memory, self._critic_memory = after


class QMind(Mind):
    """DQN: the action of the highest Q-value."""

    def decide(
        self, seen: Any, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool
    ) -> tuple[Any, Thought]:
        q_values, quantiles = self.values(seen)
        choice, note = int(q_values.argmax()), ""
        if not greedy and rng.random() < self.epsilon:
            choice, note = int(rng.integers(len(q_values))), _EXPLORED
        return choice, Thought(q_values=q_values, quantiles=quantiles, value=float(q_values.max()), note=note)

    def values(self, seen: Any) -> tuple[Floats, Floats | None]:
        """Q-values (n_actions,), and quantiles (n_actions, n_quantiles) where there are any."""
        return np.array(self.policy.q_net(seen)[0].numpy()), None


class QuantileMind(QMind):
    """QR-DQN: a distribution of returns for each action, whose mean is its Q-value."""

    def values(self, seen: Any) -> tuple[Floats, Floats | None]:
        quantiles = self.policy.quantile_net(seen)[0].numpy().T
        return quantiles.mean(axis=1), np.sort(quantiles, axis=1)


class DeterministicMind(Mind):
    """DDPG and TD3: the actor's action, with Gaussian noise when sampled."""

    def decide(
        self, seen: Any, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool
    ) -> tuple[Any, Thought]:
        scaled: Floats = self.policy.actor(seen)[0].numpy()
        value = lowest_q(self.policy.critic(seen, torch.from_numpy(scaled[None])))
        taken = scaled
        if not greedy and self.noise:
            noise = self.noise * rng.standard_normal(scaled.shape, np.float32)
            taken = np.clip(scaled + noise, np.float32(-1), np.float32(1))
        mean = np.asarray(unscaled(self.space, scaled), np.float32).reshape(-1)
        return unscaled(self.space, taken), Thought(mean=mean, value=value)


class SquashedMind(Mind):
    """SAC and TQC: a Gaussian squashed into the bounds by tanh.

    The thought's mean is the greedy action tanh(μ), its std the spread of what is drawn, both in the action's units.
    """

    def decide(
        self, seen: Any, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool
    ) -> tuple[Any, Thought]:
        mean, log_std, rest = self.policy.actor.get_action_dist_params(seen)
        noisy = "latent_sde" in rest
        mu = mean[0].numpy()
        sigma = state_dependent_std(self.policy.actor, rest["latent_sde"]) if noisy else np.exp(log_std[0].numpy())
        calm: Floats = np.tanh(mu)
        value = lowest_q(self.policy.critic(seen, torch.from_numpy(calm[None])))
        taken = calm if greedy else np.tanh(mu + sigma * rng.standard_normal(mu.shape, np.float32))
        squashed = np.tanh(mu[:, None] + sigma[:, None] * _NODES)  # quadrature: exact enough, and draws nothing
        spread = np.sqrt(np.maximum(0.0, (squashed**2) @ _WEIGHTS - (squashed @ _WEIGHTS) ** 2))
        half_range = 0.5 * (self.space.high - self.space.low).reshape(-1)
        thought = Thought(
            mean=np.asarray(unscaled(self.space, calm), np.float32).reshape(-1),
            std=(spread * half_range).astype(np.float32),
            value=value,
        )
        return unscaled(self.space, taken), thought


class SearchMind(Mind):
    """ARS: a function from observation to action, without chance or value."""

    def decide(
        self, seen: Any, allowed: NDArray[np.bool_] | None, rng: np.random.Generator, greedy: bool
    ) -> tuple[Any, Thought]:
        output = self.policy(seen)[0].numpy()
        if isinstance(self.space, spaces.Discrete):
            return int(output), Thought()
        if self.policy.squash_output:
            action = unscaled(self.space, output)
        else:
            action = np.clip(output.reshape(self.space.shape), self.space.low, self.space.high)
        return action, Thought(mean=np.array(action, np.float32).reshape(-1))


def state_dependent_std(policy: Any, latent: torch.Tensor) -> Floats:
    """Spread of each action where the noise is a function of the state (gSDE), (action_dim,)."""
    variance = torch.mm(latent**2, policy.action_dist.get_std(policy.log_std) ** 2)
    return np.array(torch.sqrt(variance + _TINY)[0].numpy())


def unscaled(space: spaces.Box, scaled: NDArray[Any]) -> NDArray[Any]:
    """From −1 … 1 to the bounds of the space."""
    low, high = space.low.reshape(-1), space.high.reshape(-1)
    found: NDArray[Any] = (low + 0.5 * (scaled + 1.0) * (high - low)).reshape(space.shape)
    return found


def lowest_q(guesses: Any) -> float:
    """The most cautious of the critics' Q-values: a tuple of (1, 1), or quantiles (1, n_critics, n_quantiles)."""
    if isinstance(guesses, torch.Tensor):
        return float(guesses[0].mean(dim=1).min())
    return float(torch.cat(guesses, dim=1).min())


MINDS: dict[str, type[Mind]] = {
    "sb3_ppo": ActorCriticMind,
    "sb3_a2c": ActorCriticMind,
    "trpo": ActorCriticMind,
    "maskable_ppo": ActorCriticMind,
    "recurrent_ppo": RecurrentMind,
    "sb3_dqn": QMind,
    "qrdqn": QuantileMind,
    "sb3_ddpg": DeterministicMind,
    "sb3_td3": DeterministicMind,
    "sb3_sac": SquashedMind,
    "tqc": SquashedMind,
    "ars": SearchMind,
}
"""By the algorithm that is run (HER runs another one)."""

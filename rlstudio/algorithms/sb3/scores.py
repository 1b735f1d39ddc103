"""What Stable-Baselines3's policies make of states without acting: gradients of an action's score, and values."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.algorithms.base import HIGHEST_Q
from rlstudio.algorithms.blocks.sensitivity import as_one
from rlstudio.algorithms.sb3.thinking import (
    ActorCriticMind,
    DeterministicMind,
    Mind,
    QMind,
    QuantileMind,
    RecurrentMind,
    SearchMind,
    SquashedMind,
)

Floats = NDArray[np.float32]


def gradients(
    mind: Mind, seen: Any, choices: NDArray[np.intp], allowed: NDArray[np.bool_] | None
) -> dict[str, Floats | None]:
    """The gradient of the action's score by each part of a batch of one observation ("" where it has no parts).

    As `Policy.sensitivity` defines it, by the numbers as the networks see them; None for a part that is a choice.
    """
    parts = seen if isinstance(seen, dict) else {"": seen}
    asked = {
        key: part.float().requires_grad_() for key, part in parts.items() if part.is_floating_point() or part.dim() > 1
    }
    shown = {**parts, **asked}
    with torch.enable_grad():
        scores = _scores(mind, shown if isinstance(seen, dict) else shown[""], choices, allowed)
        rows = [torch.autograd.grad(s, list(asked.values()), retain_graph=True, allow_unused=True) for s in scores]
    found: dict[str, Floats | None] = dict.fromkeys(parts)
    for place, key in enumerate(asked):
        by_score = [row[place] for row in rows]
        if all(each is not None for each in by_score):
            found[key] = as_one(np.stack([each[0].numpy() for each in by_score]))
    return found


def _scores(mind: Mind, seen: Any, choices: NDArray[np.intp], allowed: NDArray[np.bool_] | None) -> Any:
    """One number for choices, a number for each of a Box action's, with a way back to `seen`."""
    policy = mind.policy
    if isinstance(mind, ActorCriticMind):
        outputs = policy.action_net(mind.latents_again(seen)[0])[0]
        return outputs if isinstance(mind.space, spaces.Box) else _probability(mind, outputs, choices, allowed)
    if isinstance(mind, QuantileMind):
        return policy.quantile_net(seen)[0].mean(dim=0)[choices[:1]]
    if isinstance(mind, QMind):
        return policy.q_net(seen)[0][choices[:1]]
    if isinstance(mind, DeterministicMind):
        return policy.actor(seen)[0] * _half_range(mind.space)
    if isinstance(mind, SquashedMind):
        return torch.tanh(policy.actor.get_action_dist_params(seen)[0][0]) * _half_range(mind.space)
    assert isinstance(mind, SearchMind)
    outputs = policy.action_net(policy.extract_features(seen, policy.features_extractor))[0]
    if isinstance(mind.space, spaces.Discrete):
        return outputs[choices[:1]]
    return outputs * _half_range(mind.space) if policy.squash_output else outputs


def _probability(
    mind: Mind, logits: torch.Tensor, choices: NDArray[np.intp], allowed: NDArray[np.bool_] | None
) -> torch.Tensor:
    """Of all choices together, shape (1,)."""
    if isinstance(mind.space, spaces.MultiBinary) and len(logits) == mind.space.n:
        signs = torch.from_numpy(2.0 * choices - 1.0).float()
        return torch.sigmoid(signs * logits).prod().reshape(1)
    if allowed is not None:
        logits = torch.where(torch.from_numpy(allowed), logits, torch.tensor(-1e8))
    counts = [len(logits)]
    if not isinstance(mind.space, spaces.Discrete):
        counts = [2] * len(choices) if isinstance(mind.space, spaces.MultiBinary) else mind.space.nvec.tolist()
    parts = zip(torch.split(logits, counts), choices.tolist(), strict=True)
    return torch.stack([torch.softmax(part, 0)[choice] for part, choice in parts]).prod().reshape(1)


def _half_range(space: Any) -> torch.Tensor:
    return torch.from_numpy((0.5 * (space.high - space.low)).reshape(-1)).float()


def state_values(mind: Mind, seen: torch.Tensor) -> Floats | None:
    """The value of each of a batch of states, (n,); None where there is none, or it hangs on what was seen before."""
    policy = mind.policy
    if isinstance(mind, RecurrentMind | SearchMind):
        return None
    if isinstance(mind, ActorCriticMind):
        return np.array(policy.value_net(mind.latents(seen)[1])[:, 0].numpy())
    if isinstance(mind, QMind):
        q_values = action_preferences(mind, seen)
        assert q_values is not None
        return np.asarray(q_values.max(axis=1))
    actions = policy.actor(seen) if isinstance(mind, DeterministicMind) else _calm(policy, seen)
    guesses = policy.critic(seen, actions)
    if isinstance(guesses, torch.Tensor):
        return np.array(guesses.mean(dim=2).min(dim=1).values.numpy())
    return np.array(torch.cat(guesses, dim=1).min(dim=1).values.numpy())


def _calm(policy: Any, seen: torch.Tensor) -> torch.Tensor:
    """The greedy actions, in ±1."""
    return torch.tanh(policy.actor.get_action_dist_params(seen)[0])


def action_preferences(mind: Mind, seen: torch.Tensor) -> Floats | None:
    """Logits or Q-values of a batch of states, (n, n_actions); None for a policy that remembers."""
    policy = mind.policy
    if isinstance(mind, RecurrentMind):
        return None
    if isinstance(mind, ActorCriticMind):
        return np.array(policy.action_net(mind.latents(seen)[0]).numpy())
    if isinstance(mind, QuantileMind):
        return np.array(policy.quantile_net(seen).mean(dim=1).numpy())
    if isinstance(mind, QMind):
        return np.array(policy.q_net(seen).numpy())
    return np.array(policy.action_net(policy.extract_features(seen, policy.features_extractor)).numpy())


def value_title(mind: Mind) -> str:
    """What `state_values` are, in words."""
    if isinstance(mind, QMind):
        return HIGHEST_Q
    return "state value" if isinstance(mind, ActorCriticMind) else "lowest critic's Q-value of the greedy action"

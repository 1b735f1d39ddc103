"""Policies as ONNX graphs: what goes in, what comes out, and why some cannot be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.blocks.actor import ActorPolicy, read_spec
from rlstudio.algorithms.blocks.onnx_graph import ACTION, OBSERVATION, SCORES, OnnxGraph
from rlstudio.algorithms.blocks.running import LIMIT
from rlstudio.algorithms.dqn.policy import DQNPolicy
from rlstudio.core.messages import PolicyData
from rlstudio.envs.encoder import ObservationEncoder

TINY = 1e-8


class NoGraphError(ValueError):
    """Why a policy cannot be written as a graph, in words."""


@dataclass(frozen=True)
class Signature:
    """What a graph takes and gives, in words for whoever runs it elsewhere."""

    observation: str
    action: str
    scores: str


def policy_graph(
    policy: Policy, data: PolicyData, observation_space: Any, action_space: Any
) -> tuple[OnnxGraph, Signature]:
    """The graph of `policy`, which was built from `data`. Raises NoGraphError."""
    if not isinstance(action_space, spaces.Discrete | spaces.Box):
        raise NoGraphError(
            f"actions of {type(action_space).__name__} are not written as a graph; a choice, or numbers, are"
        )
    if isinstance(policy, ActorPolicy | DQNPolicy):
        return _perceptron(data, observation_space, action_space, is_q=isinstance(policy, DQNPolicy))
    if data.settings.get("policy") and "algorithm" in data.settings:
        from rlstudio.algorithms.sb3.onnx_graphs import sb3_graph

        return sb3_graph(policy, data, action_space)
    raise NoGraphError(
        f"the policy of {data.algorithm} is no network of layers; those of PPO, DQN, REINFORCE and of "
        "Stable-Baselines3's algorithms are"
    )


def give_action(graph: OnnxGraph, scores: str, space: Any) -> str:
    """The greedy action for `scores`, as the environment takes it; what it is, in words."""
    if isinstance(space, spaces.Discrete):
        choice = graph.node("ArgMax", scores, axis=1, keepdims=0)
        if int(space.start):
            choice = graph.node("Add", choice, graph.array(int(space.start), np.int64))
        graph.output(ACTION, choice, "int64", ())
        return f"int64 (batch,): the choice, {int(space.start)} to {int(space.start + space.n) - 1}"
    shaped = graph.reshaped(scores, space.shape)
    graph.output(ACTION, graph.bounded(shaped, space.low, space.high), "float32", space.shape)
    return f"float32 (batch, {', '.join(map(str, space.shape))}): within the environment's bounds"


def _perceptron(data: PolicyData, observed: Any, acting: Any, *, is_q: bool) -> tuple[OnnxGraph, Signature]:
    arrays, settings = data.arrays, data.settings
    name, row = ("q", settings["network"]) if is_q else ("actor", settings["networks"]["actor"])
    spec = read_spec(row)
    encoder = ObservationEncoder(observed)
    graph = OnnxGraph((encoder.size,))
    value = OBSERVATION
    if settings.get("normalised"):
        mean, variance = arrays["observations.mean"], arrays["observations.variance"]
        value = graph.normalised(value, mean, variance, TINY, LIMIT)
    scores = layers(graph, value, arrays, name, len(spec.sizes) - 1, spec.activation)
    graph.output(SCORES, scores, "float32", (spec.sizes[-1],))
    action = give_action(graph, scores, acting)
    what = "Q-values" if is_q else "logits" if isinstance(acting, spaces.Discrete) else "means, not yet bounded"
    return graph, Signature(
        f"float32 (batch, {encoder.size}): {encoding_words(observed)}",
        action,
        f"float32 (batch, {spec.sizes[-1]}): {what}",
    )


def layers(
    graph: OnnxGraph, value: str, arrays: Mapping[str, NDArray[Any]], name: str, count: int, activation: str
) -> str:
    """A perceptron of `blocks.mlp`: weights (inputs, outputs), no activation after the last layer."""
    for index in range(count):
        value = graph.linear(value, arrays[f"{name}.weight.{index}"], arrays[f"{name}.bias.{index}"])
        if index < count - 1:
            value = graph.node("Tanh" if activation == "tanh" else "Relu", value)
    return value


def encoding_words(space: Any) -> str:
    """How an observation of the environment becomes the vector that goes in (`envs.encoder`)."""
    if isinstance(space, spaces.Discrete):
        return f"one-hot, 1 at the state minus {int(space.start)}, else 0"
    if isinstance(space, spaces.Box) and space.dtype != np.uint8:
        return "the observation's numbers, flattened, nothing scaled"
    return "the observation as rlstudio.envs.encoder.ObservationEncoder writes it"

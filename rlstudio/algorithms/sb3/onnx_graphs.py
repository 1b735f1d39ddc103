"""Policies of Stable-Baselines3 as ONNX graphs: their modules walked layer by layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from torch import nn

from rlstudio.algorithms.blocks.onnx_graph import OBSERVATION, SCORES, OnnxGraph
from rlstudio.algorithms.blocks.running import LIMIT
from rlstudio.algorithms.onnx_policies import TINY, NoGraphError, Signature, give_action
from rlstudio.algorithms.sb3.normalising import OBSERVATIONS
from rlstudio.core.messages import PolicyData

_PLAIN = {nn.Tanh: "Tanh", nn.ReLU: "Relu", nn.Flatten: "Flatten"}


def sb3_graph(policy: Any, data: PolicyData, action_space: Any) -> tuple[OnnxGraph, Signature]:
    """The graph of an SB3Policy. Raises NoGraphError for one that remembers, or observes several parts."""
    key = data.settings["algorithm"]
    if key == "recurrent_ppo":
        raise NoGraphError("a policy with a memory (LSTM) is not written as a graph: its memory would be lost")
    module = policy.module
    graph, value, observed = _observation(module.observation_space, data)
    scores, words, scaled = _network(graph, value, module, key)
    if scaled:
        low, high = (np.asarray(bound, np.float32).reshape(-1) for bound in (action_space.low, action_space.high))
        half = graph.node("Mul", graph.node("Add", scores, graph.array(1.0)), graph.array(0.5 * (high - low)))
        scores = graph.node("Add", half, graph.array(low))
    size = int(action_space.n) if isinstance(action_space, spaces.Discrete) else int(np.prod(action_space.shape))
    graph.output(SCORES, scores, "float32", (size,))
    masked = "; of the actions that are allowed, take the highest" if key == "maskable_ppo" else ""
    return graph, Signature(
        observed, give_action(graph, scores, action_space), f"float32 (batch, {size}): {words}{masked}"
    )


def _observation(space: Any, data: PolicyData) -> tuple[OnnxGraph, str, str]:
    """The graph with its first steps: what Stable-Baselines3's `preprocess_obs` and VecNormalize do."""
    if isinstance(space, spaces.Dict):
        raise NoGraphError("a policy that observes several named parts is not written as a graph")
    if isinstance(space, spaces.Discrete):
        graph = OnnxGraph((), "int64")
        hot = graph.node("OneHot", OBSERVATION, graph.array(space.n, np.int64), graph.array([0.0, 1.0]), axis=-1)
        return graph, hot, f"int64 (batch,): the state, 0 to {int(space.n) - 1}"
    shape = tuple(space.shape)
    sizes = f"(batch, {', '.join(map(str, shape))})"
    if len(shape) == 3 and space.dtype == np.uint8:
        graph = OnnxGraph(shape, "uint8")
        number = graph.node("Cast", OBSERVATION, to=1)
        return graph, graph.node("Div", number, graph.array(255.0)), f"uint8 {sizes}: the picture, channels first"
    graph, value = OnnxGraph(shape), OBSERVATION
    mean = data.arrays.get(f"{OBSERVATIONS}.mean")
    if mean is not None:
        value = graph.normalised(value, mean, data.arrays[f"{OBSERVATIONS}.var"], TINY, LIMIT)
    return graph, value, f"float32 {sizes}: the observation's numbers, nothing scaled"


def _network(graph: OnnxGraph, value: str, module: Any, key: str) -> tuple[str, str, bool]:
    """The scores, what they are, and whether they are actions between −1 and 1."""
    if key == "sb3_dqn":
        value = _module(graph, value, module.q_net.features_extractor)
        return _module(graph, value, module.q_net.q_net), "Q-values", False
    if key == "qrdqn":
        net = module.quantile_net
        value = _module(graph, _module(graph, value, net.features_extractor), net.quantile_net)
        quantiles = graph.reshaped(value, (net.n_quantiles, int(module.action_space.n)))
        return graph.node("ReduceMean", quantiles, axes=[1], keepdims=0), "Q-values", False
    if key in ("sb3_sac", "tqc"):
        actor = module.actor
        value = _module(graph, _module(graph, value, actor.features_extractor), actor.latent_pi)
        return graph.node("Tanh", _module(graph, value, actor.mu)), "the greedy action", True
    if key in ("sb3_td3", "sb3_ddpg"):
        value = _module(graph, value, module.actor.features_extractor)
        return _module(graph, value, module.actor.mu), "the greedy action", True
    discrete = isinstance(module.action_space, spaces.Discrete)
    if key == "ars":
        value = _module(graph, _module(graph, value, module.features_extractor), module.action_net)
        return value, "scores" if discrete else "the action", not discrete and module.squash_output
    shared = module.share_features_extractor
    value = _module(graph, value, module.features_extractor if shared else module.pi_features_extractor)
    value = _module(graph, _module(graph, value, module.mlp_extractor.policy_net), module.action_net)
    return value, "logits" if discrete else "means, not yet bounded", False


def _module(graph: OnnxGraph, value: str, module: Any) -> str:
    """One module after the other. Raises NoGraphError for a kind that is not known."""
    kind = type(module)
    if kind in _PLAIN:
        return graph.node(_PLAIN[kind], value)
    if isinstance(module, nn.Linear):
        weight = module.weight.detach().numpy().T
        bias = np.zeros(weight.shape[1]) if module.bias is None else module.bias.detach().numpy()
        return graph.linear(value, weight, bias)
    if isinstance(module, nn.Hardtanh):
        return graph.node("Clip", value, graph.array(module.min_val), graph.array(module.max_val))
    if isinstance(module, nn.Conv2d) and module.padding == (0, 0) and module.bias is not None:
        arrays = (graph.array(tensor.detach().numpy()) for tensor in (module.weight, module.bias))
        return graph.node("Conv", value, *arrays, strides=list(module.stride), kernel_shape=list(module.kernel_size))
    if isinstance(module, nn.Sequential):
        for part in module:
            value = _module(graph, value, part)
        return value
    if kind.__name__ == "FlattenExtractor":
        return _module(graph, value, module.flatten)
    if kind.__name__ == "NatureCNN":
        return _module(graph, _module(graph, value, module.cnn), module.linear)
    raise NoGraphError(f"a layer of the kind {kind.__name__} is not written as a graph")

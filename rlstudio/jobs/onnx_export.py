"""A run's policy as an ONNX file: one checkpoint's weights, with a note of what goes in and what comes out."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from rlstudio.core.messages import ExportRun
from rlstudio.core.whole_file import whole_file
from rlstudio.envs.make import make
from rlstudio.envs.spaces import action_names, readable_names
from rlstudio.jobs.policies import build_policy
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder

_MISSING = 'writing ONNX needs the package onnx, which is not installed; run: pip install "rlstudio[onnx]"'


def write_onnx(command: ExportRun) -> list[Path]:
    """Write the policy to the command's path.

    Raises:
        RunFolderError: where there is no such checkpoint, or the package `onnx` is missing.
        NoGraphError: where the policy is no network of layers.
    """
    if find_spec("onnx") is None:
        raise RunFolderError(_MISSING)
    from rlstudio.algorithms.onnx_policies import policy_graph

    folder = RunFolder.open(Path(command.run))
    config, data = folder.read_info().config, folder.load_policy(command.checkpoint)
    env = make(config.env, config.env_kwargs)
    try:
        policy = build_policy(data, env)
        graph, signature = policy_graph(policy, data, env.observation_space, env.action_space)
        notes = {
            "environment": config.env,
            "algorithm": config.algorithm,
            "step": str(data.step),
            "observation": signature.observation,
            "observed numbers": json.dumps(list(readable_names(config.env, env.observation_space))),
            "action": signature.action,
            "actions": json.dumps(list(action_names(config.env, env.action_space))),
            "scores": signature.scores,
        }
    finally:
        env.close()
    words = "\n".join(
        f"{name}: {text}"
        for name, text in (
            (f"Greedy policy of {config.algorithm} for {config.env}", f"checkpoint {data.step}"),
            ("input observation", signature.observation),
            ("output action", signature.action),
            ("output scores", signature.scores),
        )
    )
    content = graph.content(words, notes)
    path = Path(command.path)
    with whole_file(path) as file:
        file.write(content)
    return [path]

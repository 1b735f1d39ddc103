"""A run as a Python script that trains the same.

Of Stable-Baselines3's algorithms it needs that library alone. Of the studio's own it uses the studio as a library and
makes the same run again, live changes at their steps included: on the CPU the same returns, to the bit.
"""

from __future__ import annotations

import json
import pprint
from contextlib import suppress
from pathlib import Path
from typing import Any

import gymnasium as gym
from pydantic import ValidationError

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.train_command import shell_words, train_command
from rlstudio.core.params import validate
from rlstudio.core.plain_text import plain_text
from rlstudio.core.run_config import ParamChange, RunConfig
from rlstudio.core.whole_file import whole_file
from rlstudio.envs.make import OUR_STEP_LIMIT
from rlstudio.envs.own import NAMESPACE
from rlstudio.jobs.policies import make_training_env
from rlstudio.storage.exports.run_data import RunData

_STUDIO = """\
from pathlib import Path

from rlstudio.commands.console import console
from rlstudio.core.messages import StartTraining
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.train import train
from rlstudio.storage.run_folder import RunFolder

CONFIG = {config}

if __name__ == "__main__":
    config = RunConfig.parse(CONFIG)
    with console() as channel:  # Ctrl+C stops it and saves what was learned
        train(StartTraining(config.model_dump(mode="json"), str(Path("runs")), watch="off"), channel)
    run = RunFolder.open(Path(channel.finished.summary["run"]))
    returns = run.read_monitor().returns
    print(f"{{len(returns)}} episodes, mean return of the last {{config.window}}:", returns[-config.window :].mean())
    print(run.path)
"""


def write_script(path: Path, run: RunData) -> list[Path]:
    """Write the script to `path`. Raises ParamError where the algorithm is not installed, and OSError."""
    content = script(run)
    with whole_file(path) as file:
        file.write(content.encode("utf-8"))
    return [path]


def script(run: RunData) -> str:
    """The script's text."""
    config = run.info.config
    spec = get_algorithm(config.algorithm)
    notes = [f"Trains {spec.full_title} on {config.env} as the run {run.name} did."]
    if spec.implementation != "Studio":
        body, why_not = _of_the_library(config)
        if body:
            notes.append(
                "Needs: pip install stable-baselines3 sb3-contrib. The same settings, but other random numbers."
            )
            changes = [f"{c.name} = {json.dumps(c.new)} at step {c.step:,}" for c in run.changes]
            notes += [f"Left out: changed while training: {change}." for change in changes[:50]]
            return _head(notes, config) + body
        notes.append(f"It uses RL Studio, for {why_not}.")
    notes.append("Needs: RL Studio. On the CPU it makes the same run again, live changes at their steps included.")
    stretched = [str(event.get("step")) for event in run.events if event.get("kind") == "budget"]
    if stretched:
        notes.append(
            f"But the run got another budget on the way (at step {', '.join(stretched[:10])}), and this script has the "
            "last one from the start: where something falls with the budget, it goes another way."
        )
    if config.parent is not None:
        notes.append(f"It is a fork: {config.parent.run}, its parent, has to be in the folder runs beside this script.")
    again = config.model_copy(update={"events": (*config.events, *_changes(run))})
    data = again.model_dump(mode="json", exclude_defaults=True)
    return _head(notes, config) + _STUDIO.format(config=pprint.pformat(data, sort_dicts=False, width=110))


def _head(notes: list[str], config: RunConfig) -> str:
    """What it is, as comments: whatever a run says of itself stays behind a # on one line."""
    lines = [*notes, "", "The same from the command line:", "    " + shell_words(train_command(config)), ""]
    return "".join(f"# {plain_text(line[:2_000])}".rstrip() + "\n" for line in lines[:-1]) + "\n"


def _changes(run: RunData) -> list[ParamChange]:
    """What a person changed while it trained; what the configuration asked for itself is in it already."""
    asked = {(each.step, each.name) for each in run.info.config.events}
    found = []
    for each in run.changes:
        if (each.step, each.name) not in asked:
            with suppress(ValidationError):  # a stranger's, that says nothing
                found.append(ParamChange(step=each.step, name=each.name, value=each.new))
    return found


def _of_the_library(config: RunConfig) -> tuple[str, str]:
    """The script for the library alone; else why there is none, in words."""
    from rlstudio.algorithms.sb3.script import NoScriptError, sb3_script

    if config.parent is not None:
        return "", "it is a fork of another run"
    if config.env.startswith(f"{NAMESPACE}/"):
        return "", "the environment is its own"
    spec = get_algorithm(config.algorithm)
    env: Any = make_training_env(spec, config.env, 1, config.env_kwargs)
    try:
        registered = gym.spec(config.env).max_episode_steps
        limit = None if registered else OUR_STEP_LIMIT
        params = validate(spec.params, config.params)
        return sb3_script(config, params, env.single_observation_space, env.single_action_space, limit), ""
    except NoScriptError as error:
        return "", str(error)
    finally:
        env.close()

"""Models of Stable-Baselines3 from anywhere become runs here: one checkpoint to play, step through and evaluate.

The file is read as data alone (see storage.model_zip), its networks are held against the environment's spaces, and only
when all of it fits a run folder is made. What the file cannot tell is said in the run's note.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rlstudio.algorithms.base import Policy
from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.algorithms.sb3.foreign_model import ForeignModel, recognise
from rlstudio.core.messages import Finished, ImportModel, ModelImported, ModelNeedsEnvironment, PolicyData, Preparing
from rlstudio.core.plain_text import plain_text
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.catalogue import load_cards
from rlstudio.envs.ids import split_id
from rlstudio.envs.make import make
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.model_zip import ModelError, read_model_zip
from rlstudio.storage.paths import cache_dir
from rlstudio.storage.run_folder import RunFolder
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_STATISTICS = "vecnormalize.pkl"
_NOT_TOLD = "Not told by the file, and at the default here: "


def import_model(command: ImportModel, channel: Channel) -> None:
    """The job: ModelImported, or ModelNeedsEnvironment where nobody says which, then Finished.

    Raises:
        ModelError: where the file is none, hostile, of a kind that is not known here, or does not fit the environment.
        MakeError: where the environment cannot be made.
        RunFolderError: where the disk refuses.
    """
    channel.enter(Phase.STARTING)
    path = Path(command.path)
    channel.send(Preparing(f"reading {path.name}"))
    model = read_foreign(path)
    env = command.env or model.env
    if not env:
        channel.send(question(path, model))
        channel.send(Finished("stopped"))
        return
    channel.send(Preparing(f"fitting {path.name} to {env}"))
    run = make_run(path, model, Path(command.runs_dir), env, command.env_kwargs)
    channel.send(ModelImported(str(path), str(run), f"{title_of(model)}, in {env}", cautions_of(path)))
    channel.send(Finished("finished", {"run": str(run)}))


def read_foreign(path: Path) -> ForeignModel:
    """The model in the file at `path`. Raises ModelError."""
    found = read_model_zip(path)
    try:
        return recognise(found.data, found.arrays, found.version)
    except (ValueError, LookupError, TypeError) as error:
        raise ModelError(f"{path} cannot be opened as a model: {plain_text(str(error)[:300])}") from error


def title_of(model: ForeignModel) -> str:
    """What it is, for a person."""
    wrote = f" of Stable-Baselines3 {model.version}" if model.version else " of Stable-Baselines3"
    return f"{get_algorithm(model.algorithm).title}{wrote}, trained for {model.steps:,} steps"


def question(path: Path, model: ForeignModel) -> ModelNeedsEnvironment:
    """Which environment it may be from: those whose sizes fit, those that the path speaks of first."""
    fitting = [card for card in load_cards(cache_dir()) or [] if model.needs.fit(card)]
    spoken = {card.id: likeness(path, card.id) for card in fitting}
    fitting.sort(key=lambda card: (-spoken[card.id], not card.newest, not _is_known(card)))
    likely = fitting[0].id if fitting and spoken[fitting[0].id] else ""
    return ModelNeedsEnvironment(
        str(path), title_of(model), model.needs.words, tuple(card.id for card in fitting), likely
    )


def _is_known(card: EnvironmentCard) -> bool:
    return bool(card.summary)


def likeness(path: Path, env_id: str) -> int:
    """How many letters of an environment's name the path of a model speaks: RL Zoo's are `ppo/CartPole-v1_1/…`."""
    name = _letters(split_id(env_id).name)
    spoken = (_letters(part) for part in (path.stem, path.parent.name, path.parent.parent.name))
    return len(name) if len(name) > 3 and any(name in part for part in spoken) else 0


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def cautions_of(path: Path) -> tuple[str, ...]:
    """What a person should know before trusting what the model does here."""
    for folder in (path.parent, path.parent / path.stem, path.with_name(path.stem.rpartition("_")[0] or path.stem)):
        if (folder / _STATISTICS).is_file():
            return (
                f"Beside {path.name} lies {_STATISTICS}: the model learned from normalised observations. Their "
                "statistics are in a pickle, which is never opened here, so it acts on plain observations, and worse.",
            )
    return ()


def make_run(path: Path, model: ForeignModel, runs_dir: Path, env_id: str, env_kwargs: Mapping[str, Any]) -> Path:
    """The new run's folder. Raises ModelError where the networks do not fit the environment; see `import_model`."""
    env = make(env_id, dict(env_kwargs))
    try:
        policy = _fitted(path, model, env, env_id)
        arrays, settings = policy.state()
    finally:
        env.close()
    config = RunConfig.parse(
        {
            "env": env_id,
            "env_kwargs": dict(env_kwargs),
            "algorithm": model.algorithm,
            "params": model.params,
            "steps": max(1, model.steps),
            "seed": model.seed,
            "eval_every": None,
        }
    )
    folder = RunFolder.create(runs_dir, config)
    try:
        with folder:
            data = PolicyData(model.algorithm, arrays, settings, model.steps)
            folder.save_checkpoint(model.steps, data, {}, {}, note={"from": path.name})
            folder.write_info(status="finished", steps=model.steps)
        write_labels(folder.path, Labels.cleaned(path.stem, ("from elsewhere",), _note(path, model)))
    except BaseException:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    return folder.path


def _fitted(path: Path, model: ForeignModel, env: Any, env_id: str) -> Policy:
    """The policy in the environment. Raises ModelError unless every tensor has its place there."""
    from rlstudio.algorithms.sb3.fitting import fitted

    try:
        return fitted(model, env.observation_space, env.action_space)
    except (ValueError, LookupError, TypeError, ArithmeticError, RuntimeError) as error:
        raise ModelError(
            f"{path} does not fit {env_id}: {plain_text(str(error)[:300])}. Its networks take {model.needs.words}; "
            "name the environment that it was trained in"
        ) from error


def _note(path: Path, model: ForeignModel) -> str:
    lines = [f"{title_of(model)}. Opened from {plain_text(path.name[:200])}.", *cautions_of(path)]
    if model.unknown:
        titles = [name.replace("_", " ") for name in model.unknown]
        lines.append(f"{_NOT_TOLD}{', '.join(titles)}.")
    return "\n".join(lines)

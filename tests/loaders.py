"""Every reader of files that may come from elsewhere: a good sample of each, what reads it, and how it may refuse."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exported_runs import make_run
from foreign_models import saved_model
from mutations import kind_of

from rlstudio.core.messages import PolicyData
from rlstudio.core.params import ParamError
from rlstudio.jobs.policies import PolicyMismatchError
from rlstudio.storage.data_formats import DataError
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.model_zip import ModelError
from rlstudio.storage.run_folder import RunFolder

sys.path += [str(Path(__file__).parent / folder) for folder in ("algorithms", "storage")]  # for what they share

ENV = "CartPole-v1"
ALGORITHMS = (
    *("ppo", "dqn", "reinforce", "reinforce_numpy", "q_learning", "random_search", "model_based", "reward_predictor"),
    *("sb3_ppo", "qrdqn", "recurrent_ppo"),
)
"""Whose policies and learners are read: one of each family of saved state."""


@dataclass(frozen=True)
class Loader:
    """Attributes:
    make: puts a good sample into an empty folder; the path that is read.
    read: reads it as the program does; what it raises beside `spoken` is a fault.
    files: those of the sample that are spoiled, relative to the path; all for none. "" is the path itself.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    spoken: tuple[type[Exception], ...]
    files: tuple[str, ...] = ()

    def files_of(self, path: Path) -> list[str]:
        """Names of the files that are spoiled."""
        if path.is_file():
            return [""]
        found = [str(each.relative_to(path)) for each in sorted(path.rglob("*")) if each.is_file()]
        return [name for name in found if (not self.files or name in self.files) and not name.endswith(".lock")]


def kind_in(path: Path, name: str) -> str:
    """What the sample's file of that name holds."""
    return kind_of(name or path.name)


# ------------------------------------------------------------ runs


def _run(folder: Path) -> Path:
    from episode_files import made_episode

    from rlstudio.storage.episode_file import save_episode
    from rlstudio.storage.labels import Labels, write_labels

    run = make_run(folder / "runs")
    save_episode(run / "episodes" / "episode-0001.rlepisode", made_episode(size=(1, 2)))
    write_labels(run, Labels("title", ("one", "two"), "a note"))
    return run


def _read_run(run: Path) -> None:
    """All that lists, opens, compares and exports a run."""
    from rlstudio.algorithms.catalogue import get_algorithm
    from rlstudio.core.run_events import as_lived, marks_of
    from rlstudio.storage.exports.run_data import read_run
    from rlstudio.storage.run_listing import RunListing
    from rlstudio.storage.runs import list_runs
    from rlstudio.storage.samples import has_samples, read_samples
    from rlstudio.ui.opening import has_best, open_run
    from rlstudio.ui.widgets.run_columns import COLUMNS

    list_runs(run.parent)
    for listed in RunListing(run.parent).read():
        for column in COLUMNS:
            column.text(listed)
    has_best(str(run))
    has_samples(run)
    for read in (
        lambda: open_run(run),
        lambda: as_lived(RunFolder.open(run).read_info().config, marks_of(RunFolder.open(run).read_events())[1]),
        lambda: RunFolder.open(run).resume_point(),
        lambda: RunFolder.open(run).load_learner(),
        lambda: RunFolder.open(run).load_policy("best"),
        lambda: read_run(run),
        lambda: read_samples(run),
        lambda: get_algorithm(RunFolder.open(run).read_info().config.algorithm),
    ):
        with suppress(RunFolderError, ParamError):
            read()


def _read_to_write(run: Path) -> None:
    """A run that is gone on with: what is damaged at its end is mended."""
    with RunFolder.open(run, write=True) as folder:
        folder.append_event("note", 900, 9.0)
        folder.rewind(400)


# ------------------------------------------------------------ policies and learners


def _checkpoint_of(key: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from learners import build
        from runs import PlainRun, learn

        from rlstudio.storage.checkpoint import write_checkpoint

        learner, env = build(key, _cartpole, seed=1)
        learn(learner, PlainRun(steps=70))
        env.close()
        arrays, settings = learner.policy().state()
        state = learner.state()
        policy = PolicyData(key, arrays, settings, 7)
        write_checkpoint(folder / "7", 7, policy, state.arrays, state.values, {})
        return folder / "7"

    return make


def _read_policy(path: Path) -> None:
    from rlstudio.jobs.policies import build_policy
    from rlstudio.storage.checkpoint import read_policy

    data, env = read_policy(path), _cartpole()
    policy = build_policy(data, env)
    policy.start_episode(0)
    observation, info = env.reset(seed=0)
    for greedy in (True, False):
        policy.decide(observation, info, greedy=greedy)


def _read_learner(key: str) -> Callable[[Path], None]:
    from learners import build

    def read(path: Path) -> None:
        from rlstudio.algorithms.base import LearnerState
        from rlstudio.jobs.resuming import give_back
        from rlstudio.storage.checkpoint import read_learner

        learner, env = build(key, _cartpole, seed=1)
        try:
            give_back(learner, LearnerState(*read_learner(path)), path, 7)
        finally:
            env.close()

    return read


def _cartpole() -> Any:
    from rlstudio.envs.make import make

    return make(ENV, {})


# ------------------------------------------------------------ single files


def _episode(folder: Path) -> Path:
    from episode_files import made_episode

    from rlstudio.storage.episode_file import save_episode

    save_episode(folder / "a.rlepisode", made_episode(size=(1, 2)))
    return folder / "a.rlepisode"


def _first_episode(folder: Path) -> Path:
    from episode_files import first_format, made_episode

    (folder / "a.rlepisode").write_bytes(first_format(made_episode(size=(1, 2))))
    return folder / "a.rlepisode"


class EpisodeRefusedError(Exception):
    """A ValueError in the words of episode files."""


def _read_episode(path: Path) -> None:
    from rlstudio.storage.episode_file import load_episode

    try:
        episode = load_episode(path)
    except ValueError as error:
        if "cannot be opened as a recorded episode" not in str(error):
            raise
        raise EpisodeRefusedError from error
    for index in range(len(episode.frames)):
        with suppress(ValueError):
            episode.frames[index]


def _data(name: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from episode_files import made_episode

        from rlstudio.storage.data_formats import write_data

        write_data(folder / name, [made_episode(size=(1, 2)), made_episode(5, size=(1, 2))])
        return folder / name

    return make


def _read_data(path: Path) -> None:
    from rlstudio.storage.data_formats import read_data

    for _ in read_data(path):
        pass


def _bundle(folder: Path) -> Path:
    from rlstudio.storage.exports.bundle import write_bundle

    (path,) = write_bundle(folder / "a.rlrun", _run(folder))
    shutil.rmtree(folder / "runs")
    return path


def _read_bundle(path: Path) -> None:
    from rlstudio.storage.bundle_reading import import_bundle

    target = path.parent / "unpacked"
    try:
        run = import_bundle(path, target)
        assert run.parent == target
        _read_run(run)
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _model(key: str) -> Callable[[Path], Path]:
    return lambda folder: saved_model(key, folder)


def _read_model(path: Path) -> None:
    from rlstudio.jobs.import_model import make_run, question, read_foreign

    model = read_foreign(path)
    question(path, model)
    runs = path.parent / "runs"
    try:
        make_run(path, model, runs, ENV, {})
    finally:
        shutil.rmtree(runs, ignore_errors=True)


def _monitors(folder: Path) -> Path:
    for number in (0, 1):
        text = '#{"t_start": 1700000000.5, "env_id": "CartPole-v1"}\nr,l,t\n' + "".join(
            f"{10 * row + number}.0,{row + 5},{row / 7:.6f}\n" for row in range(6)
        )
        (folder / f"{number}.monitor.csv").write_text(text, encoding="utf-8")
    return folder


def _event_files(folder: Path) -> Path:
    from rlstudio.storage.exports.run_data import read_run
    from rlstudio.storage.exports.tensorboard import write_tensorboard

    write_tensorboard(folder / "logs", read_run(make_run(folder / "runs")))
    shutil.rmtree(folder / "runs")
    return folder / "logs"


def _read_foreign(path: Path) -> None:
    from rlstudio.storage.foreign_runs import read_foreign

    read_foreign(path)


def _text(name: str, text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return make


def _read_settings(path: Path) -> None:
    from rlstudio.ui.settings import Settings

    found = Settings(path)
    found.get("request", dict, {})
    found.save()


def _cards(folder: Path) -> Path:
    from rlstudio.envs.card_file import FILE_NAME, write_cards
    from rlstudio.envs.catalogue import card_for

    write_cards(folder, [card_for(ENV), card_for("Pendulum-v1")])
    return folder / FILE_NAME


def _read_cards(path: Path) -> None:
    from rlstudio.envs.card_file import package_versions, read_cards

    read_cards(path.parent, package_versions())


def _read_config(path: Path) -> None:
    from rlstudio.commands.train_options import _read_file

    _read_file(path)


def _read_changes(path: Path) -> None:
    from rlstudio.commands.train_options import _events

    _events(path)


_POLICY, _LEARNER = ("checkpoint.json", "policy.safetensors"), ("learner.json", "learner.safetensors")
_CONFIG = '{"env": "CartPole-v1", "algorithm": "ppo", "steps": 500, "seed": 1, "params": {"hidden": [8, 8]}}'
_CHANGES = '{"kind": "param", "step": 10, "seconds": 0.1, "name": "learning_rate", "value": 0.001}\n' * 3
_SETTINGS = '{"theme": "dark", "speed": 50, "watch": "policy", "request": ' + _CONFIG + ', "run_export": {"to": "csv"}}'

LOADERS: dict[str, Loader] = {
    "run": Loader(_run, _read_run, ()),
    "run to write": Loader(_run, _read_to_write, (RunFolderError,)),
    **{
        f"policy of {key}": Loader(
            _checkpoint_of(key), _read_policy, (RunFolderError, PolicyMismatchError, ParamError), _POLICY
        )
        for key in ALGORITHMS
    },
    **{
        f"learner of {key}": Loader(_checkpoint_of(key), _read_learner(key), (RunFolderError,), _LEARNER)
        for key in ALGORITHMS
    },
    "episode": Loader(_episode, _read_episode, (EpisodeRefusedError, OSError)),
    "episode of the first version": Loader(_first_episode, _read_episode, (EpisodeRefusedError, OSError)),
    "bundle": Loader(_bundle, _read_bundle, (RunFolderError,)),
    "NumPy data": Loader(_data("a.npz"), _read_data, (DataError, OSError)),
    "Minari data": Loader(_data("a.minari"), _read_data, (DataError, OSError)),
    "model of PPO": Loader(_model("ppo"), _read_model, (ModelError, RunFolderError)),
    "model of DQN": Loader(_model("dqn"), _read_model, (ModelError, RunFolderError)),
    "model of Recurrent PPO": Loader(_model("recurrent_ppo"), _read_model, (ModelError, RunFolderError)),
    "monitor files": Loader(_monitors, _read_foreign, (RunFolderError,)),
    "event files": Loader(_event_files, _read_foreign, (RunFolderError,)),
    "settings": Loader(_text("window.json", _SETTINGS), _read_settings, ()),
    "environment cards": Loader(_cards, _read_cards, ()),
    "configuration": Loader(_text("config.json", _CONFIG), _read_config, (ParamError,)),
    "live changes": Loader(_text("events.jsonl", _CHANGES), _read_changes, (ParamError,)),
}

"""The report of a run: what specs and environments say of it in words, an episode as a GIF, and the page of both."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.catalogue import algorithms
from rlstudio.algorithms.train_command import same, shell_words, train_command
from rlstudio.core.episode import Episode
from rlstudio.core.messages import ExportRun
from rlstudio.core.params import ParamError, describe
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.catalogue import load_cards
from rlstudio.jobs.teller import Teller
from rlstudio.media.errors import MediaError
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip, ClipFrames, Scaled, size_for_width
from rlstudio.media.size_limit import write_within
from rlstudio.storage.episode_file import about_file, episode_files, load_episode
from rlstudio.storage.exports.report import MetricWords, Picture, Setting, Words, write_report
from rlstudio.storage.exports.run_data import RunData, read_run
from rlstudio.storage.labels import read_labels
from rlstudio.storage.paths import cache_dir

_WIDTH = 420
_MOST_FRAMES = 600
_MOST_BYTES = 4_000_000
"""Of the GIF in the page, which is a third larger there."""
_RUN_SETTINGS = ("steps", "episodes", "stop_at", "window", "seed", "device", "eval_every", "eval_episodes", "preset")


def make_report(command: ExportRun, teller: Teller) -> list[Path]:
    """Write the page; its path. Raises RunFolderError, OSError, Cancelled."""
    run = read_run(Path(command.run))
    return write_report(Path(command.path), run, words_of(run), list(_pictures(run, teller)))


def words_of(run: RunData) -> Words:
    """What there is to say of a run beside its numbers. An algorithm that is not installed is called by its key."""
    config, labels = run.info.config, read_labels(run.info.path)
    spec = algorithms().get(config.algorithm)
    card = next((card for card in load_cards(cache_dir()) or () if card.id == config.env), None)
    metrics = {m.name: MetricWords(m.title, m.help, m.healthy) for m in spec.metrics} if spec else {}
    return Words(
        heading=f"{spec.full_title if spec else config.algorithm} on {card.title if card else config.env}",
        idea=spec.idea if spec else "",
        settings=list(_settings(config, run.info.live_params, spec)),
        metrics=metrics,
        command=_command(config),
        title=labels.title,
        tags=labels.tags,
        note=labels.note,
    )


def _settings(config: RunConfig, live: dict[str, Any], spec: AlgorithmSpec | None) -> Iterator[Setting]:
    usual = RunConfig(env=config.env, algorithm=config.algorithm, steps=config.steps, episodes=config.episodes or 1)
    yield Setting("run", "environment", config.env)
    yield Setting("run", "algorithm", spec.full_title if spec else config.algorithm)
    if config.parent is not None:
        yield Setting("run", "forked from", f"{config.parent.run} at step {config.parent.step:,}")
    for name in _RUN_SETTINGS:
        value = getattr(config, name)
        if value is not None:
            differs = name in ("window", "device", "eval_episodes") and value != getattr(usual, name)
            yield Setting("run", name.replace("_", " "), value, getattr(usual, name), differs)
    for name, value in config.env_kwargs.items():
        yield Setting("environment", name, value)
    infos = {info.name: info for info in describe(spec.params)} if spec else {}
    groups = list(dict.fromkeys(info.group for info in infos.values()))  # in the order of the form, each in one place
    order = sorted(infos, key=lambda name: groups.index(infos[name].group))
    for name in (*(name for name in order if name in config.params), *sorted(config.params.keys() - infos.keys())):
        info, value, later = infos.get(name), config.params[name], live.get(name)
        later = None if later is None or same(later, value) else later
        if info is None:
            yield Setting("parameters", name, value, later=later)
        else:
            differs = not same(value, info.default)
            yield Setting(info.group or "parameters", info.title, value, info.default, differs, later, info.help)


def _command(config: RunConfig) -> str:
    try:
        return shell_words(train_command(config))
    except ParamError:
        return ""


def _pictures(run: RunData, teller: Teller) -> Iterator[Picture]:
    """The recorded episode of the latest policy that has pictures, if there is one."""
    found: list[tuple[int, Path]] = []
    for path in episode_files(run.info.path / "episodes"):
        try:
            about, _ = about_file(path)
        except (ValueError, OSError):
            continue
        step, shape = about.get("step"), about.get("frame_shape")
        if isinstance(shape, list) and all(shape):
            found.append((step if isinstance(step, int) else 0, path))
    for _, path in sorted(found, reverse=True)[:3]:
        try:
            episode = load_episode(path)
            yield Picture(_gif(episode, teller), _caption(episode))
        except (ValueError, OSError, MediaError):
            continue  # damaged: the next one
        return


def _gif(episode: Episode, teller: Teller) -> bytes:
    last = len(episode.frames) - 1
    clip = Clip(episode, max(0, last - _MOST_FRAMES + 1), last)
    height, width, _ = episode.frames.shape
    size = size_for_width((width, height), min(width, _WIDTH))
    frames = Scaled(ClipFrames([clip]), size) if width > _WIDTH else ClipFrames([clip])
    with tempfile.TemporaryDirectory(prefix="rlstudio-") as folder:
        path = Path(folder) / "episode.gif"
        write_within(
            _MOST_BYTES,
            format_named("gif"),
            path,
            frames,
            len(clip),
            size,
            fps=min(episode.fps, 50.0),
            progress=teller,
        )
        return path.read_bytes()


def _caption(episode: Episode) -> str:
    cut = "" if len(episode.frames) <= _MOST_FRAMES else f", its last {_MOST_FRAMES} frames"
    policy = f"{episode.source}: " if episode.source else ""
    return f"{policy}return {episode.total_reward:,.1f} in {episode.length:,} steps{cut}"

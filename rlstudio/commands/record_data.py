"""`rlstudio record RUN -o OUT.rlepisode` (or .npz, .minari): a trained run's episodes as data rather than pictures."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rlstudio.commands.console import ConsoleChannel, console, finite, print_json, quiet_stdout
from rlstudio.commands.policies import load_run
from rlstudio.commands.recorded_episodes import recorded_episodes
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.messages import ExportData
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.jobs.episode_data import export_data
from rlstudio.media.errors import Cancelled, MediaError, disk_errors
from rlstudio.media.size_limit import megabytes
from rlstudio.storage.data_formats import KINDS
from rlstudio.storage.episode_file import SUFFIX, save_episode

DATA = {SUFFIX: "an episode file, with every frame and number", **KINDS}
"""What data can be written as, by the ending of its name."""
_RECORDING = 0.9
"""Share of the work that recording is taken for."""
_OF_PICTURES = ("layout", "caption", "width", "fps", "speed", "size_limit", "frame", "from_training")


def suffixes() -> str:
    """All endings in words."""
    return ", ".join(f"{suffix} ({words})" for suffix, words in DATA.items())


def record_data(options: argparse.Namespace, path: Path) -> int:
    """`rlstudio record` to a file of data; 130 after Ctrl+C. Raises ParamError, MediaError, DataError."""
    began = time.perf_counter()
    kind = path.suffix.lower()
    _check(options, path, kind)
    with quiet_stdout(), console() as channel:
        try:
            episodes = recorded_episodes(options, *load_run(options), channel, _RECORDING)
            _write(path, kind, episodes, channel)
        except Cancelled:
            return 130
    files = path.iterdir() if path.is_dir() else (path,)
    n_bytes = sum(file.stat().st_size for file in files if file.is_file())
    steps = sum(episode.length for episode in episodes)
    height, width, _ = episodes[0].frames.shape
    pictures = kind == SUFFIX
    if options.json:
        answer = {"path": str(path), "format": kind.lstrip("."), "episodes": len(episodes), "steps": steps}
        answer |= {"frames": len(episodes[0].frames) if pictures else 0}
        answer |= {"width": width if pictures else 0, "height": height if pictures else 0, "bytes": n_bytes}
        returns = [finite(episode.total_reward) for episode in episodes]
        print_json({**answer, "returns": returns, "seconds": time.perf_counter() - began})
    else:
        count = f"{len(episodes)} episode{'s' if len(episodes) > 1 else ''}"
        print(f"{path}: {count}, {steps:,} steps, {megabytes(n_bytes)}")
    return 0


def _check(options: argparse.Namespace, path: Path, kind: str) -> None:
    faults = []
    for name in _OF_PICTURES:
        if (value := getattr(options, name)) not in (None, False):
            option = f"--{name.replace('_', '-')}"
            faults.append(ParamFault(option, value, f"no {option}, which is of pictures; a {kind} file holds data"))
    if kind == SUFFIX and options.episodes > 1:
        words = f"1: a {SUFFIX} file holds one episode; a .npz file holds several"
        faults.append(ParamFault("--episodes", options.episodes, words))
    if faults:
        raise ParamError(faults)
    if not path.absolute().parent.is_dir():
        raise MediaError(f"could not write {path}: there is no such folder as {path.parent}; check the path")


def _write(path: Path, kind: str, episodes: list[Episode], channel: ConsoleChannel) -> None:
    channel.say(f"writing {path}")
    if kind == SUFFIX:
        with disk_errors("write", path):
            save_episode(path, episodes[0])
        return
    export_data(ExportData(str(path), tuple(episode_to_data(episode) for episode in episodes), frames=False), channel)
    if channel.interrupted:
        raise Cancelled

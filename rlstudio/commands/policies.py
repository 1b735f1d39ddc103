"""`rlstudio evaluate` and `rlstudio record`: a trained run's policy, scored or pictured."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from rlstudio.commands.console import console, print_json, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.commands.trust import trusted_files
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.frame_store import Frame
from rlstudio.core.messages import EpisodeRecorded, EvaluatePolicy, PolicyData, RecordEpisodes
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.evaluate import FIRST_SEED
from rlstudio.jobs.evaluate import evaluate as evaluate_job
from rlstudio.jobs.record import record as record_job
from rlstudio.media.gif import FASTEST, Cancelled, write_gif
from rlstudio.storage.run_folder import RunFolder


def _load(options: argparse.Namespace) -> tuple[RunConfig, PolicyData]:
    folder = RunFolder.open(find_run(options.run, options.runs_dir))
    step: int | str | None = options.checkpoint
    if isinstance(step, str) and step != "best":
        if not step.replace(",", "").replace("_", "").isdigit():
            raise ParamError([ParamFault("--checkpoint", step, "a training step, or best")])
        step = int(step.replace(",", ""))
    known = folder.checkpoints()
    if isinstance(step, int) and step not in known:
        raise ParamError([ParamFault("--checkpoint", step, "best, or one of " + ", ".join(map(str, known)))])
    return folder.read_info().config, folder.load_policy(step)  # type: ignore[arg-type]


def evaluate(options: argparse.Namespace) -> int:
    """`rlstudio evaluate`."""
    seed = FIRST_SEED if options.seed is None else options.seed
    with quiet_stdout():
        config, policy = _load(options)
        command = EvaluatePolicy(
            config.env,
            config.env_kwargs,
            policy,
            options.episodes,
            seed,
            greedy=not options.sample,
            trusted_files=trusted_files(options),
        )
        with console() as channel:
            evaluate_job(command, channel)
    assert channel.finished is not None
    summary = {**channel.finished.summary, "checkpoint": policy.step, "greedy": not options.sample}
    if options.json:
        print_json(summary)
    else:
        for index, (total, length) in enumerate(zip(summary["returns"], summary["lengths"], strict=True)):
            print(f"episode {index + 1:3d}   return {total:10.2f}   {length:5d} steps")
        if summary["mean"] is not None:
            print(f"mean {summary['mean']:.2f} ± {summary['std']:.2f} over {summary['episodes']} episodes")
    return 130 if channel.interrupted else 0


class _EndToEnd:
    """The frames of several episodes, one after the other; may be gone through more than once."""

    def __init__(self, episodes: list[Episode]) -> None:
        self._episodes = episodes

    def __len__(self) -> int:
        return sum(len(episode.frames) for episode in self._episodes)

    def __iter__(self) -> Iterator[Frame]:
        for episode in self._episodes:
            yield from episode.frames


def record(options: argparse.Namespace) -> int:
    """`rlstudio record`: a GIF of the policy's episodes."""
    began = time.perf_counter()
    path = Path(options.output)
    if path.suffix.lower() != ".gif":
        raise ParamError([ParamFault("-o", options.output, "a file name ending in .gif")])
    with quiet_stdout():
        config, policy = _load(options)
        seed = FIRST_SEED if options.seed is None else options.seed
        command = RecordEpisodes(
            config.env,
            config.env_kwargs,
            policy,
            options.episodes,
            seed,
            greedy=not options.sample,
            trusted_files=trusted_files(options),
        )
        with console() as channel:
            record_job(command, channel)
            episodes = [episode_from_data(r.data) for r in channel.reports if isinstance(r, EpisodeRecorded)]
            if channel.interrupted:
                return 130
            frames = _EndToEnd(episodes)
            fps = options.fps or min(FASTEST, episodes[0].fps)
            channel.say(f"writing {len(frames):,} frames to {path}")
            try:
                info = write_gif(path, frames, len(frames), fps=fps, cancelled=lambda: channel.interrupted)
            except Cancelled:
                return 130
    answer = {
        "path": str(info.path),
        "frames": info.frames,
        "width": info.width,
        "height": info.height,
        "bytes": info.n_bytes,
        "seconds": time.perf_counter() - began,
        "returns": [episode.total_reward for episode in episodes],
    }
    if options.json:
        print_json(answer)
    else:
        print(f"{info.path}: {info.frames} frames, {info.width}×{info.height}, {info.n_bytes / 1024:,.0f} KiB")
    return 0

"""`rlstudio record`: a trained run's episodes as a picture or film, plain or composed, or as data."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from rlstudio.commands.console import ConsoleChannel, console, print_json, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.commands.policies import load_run
from rlstudio.commands.record_data import DATA, record_data
from rlstudio.commands.record_data import suffixes as data_suffixes
from rlstudio.commands.recorded_episodes import recorded_episodes
from rlstudio.commands.trust import trusted_files
from rlstudio.core import messages as m
from rlstudio.core.episode import Episode
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.core.run_config import RunConfig
from rlstudio.core.trusted_files import trusting
from rlstudio.envs.make import frame_rate, make
from rlstudio.jobs.evaluate import FIRST_SEED
from rlstudio.jobs.film import make_film
from rlstudio.jobs.write_picture import write_picture
from rlstudio.media.composed.layout import WIDEST, layout_named
from rlstudio.media.errors import Cancelled, MediaError
from rlstudio.media.formats import MediaFormat, format_of
from rlstudio.media.frames import Clip
from rlstudio.media.size_limit import megabytes
from rlstudio.storage.run_folder import RunFolder

_RECORDING = 0.4
"""Share of the work that recording is taken for."""


def record(options: argparse.Namespace) -> int:
    """`rlstudio record`."""
    began = time.perf_counter()
    path = Path(options.output)
    if path.suffix.lower() in DATA:
        return record_data(options, path)
    try:
        to = format_of(path)
    except ValueError as error:
        words = f"another ending: {error}; for data {data_suffixes()}"
        raise ParamError([ParamFault("-o", options.output, words)]) from None
    style = _style(options, to)
    if not path.absolute().parent.is_dir():  # known before anything is recorded
        raise MediaError(f"could not write {path}: there is no such folder as {path.parent}; check the path")
    with quiet_stdout(), console() as channel:
        try:
            job = _film if options.from_training else _episodes
            written, more = job(options, path, to, style, channel)
        except Cancelled:
            return 130
    answer = {
        "path": written.path,
        "format": to.key,
        "layout": style.layout,
        "frames": written.frames,
        "width": written.width,
        "height": written.height,
        "bytes": written.n_bytes,
        "plays_seconds": written.seconds,
        "given_up": written.given_up,
        "seconds": time.perf_counter() - began,
        **more,
    }
    if options.json:
        print_json(answer)
    else:
        frames = f"{written.frames:,} frame{'s' if written.frames > 1 else ''}"
        size = f"{written.width}×{written.height}, {megabytes(written.n_bytes)}"
        print(f"{written.path}: {frames}, {size}")
        if written.given_up:
            print(f"to keep to the size limit: {written.given_up}")
        if left_out := more.get("left_out"):
            print(f"left out, as their policies are those of the checkpoints before them: {_steps(left_out)}")
    return 0


def _steps(steps: list[float]) -> str:
    """Training steps in words, the first few of many."""
    named = [f"{step:,.0f}" for step in steps]
    return ", ".join(named if len(named) <= 6 else [*named[:5], f"and {len(named) - 5} more"])


def _style(options: argparse.Namespace, to: MediaFormat) -> m.PictureStyle:
    """How the options want it. Raises ParamError."""
    layout = options.layout or ("wide" if options.from_training else "plain")
    faults = []
    if options.caption and layout == "plain":
        faults.append(ParamFault("--caption", options.caption, "a composed layout: add --layout composed"))
    if options.from_training and not to.animated:
        faults.append(ParamFault("-o", options.output, "a format with more than one picture, to show the training"))
    if options.frame is not None and to.animated:
        faults.append(ParamFault("--frame", options.frame, "an OUT.png, which holds one picture"))
    if options.fps and options.from_training:
        faults.append(ParamFault("--fps", options.fps, "--speed instead, together with --from-training"))
    layout = "wide" if layout == "composed" else layout
    if layout != "plain" and options.width is not None:
        composed = layout_named(layout)
        if not composed.narrowest <= options.width <= WIDEST:
            bounds = f"{composed.narrowest} to {WIDEST} pixels in the layout {layout}"
            faults.append(ParamFault("--width", options.width, bounds))
    if layout == "plain" and options.width is not None and options.width > WIDEST:
        faults.append(ParamFault("--width", options.width, f"at most {WIDEST} pixels"))
    if faults:
        raise ParamError(faults)
    limit = None if options.size_limit is None else max(1, int(options.size_limit * 1e6))
    return m.PictureStyle(to.key, layout, options.width, options.theme, options.caption or "", limit)


def _episodes(
    options: argparse.Namespace, path: Path, to: MediaFormat, style: m.PictureStyle, channel: ConsoleChannel
) -> tuple[m.Exported, dict[str, Any]]:
    """Episodes of one checkpoint. Raises Cancelled after Ctrl+C."""
    config, policy = load_run(options)
    speed = _speed(options, to, _own_rate(config))
    episodes = recorded_episodes(options, config, policy, channel, _RECORDING)
    clips = [Clip.whole(episode) for episode in episodes] if to.animated else [_one_frame(options, episodes[0])]
    channel.say(f"writing {sum(map(len, clips)):,} frames to {path}")
    written = write_picture(path, clips, style, speed, channel, begun=_RECORDING)
    return written, {"returns": [episode.total_reward for episode in episodes]}


def _one_frame(options: argparse.Namespace, episode: Episode) -> Clip:
    """The frame that is asked for, or the last."""
    index = episode.length if options.frame is None else options.frame
    if index > episode.length:
        raise ParamError([ParamFault("--frame", index, f"0 to {episode.length}: that is how many steps it took")])
    return Clip(episode, index, index)


def _speed(options: argparse.Namespace, to: MediaFormat, own: float) -> float:
    """Multiple of the environment's frame rate. What was not asked for is bent to what the format holds."""
    wanted: float = options.fps / own if options.fps else options.speed or 1.0
    fastest, slowest = to.max_fps / own, to.min_fps / own
    if slowest <= wanted <= fastest or not to.animated:
        return wanted
    if options.fps or options.speed:
        name, value = ("--fps", options.fps) if options.fps else ("--speed", options.speed)
        bound = to.max_fps if options.fps else fastest
        holds = (
            f"at most {bound:.4g} (a {to.name} shows up to {to.max_fps:g} frames a second, here {own:g} are its own)"
        )
        raise ParamError([ParamFault(name, value, holds)])
    return min(fastest, max(slowest, wanted))


def _film(
    options: argparse.Namespace, path: Path, to: MediaFormat, style: m.PictureStyle, channel: ConsoleChannel
) -> tuple[m.Exported, dict[str, Any]]:
    """From untrained to trained. Raises Cancelled after Ctrl+C."""
    run = find_run(options.run, options.runs_dir)
    for name in ("checkpoint", "episodes"):
        if getattr(options, name) not in (None, 1):
            fault = ParamFault(
                f"--{name}", getattr(options, name), "no --from-training, which shows one of each checkpoint"
            )
            raise ParamError([fault])
    command = m.FilmTraining(
        str(run),
        str(path),
        checkpoints=options.checkpoints,
        seconds_each=options.seconds_each,
        speed=_speed(options, to, _own_rate(RunFolder.open(run).read_info().config)),
        seed=FIRST_SEED if options.seed is None else options.seed,
        greedy=not options.sample,
        style=style,
        trusted_files=trusted_files(options),
    )
    with trusting(command.trusted_files):
        written, summary = make_film(command, channel)
    return written, dict(summary)


def _own_rate(config: RunConfig) -> float:
    """Frames a second of the run's environment."""
    env = make(config.env, config.env_kwargs, render=True)
    try:
        return frame_rate(env)
    finally:
        env.close()

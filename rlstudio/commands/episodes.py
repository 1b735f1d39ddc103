"""`rlstudio episodes`: recorded episodes listed, written for other programs, and read from them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rlstudio.commands.console import console, finite, print_json, quiet_stdout
from rlstudio.commands.find_run import find_run
from rlstudio.core.episode import Episode
from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.messages import DataExported, EpisodeRecorded, ExportData, ImportData
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.jobs.episode_data import export_data, import_data
from rlstudio.storage.data_formats import KINDS, DataError, data_kind
from rlstudio.storage.episode_file import SUFFIX, episode_files, load_episode, save_episode

_INTERRUPTED = 130


def _files(options: argparse.Namespace) -> list[Path]:
    """The episode files that are named, or that lie in the runs that are named."""
    found: list[Path] = []
    for name in options.sources:
        path = Path(name)
        if path.is_file():
            found.append(path)
            continue
        run = find_run(name, options.runs_dir)
        inside = episode_files(run / "episodes")
        if not inside:
            raise DataError(f"{name} holds no recorded episodes; the window's Record keeps them in its run")
        found += inside
    return found


def _load(path: Path) -> Episode:
    try:
        return load_episode(path)
    except ValueError as error:
        raise DataError(str(error)) from error


def list_episodes(options: argparse.Namespace) -> int:
    """`rlstudio episodes list RUN|FILE…`; a file that cannot be read is named, and the others are listed."""
    rows, faults = [], []
    for path in _files(options):
        try:
            rows.append(_row(path, load_episode(path)))
        except (ValueError, OSError) as error:
            faults.append({"path": str(path), "fault": str(error)})
    if options.json:
        print_json({"episodes": rows, "faults": faults})
    else:
        for row in rows:
            said = " · ".join(part for part in (row["source"], row["ending"]) if part)
            total = "–" if row["return"] is None else f"{row['return']:.2f}"
            print(f"{row['path']}  {row['env']}  {row['length']:,} steps  return {total}  {said}")
        for fault in faults:
            print(f"not read: {fault['fault']}")
    return 1 if faults else 0


def _row(path: Path, episode: Episode) -> dict[str, Any]:
    names = ("env", "env_kwargs", "seed", "source", "algorithm", "step", "greedy", "ending", "run_name", "recorded")
    return {
        "path": str(path),
        **{name: getattr(episode, name) for name in names},
        "length": episode.length,
        "return": finite(episode.total_reward),
        "terminated": episode.terminated,
        "truncated": episode.truncated,
        "frames": len(episode.frames),
        "versions": episode.versions,
    }


def export(options: argparse.Namespace) -> int:
    """`rlstudio episodes export RUN|FILE… -o OUT`."""
    path = _output(options.output)
    files = _files(options)
    with quiet_stdout():
        data = tuple(episode_to_data(_load(file)) for file in files)
        with console() as channel:
            export_data(ExportData(str(path), data, options.frames), channel)
    if channel.interrupted:
        return _INTERRUPTED
    (done,) = (report for report in channel.reports if isinstance(report, DataExported))
    if options.json:
        answer = {"path": done.path, "episodes": done.episodes, "steps": done.steps, "frames": done.frames}
        print_json({**answer, "bytes": done.n_bytes, "seconds": done.seconds})
    else:
        print(f"{done.path}: {done.episodes} episodes, {done.steps:,} steps, {done.n_bytes / 1024:,.0f} KiB")
    return 0


def _output(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() not in KINDS:
        endings = " or ".join(f"{ending} ({words})" for ending, words in KINDS.items())
        raise ParamError([ParamFault("--output", name, f"a name that ends with {endings}")])
    return path


def import_(options: argparse.Namespace) -> int:
    """`rlstudio episodes import DATA -o DIR`."""
    data_kind(Path(options.data))
    folder = Path(options.output)
    written: list[str] = []
    with quiet_stdout(), console() as channel:
        keep = channel.send

        def send(report: Any) -> None:
            if isinstance(report, EpisodeRecorded):  # one at a time: together they may be larger than the memory
                written.append(str(_save(folder, episode_from_data(report.data))))
            else:
                keep(report)

        channel.send = send  # type: ignore[method-assign]
        import_data(ImportData(options.data, options.most), channel)
    if options.json:
        print_json({"episodes": written})
    else:
        print(f"{folder}: {len(written)} episodes" + (f", {Path(written[0]).name} …" if written else ""))
    return _INTERRUPTED if channel.interrupted else 0


def _save(folder: Path, episode: Episode) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (path := folder / f"episode-{number:04d}{SUFFIX}").exists():
        number += 1
    save_episode(path, episode)
    return path

"""Every format and layout on the same clips: milliseconds a frame, bytes, and how the colours come back.

    python tests/benchmarks/bench_media.py [--rounds 3] [--frames 120] [--only mp4 webp] [--json OUT]

The formats are written in turn, in one process; the fastest round of each counts. Beside them, where it is installed
(`bench` extra), imageio's GIF, and Pillow's own animated WebP and PNG. The frames lie ready in memory, so rendering and
unpacking are in no figure but the composed ones, which are drawn from recorded episodes (no file is written there).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import rlstudio  # noqa: F401 - as everywhere, it sets the numbers of threads before NumPy is there

# isort: split

import av
import numpy as np
from bench_gif import clip, timed
from numpy.typing import NDArray
from PIL import Image
from results import stamped, write_rows

from rlstudio.core.frame_store import Frame
from rlstudio.envs.make import make
from rlstudio.jobs.policies import build_policy
from rlstudio.jobs.record import record_episode
from rlstudio.media.composed.layout import LAYOUTS
from rlstudio.media.composed.picture import Composer, Composition
from rlstudio.media.errors import MediaError
from rlstudio.media.formats import FORMATS, format_named
from rlstudio.media.frames import Clip
from rlstudio.media.size_limit import write_within

ENVIRONMENTS = ("CartPole-v1", "LunarLander-v3", "CarRacing-v3")
FPS = 50
AIMS = {"gif": "under 2.5 ms", "mp4": "under 2 ms"}

Row = dict[str, Any]
Write = Callable[[Path, list[Frame]], object]


def by_pillow(path: Path, frames: list[Frame], **options: object) -> None:
    """Pillow's own animation, all frames handed to it."""
    first, *rest = [Image.fromarray(frame) for frame in frames]
    first.save(path, save_all=True, append_images=rest, duration=1000 // FPS, loop=0, **options)


def writers(only: list[str]) -> dict[str, tuple[str, Write]]:
    """Name, suffix and function of each; the studio's own by the keys of their formats."""
    found: dict[str, tuple[str, Write]] = {}
    for each in FORMATS:
        if each.animated:
            found[each.key] = (each.suffix, lambda path, frames, to=each: to.write(path, frames, len(frames), fps=FPS))
    found["pillow webp"] = (".webp", lambda path, frames: by_pillow(path, frames, lossless=True, quality=20, method=0))
    found["pillow apng"] = (".png", lambda path, frames: by_pillow(path, frames))
    try:
        import imageio

        found["imageio gif"] = (".gif", lambda path, frames: imageio.mimsave(path, frames, fps=FPS))
    except ImportError:
        pass
    return {name: writer for name, writer in found.items() if not only or name.split()[-1] in only or name in only}


def decoded(path: Path) -> list[NDArray[np.uint8]]:
    """All frames of a file, read by FFmpeg (videos) or Pillow."""
    if path.suffix in (".mp4", ".webm"):
        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    found = []
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        with Image.open(file) as picture:
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                found.append(np.asarray(picture.convert("RGB")))
    return found


def kept(path: Path, frames: list[Frame]) -> str:
    """How many frames come back, and how far their colours are from those that went in."""
    found = decoded(path)
    if len(found) != len(frames):
        return f"{len(found)} of {len(frames)} frames"
    error = float(np.mean([np.mean((a.astype(float) - b) ** 2) for a, b in zip(found, frames, strict=True)]))
    return f"{10 * np.log10(255**2 / error):.1f} dB" if error else "exact"


def measure_formats(folder: Path, rounds: int, count: int, only: list[str]) -> Iterator[Row]:
    """A row for each environment and writer."""
    for env_id in ENVIRONMENTS:
        frames = clip(env_id, count)
        chosen = writers(only)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in chosen}
        for number in range(rounds):
            for name, (suffix, write) in chosen.items():
                path = folder / f"{env_id} {name} {number}{suffix}"
                times[name].append(timed(partial(write, path, frames), count))
        for name, (suffix, _) in chosen.items():
            path = folder / f"{env_id} {name} 0{suffix}"
            files = list(path.iterdir()) if path.is_dir() else [path]
            yield {
                "name": f"{env_id}, {name}",
                "ms a frame": round(min(clock for clock, _ in times[name]), 2),
                "CPU ms a frame": round(min(work for _, work in times[name]), 2),
                "KiB": round(sum(file.stat().st_size for file in files) / 1024, 1),
                "colours": kept(path, frames),
                "aim": AIMS.get(name, ""),
            }


def _draw(composer: Composer, count: int) -> None:
    for index in range(count):
        composer.picture(index)


def measure_layouts(rounds: int) -> Iterator[Row]:
    """A row for each composed layout in its own size: what drawing one picture takes, and making ready for a clip."""
    env = make("LunarLander-v3", render=True)
    policy = build_policy(None, env)
    episode = record_episode(env, policy, 0, greedy=False, env_kwargs={}, source="random policy")
    env.close()
    for layout in LAYOUTS:
        for width in (layout.size[0], 640):
            how = Composition(layout.key, layout.size_for(width), "light", "a caption")
            drawing: list[tuple[float, float]] = []
            ready: list[float] = []
            for _ in range(rounds):
                start = time.perf_counter()
                composer = Composer(how, Clip.whole(episode))
                ready.append((time.perf_counter() - start) * 1000)
                drawing.append(timed(partial(_draw, composer, 50), 50))
            yield {
                "name": f"a picture composed, {layout.key}, {how.size[0]}×{how.size[1]}",
                "ms a frame": round(min(clock for clock, _ in drawing), 2),
                "CPU ms a frame": round(min(work for _, work in drawing), 2),
                "ms before": round(min(ready), 1),
            }


def measure_limits(folder: Path, count: int) -> Iterator[Row]:
    """What a size limit costs, and what it gives up."""
    frames = clip("CarRacing-v3", count)
    height, width, _ = frames[0].shape
    for key in ("gif", "mp4", "webp"):
        to = format_named(key)
        whole = to.write(folder / f"whole{to.suffix}", frames, count, fps=FPS).n_bytes
        for share in (0.5, 0.1):
            start = time.perf_counter()
            limit = int(whole * share)
            row: Row = {"name": f"CarRacing-v3, {key} within {share:.0%} of its size"}
            try:
                info = write_within(limit, to, folder / f"a{to.suffix}", frames, count, (width, height), fps=FPS)
                row |= {"KiB": round(info.n_bytes / 1024, 1), "given up": info.given_up}
            except MediaError as error:
                row["given up"] = f"refused: {error}"
            yield row | {"seconds": round(time.perf_counter() - start, 1)}


def main() -> None:
    """Print the rows, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--only", nargs="*", default=[], help="keys of formats, and neither layouts nor limits")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the rows there")
    options = parser.parse_args()
    command = f"python tests/benchmarks/bench_media.py --rounds {options.rounds} --frames {options.frames}"
    print(f"{options.frames} frames, best of {options.rounds} rounds in turn")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        parts = [measure_formats(Path(folder), options.rounds, options.frames, options.only)]
        if not options.only:
            parts += [measure_layouts(options.rounds), measure_limits(Path(folder), options.frames)]
        for row in chain(*parts):
            rows.append(stamped({**row, "command": command}))
            print(*(f"{name} {value} " for name, value in row.items() if value != ""), flush=True)
    if options.json:
        write_rows(options.json, rows)


if __name__ == "__main__":
    main()

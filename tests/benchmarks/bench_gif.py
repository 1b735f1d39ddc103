"""GIF export beside imageio.mimsave on the same frames: milliseconds a frame, size, frames kept, colours.

    python tests/benchmarks/bench_gif.py [--rounds 3] [--frames 120] [--json OUT]

Both write the same clips in turn, in one process; the fastest round of each counts. Needs the `bench` extra (imageio).
The frames lie ready in memory for both, so rendering and unpacking are in neither figure.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import rlstudio  # noqa: F401 - as everywhere, it sets the numbers of threads before NumPy is there

# isort: split

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from results import stamped, write_rows

from rlstudio.core.frame_store import Frame
from rlstudio.envs.make import frame_of, make
from rlstudio.media.gif import write_gif

ENVIRONMENTS = ("CartPole-v1", "LunarLander-v3", "CarRacing-v3")
FPS = 50


def clip(env_id: str, count: int) -> list[Frame]:
    """Frames of random episodes, end to end."""
    frames: list[Frame] = []
    env = make(env_id, render=True)
    env.action_space.seed(0)
    seed = 0
    over = True
    while len(frames) < count:
        if over:
            env.reset(seed=seed)
            seed += 1
            over = False
        else:
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            over = terminated or truncated
        frames.append(frame_of(env).copy())
    env.close()
    return frames


def timed(write: Callable[[], object], count: int) -> tuple[float, float]:
    """Milliseconds a frame by the clock, and of this process' work alone, all of its threads together."""
    start, worked = time.perf_counter(), time.process_time()
    write()
    return (time.perf_counter() - start) / count * 1000, (time.process_time() - worked) / count * 1000


def kept(path: Path, frames: list[Frame]) -> tuple[int, str]:
    """How many frames come out of the file again, and how far their colours are from those that went in."""
    found: list[NDArray[np.uint8]] = []
    with Image.open(path) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            found.append(np.asarray(picture.convert("RGB")))
    if len(found) != len(frames):
        return len(found), "frames missing"
    error = float(np.mean([np.mean((a.astype(float) - b) ** 2) for a, b in zip(found, frames, strict=True)]))
    return len(found), f"{10 * np.log10(255**2 / error):.1f} dB" if error else "exact"


def measure(env_id: str, count: int, rounds: int, folder: Path) -> list[dict[str, Any]]:
    """A row for each writer: the fastest of the rounds, and what is in the file."""
    import imageio

    frames = clip(env_id, count)
    own, other = folder / "own.gif", folder / "imageio.gif"
    writers: dict[str, tuple[Path, Callable[[], object]]] = {
        "rlstudio": (own, lambda: write_gif(own, frames, len(frames), fps=FPS)),
        "imageio": (other, lambda: imageio.mimsave(other, frames, fps=FPS)),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in writers}
    for _ in range(rounds):
        for name, (_path, write) in writers.items():
            times[name].append(timed(write, len(frames)))
    n_colours = len(np.unique(np.concatenate([np.unique(frame.reshape(-1, 3), axis=0) for frame in frames]), axis=0))
    rows = []
    for name, (path, _write) in writers.items():
        found, colours = kept(path, frames)
        rows.append(
            {
                "environment": env_id,
                "colours in it": n_colours,
                "writer": name,
                "ms a frame": round(min(clock for clock, _ in times[name]), 2),
                "CPU ms a frame": round(min(work for _, work in times[name]), 2),
                "KiB": round(path.stat().st_size / 1024, 1),
                "frames kept": f"{found} of {len(frames)}",
                "colours": colours,
                "aim": "under 2.5 ms; not larger than imageio's; exact, or 45 dB of more than 256 colours"
                if name == "rlstudio"
                else "",
            }
        )
    return rows


def main() -> None:
    """Print one line an environment and writer."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the rows there")
    options = parser.parse_args()
    if find_spec("imageio") is None:
        sys.exit('imageio is missing: pip install -c packaging/constraints.txt ".[bench]"')
    command = f"python tests/benchmarks/bench_gif.py --rounds {options.rounds} --frames {options.frames}"
    print(f"{options.frames} frames, best of {options.rounds} rounds in turn")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for env_id in ENVIRONMENTS:
            for row in measure(env_id, options.frames, options.rounds, Path(folder)):
                rows.append(stamped({**row, "command": command}))
                print(*(f"{name} {value} " for name, value in row.items() if value), flush=True)
    if options.json:
        write_rows(options.json, rows)


if __name__ == "__main__":
    main()

"""GIF export beside imageio.mimsave on the same frames: milliseconds a frame, size, frames kept, colours.

    python tests/benchmarks/bench_gif.py [--rounds 3] [--frames 120]

Both write the same clips in turn, in one process; the fastest round of each counts. Needs the `bench` extra (imageio).
The frames lie ready in memory for both, so rendering and unpacking are in neither figure.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

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


def timed(write: Callable[[], object], count: int) -> float:
    """Milliseconds a frame."""
    start = time.perf_counter()
    write()
    return (time.perf_counter() - start) / count * 1000


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


def main() -> None:
    """Print one line an environment and writer."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=120)
    options = parser.parse_args()
    try:
        import imageio
    except ImportError:
        sys.exit('imageio is missing: pip install -c packaging/constraints.txt ".[bench]"')
    print(f"{options.frames} frames, best of {options.rounds} rounds in turn")
    print(f"{'environment':16}{'writer':14}{'ms a frame':>12}{'KiB':>9}{'frames kept':>14}  colours")
    with tempfile.TemporaryDirectory() as folder:
        for env_id in ENVIRONMENTS:
            frames = clip(env_id, options.frames)
            own, other = Path(folder) / "own.gif", Path(folder) / "imageio.gif"
            writers: dict[str, tuple[Path, Callable[[], object]]] = {
                "rlstudio": (own, lambda: write_gif(own, frames, len(frames), fps=FPS)),  # noqa: B023 - called at once
                "imageio": (other, lambda: imageio.mimsave(other, frames, fps=FPS)),  # noqa: B023
            }
            times: dict[str, list[float]] = {name: [] for name in writers}
            for _ in range(options.rounds):
                for name, (_path, write) in writers.items():
                    times[name].append(timed(write, len(frames)))
            for name, (path, _write) in writers.items():
                count, colours = kept(path, frames)
                size = path.stat().st_size / 1024
                print(f"{env_id:16}{name:14}{min(times[name]):12.2f}{size:9.1f}{count:>8} of {len(frames)}  {colours}")
            ratio = min(times["imageio"]) / min(times["rlstudio"])
            share = own.stat().st_size / other.stat().st_size
            print(f"{'':16}{ratio:.1f}x faster, {share:.0%} of the size")


if __name__ == "__main__":
    main()

"""Every format and layout on the same clips: milliseconds a frame, bytes, and how the colours come back.

    python tests/benchmarks/bench_media.py [--rounds 3] [--frames 120] [--only mp4 webp]

The formats are written in turn, in one process; the fastest round of each counts. Beside them, where it is installed
(`bench` extra), imageio's GIF, and Pillow's own animated WebP and PNG. The frames lie ready in memory, so rendering and
unpacking are in no figure but the composed ones, which are drawn from recorded episodes (no file is written there).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from bench_gif import clip
from numpy.typing import NDArray
from PIL import Image

from rlstudio.core.frame_store import Frame
from rlstudio.envs.make import make
from rlstudio.jobs.policies import build_policy
from rlstudio.jobs.record import record_episode
from rlstudio.media.composed.layout import LAYOUTS
from rlstudio.media.composed.picture import Composer, Composition
from rlstudio.media.formats import FORMATS, format_named
from rlstudio.media.frames import Clip
from rlstudio.media.size_limit import write_within

ENVIRONMENTS = ("CartPole-v1", "LunarLander-v3", "CarRacing-v3")
FPS = 50

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


def measure_formats(folder: Path, rounds: int, count: int, only: list[str]) -> None:
    """A line for each environment and writer."""
    print(f"{'environment':16}{'writer':16}{'ms a frame':>12}{'KiB':>10}  colours")
    for env_id in ENVIRONMENTS:
        frames = clip(env_id, count)
        chosen = writers(only)
        best = dict.fromkeys(chosen, float("inf"))
        for number in range(rounds):
            for name, (suffix, write) in chosen.items():
                path = folder / f"{env_id} {name} {number}{suffix}"
                start = time.perf_counter()
                write(path, frames)
                best[name] = min(best[name], (time.perf_counter() - start) / count * 1000)
        for name, (suffix, _) in chosen.items():
            path = folder / f"{env_id} {name} 0{suffix}"
            files = list(path.iterdir()) if path.is_dir() else [path]
            size = sum(file.stat().st_size for file in files) / 1024
            print(f"{env_id:16}{name:16}{best[name]:12.2f}{size:10.1f}  {kept(path, frames)}")


def measure_layouts(rounds: int) -> None:
    """A line for each composed layout in its own size: what drawing one picture takes, and making ready for a clip."""
    print(f"\n{'composed':16}{'size':>12}{'ms a frame':>12}{'ms before':>12}")
    env = make("LunarLander-v3", render=True)
    policy = build_policy(None, env)
    episode = record_episode(env, policy, 0, greedy=False, env_kwargs={}, source="random policy")
    env.close()
    for layout in LAYOUTS:
        for width in (layout.size[0], 640):
            how = Composition(layout.key, layout.size_for(width), "light", "a caption")
            drawing, ready = float("inf"), float("inf")
            for _ in range(rounds):
                start = time.perf_counter()
                composer = Composer(how, Clip.whole(episode))
                ready = min(ready, (time.perf_counter() - start) * 1000)
                start = time.perf_counter()
                for index in range(50):
                    composer.picture(index)
                drawing = min(drawing, (time.perf_counter() - start) / 50 * 1000)
            print(f"{layout.key:16}{f'{how.size[0]}x{how.size[1]}':>12}{drawing:12.2f}{ready:12.1f}")


def measure_limits(folder: Path, count: int) -> None:
    """What a size limit costs, and what it gives up."""
    print(f"\n{'size limit':16}{'of':>10}{'KiB':>10}{'seconds':>10}  given up")
    frames = clip("CarRacing-v3", count)
    height, width, _ = frames[0].shape
    for key in ("gif", "mp4", "webp"):
        to = format_named(key)
        whole = to.write(folder / f"whole{to.suffix}", frames, count, fps=FPS).n_bytes
        for share in (0.5, 0.1):
            start = time.perf_counter()
            limit = int(whole * share)
            info = write_within(limit, to, folder / f"a{to.suffix}", frames, count, (width, height), fps=FPS)
            seconds = time.perf_counter() - start
            print(f"{key:16}{share:10.0%}{info.n_bytes / 1024:10.1f}{seconds:10.1f}  {info.given_up}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--only", nargs="*", default=[], help="keys of formats")
    options = parser.parse_args()
    print(f"{options.frames} frames, best of {options.rounds} rounds in turn")
    with tempfile.TemporaryDirectory() as folder:
        measure_formats(Path(folder), options.rounds, options.frames, options.only)
        measure_layouts(options.rounds)
        measure_limits(Path(folder), options.frames)


if __name__ == "__main__":
    main()

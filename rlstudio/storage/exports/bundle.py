"""A run as one file, to be opened exactly on another machine: see storage.bundle for what is in it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal

from rlstudio.core.whole_file import whole_file
from rlstudio.storage import bundle
from rlstudio.storage.checkpoint_shelf import steps_in
from rlstudio.storage.exports.run_data import Progress, nobody
from rlstudio.storage.ordinary_file import ordinary_file
from rlstudio.storage.records import plain
from rlstudio.storage.run_info import RUN_FILE, info_of, read_run_file

Chosen = Literal["all", "few", "none"]

_GROWING = ("monitor.csv", "metrics.csv", "events.jsonl")
_IN_A_CHECKPOINT = ("checkpoint.json", "policy.safetensors", "learner.json", "learner.safetensors")
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The same run makes the same file."""
_PIECE = 1 << 20


def write_bundle(path: Path, run: Path, checkpoints: Chosen = "all", progress: Progress = nobody) -> list[Path]:
    """Write the run in the folder `run` to `path`.

    Args:
        checkpoints: all of them, a few (the first, the best and the newest, which training can go on from), or none.

    Raises:
        RunFolderError: where it is no run, or more than fits into a bundle.
        OSError: where the disk refuses.
    """
    data = read_run_file(run)
    info = info_of(run, data)
    best = info.best_checkpoint
    sources = list(_sources(run, _chosen(steps_in(run / "checkpoints"), best, checkpoints)))
    total = sum(size for _, _, size in sources)
    if total > bundle.MOST_UNPACKED or len(sources) + 2 > bundle.MOST_ENTRIES:
        raise bundle.BundleError(_too_much(total))
    if info.status == "interrupted" or data.get("status") == "running":
        data["status"] = "interrupted"  # what still trains here does not train elsewhere
    if isinstance(data.get("versions"), dict):
        data["versions"].pop("platform", None)
    with whole_file(path) as file:
        try:
            _write(file, run.resolve().name, data, sources, total, progress)
        except zipfile.LargeZipFile:
            raise bundle.BundleError(_too_much(total)) from None
        if file.tell() > bundle.MOST_BYTES:
            raise bundle.BundleError(_too_much(total))
    return [path]


def _too_much(total: int) -> str:
    return (
        f"the run takes {total / 2**30:.1f} GiB, more than fits into a bundle; take fewer checkpoints along "
        "(--checkpoints few, or none)"
    )


def _chosen(steps: list[int], best: int | None, which: Chosen) -> list[int]:
    if which == "all":
        return steps
    return sorted({*steps[:1], *steps[-1:], *(step for step in steps if step == best)}) if which == "few" else []


def _sources(run: Path, steps: list[int]) -> Iterator[tuple[str, Path, int]]:
    """Name in the bundle, file and its size, of all there is beside run.json."""
    names = [*_GROWING, "labels.json"]
    names += [f"checkpoints/{step}/{name}" for step in steps for name in _IN_A_CHECKPOINT]
    with suppress(OSError):
        names += sorted(f"episodes/{each.name}" for each in (run / "episodes").iterdir())
    for name in names:
        most = bundle.most_bytes_of(name)
        with suppress(OSError):  # there is none, or it was let go this moment
            size = (run / name).stat().st_size
            if most is not None and size <= most and (run / name).is_file() and not (run / name).is_symlink():
                yield name, run / name, size


def _write(
    file: BinaryIO,
    name: str,
    data: dict[str, Any],
    sources: list[tuple[str, Path, int]],
    total: int,
    progress: Progress,
) -> None:
    done = 0
    with zipfile.ZipFile(file, "w", allowZip64=False) as archive:
        content = (json.dumps(plain(data), indent=2, allow_nan=False) + "\n").encode("utf-8")
        archive.writestr(_entry(RUN_FILE), content)
        files = {RUN_FILE: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}
        for inside, source, size in sources:
            with suppress(FileNotFoundError):  # a checkpoint that was let go since
                files[inside] = _add(archive, inside, source, lambda n, begun=done: progress(begun + n, total))
            done += size
        about = {"format": bundle.FORMAT, "run": name, "files": files}
        archive.writestr(_entry(bundle.CONTENTS), json.dumps(about, indent=1))


def _add(archive: zipfile.ZipFile, inside: str, source: Path, progress: Any) -> dict[str, Any]:
    """Copy a file; of one that grows, its whole lines as far as it is now."""
    most = bundle.most_bytes_of(inside) or 0
    digest, n_bytes = hashlib.sha256(), 0
    with ordinary_file(source, most) as file:
        left = _whole_lines(file) if inside in _GROWING else file.seek(0, 2)
        file.seek(0)
        with archive.open(_entry(inside), "w") as member:
            while left > 0 and (piece := file.read(min(left, _PIECE))):
                progress(n_bytes)
                member.write(piece)
                digest.update(piece)
                left, n_bytes = left - len(piece), n_bytes + len(piece)
    return {"bytes": n_bytes, "sha256": digest.hexdigest()}


def _whole_lines(file: BinaryIO) -> int:
    """Bytes up to and with the last line end."""
    end = file.seek(0, 2)
    while end > 0:
        start = max(0, end - _PIECE)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _entry(name: str) -> zipfile.ZipInfo:
    """Numbers are stored as they are: they hardly shrink, and frames are compressed already."""
    info = zipfile.ZipInfo(name, _WHEN)
    stored = name.endswith((".safetensors", ".rlepisode"))
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info

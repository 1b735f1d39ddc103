"""Opening a run bundle from a stranger: every entry is looked at before anything is unpacked, then checked as it is.

An entry is refused for its name (only those of a run folder's own files are known, so none leads elsewhere), for being
a link or packed in another way, for its size, and for being there twice. What is unpacked is held against the list in
the bundle, byte by byte, and becomes a run folder of its own only when all of it is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rlstudio.core.plain_text import plain_text
from rlstudio.core.whole_file import reason, sync, sync_folder, temporary_beside
from rlstudio.storage import bundle
from rlstudio.storage.bundle import BundleError
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.ordinary_file import ordinary_file
from rlstudio.storage.run_info import RUN_FILE, info_of, read_run_file
from rlstudio.storage.zip_directory import ARCHIVE_DAMAGES, check_directory

Progress = Callable[[int, int], None]

_PIECE = 1 << 20
_ROOM = 64 << 20
"""Bytes that stay free on the disk."""


def nobody(_done: int, _total: int) -> None:
    """Progress that no one looks at."""


def is_bundle(path: Path) -> bool:
    """Whether a file's name says that it is one."""
    return path.suffix.lower() == bundle.SUFFIX


def import_bundle(path: Path, runs_dir: Path, progress: Progress = nobody) -> Path:
    """Unpack the bundle at `path` as a new run in `runs_dir`; its folder. Nothing is left behind where that fails.

    Raises:
        BundleError: where it is no bundle, damaged, hostile, of a newer version, or too large; in words.
        RunFolderError: where the disk refuses.
    """
    try:
        with ordinary_file(path, bundle.MOST_BYTES) as file:
            size = os.fstat(file.fileno()).st_size
            check_directory(
                file, size, "run bundle", most=bundle.MOST_ENTRIES, of="entries", most_bytes=bundle.MOST_DIRECTORY
            )
            with zipfile.ZipFile(file) as archive:
                entries = _checked(archive, size)
                about = _contents(archive, entries)
                return _unpack(archive, entries, about, runs_dir, progress)
    except RunFolderError:
        raise
    except OSError as error:
        raise BundleError(f"could not open {path}: {reason(error)}") from error
    except ARCHIVE_DAMAGES as error:
        words = str(error).strip("'") or type(error).__name__
        raise BundleError(f"{path} cannot be opened as a run: {plain_text(words[:300])}") from error


def _checked(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, each of them allowed. Raises ValueError."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        shown = repr(info.filename[:80])
        most = bundle.most_bytes_of(info.filename)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.filename in found:
            raise ValueError(f"{shown} is in it twice")
        if most is None or info.orig_filename != info.filename:
            raise ValueError(f"{shown} does not belong into a run")
        if kind not in (0, stat.S_IFREG) or info.is_dir():
            raise ValueError(f"{shown} is no ordinary file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise ValueError(f"{shown} is packed in a way that is not read")
        if info.file_size > most:
            raise ValueError(f"{shown} has {info.file_size / 2**20:,.0f} MiB; up to {most >> 20:,} are allowed")
        found[info.filename] = info
    unpacked = sum(info.file_size for info in found.values())
    if unpacked > bundle.MOST_UNPACKED or unpacked > bundle.FREE_INFLATION + bundle.MOST_INFLATION * size:
        raise ValueError(f"it unpacks to {unpacked / 2**20:,.0f} MiB, which is not allowed for a file of its size")
    if any(not 0 <= info.header_offset < size for info in found.values()):
        raise ValueError("its list leads out of it")
    if sum(info.compress_size for info in found.values()) > size:
        raise ValueError("its entries overlap")
    for name in (bundle.CONTENTS, RUN_FILE):
        if name not in found:
            raise ValueError(f"there is no {name} in it")
    return found


def _contents(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    """The list of what must be there. Raises ValueError."""
    try:
        about = json.loads(_read(archive, entries[bundle.CONTENTS]))
    except RecursionError:
        raise ValueError("its list is nested too deeply") from None
    form = about.get("format") if isinstance(about, dict) else None
    if form != bundle.FORMAT:
        if isinstance(form, str) and form.startswith(bundle.ANY_FORMAT):
            raise ValueError(f"it is of a newer version of this program ({form[:60]}); open it there, or get that one")
        raise ValueError(f"its {bundle.CONTENTS} is not one of a run bundle")
    files = about.get("files")
    if not isinstance(files, dict) or set(files) != entries.keys() - {bundle.CONTENTS}:
        raise ValueError("its list does not fit what is in it")
    for name, row in files.items():
        if not isinstance(row, dict) or not isinstance(row.get("sha256"), str):
            raise ValueError(f"its list says nothing of {name}")
        if row.get("bytes") != entries[name].file_size:
            raise ValueError(f"{name} is of another size than its list says")
    return dict(about)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        content = member.read(info.file_size)
    if len(content) != info.file_size:
        raise ValueError(f"{info.filename} is cut off")
    return content


def _unpack(
    archive: zipfile.ZipFile,
    entries: dict[str, zipfile.ZipInfo],
    about: dict[str, Any],
    runs_dir: Path,
    progress: Progress,
) -> Path:
    total, done = sum(info.file_size for info in entries.values()), 0
    with disk_errors("write a run into", runs_dir):
        runs_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(runs_dir).free
    if total + _ROOM > free:
        raise BundleError(
            f"the run takes {total / 2**20:,.0f} MiB and {runs_dir} has {free / 2**20:,.0f} MiB left; free some space"
        )
    temporary = temporary_beside(runs_dir / "bundle")
    try:
        for name, row in about["files"].items():
            with disk_errors("write", runs_dir):
                _unpack_one(archive, entries[name], row["sha256"], temporary / name)
            done += entries[name].file_size
            progress(done, total)
        info_of(temporary, read_run_file(temporary))  # a run.json that is none is said now
        with disk_errors("write", runs_dir):
            for inner in ("checkpoints", "episodes"):
                (temporary / inner).mkdir(exist_ok=True)
            target = _free_name(runs_dir, about.get("run"))
            temporary.rename(target)
            sync_folder(runs_dir)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(temporary)
        raise
    return target


def _unpack_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, sha256: str, target: Path) -> None:
    """Never more than the size that was allowed, whatever else was packed. Raises ValueError where it is another."""
    digest, left = hashlib.sha256(), info.file_size
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as member, open(target, "xb") as file:
        while left > 0 and (piece := member.read(min(left, _PIECE))):
            file.write(piece)
            digest.update(piece)
            left -= len(piece)
        if left or member.read(1):
            raise ValueError(f"{info.filename} is of another size than it says")
    if digest.hexdigest() != sha256:
        raise ValueError(f"{info.filename} is damaged: its checksum is another one")
    sync(target)


def _free_name(runs_dir: Path, name: Any) -> Path:
    """A folder that is not there yet, called as the run was where it comes from."""
    wanted = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:150].strip(".- ") if isinstance(name, str) else ""
    wanted = wanted or "imported-run"
    for number in range(1, 10_000):
        path = runs_dir / (wanted if number == 1 else f"{wanted}_{number}")
        if not path.exists():
            return path
    raise BundleError(f"no free name for {wanted} in {runs_dir}")

"""A model file of Stable-Baselines3 from anywhere, read as data: its plain fields and its policy's tensors.

Such a `.zip` holds pickled objects too (spaces, schedules, classes). Those are never read: of `data` only what stands
there as plain JSON is used, of `policy.pth` only tensors (see storage.torch_tensors); all else in the archive is not
even unpacked.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from rlstudio.core.plain_text import plain_text
from rlstudio.core.whole_file import reason
from rlstudio.storage.ordinary_file import ordinary_file
from rlstudio.storage.tensor_file import parsed_json
from rlstudio.storage.torch_tensors import read_tensors
from rlstudio.storage.zip_directory import ARCHIVE_DAMAGES, check_directory

SUFFIX = ".zip"
MOST_BYTES = 2 << 30
MOST_TENSOR_BYTES = 1 << 30
_MOST_ENTRIES, _MOST_DIRECTORY = 200, 1 << 18
_DATA, _POLICY, _VERSION = "data", "policy.pth", "_stable_baselines3_version"
_MOST = {_DATA: 64 << 20, _POLICY: MOST_TENSOR_BYTES + (64 << 20), _VERSION: 200}
"""What is read of the archive, and how many bytes each may have."""
_MOST_INFLATION = 200


class ModelError(ValueError):
    """A model file that cannot be opened, in words."""


@dataclass(frozen=True)
class ModelZip:
    """What a model file says.

    Attributes:
        data: the model's fields. What was pickled stands there as a dictionary with ":type:" and such fields as are
            plain; the pickles themselves are left out.
        arrays: the policy's tensors by name.
        version: of the Stable-Baselines3 that wrote it, "" where it does not say.
    """

    data: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]
    version: str = ""


def is_model(path: Path) -> bool:
    """Whether a file's name says that it may be one."""
    return path.suffix.lower() == SUFFIX


def read_model_zip(path: Path) -> ModelZip:
    """Read the model file at `path`.

    Raises:
        ModelError: where it is none, is damaged, hostile or too large; in words.
    """
    try:
        with ordinary_file(path, MOST_BYTES) as file:
            size = os.fstat(file.fileno()).st_size
            check_directory(file, size, "zip archive", most=_MOST_ENTRIES, of="entries", most_bytes=_MOST_DIRECTORY)
            with zipfile.ZipFile(file) as archive:
                found = _wanted(archive, size)
                data = parsed_json(_read(archive, found[_DATA]))
                version = _read(archive, found[_VERSION]) if _VERSION in found else b""
                policy = _read(archive, found[_POLICY])
        if not isinstance(data, dict):
            raise ValueError("its data are no object with named fields")
        try:
            arrays = read_tensors(policy, most_bytes=MOST_TENSOR_BYTES)
        except ValueError as error:
            raise ValueError(f"{_POLICY} in it cannot be read: {error}") from error
    except OSError as error:
        raise ModelError(f"could not open {path}: {reason(error)}") from error
    except ARCHIVE_DAMAGES as error:
        words = str(error).strip("'") or type(error).__name__
        raise ModelError(f"{path} cannot be opened as a model: {plain_text(words[:300])}") from error
    return ModelZip(_without_pickles(data), arrays, _version(version))


def _wanted(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The entries that are read, each of them an ordinary file of an allowed size. Raises ValueError."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.filename not in _MOST or info.orig_filename != info.filename:
            continue
        if info.filename in found:
            raise ValueError(f"{info.filename} is in it twice")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ValueError(f"{info.filename} in it is no ordinary file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise ValueError(f"{info.filename} in it is packed in a way that is not read")
        most = min(_MOST[info.filename], _MOST_INFLATION * size)
        if info.file_size > most or not 0 <= info.header_offset < size:
            raise ValueError(f"{info.filename} in it would take {info.file_size:,} bytes; up to {most:,} are allowed")
        found[info.filename] = info
    missing = [name for name in (_DATA, _POLICY) if name not in found]
    if missing:
        raise ValueError(f"there is no {' and no '.join(missing)} in it: it is no model of Stable-Baselines3")
    return found


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        content = member.read(info.file_size)
        if len(content) != info.file_size or member.read(1):
            raise ValueError(f"{info.filename} in it has another size than its list says")
    return content


def _without_pickles(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {key: item for key, item in value.items() if key != ":serialized:"} if isinstance(value, dict) else value
        for name, value in data.items()
    }


def _version(content: bytes) -> str:
    found = re.match(rb"[0-9A-Za-z.+-]{1,30}", content)
    return found[0].decode("ascii") if found else ""

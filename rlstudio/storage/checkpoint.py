"""Checkpoints: a policy and, for an exact resume, its learner, in files that hold data only.

A checkpoint is a folder, named after its training step:

    checkpoint.json       step, algorithm, the policy's settings, name, shape and type of each array
    policy.safetensors    the policy's arrays
    learner.json          the learner's plain values (random states, counters), names and shapes of its arrays
    learner.safetensors   the learner's arrays: optimiser, replay buffer
    model.zip             from learners of Stable-Baselines3: the model in its own format, for use elsewhere

The folder is written under a temporary name, synced and renamed, so what is there is whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from rlstudio.core.messages import PolicyData
from rlstudio.storage.errors import DiskError, RunFolderError, disk_errors
from rlstudio.storage.new_folder import new_folder
from rlstudio.storage.ordinary_file import json_in
from rlstudio.storage.records import plain

Arrays = dict[str, NDArray[Any]]

FORMAT = 1
_MOST_JSON_BYTES = 256 << 20  # a learner's plain values may be many
LEARNER_FILES = ("learner.safetensors", "learner.json")
_INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
_KINDS = ["bool", *_INTEGERS, "float16", "float32", "float64"]


def write_checkpoint(
    folder: Path,
    step: int,
    policy: PolicyData,
    learner_arrays: Mapping[str, Any],
    learner_values: Mapping[str, Any],
    note: Mapping[str, Any],
    others: Mapping[str, bytes] = MappingProxyType({}),
    *,
    synced: bool = True,
) -> None:
    """Write the checkpoint `folder`; one that is there already is replaced. Raises RunFolderError.

    Without any array or value of the learner only the policy is written: it can be played, not continued (unless a
    learner was saved at this step before, which then stays). `others` are files for use elsewhere, never read here.
    `synced` is as for `new_folder`.
    """
    policy_arrays = _native(policy.arrays, "the policy")
    arrays = _native(learner_arrays, "the learner")
    about = {"format": FORMAT, "step": step, "algorithm": policy.algorithm, "note": dict(note)}
    about |= {"settings": policy.settings, "arrays": _shapes(policy_arrays)}
    learner = {"format": FORMAT, "values": dict(learner_values), "arrays": _shapes(arrays)}
    with disk_errors("save the checkpoint", folder), new_folder(folder, synced=synced) as temporary:
        (temporary / "checkpoint.json").write_text(_json(about, "the policy"), encoding="utf-8")
        files = {"policy.safetensors": policy_arrays}
        if learner_arrays or learner_values:
            (temporary / "learner.json").write_text(_json(learner, "the learner"), encoding="utf-8")
            files["learner.safetensors"] = arrays
        elif has_learner(folder):
            for name in LEARNER_FILES:
                shutil.copy(folder / name, temporary / name)
        for name, content in others.items():
            (temporary / name).write_bytes(content)
        for name, written in files.items():
            _save(written, temporary / name)
            shutil.copymode(temporary / "checkpoint.json", temporary / name)  # the library lets only the owner read it


def drop_learner(folder: Path) -> None:
    """Delete the learner's files of an older checkpoint; its policy stays."""
    for name in LEARNER_FILES:
        with disk_errors("delete", folder / name):
            (folder / name).unlink(missing_ok=True)


def has_learner(folder: Path) -> bool:
    """Whether training can go on from this checkpoint."""
    return all((folder / name).is_file() for name in LEARNER_FILES)


def is_there(folder: Path) -> bool:
    """Whether `folder` is a checkpoint, not one that was written without a sync and that a power cut left empty."""
    try:
        sizes = [(folder / name).stat().st_size for name in ("checkpoint.json", "policy.safetensors")]
    except OSError:
        return (folder / "checkpoint.json").is_file()  # damaged otherwise: who reads it says so
    return all(sizes) or has_learner(folder)


def read_policy(folder: Path, run: str | None = None) -> PolicyData:
    """The policy of the checkpoint `folder`. Raises RunFolderError where it is damaged."""
    about = _read_json(folder / "checkpoint.json")
    step, algorithm, settings = about.get("step"), about.get("algorithm"), about.get("settings")
    if not isinstance(step, int) or not isinstance(algorithm, str) or not isinstance(settings, dict):
        raise RunFolderError(f"{folder / 'checkpoint.json'} is damaged: step, algorithm or settings are missing")
    arrays = _load(folder / "policy.safetensors", about.get("arrays"))
    return PolicyData(algorithm=algorithm, arrays=arrays, settings=settings, step=step, run=run)


def read_learner(folder: Path) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and plain values of the learner, as they were written. Raises RunFolderError where it is damaged."""
    about = _read_json(folder / "learner.json")
    values = about.get("values")
    if not isinstance(values, dict):
        raise RunFolderError(f"{folder / 'learner.json'} is damaged: values are missing")
    return _load(folder / "learner.safetensors", about.get("arrays")), values


def _native(arrays: Mapping[str, Any], whose: str) -> Arrays:
    """Contiguous arrays in this machine's byte order. `np.ascontiguousarray` would give scalars a dimension."""
    native = {}
    for name, array in arrays.items():
        found = np.asarray(array, order="C")
        if found.dtype.name not in _KINDS:
            raise RunFolderError(
                f"{whose}: the array {name!r} is of type {found.dtype}; allowed are {', '.join(_KINDS)}"
            )
        native[name] = found.astype(found.dtype.newbyteorder("="), copy=False)
    return native


def _shapes(arrays: Arrays) -> dict[str, Any]:
    return {name: {"shape": list(array.shape), "dtype": array.dtype.name} for name, array in arrays.items()}


def _save(arrays: Arrays, path: Path) -> None:
    try:
        save_file(arrays, path)
    except SafetensorError as error:  # the library's own wrapping of an OSError
        code = re.search(r"os error (\d+)", str(error))
        if code:
            raise OSError(int(code[1]), os.strerror(int(code[1])), str(path)) from error
        raise DiskError(f"could not write {path}: {error}; is the disk full") from error


def _json(value: dict[str, Any], whose: str) -> str:
    try:  # infinite values are kept: "best so far" starts there
        return json.dumps(plain(value, finite=False), indent=1)
    except (TypeError, ValueError) as error:
        raise RunFolderError(f"{whose} cannot be saved: {error}") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        with disk_errors("read", path):
            value = json_in(path, _MOST_JSON_BYTES)
    except ValueError as error:
        raise RunFolderError(f"{path} is damaged: it is no JSON ({error})") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise RunFolderError(f"{path} is damaged, or of a newer version of this program")
    return value


def _load(path: Path, expected: Any) -> Arrays:
    """The arrays of a safetensors file, held against the names, shapes and types noted beside it."""
    with disk_errors("read", path):
        if not stat.S_ISREG(path.stat().st_mode):
            raise RunFolderError(f"{path} is damaged: it is no ordinary file")
        try:
            arrays: Arrays = load_file(path)
        except SafetensorError as error:
            raise RunFolderError(f"{path} is damaged: {error}") from error
    if _shapes(arrays) != expected:
        raise RunFolderError(f"{path} is damaged: names, sizes or types of its arrays differ from those noted for it")
    return arrays

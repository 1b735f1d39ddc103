"""What a checkpoint says of the moment it was taken at, read without its arrays."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from rlstudio.core.plain_text import plain_text
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.ordinary_file import json_in

_MOST_BYTES, _LONGEST_NAME = 256 << 20, 200


def seconds_at(folder: Path) -> float | None:
    """Seconds of training at the checkpoint `folder`; None where it does not say, as older ones do not."""
    seconds = _inside(_read(folder / "checkpoint.json"), "note").get("seconds")
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and math.isfinite(seconds)
    return float(seconds) if known and isinstance(seconds, int | float) else None


def brought_from(folder: Path) -> str | None:
    """Name of the model file that the checkpoint `folder` was made from; None where it was learned here."""
    name = _inside(_read(folder / "checkpoint.json"), "note").get("from")
    return plain_text(name[:_LONGEST_NAME]) if isinstance(name, str) else None


def standing_at(folder: Path) -> dict[str, Any]:
    """Where the run stood besides its learner (jobs.standing); empty where it does not say."""
    return _inside(_inside(_read(folder / "learner.json"), "values"), "standing")


def _read(path: Path) -> dict[str, Any]:
    try:
        with disk_errors("read", path):
            data = json_in(path, _MOST_BYTES)
    except (ValueError, RunFolderError):
        return {}
    return data if isinstance(data, dict) else {}


def _inside(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}

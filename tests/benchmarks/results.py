"""Rows of measured results: where they are kept, and what stands beside each."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
_PACKAGES = ("rlstudio", "gymnasium", "numpy", "torch", "stable-baselines3", "sb3-contrib")


def versions() -> dict[str, str]:
    """Python and the packages that decide what comes out."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except ModuleNotFoundError:  # run from the source tree
            continue
    return found


def now() -> str:
    """Today's date."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%d")


def stamped(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the date and the versions it was measured with."""
    return {**row, "date": row.get("date", now()), "versions": row.get("versions", versions())}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a results file; none where there is no file yet."""
    if not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = found["rows"] if isinstance(found, dict) else found
    return rows


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Replace a results file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_suffix(".tmp")
    whole.write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")
    whole.replace(path)

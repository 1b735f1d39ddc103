"""Where the program keeps things: data, settings and cache, all below RLSTUDIO_HOME when that is set."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "rlstudio"


def data_dir() -> Path:
    """Folder of what must not be lost: the runs. Not created here."""
    return _below_home("data") or Path(platformdirs.user_data_dir(_APP, appauthor=False))


def config_dir() -> Path:
    """Folder of settings. Not created here."""
    return _below_home("config") or Path(platformdirs.user_config_dir(_APP, appauthor=False))


def cache_dir() -> Path:
    """Folder of what can be made again. Not created here."""
    return _below_home("cache") or Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def default_runs_dir() -> Path:
    """Folder that holds one folder a run, unless `--runs-dir` says otherwise. Not created here."""
    return data_dir() / "runs"


def _below_home(name: str) -> Path | None:
    home = os.environ.get("RLSTUDIO_HOME")
    return Path(home).expanduser().absolute() / name if home else None

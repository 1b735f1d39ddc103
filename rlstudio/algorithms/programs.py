"""Which files of Python code a run or a policy would execute, so that somebody can be asked before it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rlstudio.algorithms.catalogue import get_algorithm
from rlstudio.core.params import describe
from rlstudio.core.trusted_files import absolute, read_trusted, saved_programs


def programs_of_run(algorithm: str, params: Mapping[str, Any]) -> list[str]:
    """Absolute paths of the files that parameters declared with `program=True` name."""
    infos = describe(get_algorithm(algorithm).params)
    named = [params.get(info.name, info.default) for info in infos if info.program]
    return [absolute(path) for path in named if isinstance(path, str) and path.strip()]


def programs_of_policy(settings: Mapping[str, Any]) -> list[str]:
    """Absolute paths of the files that a saved policy runs. Raises ValueError where its settings are damaged."""
    return [absolute(program.path) for program in saved_programs(settings)]


def check_consent(algorithm: str, params: Mapping[str, Any]) -> None:
    """Refuse a run, before anything of it is begun, whose programs nobody agreed to run. Raises UserFileError."""
    for path in programs_of_run(algorithm, params):
        read_trusted(path)

"""`rlstudio import`: run bundles, and models of Stable-Baselines3, from elsewhere become runs here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rlstudio.commands.console import console, print_json, quiet_stdout
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.jobs.teller import Teller
from rlstudio.media.errors import Cancelled
from rlstudio.storage.bundle import SUFFIX
from rlstudio.storage.bundle_reading import import_bundle, is_bundle
from rlstudio.storage.model_zip import SUFFIX as MODEL_SUFFIX
from rlstudio.storage.model_zip import is_model
from rlstudio.storage.paths import default_runs_dir

INTERRUPTED, WRONG_USAGE = 130, 2
_SHOWN = 8
"""Environments that may be the one which are named."""


class _NotNamedError(Exception):
    pass


def import_run(options: argparse.Namespace) -> int:
    """`rlstudio import FILE…`; 130 after Ctrl+C, which leaves those that were whole by then."""
    paths = [Path(name) for name in options.files]
    wrong = [path for path in paths if not is_bundle(path) and not is_model(path)]
    if wrong:
        allowed = f"a run bundle, whose name ends with {SUFFIX}, or a model of Stable-Baselines3 ({MODEL_SUFFIX})"
        raise ParamError([ParamFault("file", str(path), allowed) for path in wrong])
    runs_dir = Path(options.runs_dir) if options.runs_dir else default_runs_dir()
    imported: list[str] = []
    with quiet_stdout(), console() as channel:
        for path in paths:
            try:
                if is_model(path):
                    imported.append(str(_import_model(path, runs_dir, options.env)))
                else:
                    teller = Teller(channel, f"unpacking {path.name}: byte")
                    imported.append(str(import_bundle(path, runs_dir, teller)))
            except Cancelled:
                break
            except _NotNamedError as error:
                print(f"rlstudio: {error}", file=sys.stderr)
                return WRONG_USAGE
    if options.json:
        print_json({"runs": imported})
    else:
        for run in imported:
            print(run)
    return INTERRUPTED if channel.interrupted else 0


def _import_model(path: Path, runs_dir: Path, env: str | None) -> Path:
    """A model as a run. Raises _NotNamedError where nobody says which environment it is from."""
    from rlstudio.jobs.import_model import cautions_of, make_run, question, read_foreign, title_of  # brings torch

    model = read_foreign(path)
    env = env or model.env
    if not env:
        asked = question(path, model)
        names = ", ".join(asked.fitting[:_SHOWN]) or "none of those listed here"
        more = f" and {len(asked.fitting) - _SHOWN} more" if len(asked.fitting) > _SHOWN else ""
        raise _NotNamedError(
            f"{path} is {title_of(model)}, but does not say in which environment: name it with --env. "
            f"With {asked.needs} there are: {names}{more}"
        )
    run = make_run(path, model, runs_dir, env, {})
    for words in (f"{path.name}: {title_of(model)}, in {env}", *cautions_of(path)):
        print(words, file=sys.stderr)
    return run

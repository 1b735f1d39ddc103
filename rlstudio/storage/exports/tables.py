"""A run as tables: CSV for spreadsheets and data frames, JSON for programs.

`OUT.csv` is long: one row a number, in the columns

    series    return, length (of each finished episode), evaluation_return (of each episode of an evaluation),
              param.<name> (a parameter as it was set while training), or a diagnostic by its name
    step      environment steps when it was known, over all copies of the environment
    episode   number of the finished episode, from 1; empty for what belongs to none
    seconds   of training until then
    value     the number; empty where it is not finite

and `OUT.settings.csv` says how the run was made, in the columns kind (run, environment, parameter, live, result,
version), name, value. The JSON file holds the same under the names of `_json_of`.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rlstudio.core.whole_file import whole_file
from rlstudio.storage.exports.json_text import json_text
from rlstudio.storage.exports.run_data import Progress, RunData, nobody, number
from rlstudio.storage.records import plain

COLUMNS = ("series", "step", "episode", "seconds", "value")
SETTINGS_COLUMNS = ("kind", "name", "value")
JSON_FORMAT = "rlstudio-run-1"
_ROWS_AT_ONCE = 5_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

Row = tuple[str, int, int | None, float, float]


def settings_path(path: Path) -> Path:
    """Where the settings go that belong to the table at `path`."""
    return path.with_name(f"{path.stem}.settings{path.suffix}")


def write_csv(path: Path, run: RunData, progress: Progress = nobody) -> list[Path]:
    """Write the curves to `path` and the settings beside it; both paths. Raises OSError."""
    total = 2 * len(run.monitor.returns) + sum(len(series.steps) for series in run.metrics.values())
    beside = settings_path(path)
    with whole_file(path) as file, whole_file(beside) as settings:
        _write(settings, SETTINGS_COLUMNS, _settings(run))
        _write(file, COLUMNS, _cells(_rows(run)), progress, total)
    return [path, beside]


def _write(
    file: BinaryIO,
    columns: tuple[str, ...],
    rows: Iterable[tuple[Any, ...]],
    progress: Progress = nobody,
    total: int = 0,
) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    for index, row in enumerate(rows):
        if index % _ROWS_AT_ONCE == 0:
            progress(min(index, total), total)
        writer.writerow(row)
    text.flush()
    text.detach()


def _rows(run: RunData) -> Iterator[Row]:
    monitor = run.monitor
    for name, values in (("return", monitor.returns), ("length", monitor.lengths)):
        columns = (monitor.end_steps.tolist(), monitor.end_seconds.tolist(), values.tolist())
        for episode, (step, seconds, value) in enumerate(zip(*columns, strict=True), 1):
            yield name, _whole(step), episode, seconds, value
    for evaluation in run.evaluations:
        for value in evaluation.returns:
            yield "evaluation_return", evaluation.step, None, evaluation.seconds, value
    for change in run.changes:
        if (value := number(change.new)) is not None:
            yield f"param.{change.name}", change.step, None, change.seconds, value
    for name, series in run.metrics.items():
        columns = (series.steps.tolist(), series.seconds.tolist(), series.values.tolist())
        for step, seconds, value in zip(*columns, strict=True):
            yield name, _whole(step), None, seconds, value


def _cells(rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
    for series, step, episode, seconds, value in rows:
        yield _text(series), step, "" if episode is None else episode, _number(seconds), _number(value)


def _settings(run: RunData) -> Iterator[tuple[str, str, Any]]:
    config = run.info.config.model_dump(mode="json")
    inner = {"environment": config.pop("env_kwargs"), "parameter": config.pop("params"), "live": run.info.live_params}
    config.pop("events")
    kinds = {"run": {"name": run.name, **config}, **inner, "result": run.summary(), "version": run.versions}
    for kind, values in kinds.items():
        for name, value in values.items():
            yield kind, _text(str(name)), _setting(value)


def _setting(value: Any) -> Any:
    """A setting in a cell; what is neither a number nor text as JSON."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    return json.dumps(plain(value)) if value is not None else ""


def _text(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whoever wrote it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _number(value: float) -> Any:
    return value if math.isfinite(value) else ""


def _whole(step: float) -> int:
    return int(step) if math.isfinite(step) else 0


def _json_of(run: RunData) -> dict[str, Any]:
    """What stands in the file. Numbers that JSON does not have are null there."""
    monitor = run.monitor
    return {
        "format": JSON_FORMAT,
        "run": run.name,
        "config": run.info.config.model_dump(mode="json"),
        "live_params": run.info.live_params,
        "versions": run.versions,
        "result": run.summary(),
        "episodes": {
            "return": monitor.returns,
            "length": monitor.lengths,
            "step": monitor.end_steps,
            "seconds": monitor.end_seconds,
        },
        "metrics": {
            name: {"step": series.steps, "seconds": series.seconds, "value": series.values}
            for name, series in run.metrics.items()
        },
        "evaluations": [
            {"step": each.step, "seconds": each.seconds, "returns": each.returns, "best": each.best}
            for each in run.evaluations
        ],
        "events": run.events,
    }


def write_json(path: Path, run: RunData, progress: Progress = nobody) -> list[Path]:
    """Write the run to `path`; its path. Raises OSError."""
    with whole_file(path) as file:
        for piece in json_text(_json_of(run), progress):
            file.write(piece.encode("utf-8"))
        file.write(b"\n")
    return [path]

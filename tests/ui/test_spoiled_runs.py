"""Runs whose files were spoiled, opened and listed in the window: refused in words or shown, and nothing breaks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import TracebackType

import pytest
from exported_runs import make_run
from mutations import kind_of, spoiled
from PySide6.QtWidgets import QApplication

from rlstudio.core.params import ParamError
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_listing import RunListing
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.opening import open_run

EACH = 30
FILES = ("run.json", "run.json", "run.json", "events.jsonl", "metrics.csv", "monitor.csv")


def test_a_spoiled_run_breaks_nothing(
    whole_window: tuple[MainWindow, Controller],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    app: QApplication,
    wait_for: Callable[..., None],
) -> None:
    window, controller = whole_window
    faults: list[BaseException] = []

    def caught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        faults.append(error)

    monkeypatch.setattr(sys, "excepthook", caught)  # where what slots raise is told
    good = make_run(tmp_path / "good")
    run = tmp_path / "spoiled" / good.name
    window.tabs.open("runs")
    shown = 0
    for number in range(EACH):
        random = Random(f"window {number}")
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(good, run)
        name = random.choice(FILES)
        (run / name).write_bytes(spoiled((run / name).read_bytes(), kind_of(name), random))
        window.runs.set_runs(RunListing(run.parent).read())
        try:
            opened = open_run(run)
        except (RunFolderError, ParamError):
            continue
        controller.library.opened.emit(opened)
        shown += 1
        for _ in range(5):
            app.processEvents()
        assert not faults, (number, name, faults)
    assert shown > EACH / 4
    wait_for(lambda: not controller.files.opening.active, "what is still read", 60)
    assert not faults

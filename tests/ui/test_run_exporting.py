"""Whole runs out of the window and bundles into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from exported_runs import make_run
from PySide6.QtWidgets import QFileDialog, QLabel

from rlstudio.storage.exports.bundle import write_bundle
from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow

Wait = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "away")


def dialog_of(window: MainWindow) -> QFileDialog:
    found = window.findChild(QFileDialog, "exportRunDialog")
    assert isinstance(found, QFileDialog)
    return found


def words_of(window: MainWindow, name: str) -> str:
    widget = window.findChild(object, name)  # type: ignore[type-var]
    return " ".join(label.text() for label in widget.findChildren(QLabel))  # type: ignore[attr-defined]


def test_a_run_is_written_as_asked(
    whole_window: tuple[MainWindow, Controller], run: Path, tmp_path: Path, wait_for: Wait
) -> None:
    window, _ = whole_window
    for title, name, told in (
        ("Report (one web page) (*.html)", "page.html", "page.html"),
        ("Table (CSV) (*.csv)", "curves", "curves.csv"),
    ):
        window.runs.exportRequested.emit(str(run))
        dialog = dialog_of(window)
        assert any("onnx" in each for each in dialog.nameFilters())
        dialog.selectNameFilter(title)
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
        wait_for((tmp_path / told).is_file, "the file", 60)
        wait_for(lambda told=told: f"Saved {told}" in words_of(window, "runExportProgress"), "the word", 60)
        wait_for(lambda: window.findChild(QFileDialog, "exportRunDialog") is None, "the dialog to go")
    assert window.settings.get("run_export", dict, {}) == {"to": "csv", "folder": str(tmp_path)}


def test_what_cannot_be_written_is_said(
    whole_window: tuple[MainWindow, Controller], run: Path, tmp_path: Path, wait_for: Wait
) -> None:
    window, controller = whole_window
    from rlstudio.storage.exports.formats import run_format

    controller.run_exporting.start(run, run_format("onnx"), tmp_path / "out.onnx")
    wait_for(lambda: window.banner.isVisible(), "the fault", 60)
    said = " ".join(label.text() for label in window.banner.findChildren(QLabel))
    assert "Traceback" not in said
    assert "rlstudio." not in said
    assert not (tmp_path / "out.onnx").exists()
    wait_for(lambda: not controller.acting.active, "the end", 60)


def test_a_bundle_is_opened_and_a_hostile_one_refused(
    whole_window: tuple[MainWindow, Controller], run: Path, tmp_path: Path, wait_for: Wait
) -> None:
    window, controller = whole_window
    (path,) = write_bundle(tmp_path / "out.rlrun", run)
    opened = []
    controller.library.opened.connect(opened.append)
    controller.files.open_paths([path])
    wait_for(lambda: opened, "the run to be opened", 30)
    there = opened[0].info.path
    assert there.name == run.name
    assert there.parent != run.parent
    assert RunFolder.open(there).checkpoints() == [0, 400, 800]
    (tmp_path / "evil.rlrun").write_bytes(path.read_bytes()[:-40])
    controller.files.open_paths([tmp_path / "evil.rlrun"])
    wait_for(lambda: window.banner.isVisible(), "the refusal", 30)
    assert "cannot be opened as a run" in " ".join(label.text() for label in window.banner.findChildren(QLabel))

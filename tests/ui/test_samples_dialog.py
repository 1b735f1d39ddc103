"""The samples of a run: offered where there are some, shown as a table and a scatter, exported; never read in the
window's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QPushButton

from rlstudio.core.messages import PolicyData
from rlstudio.core.run_config import RunConfig
from rlstudio.storage.run_folder import RunFolder, list_runs
from rlstudio.storage.run_listing import RunListing
from rlstudio.storage.samples import Samples, read_samples
from rlstudio.ui import sampling as module
from rlstudio.ui.panels.runs import RunsPanel
from rlstudio.ui.sampling import Sampling
from rlstudio.ui.widgets.sample_scatter import MOST_POINTS
from rlstudio.ui.widgets.sample_table import SampleModel, sheet_of
from rlstudio.ui.widgets.samples_dialog import SamplesDialog

Show = Callable[..., Any]


def samples(rows: int, step: int = 20) -> Samples:
    at = np.arange(rows, dtype=np.float32)
    arrays = {"observations": np.stack([np.sin(at), at], axis=1), "actions": at[:, None] % 3, "rewards": -at / 8}
    return Samples(step, arrays, {"observations": ("sin", "time (s)"), "actions": ("gear",), "rewards": ("reward",)})


def write_run(root: Path, rows: int, seed: int = 0) -> Path:
    config = RunConfig(env="Pendulum-v1", algorithm="ppo", steps=100, seed=seed)
    made = samples(rows)
    with RunFolder.create(root, config) as folder:
        arrays = {f"samples.{part}": array for part, array in made.arrays.items()} if rows else {"w": np.ones(2)}
        folder.save_checkpoint(20, PolicyData("ppo", {"w": np.ones(2)}, {}, step=20), arrays, {}, note={})
        folder.write_info(status="stopped")
    return folder.path


def test_the_table_shows_numbers_and_makes_nothing_of_rows_unseen() -> None:
    model = SampleModel()
    model.set_sheet(sheet_of(samples(60_000)))
    assert (model.rowCount(), model.columnCount()) == (60_000, 4)
    assert [model.headerData(c, Qt.Orientation.Horizontal) for c in range(4)] == ["sin", "time (s)", "gear", "reward"]
    assert model.headerData(59_999, Qt.Orientation.Vertical) == "60,000"
    assert [model.index(5, column).data() for column in range(4)] == ["-0.9589", "5", "2", "-0.6250"]


def test_the_dialog_shows_a_table_and_a_scatter_of_any_two_columns(show: Show) -> None:
    dialog = show(SamplesDialog("a run"), 1000, 500)
    assert not dialog.export_button.isEnabled()
    dialog.show_sheet(sheet_of(samples(MOST_POINTS * 3)))
    assert "12,000 transitions, as saved at step 20; the plot shows 4,000 of them" in dialog.about.text()
    assert (dialog.x.currentText(), dialog.y.currentText()) == ("sin", "reward")
    assert dialog.scatter.n_points() == MOST_POINTS
    dialog.x.setCurrentIndex(2)
    dialog.x.activated.emit(2)
    assert set(dialog.scatter._points.getData()[0]) == {0.0, 1.0, 2.0}
    dialog.show_sheet(sheet_of(samples(10, step=40)))
    assert (dialog.x.currentText(), dialog.y.currentText()) == ("gear", "reward")
    assert dialog.about.text() == "10 transitions, as saved at step 40"


@pytest.fixture
def keeper(show: Show, tmp_path: Path) -> Any:
    write_run(tmp_path, 30)
    write_run(tmp_path, 0, seed=1)
    panel = RunsPanel()
    panel.set_runs(RunListing(tmp_path).read())
    show(panel, 900, 300)
    owner = QObject()
    made = Sampling(panel, owner)
    yield made, panel, {run.config.seed: run.path for run in list_runs(tmp_path)}
    made.close()
    owner.deleteLater()


def test_samples_are_offered_only_where_a_run_has_some(keeper: Any, wait_for: Callable[..., None]) -> None:
    _made, panel, paths = keeper
    button = panel.findChild(QPushButton, "samplesButton")
    assert not button.isVisible()
    panel.select(paths[0])
    wait_for(button.isVisible, "the offer")
    panel.select(paths[1])
    wait_for(lambda: not button.isVisible(), "the offer to go")


def test_they_are_read_laid_out_and_written_off_the_windows_thread(
    keeper: Any, wait_for: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, panel, paths = keeper
    threads: list[threading.Thread] = []
    for name in ("read_samples", "write_samples"):
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *a, real=real: (threads.append(threading.current_thread()), real(*a))[1]
        )
    table = Samples.table
    monkeypatch.setattr(Samples, "table", lambda some: (threads.append(threading.current_thread()), table(some))[1])
    panel.select(paths[0])
    wait_for(panel.findChild(QPushButton, "samplesButton").isVisible, "the offer")
    panel.findChild(QPushButton, "samplesButton").click()
    dialog = made.dialog
    assert dialog.about.text() == "Reading…"
    wait_for(lambda: dialog.sheet is not None, "the samples")
    assert len(dialog.sheet.samples) == 30
    told: list[str] = []
    made.told.connect(lambda _level, words: told.append(words))
    dialog.exportRequested.emit(str(tmp_path / "out.npz"))
    wait_for(lambda: told, "the file")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["rewards"], read_samples(paths[0]).arrays["rewards"])
    assert len(threads) == 3
    assert threading.main_thread() not in threads
    dialog.close()
    assert made.dialog is None


def test_what_cannot_be_read_or_written_is_said_in_the_dialog(
    keeper: Any, wait_for: Callable[..., None], tmp_path: Path
) -> None:
    made, _panel, paths = keeper
    failed: list[str] = []
    made.failed.connect(failed.append)
    made.show(paths[1])
    dialog = made.dialog
    wait_for(lambda: "no gathered transitions" in dialog.about.text(), "the failure")
    assert dialog.about.property("role") == "fault"
    assert not dialog.export_button.isEnabled()
    made.show(paths[0])
    dialog = made.dialog
    wait_for(lambda: dialog.sheet is not None, "the samples")
    dialog.exportRequested.emit(str(tmp_path / "no folder" / "out.csv"))
    wait_for(lambda: "no folder" in dialog.about.text(), "the failure")
    assert dialog.about.property("role") == "fault"
    dialog.againRequested.emit()
    assert (dialog.about.text(), dialog.about.property("role")) == ("Reading…", "")
    wait_for(lambda: dialog.about.text().startswith("30 transitions"), "the samples")
    assert failed == []


def test_what_cannot_be_read_is_said_in_the_window_once_the_dialog_is_closed(
    keeper: Any, wait_for: Callable[..., None]
) -> None:
    made, _panel, paths = keeper
    failed: list[str] = []
    made.failed.connect(failed.append)
    made.show(paths[1])
    made.dialog.close()
    wait_for(lambda: failed, "the failure")
    assert "no gathered transitions" in failed[0]

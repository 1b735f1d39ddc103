"""The list of runs: what changed on disk is seen, what did not is not read again; curves in few points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rlstudio.core.run_config import RunConfig
from rlstudio.storage import run_listing
from rlstudio.storage.curve_sketch import sketch_of
from rlstudio.storage.labels import Labels, write_labels
from rlstudio.storage.records import monitor_header, monitor_text
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.run_listing import RunListing


def test_it_sees_what_changes_and_reads_only_that(
    tmp_path: Path, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = RunListing(tmp_path)
    assert listing.read() == []
    with RunFolder.create(tmp_path, config) as one:
        one.write_info(status="finished")
    with RunFolder.create(tmp_path, config) as two:
        assert [(run.path, run.live) for run in listing.read()] == [(two.path, True), (one.path, False)]
        read: list[Path] = []
        reading = run_listing.read_run_file
        monkeypatch.setattr(run_listing, "read_run_file", lambda folder: read.append(folder) or reading(folder))
        two.append_episodes([3.0, 5.0], [1, 1], [1, 2], [0.1, 0.2])
        two.write_info(steps=77)
        write_labels(one.path, Labels("first"))
        newest, oldest = listing.read()
        assert (newest.info.steps, newest.curve, oldest.labels.title) == (77, ((1.0, 3.0), (2.0, 5.0)), "first")
        assert read == [two.path]
    assert listing.read()[0].info.status == "interrupted"  # no process holds it any more: run.json has not changed
    assert read == [two.path]
    with RunFolder.open(two.path, write=True):
        assert listing.read()[0].live
    (one.path / "run.json").write_text("{")
    assert [run.path for run in listing.read()] == [two.path]
    one.path.rename(tmp_path / ".hidden")
    two.path.rename(tmp_path / "renamed")
    assert [run.path.name for run in listing.read()] == ["renamed"]


def test_curves_may_come_later(tmp_path: Path, config: RunConfig) -> None:
    with RunFolder.create(tmp_path, config) as folder:
        folder.append_episodes([3.0], [1], [1], [0.1])
    listing = RunListing(tmp_path)
    assert listing.read(curves=False)[0].curve == ()
    (whole,) = listing.read()
    assert whole.curve == ((1.0, 3.0),)
    assert listing.read(curves=False)[0] is whole
    assert listing.read()[0] is whole


def test_the_curve_of_a_short_run_is_its_mean_piece_by_piece(tmp_path: Path) -> None:
    returns = np.arange(64.0)
    path = tmp_path / "monitor.csv"
    path.write_text(monitor_header("E", 0.0) + monitor_text(returns, np.ones(64), np.arange(64) + 1, np.ones(64)))
    sketch = sketch_of(path)
    assert sketch == tuple((2.0 * n + 2, 2.0 * n + 0.5) for n in range(32))


def test_the_curve_of_a_long_run_follows_it(tmp_path: Path) -> None:
    steps = np.arange(1, 50_001) * 10
    returns = 500 * (1 - np.exp(-steps / 100_000))
    path = tmp_path / "monitor.csv"
    path.write_text(monitor_header("E", 0.0) + monitor_text(returns, np.ones(50_000), steps, np.ones(50_000)))
    sketch = np.array(sketch_of(path))
    assert len(sketch) == 32
    assert np.all(np.diff(sketch[:, 0]) > 0)
    assert sketch[0, 0] < 500
    assert sketch[-1, 0] > 499_000
    assert np.abs(sketch[:, 1] - 500 * (1 - np.exp(-sketch[:, 0] / 100_000))).max() < 1.0


@pytest.mark.parametrize(
    "content", [b"", b"#{}\nr,l,t,step\n", b"a,b,c,d\n\xff,1,1,1\nnan,1,1,5\n1,1,1,inf\n1,2,3\n1e308,1,1,1\n"]
)
def test_a_damaged_monitor_has_no_curve(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "monitor.csv").write_bytes(content)
    assert sketch_of(tmp_path / "monitor.csv") == ()
    assert sketch_of(tmp_path) == ()


def test_a_damaged_line_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "monitor.csv"
    path.write_bytes(b"#{}\nr,l,t,step\n1.0,5,0.1,5\n7,7\n3.0,5,0.2,10\n9.0,5,0.3,1")  # the last is cut off
    assert sketch_of(path) == ((5.0, 1.0), (10.0, 3.0))

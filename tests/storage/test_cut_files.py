"""A file cut off at any byte is read up to its last whole line, and written on from there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rlstudio.storage import records
from rlstudio.storage.run_folder import RunFolder, RunFolderError

EPISODES = [(1.5, 3, 3, 0.1), (0.1 + 0.2, 4, 7, 0.25), (-12.25, 11, 18, 1 / 3)]
METRICS = [(32, 0.1, "loss", 0.5), (64, 0.2, "loss", 0.25), (64, 0.2, "entropy", 0.6)]


@pytest.fixture
def closed(folder: RunFolder) -> RunFolder:
    folder.append_episodes(*([row[column] for row in EPISODES] for column in range(4)))
    folder.append_metrics(METRICS)
    for step in (1, 2, 3):
        folder.append_event("note", step, step / 10, words="naïve – ünïcode")
    folder.close()
    return folder


def whole_lines(data: bytes, headers: int) -> int:
    return max(0, data.count(b"\n") - headers)


def test_monitor(closed: RunFolder) -> None:
    path = closed.path / "monitor.csv"
    data = path.read_bytes()
    for end in range(len(data) + 1):
        path.write_bytes(data[:end])
        monitor = closed.read_monitor()
        expected = EPISODES[: whole_lines(data[:end], 2)]
        rows = zip(monitor.returns, monitor.lengths, monitor.end_steps, monitor.end_seconds, strict=True)
        assert list(rows) == expected, end


def test_metrics(closed: RunFolder) -> None:
    path = closed.path / "metrics.csv"
    data = path.read_bytes()
    for end in range(len(data) + 1):
        path.write_bytes(data[:end])
        found = {
            (step, seconds, name, value)
            for name, series in closed.read_metrics().items()
            for step, seconds, value in zip(series.steps, series.seconds, series.values, strict=True)
        }
        assert found == set(METRICS[: whole_lines(data[:end], 1)]), end


def test_events(closed: RunFolder) -> None:
    path = closed.path / "events.jsonl"
    data = path.read_bytes()
    for end in range(len(data) + 1):
        path.write_bytes(data[:end])
        assert [event["step"] for event in closed.read_events()] == [1, 2, 3][: whole_lines(data[:end], 0)], end


@pytest.mark.parametrize(("name", "headers"), [("monitor.csv", 2), ("metrics.csv", 1), ("events.jsonl", 0)])
def test_writing_goes_on_after_the_last_whole_line(closed: RunFolder, name: str, headers: int) -> None:
    path = closed.path / name
    data = path.read_bytes()
    for end in range(len(data) + 1):
        path.write_bytes(data[:end])
        with RunFolder.open(closed.path, write=True) as again:
            again.append_episodes([99.0], [9], [99], [9.0])
            again.append_metrics([(99, 9.0, "loss", 9.9)])
            again.append_event("note", 99, 9.0)
            kept = whole_lines(data[:end], headers)
            if name == "monitor.csv":
                assert again.read_monitor().returns.tolist() == [row[0] for row in EPISODES[:kept]] + [99.0], end
            elif name == "metrics.csv":
                steps = [row[0] for row in METRICS[:kept] if row[2] == "loss"]
                assert again.read_metrics()["loss"].steps.tolist() == [*steps, 99], end
            else:
                assert [event["step"] for event in again.read_events()] == [*[1, 2, 3][:kept], 99], end
        for other in ("monitor.csv", "metrics.csv", "events.jsonl"):
            lines = (closed.path / other).read_bytes().splitlines(keepends=True)
            (closed.path / other).write_bytes(b"".join(lines[:-1]))


def test_run_json_is_read_whole_or_refused_in_words(closed: RunFolder) -> None:
    path = closed.path / "run.json"
    data = path.read_bytes()
    for end in range(len(data) - 2):
        path.write_bytes(data[:end])
        with pytest.raises(RunFolderError, match="damaged"):
            closed.read_info()


def test_damaged_lines_in_the_middle_are_left_out(closed: RunFolder) -> None:
    for name in ("monitor.csv", "metrics.csv", "events.jsonl"):
        path = closed.path / name
        lines = path.read_bytes().splitlines(keepends=True)
        lines[-2] = b"\x00" * (len(lines[-2]) - 1) + b"\n"
        path.write_bytes(b"".join(lines))
    assert closed.read_monitor().returns.tolist() == [EPISODES[0][0], EPISODES[2][0]]
    assert closed.read_metrics()["loss"].values.tolist() == [0.5]
    assert [event["step"] for event in closed.read_events()] == [1, 3]


def test_number_of_a_truncated_line_is_never_taken_for_a_shorter_number(tmp_path: Path, closed: RunFolder) -> None:
    path = closed.path / "monitor.csv"
    path.write_bytes(path.read_bytes()[:-2])  # the last line's "18" would read as "1"
    assert closed.read_monitor().end_steps.tolist() == [3, 7]


def test_lines_cut_and_run_together_shift_no_numbers(tmp_path: Path) -> None:
    """A line of three cells and one of five are eight cells, and yet no two episodes."""
    path = tmp_path / "monitor.csv"
    path.write_text("#{}\nr,l,t,step\n1.0,2,0.1,2\n5,3,0.2\n7,9,0.3,4,9\n2.0,2,0.4,6\n")
    monitor = records.read_monitor(path)
    assert (monitor.returns.tolist(), monitor.end_steps.tolist()) == ([1.0, 2.0], [2, 6])


def test_a_file_larger_than_a_piece_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_PIECE", 50)
    episodes, names = np.arange(40.0), ("loss", "entropy", "kl")
    path = tmp_path / "monitor.csv"
    path.write_text("#{}\nr,l,t,step\n" + records.monitor_text(episodes, episodes, episodes, episodes / 10))
    np.testing.assert_array_equal(records.read_monitor(path).returns, episodes)
    path.write_text(records.METRICS_HEADER + records.metrics_text((n, n / 10, names[n % 3], n * 2) for n in range(40)))
    found = records.read_metrics(path)
    assert list(found) == list(names)
    for place, series in enumerate(found.values()):
        np.testing.assert_array_equal(series.steps, np.arange(place, 40, 3))
        np.testing.assert_array_equal(series.values, 2 * series.steps)

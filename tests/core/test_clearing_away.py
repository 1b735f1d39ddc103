"""A process that ends clears away what it has not finished, and no other thread gives that a name any more."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rlstudio.core import whole_file
from rlstudio.core.whole_file import remove_all_unfinished
from rlstudio.storage import new_folder as folders
from rlstudio.storage.new_folder import new_folder


def test_what_is_half_cleared_away_takes_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    naming = threading.Lock()
    monkeypatch.setattr(whole_file, "naming", naming)
    monkeypatch.setattr(folders, "naming", naming)
    with new_folder(tmp_path / "5") as temporary:
        (temporary / "file").write_text("old", encoding="utf-8")
    written, cleared, errors = threading.Event(), threading.Event(), []

    def write() -> None:
        try:
            with new_folder(tmp_path / "5", synced=False) as temporary:
                (temporary / "file").write_text("new", encoding="utf-8")
                written.set()
                cleared.wait(10.0)
        except OSError as error:
            errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(10.0)
    remove_all_unfinished()
    cleared.set()
    writer.join(0.2)
    assert writer.is_alive()  # it waits for ever, as far as a process that ends is concerned
    assert (tmp_path / "5" / "file").read_text(encoding="utf-8") == "old"
    naming.release()
    writer.join(10.0)
    assert errors
    assert [path.name for path in tmp_path.iterdir()] == ["5"]
    assert (tmp_path / "5" / "file").read_text(encoding="utf-8") == "old"

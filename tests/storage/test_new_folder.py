"""Folders that appear whole, and that at no moment are missing while they are replaced."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rlstudio.core.swap import swap_names
from rlstudio.storage import new_folder as module
from rlstudio.storage.new_folder import mend_folders, new_folder

one_step = pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="this system has no such step")


def fill(path: Path, text: str) -> None:
    with new_folder(path) as temporary:
        (temporary / "file").write_text(text, encoding="utf-8")


@one_step
def test_names_are_exchanged_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "is").write_text(name, encoding="utf-8")
    assert swap_names(tmp_path / "a", tmp_path / "b")
    assert [(tmp_path / name / "is").read_text(encoding="utf-8") for name in ("a", "b")] == ["b", "a"]
    assert not swap_names(tmp_path / "a", tmp_path / "nowhere")
    assert (tmp_path / "a" / "is").read_text(encoding="utf-8") == "b"


@one_step
def test_a_folder_that_is_replaced_is_never_moved_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "5", "old")

    def refuse(self: Path, *_target: object) -> None:
        raise AssertionError(f"{self} was renamed: a kill here would leave none")

    monkeypatch.setattr(Path, "rename", refuse)
    fill(tmp_path / "5", "new")
    assert (tmp_path / "5" / "file").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["5"]


def test_where_that_cannot_be_it_is_moved_aside_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "swap_names", lambda *_names: False)
    fill(tmp_path / "5", "old")
    fill(tmp_path / "5", "new")
    assert (tmp_path / "5" / "file").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["5"]
    (tmp_path / "5").rename(tmp_path / ".tmp-old-5")  # as a kill between the two steps leaves it
    (tmp_path / ".tmp-1-abc-5").mkdir()
    mend_folders(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["5"]


def test_a_fault_leaves_the_old_one(tmp_path: Path) -> None:
    fill(tmp_path / "5", "old")
    with pytest.raises(TypeError):
        fill(tmp_path / "5", None)  # type: ignore[arg-type]
    assert (tmp_path / "5" / "file").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["5"]

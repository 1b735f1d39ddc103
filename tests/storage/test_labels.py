"""labels.json: what a person calls a run is kept whole, and whatever a file says is cut to what can be shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.labels import (
    LABELS_FILE,
    MOST_NOTE,
    MOST_TAG,
    MOST_TAGS,
    MOST_TITLE,
    Labels,
    read_labels,
    tags_in,
    write_labels,
)
from rlstudio.storage.run_folder import RunFolder


def test_they_come_back_as_they_were_and_the_run_keeps_going(folder: RunFolder) -> None:
    labels = Labels("Higher rate", ("baseline", "for the paper"), "First line.\n\nε = 0.1, then less.")
    write_labels(folder.path, labels)  # the run is being written, and locked
    folder.write_info(steps=5)
    assert read_labels(folder.path) == labels
    write_labels(folder.path, Labels())
    assert not (folder.path / LABELS_FILE).exists()
    assert read_labels(folder.path) == Labels()


def test_what_is_typed_is_cleaned() -> None:
    assert tags_in(" Paper ,, paper, second  try ,") == ("Paper", "second try")
    assert Labels.cleaned(" a\n b\x00c ", ["x,y"], " n\x1b[31m\r\nm ") == Labels("a b c", ("x y",), "n [31m \nm")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{",
        '{"title": 3, "tags": "abc", "note": ["x"]}',
        "[" * 100_000,
        '{"tags": [null, {}, 3, " "]}',
    ],
)
def test_a_damaged_file_says_nothing_and_can_be_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / LABELS_FILE).write_text(content)
    assert read_labels(tmp_path) == Labels()
    write_labels(tmp_path, Labels("new"))
    assert read_labels(tmp_path) == Labels("new")


def test_it_is_cut_to_size(tmp_path: Path) -> None:
    huge = {"title": "t" * 9999, "tags": [f"{n}" + "g" * 999 for n in range(99)], "note": "n" * 99_999}
    (tmp_path / LABELS_FILE).write_text(json.dumps(huge))
    found = read_labels(tmp_path)
    assert (len(found.title), len(found.tags), len(found.note)) == (MOST_TITLE, MOST_TAGS, MOST_NOTE)
    assert max(map(len, found.tags)) == MOST_TAG
    (tmp_path / LABELS_FILE).write_text(json.dumps({"title": "x", "note": "n" * 10_000_000}))
    assert read_labels(tmp_path) == Labels()


def test_those_of_a_newer_program_are_shown_but_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / LABELS_FILE).write_text('{"version": 2, "title": "x"}')
    assert read_labels(tmp_path).title == "x"
    with pytest.raises(RunFolderError, match="newer RL Studio"):
        write_labels(tmp_path, Labels("y"))
    with pytest.raises(RunFolderError, match="is gone"):
        write_labels(tmp_path / "missing", Labels("y"))


_ANYTHING: list[Any] = [
    None,
    True,
    1.5,
    "\ud800 é\u202e\x7f",
    " x " * 99,
    [],
    ["a", "A", "a ", 3, ["b"]],
    {"k": "v"},
    [[]],
    b"x",
]


@pytest.mark.parametrize("value", _ANYTHING)
def test_cleaning_takes_anything_and_changes_nothing_twice(value: Any) -> None:
    once = Labels.cleaned(value, value, value)
    assert Labels.cleaned(once.title, once.tags, once.note) == once
    "".join([once.title, *once.tags, once.note]).encode()

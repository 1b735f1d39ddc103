"""labels.json: what a person calls a run: a title, tags and a note. It stands beside run.json, which the run writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rlstudio.core.whole_file import whole_file
from rlstudio.storage.errors import RunFolderError, disk_errors
from rlstudio.storage.ordinary_file import json_in

LABELS_FILE: Final = "labels.json"
MOST_TITLE, MOST_TAG, MOST_TAGS, MOST_NOTE = 120, 40, 20, 20_000  # in characters; tags in number
_VERSION = 1
_MOST_BYTES = 1 << 18


@dataclass(frozen=True)
class Labels:
    """One line of title, tags without commas in the order given, a note of any number of lines; all may be empty."""

    title: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def cleaned(cls, title: Any = "", tags: Any = (), note: Any = "") -> Labels:
        """Labels of what somebody typed, or of what a file says: cut to size, without marks that cannot be shown."""
        return cls(_line(title, MOST_TITLE), _tags(tags), _lines(note))


def tags_in(text: str) -> tuple[str, ...]:
    """The tags of a text as people type them: "baseline, for the paper"."""
    return _tags(text.split(","))


def read_labels(folder: Path) -> Labels:
    """The labels of a run; none where there is no such file, or where it holds no labels."""
    try:
        data = json_in(folder / LABELS_FILE, _MOST_BYTES)
    except (OSError, ValueError):
        return Labels()
    if not isinstance(data, dict):
        return Labels()
    return Labels.cleaned(data.get("title"), data.get("tags"), data.get("note"))


def write_labels(folder: Path, labels: Labels) -> None:
    """Replace a run's labels; also while it trains. Without any, the file is removed.

    Raises:
        RunFolderError: if the run is gone, a newer program wrote the labels, or the disk refuses.
    """
    path = folder / LABELS_FILE
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is gone; look for runs again")
    if _is_newer(path):
        raise RunFolderError(f"{path} was written by a newer RL Studio; change it there")
    labels = Labels.cleaned(labels.title, labels.tags, labels.note)
    with disk_errors("write", path):
        if labels == Labels():
            path.unlink(missing_ok=True)
            return
        data = {"version": _VERSION, "title": labels.title, "tags": list(labels.tags), "note": labels.note}
        with whole_file(path) as file:
            file.write((json.dumps(data, indent=2) + "\n").encode("utf-8"))


def _is_newer(path: Path) -> bool:
    try:
        data = json_in(path, _MOST_BYTES)
    except (OSError, ValueError):
        return False
    version = data.get("version") if isinstance(data, dict) else None
    return isinstance(version, int) and version > _VERSION


def _line(value: Any, most: int) -> str:
    if not isinstance(value, str):
        return ""
    return " ".join(_shown(value).split())[:most].rstrip()


def _lines(value: Any) -> str:
    return _shown(value)[:MOST_NOTE].strip() if isinstance(value, str) else ""


def _tags(values: Any) -> tuple[str, ...]:
    """Each once, whatever its capitals; the first way of writing it stays."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        return ()
    found: dict[str, str] = {}
    for value in values:
        tag = _line(value.replace(",", " "), MOST_TAG) if isinstance(value, str) else ""
        if tag:
            found.setdefault(tag.casefold(), tag)
        if len(found) == MOST_TAGS:
            break
    return tuple(found.values())


def _shown(text: str) -> str:
    """Without what is no character to be seen: control marks, and halves of characters, which no file can hold."""
    return "".join(mark if mark.isprintable() or mark in "\n\t" else " " for mark in text)

"""The lock: one holder, seen by others, free again after release."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlstudio.storage.lock import FileLock, is_locked


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    assert not is_locked(path)
    lock = FileLock(path)
    assert is_locked(path)
    with pytest.raises(BlockingIOError, match="locked by another process"):
        FileLock(path)
    lock.release()
    assert not is_locked(path)
    again = FileLock(path)
    assert is_locked(path)
    again.release()


def test_looking_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    path.touch()
    assert not is_locked(path)
    assert not is_locked(path)
    FileLock(path).release()


def test_release_twice_is_harmless(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / ".lock")
    lock.release()
    lock.release()
    assert not is_locked(tmp_path / ".lock")

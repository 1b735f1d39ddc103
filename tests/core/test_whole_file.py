"""A file is written whole or not at all, and refusals are put in words."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from rlstudio.core.whole_file import reason, whole_file


def write(path: Path, error: BaseException | None = None) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        if error:
            raise error
        file.write(b" and whole")


def test_it_appears_under_its_name_when_it_is_whole(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a") as file:
        file.write(b"x")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"x"
    write(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"half and whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full"), ValueError("no")])
def test_an_error_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        write(tmp_path / "a", error)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(type(error)):
        write(tmp_path / "a", error)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "does not answer as it should"),
        (errno.EBADF, "broken"),
    ],
)
def test_refusals_in_words(number: int, words: str) -> None:
    assert words in reason(OSError(number, "broken"))

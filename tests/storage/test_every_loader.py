"""Every reader of files from elsewhere, on files spoiled at random and on what is no file: refused in words, or read.

`tests/benchmarks/fuzz_loaders.py` does the same with thousands of files for each.
"""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from guarded import ForbiddenError, HungError, guarded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loaders import LOADERS, kind_in
from mutations import spoiled

EXAMPLES = 25
SECONDS = 120.0
"""Of a busy machine; what hangs, hangs for ever."""
_made: dict[str, Path] = {}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the samples are, each made once."""
    folder = tmp_path_factory.mktemp("samples")
    yield folder
    _made.clear()


def sample(name: str, home: Path) -> Path:
    """A good sample."""
    if name not in _made:
        folder = home / name.replace(" ", "_")
        folder.mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = LOADERS[name].make(folder)
            again = home / f"{folder.name}_read"  # what it imports takes time and memory of its own
            again.mkdir()
            shutil.copytree(path, again / path.name) if path.is_dir() else shutil.copy(path, again / path.name)
            LOADERS[name].read(again / path.name)
            _made[name] = path
    return _made[name]


@pytest.mark.parametrize("name", sorted(LOADERS))
def test_a_good_one_is_read(name: str, home: Path) -> None:
    path = sample(name, home)
    with guarded(home, seconds=SECONDS):
        LOADERS[name].read(path)


@pytest.mark.parametrize("name", sorted(LOADERS))
def test_a_spoiled_one_is_read_or_refused_in_words(name: str, home: Path, tmp_path: Path) -> None:
    loader, source = LOADERS[name], sample(name, home)
    files = loader.files_of(source)

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(files), st.randoms(use_true_random=False))
    def spoil(file: str, random: Random) -> None:
        path = tmp_path / source.name
        shutil.rmtree(path, ignore_errors=True) if source.is_dir() else path.unlink(missing_ok=True)
        shutil.copytree(source, path) if source.is_dir() else shutil.copy(source, path)
        target = path / file if file else path
        target.write_bytes(spoiled(target.read_bytes(), kind_in(path, file), random))
        with guarded(tmp_path, seconds=SECONDS), suppress(*loader.spoken), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers too large to be any, by NumPy
            loader.read(path)

    spoil()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _nothing(_path: Path) -> None:
    pass


@pytest.mark.parametrize("what", [_pipe, _loop, _endless, _folder, _empty, _nothing], ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", sorted(set(LOADERS) - {"configuration", "live changes"}))
def test_what_is_no_file_is_refused_at_once(name: str, what: object, home: Path, tmp_path: Path) -> None:
    """In place of each file of a sample. (A pipe that a person names on the command line is read, as anywhere.)"""
    loader, source = LOADERS[name], sample(name, home)
    for file in loader.files_of(source):
        path = tmp_path / source.name
        shutil.rmtree(path, ignore_errors=True) if source.is_dir() else path.unlink(missing_ok=True)
        shutil.copytree(source, path) if source.is_dir() else shutil.copy(source, path)
        target = path / file if file else path
        target.unlink()
        what(target)  # type: ignore[operator]
        with guarded(tmp_path, seconds=SECONDS), suppress(*loader.spoken):
            loader.read(path)
        if not source.is_dir() and target.is_dir():
            target.rmdir()


def test_the_guard_guards(tmp_path: Path) -> None:
    with pytest.raises(ForbiddenError, match=r"os\.system"), guarded(tmp_path, seconds=SECONDS):
        os.system("true")
    with pytest.raises(ForbiddenError, match="for writing"), guarded(tmp_path / "a", seconds=SECONDS):
        (tmp_path / "b").write_text("x")
    with pytest.raises(MemoryError), guarded(tmp_path, seconds=SECONDS):
        bytearray(3 << 30)
    with pytest.raises(HungError), guarded(tmp_path, seconds=0.2):
        time.sleep(30)

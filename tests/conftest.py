"""For every test: no screen is needed, and nothing of the user's own data, settings or cache is touched."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

import rlstudio  # noqa: F401 - first of all: its settings count only if they are made before numpy is imported

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_home = tempfile.mkdtemp(prefix="rlstudio-tests-")
os.environ["RLSTUDIO_HOME"] = _home
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = os.path.join(_home, "hypothesis")  # nothing is left in the checkout


@pytest.fixture(scope="session", autouse=True)
def _without_waiting_for_the_disk() -> Iterator[None]:
    """A sync takes a busy disk up to a second, there are thousands, and no test cuts the power.

    Tests of what is synced, and of a disk that refuses, put their own in its place; child processes sync as ever.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home that the tests were given."""
    shutil.rmtree(_home, ignore_errors=True)

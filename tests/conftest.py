"""For every test: no screen is needed, and nothing of the user's own data, settings or cache is touched."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

import rlstudio  # noqa: F401 - first of all: its settings count only if they are made before numpy is imported

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_home = tempfile.mkdtemp(prefix="rlstudio-tests-")
os.environ["RLSTUDIO_HOME"] = _home


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home that the tests were given."""
    shutil.rmtree(_home, ignore_errors=True)

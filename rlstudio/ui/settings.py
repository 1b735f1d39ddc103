"""What the window remembers between two starts: a small JSON file, read with care and replaced whole."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from rlstudio.core.whole_file import whole_file
from rlstudio.storage.ordinary_file import json_in
from rlstudio.storage.paths import config_dir

_MOST_BYTES = 16 << 20
_MOST = 2**31
"""Qt's whole numbers end there."""


class Settings:
    """Plain values by name. A damaged or missing file is an empty one: nobody loses more than a window's size."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or config_dir() / "window.json"
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            read = json_in(self._path, _MOST_BYTES)
            if isinstance(read, dict):
                self._values = read

    def get(self, name: str, kind: type, default: Any) -> Any:
        """The value of that name, where it is of that kind; a number, where it is one that a window can have."""
        value = self._values.get(name, default)
        if kind in (int, float) and isinstance(value, int | float) and not abs(value) < _MOST:  # nor is NaN
            return default
        return value if isinstance(value, kind) else default

    def set(self, **values: Any) -> None:
        """Remember; written by `save`."""
        self._values.update(values)

    def save(self) -> None:
        """Write the file. A disk that cannot be written does not keep a window from closing."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path) as file:
                file.write(json.dumps(self._values, indent=1).encode())

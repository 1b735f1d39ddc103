"""A job that begins a file and never ends it, for tests of what is left of it."""

from __future__ import annotations

import time
from pathlib import Path

from rlstudio.core.whole_file import whole_file
from rlstudio.workers.channel import PipeChannel


def begin(channel: PipeChannel) -> None:
    """Wait for the path as a command, and write half a file there."""
    path = channel.receive(30.0)
    with whole_file(Path(str(path))) as file:
        file.write(b"half")
        file.flush()
        time.sleep(3600)

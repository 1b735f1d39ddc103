"""A child whose parent is killed leaves no half file, wherever it was writing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from process_harness import ROOT, lives, wait_until

_PARENT = """
import sys, time
from rlstudio.workers.process import Worker

if __name__ == "__main__":
    worker = Worker("half_files:begin")
    worker.send(sys.argv[1])
    print(worker.pid, flush=True)
    time.sleep(3600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
def test_killing_the_parent_leaves_no_half_file(tmp_path: Path) -> None:
    script, folder = tmp_path / "parent.py", tmp_path / "pictures"
    script.write_text(_PARENT)
    folder.mkdir()
    (folder / ".tmp-1-abcd-other.gif").write_bytes(b"another process's")
    parent = subprocess.Popen(
        [sys.executable, str(script), str(folder / "a.gif")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
    )
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        wait_until(lambda: len(list(folder.iterdir())) == 2, "the file has begun")
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close() if parent.stdout else None
    wait_until(lambda: not lives(pid), "the child has ended", seconds=5)
    assert [path.name for path in folder.iterdir()] == [".tmp-1-abcd-other.gif"]

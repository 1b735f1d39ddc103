"""The first lines that run in a child process. Only the standard library at top level: spawn imports this first."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from importlib import import_module
from multiprocessing.connection import wait
from typing import Any


def child_main(connection: Any, vitals_name: str, slot_name: str, entry: str, niceness: int) -> None:
    """Serve commands from `connection` with `entry` ("module:function", called with a PipeChannel) until it returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then asks its children to stop
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()
    if niceness and hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(niceness)

    from rlstudio.workers.channel import PipeChannel
    from rlstudio.workers.frame_slot import FrameSlot
    from rlstudio.workers.vitals import Vitals

    channel = PipeChannel(connection, Vitals(vitals_name), FrameSlot(slot_name))
    module, _, name = entry.partition(":")
    try:
        getattr(import_module(module), name)(channel)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent has hung up: nobody is left to tell
    finally:
        channel.close()


def _end_with_parent() -> None:
    """End this process at once when its parent has ended, however that ended, and leave no half file. (Not
    PR_SET_PDEATHSIG: that fires when the parent's *thread* that spawned us ends.)"""
    from rlstudio.core.whole_file import remove_all_unfinished

    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        try:
            remove_all_unfinished()
        finally:
            os._exit(1)

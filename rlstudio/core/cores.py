"""How many cores this process may use: as many trainings run side by side before they take time from each other."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """At least 1. A limit on which cores may be used counts (a container's), one on their time does not."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""What opens the window: a bare `rlstudio`, and `rlstudio demo`. Qt is imported only after its libraries were found."""

from __future__ import annotations

import argparse
import gc
import os
import sys

from rlstudio.commands.qt_libraries import complaint, missing_libraries, qt_platform

FAILED = 1


def open_studio(options: argparse.Namespace) -> int:
    """The studio. Without a display, say so rather than let Qt abort."""
    platform = qt_platform()
    if not platform:
        print(
            "rlstudio: there is no display here. `rlstudio demo` saves pictures of the studio at work, and "
            "`rlstudio train` trains without a window.",
            file=sys.stderr,
        )
        return FAILED
    if not _has_libraries(platform):
        return FAILED
    gc.disable()  # for good: the window collects by hand, and imports are faster without
    from rlstudio.ui.app import run_studio

    return run_studio()


def demo(options: argparse.Namespace) -> int:
    """The studio, already training; without a display offscreen, leaving a picture and a GIF."""
    platform = qt_platform()
    offscreen = platform in ("", "offscreen", "minimal")
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if not _has_libraries("offscreen" if offscreen else platform):
        return FAILED
    from rlstudio.ui.demo import run_demo

    return run_demo(offscreen=offscreen, output=getattr(options, "output", None))


def _has_libraries(platform: str) -> bool:
    missing = missing_libraries(platform)
    if missing:
        print(complaint(missing), file=sys.stderr)
    return not missing

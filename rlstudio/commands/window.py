"""What opens the window: a bare `rlstudio`, and `rlstudio demo`. Qt is imported only after its libraries were found."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path

from rlstudio.commands.qt_libraries import complaint, missing_libraries, qt_platform

FAILED = 1


def open_studio(options: argparse.Namespace) -> int:
    """The studio, with the files that were named. Without a display, say so rather than let Qt abort."""
    missing = [name for name in getattr(options, "files", ()) if not os.path.exists(name)]
    if missing:
        print(f"rlstudio: {missing[0]}: there is no such file or folder; check the path", file=sys.stderr)
        return FAILED
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

    files = [Path(name) for name in getattr(options, "files", ())]
    return run_studio(lambda _window, controller: controller.library.open_paths(files) if files else None)


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

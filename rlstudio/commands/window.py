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
    named = [(name, _found(name)) for name in getattr(options, "files", ())]
    missing = [name for name, path in named if path is None]
    if missing:
        told = "there is no such file or folder, and no run of that name; check the path, or see: rlstudio runs"
        print(f"rlstudio: {missing[0]}: {told}", file=sys.stderr)
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

    files = [path for _, path in named if path is not None]
    env = getattr(options, "env", None)
    return run_studio(lambda _window, controller: controller.files.open_paths(files, env) if files else None)


def _found(name: str) -> Path | None:
    """A file or folder by its path, or a run by its folder's name."""
    if os.path.exists(name):
        return Path(name)
    from rlstudio.commands.find_run import find_run  # only for a name: the bare command needs none of it
    from rlstudio.core.params import ParamError

    try:
        return find_run(name)
    except ParamError:
        return None


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

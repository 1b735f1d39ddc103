"""Which system libraries Qt needs and does not find: asked before Qt is, since Qt aborts the process."""

from __future__ import annotations

import ctypes
import os
import sys

_ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libzstd.so.1": "libzstd1",
}
_FOR_X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def qt_platform() -> str:
    """The Qt platform a window would use ("xcb", "wayland", "offscreen", "cocoa", "windows"); "" without a display."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if chosen:
        return chosen
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "cocoa"
    if os.environ.get("DISPLAY"):
        return "xcb"
    return "wayland" if os.environ.get("WAYLAND_DISPLAY") else ""


def missing_libraries(platform: str) -> dict[str, str]:
    """Libraries that the platform needs and the system does not have, each with its Debian package."""
    if not sys.platform.startswith("linux"):
        return {}
    wanted = {**_ALWAYS, **(_FOR_X11 if platform == "xcb" else {})}
    return {name: package for name, package in wanted.items() if not _loads(name)}


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install_line(missing: dict[str, str]) -> str:
    """The command that installs them on Debian and Ubuntu."""
    return "sudo apt-get install " + " ".join(sorted(set(missing.values())))


def complaint(missing: dict[str, str]) -> str:
    """What to tell a person whose system lacks libraries."""
    return (
        "The window needs system libraries that are not installed here: "
        + ", ".join(sorted(missing))
        + ".\nOn Debian or Ubuntu:  "
        + install_line(missing)
    )

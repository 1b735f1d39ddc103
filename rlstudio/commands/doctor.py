"""`rlstudio doctor`: is everything here that the studio needs, and what to do where it is not."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from rlstudio.commands.qt_libraries import install_line, missing_libraries, qt_platform
from rlstudio.storage.paths import cache_dir, config_dir
from rlstudio.storage.run_folder import default_runs_dir

_IMPORT_NAMES = {
    "pyside6-essentials": "PySide6",
    "pygame-ce": "pygame",
    "pillow": "PIL",
}
_SLOW_TO_IMPORT = ("torch", "stable-baselines3", "sb3-contrib")
"""Seconds, all three for torch's sake; whether that one works is seen when it is asked for its device."""
_ROOM_WANTED_BYTES = 500 * 2**20


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, whether it is well, what was seen, and what to do if not."""

    check: str
    ok: bool
    seen: str
    advice: str = ""


def doctor(options: argparse.Namespace) -> int:
    """Print all findings; 0 when all is well, else 1."""
    findings = list(_findings())
    if getattr(options, "json", False):
        from rlstudio.commands.console import print_json

        print_json({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.ok else 'BAD '} {finding.check:18} {finding.seen}")
            if not finding.ok:
                print(f"     → {finding.advice}")
    return 0 if all(finding.ok for finding in findings) else 1


def _findings() -> Iterator[Finding]:
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (_python, _packages, _qt, _sdl, _folders, _plugins, _device)
    for check in checks:
        try:
            yield from check()
        except Exception as error:  # a check that itself fails is a finding, not the end of the examination
            yield Finding(check.__name__.strip("_"), False, f"could not be checked: {error}", "Report this as a bug.")


def _python() -> Iterator[Finding]:
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding(
        "Python", ok, f"{platform.python_version()} on {platform.platform()}", "Use Python 3.11, 3.12 or 3.13."
    )


def _packages() -> Iterator[Finding]:
    for line in _requirements():
        requirement, _, marker = line.partition(";")
        if "extra" in marker:
            continue
        name = re.split(r"[\s<>=!~\[;]", requirement.strip(), maxsplit=1)[0]
        advice = f'pip install "{requirement.strip()}"'
        try:
            seen = version(name)
        except PackageNotFoundError:
            yield Finding(name, False, "not installed", advice)
            continue
        if name.lower() in _SLOW_TO_IMPORT:
            yield Finding(name, True, seen)
            continue
        yield _importable(name, seen, advice)
    yield from _unwanted()


def _importable(name: str, seen: str, advice: str) -> Finding:
    module = _IMPORT_NAMES.get(name.lower(), name.replace("-", "_").lower())
    try:
        importlib.import_module(module)
    except ImportError as error:
        if module == "pyqtgraph" and missing_libraries("offscreen"):  # it loads Qt, of which more is said below
            return Finding(name, True, seen)
        return Finding(name, False, f"{seen} is installed but does not import: {error}", advice + " --force-reinstall")
    if name.lower().startswith("pyside6") and seen.startswith("6.12.0"):
        return Finding(name, False, f"{seen} aborts on Python 3.11", 'pip install "PySide6-Essentials<6.12"')
    return Finding(name, True, seen)


def _plugins() -> Iterator[Finding]:
    """What other packages bring and cannot be used; nothing is said where all is well."""
    from rlstudio.algorithms.catalogue import left_out

    for fault in left_out():
        yield Finding("other packages", False, fault, "Mend or uninstall that package; all else works without it.")


def _requirements() -> list[str]:
    """What the installed program asks for. Run from a checkout that was never installed, nothing says."""
    try:
        return requires("rlstudio") or []
    except PackageNotFoundError:
        return []


def _unwanted() -> Iterator[Finding]:
    for name, why in (
        ("pygame", "it overwrites pygame-ce"),
        ("opencv-python", "its own Qt plugins break the window"),
    ):
        try:
            seen = version(name)
        except PackageNotFoundError:
            continue
        yield Finding(name, False, f"{seen} is installed, and {why}", f"pip uninstall {name}, then reinstall rlstudio")


def _qt() -> Iterator[Finding]:
    chosen = qt_platform()
    missing = missing_libraries(chosen or "xcb")
    if missing:
        yield Finding("Qt libraries", False, "missing: " + ", ".join(sorted(missing)), install_line(missing))
        return
    if not chosen:
        yield Finding("Qt platform", True, "no display: commands work, `rlstudio demo` runs offscreen")
        chosen = "offscreen"
    code = "from PySide6.QtGui import QGuiApplication as A; a = A([]); print(a.platformName())"
    try:
        result = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "QT_QPA_PLATFORM": chosen},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield Finding("Qt platform", False, f"{chosen} does not answer", "Check the display, or set QT_QPA_PLATFORM.")
        return
    words = (result.stderr.strip().splitlines() or ["no message"])[0]
    yield Finding(
        "Qt platform",
        result.returncode == 0,
        result.stdout.strip() or f"{chosen} does not start: {words}",
        "Check the display (DISPLAY), or run with QT_QPA_PLATFORM=offscreen.",
    )


def _sdl() -> Iterator[Finding]:
    import pygame

    pygame.display.init()
    try:
        driver = pygame.display.get_driver()
    finally:
        pygame.display.quit()
    yield Finding("SDL", driver == "dummy", f"{'.'.join(map(str, pygame.get_sdl_version()))}, video driver {driver}",
                  "Unset SDL_VIDEODRIVER: the studio draws into memory.")  # fmt: skip


def _folders() -> Iterator[Finding]:
    for label, folder in (("runs folder", default_runs_dir()), ("settings", config_dir()), ("cache", cache_dir())):
        yield _writable(label, folder)
    nearest = next(path for path in (default_runs_dir(), *default_runs_dir().parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    yield Finding(
        "disk",
        free >= _ROOM_WANTED_BYTES,
        f"{free / 2**30:.1f} GiB free",
        "Free some space, or choose --runs-dir elsewhere.",
    )


def _writable(label: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            label, False, f"{folder}: {error.strerror}", "Allow writing there, or set RLSTUDIO_HOME elsewhere."
        )
    return Finding(label, True, str(folder))


def _device() -> Iterator[Finding]:
    import torch

    found = ["cpu"]
    if torch.cuda.is_available():
        found.append(f"cuda ({torch.cuda.get_device_name()})")
    if torch.backends.mps.is_available():
        found.append("mps")
    yield Finding("device", True, ", ".join(found) + "; small networks are fastest on the CPU")

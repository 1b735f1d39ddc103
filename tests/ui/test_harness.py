"""The harness itself: a test that leaves something behind, or in which Qt warns, must fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CASES = """
import threading
from PySide6.QtCore import QThread, QTimer, qWarning
from PySide6.QtWidgets import QLabel, QPushButton

kept = []

def test_window(): kept.append(QLabel("left")); kept[-1].show()

def test_timer(): kept.append(QTimer()); kept[-1].start(1000)

def test_qthread(): kept.append(QThread()); kept[-1].start()

def test_thread():
    wait = threading.Event(); kept.append(wait)
    threading.Thread(target=wait.wait, daemon=True).start()

def test_warning(): qWarning("something is wrong")

def test_slot(show):
    button = show(QPushButton("press"))
    button.clicked.connect(lambda: 1 / 0)
    button.click()

def test_tidy(show):
    show(QLabel("closed afterwards"), 100, 20)

def test_last():
    for thing in kept:
        if isinstance(thing, QThread): thing.quit(); thing.wait()
        elif isinstance(thing, threading.Event): thing.set()
        elif isinstance(thing, QTimer): thing.stop()
        else: thing.close()
    kept.clear()
"""
EXPECTED = {
    "test_window": "top-level widgets left behind",
    "test_timer": "timers left behind",
    "test_qthread": "QThreads left behind",
    "test_thread": "threads left behind",
    "test_warning": "Qt said: something is wrong",
    "test_slot": "ZeroDivisionError",
}


def test_what_is_left_behind_fails_the_test(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_cases.py").write_text(CASES, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    summary = done.stdout.split("short test summary info")[-1]
    for name, words in EXPECTED.items():
        assert f"::{name}" in summary, f"{name} was not failed:\n{done.stdout}"
        assert words in done.stdout
    for name in ("test_tidy", "test_last"):
        assert f"::{name}" not in summary, done.stdout

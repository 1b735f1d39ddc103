"""The keys that act wherever the focus is; `about.KEYS` tells people of them."""

from __future__ import annotations

from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.microscope import Microscope
from rlstudio.ui.watching import Watching


def add_keys(window: MainWindow, watching: Watching, microscope: Microscope) -> None:
    """Give the window its keys. A text field that has the focus keeps its letters."""
    stage, bar = window.stage, window.toolbar
    window.add_keys(
        {
            "Ctrl+Return": bar.train.click,
            "Ctrl+Enter": bar.train.click,
            "Ctrl+Shift+Return": bar.seeds.click,
            "Ctrl+Shift+Enter": bar.seeds.click,
            "Ctrl+P": bar.pause.click,
            "Ctrl+Right": bar.step.click,
            "Ctrl+.": bar.stop.click,
            "R": bar.record.click,
            "Space": stage.toggle_play,
            "Home": stage.seek_first,
            "End": stage.seek_last,
            "PgUp": stage.previous_episode,
            "PgDown": stage.next_episode,
            "L": watching.leave_recording,
            "Escape": window.leave_present,
            **microscope.keys(),
        }
    )

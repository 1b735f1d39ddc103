"""How often runs are saved, as the window asks for it and hands it on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QPushButton

from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.settings import Settings
from rlstudio.ui.widgets.autosave_dialog import AutosaveDialog, autosave_of


def save_button(dialog: AutosaveDialog) -> QPushButton:
    return dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save)


def test_what_is_chosen_is_kept_and_handed_on(show: Callable[..., Any], tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    assert autosave_of(settings) == {"autosave_seconds": None, "autosave_steps": None}
    dialog = show(AutosaveDialog(settings))
    assert (dialog.seconds.value(), dialog.steps.text()) == (15, "off")
    dialog.seconds.setValue(60)
    dialog.steps.setValue(5000)
    assert (dialog.seconds.text(), dialog.steps.text()) == ("every 60 s", "every 5,000 steps")
    save_button(dialog).click()
    settings.save()
    again = Settings(tmp_path / "window.json")
    assert autosave_of(again) == {"autosave_seconds": 60.0, "autosave_steps": 5000}
    dialog = show(AutosaveDialog(again))
    assert (dialog.seconds.value(), dialog.steps.value()) == (60, 5000)
    dialog.steps.setValue(0)
    dialog.reject()
    assert autosave_of(again)["autosave_steps"] == 5000


@pytest.mark.parametrize(
    ("seconds", "steps"), [(float("nan"), -3), (0.0, 0), (-1.0, True), ("15", "5"), (1e30, 10**30), (None, None)]
)
def test_what_makes_no_sense_counts_as_not_chosen(seconds: Any, steps: Any, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    settings.set(autosave_seconds=seconds, autosave_steps=steps)
    assert autosave_of(settings) == {"autosave_seconds": None, "autosave_steps": None}


def test_the_next_run_is_saved_so(whole_window: tuple[MainWindow, Controller]) -> None:
    window, controller = whole_window
    window.actions_by_name["autosaveAction"].trigger()
    dialog = window.findChild(AutosaveDialog)
    dialog.steps.setValue(700)
    save_button(dialog).click()
    command = controller.starting.command(controller.starting.wanted())
    assert (command.autosave_seconds, command.autosave_steps) == (15.0, 700)

"""Consent: asks before a file of the user's own is run, and remembers what was agreed to while the window is open.

The question is asked here, in the window, before a job is started: a job runs in a child process and never asks. What
was agreed to is a path and the content it had, so a file that has changed is asked about again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from rlstudio.algorithms.programs import programs_of_policy, programs_of_run
from rlstudio.core.messages import PolicyData
from rlstudio.core.trusted_files import TrustedFile, UserFileError, read_program

WARNING = "This file is a program and can do anything you can. Open it only if you trust it."


class Consent(QObject):
    """Signals:
    refused: why a file cannot be asked about, in words.
    """

    refused = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._given: set[TrustedFile] = set()

    @property
    def given(self) -> tuple[TrustedFile, ...]:
        """All that was agreed to: what a command that starts a job carries."""
        return tuple(sorted(self._given))

    def has(self, paths: Sequence[str]) -> bool:
        """Whether all these files may be run as they are now. Asks nothing."""
        try:
            return all(read_program(path)[0] in self._given for path in paths)
        except UserFileError:
            return False

    def agreed(self, paths: Sequence[str], then: Callable[[], None]) -> bool:
        """Whether all these files may be run as they are now. If not, it is asked, and `then` called after a yes."""
        try:
            for path in paths:
                program, content = read_program(path)
                if program not in self._given:
                    self._ask(program, len(content), then)
                    return False
        except UserFileError as error:
            self.refused.emit(str(error))
            return False
        return True

    def _ask(self, program: TrustedFile, n_bytes: int, then: Callable[[], None]) -> None:
        if self._window.findChild(QMessageBox, "consentBox"):
            return
        box = QMessageBox(self._window)
        box.setObjectName("consentBox")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Run a program")
        box.setTextFormat(Qt.TextFormat.PlainText)  # a file's name may look like HTML
        size = f"{n_bytes:,} bytes, SHA-256 {program.sha256[:12]}…"
        box.setText(f"Run {Path(program.path).name}?\n\n{program.path}\n{size}\n\n{WARNING}")
        run = box.addButton("Run it", QMessageBox.ButtonRole.AcceptRole)
        run.setObjectName("runProgramButton")
        cancel = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        cancel.setObjectName("cancelProgramButton")
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def answered(button: object) -> None:
            if button is run:
                box.setObjectName("")  # `then` may have to ask about another file
                self._given.add(program)
                then()

        box.buttonClicked.connect(answered)
        box.open()


def programs_that_act(policy: PolicyData | None, algorithm: str | None, params: dict[str, object]) -> list[str]:
    """The files that run when a policy acts, or the untrained one of an algorithm where there is no policy."""
    if policy is not None:
        with contextlib.suppress(ValueError):  # damaged settings: the job that reads them will say so
            return programs_of_policy(policy.settings)
        return []
    return programs_of_run(algorithm, params) if algorithm is not None else []

"""ModelOpening: models of Stable-Baselines3 from elsewhere, opened as runs; who knows the environment is asked for it.

A file is read in a child process: its networks are built there, which takes torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from rlstudio.core import messages as m
from rlstudio.ui.errand import Errand
from rlstudio.ui.job_desk import JobDesk
from rlstudio.ui.library import Library
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.telling import Telling
from rlstudio.ui.widgets.file_progress import FileProgress
from rlstudio.ui.widgets.model_question import ModelQuestion
from rlstudio.ui.widgets.number_text import capitalised


class ModelOpening(QObject):
    """One a window. Several files are opened one after the other; the last one is shown."""

    def __init__(self, window: MainWindow, desk: JobDesk, library: Library, telling: Telling) -> None:
        super().__init__(window)
        self._window, self._library, self._telling = window, library, telling
        self._waiting: list[tuple[Path, str | None]] = []
        self._answer: m.ModelImported | m.ModelNeedsEnvironment | None = None
        self._questions: dict[Path, m.ModelNeedsEnvironment] = {}  # that were answered; the answer may not do
        self._progress = FileProgress("modelProgress", "Opening a model")
        self._progress.cancel_button.setToolTip("Give up; no half run is left")
        window.status.extra.addWidget(self._progress)
        self._errand = Errand("Opening the model", desk, self)
        self._errand.came.connect(self._came)
        self._errand.failed.connect(self._failed)
        self._errand.ended.connect(self._ended)
        self._progress.cancelRequested.connect(self.cancel)

    def open(self, paths: Sequence[Path], env: str | None = None) -> None:
        """Make runs of models that were trained in `env`; None where the files may say it, or a person will."""
        self._waiting += [(path, env) for path in paths]
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._errand.active:
            path, env = self._waiting.pop(0)
            self._answer = None
            self._errand.start(m.ImportModel(str(path), str(self._library.runs_dir), env))
            self._progress.start(f"Opening {path.name}", path)
            self._progress.bar.setMaximum(0)  # busy: nobody can say how long

    def _came(self, report: m.Report) -> None:
        if isinstance(report, m.ModelImported | m.ModelNeedsEnvironment):
            self._answer = report

    def _failed(self, message: str, advice: str, details: str) -> None:
        """Who was asked for the environment is asked again, and told why that one will not do."""
        command = self._errand.command
        asked = self._questions.pop(Path(command.path), None) if isinstance(command, m.ImportModel) else None
        if asked is None or not isinstance(command, m.ImportModel):
            self._telling.fail(message, advice, details)
        else:
            words = capitalised(f"{message} {advice}".strip().removeprefix("env: "))  # it stands below that field
            self._window.log.add("warning", words, details)
            self._ask(asked, command.env or "", words)

    def _ended(self, status: str) -> None:
        self._progress.hide()
        answer, self._answer = self._answer, None
        if isinstance(answer, m.ModelImported) and status == "finished":
            self._questions.pop(Path(answer.path), None)
            self._telling.note(f"Opened {Path(answer.path).name}: {answer.words}.")
            for words in answer.cautions:
                self._telling.warn(words)
            self._library.refresh()
            if not self._waiting:
                self._library.open_run(Path(answer.run))
        elif isinstance(answer, m.ModelNeedsEnvironment):
            self._ask(answer)
        self._next()

    def _ask(self, asked: m.ModelNeedsEnvironment, answered: str = "", fault: str = "") -> None:
        """Nothing waits for the answer; without one the model is not opened."""
        question = ModelQuestion(asked, self._window, answered=answered, fault=fault)
        question.chosen.connect(lambda env: self._answered(asked, env))
        question.finished.connect(question.deleteLater)
        question.open()

    def _answered(self, asked: m.ModelNeedsEnvironment, env: str) -> None:
        self._questions[Path(asked.path)] = asked
        self.open([Path(asked.path)], env)

    def cancel(self) -> None:
        """Give up what is being read, and what waits."""
        self._waiting.clear()
        self._errand.abandon()

    def close(self) -> None:
        """The window goes."""
        self._waiting.clear()
        self._errand.abandon()

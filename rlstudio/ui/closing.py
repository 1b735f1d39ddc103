"""Closing: ask, save, close. The window goes once what is under way is whole on disk."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from rlstudio.ui.acting import Acting
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.training import Training


class Closing(QObject):
    """What happens between the wish to close and the end."""

    def __init__(self, window: MainWindow, training: Training, acting: Acting) -> None:
        super().__init__(window)
        self._window, self._training, self._acting = window, training, acting
        self._under_way = False
        window.closeAsked.connect(self.ask)

    def allow(self) -> None:
        """Whether the window may close without a question, as things stand now."""
        self._window.may_close = not (self._training.any_active or self._acting.active)

    def ask(self) -> None:
        """Ask first: a run, a recording or an export would be cut short."""
        if self._window.findChild(QMessageBox, "closeBox"):
            return
        if self._under_way:
            self._ask_to_give_up()
            return
        box = QMessageBox(self._window)
        box.setObjectName("closeBox")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Close RL Studio")
        box.setText(self._under_way_words())
        box.setInformativeText("Stop, save what there is, and close?")
        stop = box.addButton("Stop and close", QMessageBox.ButtonRole.AcceptRole)
        stop.setObjectName("stopAndCloseButton")
        box.addButton("Keep open", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stop)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self.save_and_close() if button is stop else None)
        box.open()

    def _ask_to_give_up(self) -> None:
        """It is being saved already. Where the disk refuses that, it may be given up."""
        unsaved = next((run.unsaved for run in self._training.live if run.unsaved), "")
        if not unsaved:
            return
        box = QMessageBox(self._window)
        box.setObjectName("closeBox")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Close RL Studio")
        box.setText("What was learned since the last checkpoint cannot be saved.")
        box.setInformativeText(f"{unsaved}\n\nClose without saving it?")
        give_up = box.addButton("Close without saving", QMessageBox.ButtonRole.DestructiveRole)
        give_up.setObjectName("closeUnsavedButton")
        wait = box.addButton("Wait", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(wait)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self._give_up() if button is give_up else None)
        box.open()

    def _give_up(self) -> None:
        for run in list(self._training.live):
            run.drop("ended before it had saved")

    def _under_way_words(self) -> str:
        live = len(self._training.live)
        if live > 1:
            return f"{live} runs are being trained."
        return "A run is being trained." if live else "A recording or export is under way."

    def save_and_close(self) -> None:
        """Stop everything; close when the run is saved, at once where there is none."""
        if self._under_way:
            return
        self._under_way = True
        self._acting.abandon()
        if self._training.any_active:
            self._window.status.say("Saving, then closing…")
            self._training.when_all_idle(self._close)
            self._training.stop_all()
        else:
            self._close()

    def _close(self) -> None:
        self._window.may_close = True
        while (popup := QApplication.activePopupWidget()) is not None:  # an open menu would keep the program alive
            if not popup.close():
                break
        QTimer.singleShot(0, self._window.close)

"""MainWindow: where things are. Panels, splitters, menus and keys; what they do is the controller's business."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSplitter, QVBoxLayout, QWhatsThis, QWidget

from rlstudio.ui.about import show_about
from rlstudio.ui.icons import app_icon
from rlstudio.ui.panels.episode_plots import EpisodePlotsPanel
from rlstudio.ui.panels.inspector import InspectorPanel
from rlstudio.ui.panels.log import LogPanel
from rlstudio.ui.panels.runs import RunsPanel
from rlstudio.ui.panels.scores import ScoresPanel
from rlstudio.ui.panels.setup import SetupPanel
from rlstudio.ui.panels.stage import StagePanel
from rlstudio.ui.panels.values import ValuesPanel
from rlstudio.ui.settings import Settings
from rlstudio.ui.theme import apply_theme, font_points, set_font_size
from rlstudio.ui.toolbar import Toolbar
from rlstudio.ui.widgets.autosave_dialog import AutosaveDialog
from rlstudio.ui.widgets.banner import Banner
from rlstudio.ui.widgets.export_progress import ExportProgress
from rlstudio.ui.widgets.fold_tabs import FoldTabs
from rlstudio.ui.widgets.live_strip import LiveStrip
from rlstudio.ui.widgets.status_row import StatusRow

SMALLEST = QSize(1024, 600)
_LARGE = QSize(1680, 1050)
_NARROW = 1440  # below this the setup folds away while training, so that picture and curve keep their size
_SETUP_WIDTH = 288
_PRESENT_POINTS = 4.0


class MainWindow(QMainWindow):
    """Stage and plots side by side and equal; setup at their left, inspector, scores, runs and log below.

    Signals:
        closeAsked: the window is to be closed. `may_close` decides whether it is at once.
    """

    closeAsked = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("RL Studio")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(SMALLEST)
        self.settings = settings
        self.may_close = True
        self.toolbar = Toolbar()
        self.addToolBar(self.toolbar)
        self.setup = SetupPanel()
        self.stage = StagePanel()
        self._plots_place = QWidget()
        self.inspector = InspectorPanel()
        self.episode_plots = EpisodePlotsPanel()
        self.values = ValuesPanel()
        self.scores = ScoresPanel()
        self.runs = RunsPanel()
        self.log = LogPanel()
        self.tabs = self._make_tabs()
        self.status = StatusRow()
        self.exporting = ExportProgress()
        self.status.extra.addWidget(self.exporting)
        self._lay_out()
        self._presenting = False
        self._before_present: tuple[bool, str, bool] | None = None
        self._menu = self._make_menu()
        self.toolbar.menu_button.setMenu(self._menu)
        self._restore()

    # ------------------------------------------------------------ layout

    def _make_tabs(self) -> FoldTabs:
        tabs = FoldTabs()
        tabs.add("inspector", "Inspector", "inspector", self.inspector)
        tabs.add("episode", "Episode", "film", self.episode_plots)
        tabs.add("values", "Values", "values", self.values)
        tabs.add("scores", "Scores", "evaluate", self.scores)
        tabs.add("runs", "Runs", "runs", self.runs)
        tabs.add("log", "Log", "log", self.log)
        return tabs

    def _lay_out(self) -> None:
        self.pair = _splitter(Qt.Orientation.Horizontal, self.stage, self._plots_place)
        self.pair.setStretchFactor(0, 1)
        self.pair.setStretchFactor(1, 1)
        self.pair.setSizes([10_000, 10_000])
        self.column = _splitter(Qt.Orientation.Vertical, self.pair, self.tabs)
        self.column.setStretchFactor(0, 1)
        self.column.setStretchFactor(1, 0)
        self.across = _splitter(Qt.Orientation.Horizontal, self.setup, self.column)
        self.across.setStretchFactor(0, 0)
        self.across.setStretchFactor(1, 1)
        self.across.setSizes([_SETUP_WIDTH, 10_000])
        central = QWidget()
        central.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a click on the picture or a curve ends the edit of a field
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.strip = LiveStrip()
        layout.addWidget(self.strip)
        layout.addWidget(self.across, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(central)
        self.banner = Banner(central, footing=self.status)
        self.setup.foldedChanged.connect(self._give_setup_its_width)
        self.tabs.opened.connect(self._give_tabs_their_height)

    def build_plots(self) -> None:
        """Put the plots in their place. Called once the window is on the screen: loading what draws curves takes as
        long as all the rest, and nobody should wait for it to see the agent."""
        from rlstudio.ui.panels.plots import PlotsPanel

        self.plots = PlotsPanel()
        self.plots.said.connect(self.log.add)
        self.pair.replaceWidget(1, self.plots).deleteLater()
        self.pair.setStretchFactor(1, 1)
        self.pair.setSizes([10_000, 10_000])  # picture and curve are equal

    def _give_setup_its_width(self, folded: bool) -> None:
        total = max(self.across.width(), 1)
        width = self.setup.minimumSizeHint().width() if folded else self.settings.get("setup_width", int, _SETUP_WIDTH)
        self.across.setSizes([width, total - width])

    def _give_tabs_their_height(self, key: str) -> None:
        total = max(self.column.height(), 1)
        height = self.settings.get("tabs_height", int, 210) if key else self.tabs.minimumHeight()
        self.column.setSizes([total - height, height])

    def fold_setup_while_training(self, training: bool) -> None:
        """On a small screen the setup makes room for picture and curve."""
        if self.width() < _NARROW:
            self.setup.set_folded(training)

    # ------------------------------------------------------------ menu and keys

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.actions_by_name: dict[str, QAction] = {}
        self._add(menu, "openAction2", "Open…", lambda: self.toolbar.open_action.trigger())
        self._add(menu, "exportAction", "Export picture or film…", self._export, "Ctrl+E")
        self._add(menu, "filmAction", "Record the training…", keys="Ctrl+Shift+R")
        self._add(menu, "saveEpisodeAction", "Save episode…", keys="Ctrl+S")
        self._add(menu, "exportDataAction", "Export data…", keys="Ctrl+Shift+E")
        self._add(menu, "aboutEpisodeAction", "About this episode…", keys="Ctrl+I")
        self._add(menu, "runsFolderAction", "Show the runs folder")
        self._add(menu, "autosaveAction", "Saving while training…", lambda: AutosaveDialog(self.settings, self).open())
        self._tensorboard_choice(menu)
        menu.addSeparator()
        self._theme_menu(menu.addMenu("Appearance"))
        self._add(menu, "largerAction", "Larger text", lambda: self._change_font(1.0), "Ctrl++")
        self._add(menu, "smallerAction", "Smaller text", lambda: self._change_font(-1.0), "Ctrl+-")
        self._add(menu, "foldSetupAction", "Fold the setup", self._toggle_setup, "Ctrl+B")
        self._add(menu, "presentAction", "Present", self.toggle_present, "F11")
        menu.addSeparator()
        self._add(menu, "whatsThisAction", "What is this?", self._whats_this, "F1")
        self._add(menu, "algorithmPageAction", "About this algorithm…", self.setup.explain_algorithm, "Shift+F1")
        self._add(menu, "keysAction", "Keys")
        self._add(menu, "aboutAction", "About RL Studio", lambda: show_about(self))
        menu.addSeparator()
        self._add(menu, "quitAction", "Quit", self.close, "Ctrl+Q")
        return menu

    def _add(
        self, menu: QMenu, name: str, text: str, then: Callable[[], object] | None = None, keys: str = ""
    ) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(name)
        if keys:
            action.setShortcut(QKeySequence(keys))
            self.addAction(action)  # a shortcut works only on an action of a visible widget
        if then is not None:
            action.triggered.connect(lambda _checked=False: then())
        self.actions_by_name[name] = action
        return action

    def add_keys(self, keys: dict[str, Callable[[], object]]) -> None:
        """Keys that act wherever the focus is, but never take a letter from a text field."""
        for sequence, then in keys.items():
            shortcut = QShortcut(QKeySequence(sequence), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(then)

    def _tensorboard_choice(self, menu: QMenu) -> None:
        """Whether runs begun from now on write TensorBoard's event files, each into its own folder; remembered."""
        action = self._add(menu, "tensorboardAction", "Write TensorBoard files while training")
        action.setCheckable(True)
        action.setChecked(self.settings.get("tensorboard", bool, False))
        action.setToolTip(
            "From the next run on, into its folder: tensorboard --logdir of the runs folder shows them all"
        )
        action.toggled.connect(lambda on: self.settings.set(tensorboard=on))

    def _theme_menu(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        chosen = self.settings.get("theme", str, "system")
        for mode, title in (("system", "Follow the system"), ("light", "Light"), ("dark", "Dark")):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(mode == chosen)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, mode=mode: self.set_theme(mode))

    def set_theme(self, mode: str) -> None:
        """Light, dark, or as the system is; remembered."""
        self.settings.set(theme=mode)
        apply_theme(_app(), mode)  # type: ignore[arg-type]

    def _change_font(self, by: float) -> None:
        set_font_size(_app(), font_points() + by)
        self.settings.set(font_points=font_points())

    def _toggle_setup(self) -> None:
        self.setup.set_folded(not self.setup.is_folded())

    def _export(self) -> None:
        """What was recorded; while live, what was recorded last."""
        if not self.stage.episodes():
            self.banner.say("There is nothing to export yet: record an episode first (R).")
            return
        if not self.stage.showing_recording():
            self.stage.show_recording()
        self.stage.export()

    def _whats_this(self) -> None:
        """Where nothing longer is written, "What is this?" shows on a click what the tooltip says at that moment."""
        for widget in self.findChildren(QWidget):
            if widget.toolTip() and (not widget.whatsThis() or widget.property("saysTooltip")):
                widget.setProperty("saysTooltip", True)
                widget.setWhatsThis(widget.toolTip())
        QWhatsThis.enterWhatsThisMode()

    # ------------------------------------------------------------ presenting

    def toggle_present(self) -> None:
        """Full screen with larger text, picture and curve alone; again, or Escape, to return."""
        if self._presenting:
            self.leave_present()
            return
        self._presenting = True
        self._before_present = (self.setup.is_folded(), self.tabs.current(), self.isMaximized())
        self.setup.hide()
        self.strip.put_away(True)
        self.tabs.open("")
        self.tabs.hide()
        self.pair.setSizes([10_000, 10_000])
        self.toolbar.set_compact(True)
        set_font_size(_app(), font_points() + _PRESENT_POINTS)
        self.showFullScreen()

    def leave_present(self) -> None:
        """Back to the whole window."""
        if not self._presenting or self._before_present is None:
            return
        self._presenting = False
        folded, tab, maximised = self._before_present
        self.toolbar.set_compact(False)
        set_font_size(_app(), font_points() - _PRESENT_POINTS)
        (self.showMaximized if maximised else self.showNormal)()
        self.setup.show()
        self.strip.put_away(False)
        self.setup.set_folded(folded)
        self.tabs.show()
        self.tabs.open(tab)

    # ------------------------------------------------------------ coming and going

    def _restore(self) -> None:
        self.tabs.open(self.settings.get("tab", str, ""))

    def open_up(self) -> None:
        """Show the window as it was left; at first as large as is useful, filling a small screen."""
        geometry = self.settings.get("geometry", str, "")
        if geometry and self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            self.show()
        else:
            room = self.screen().availableGeometry()
            self.setGeometry(room.x(), room.y(), min(room.width(), _LARGE.width()), min(room.height(), _LARGE.height()))
            if room.width() <= _LARGE.width():
                self.showMaximized()
            else:
                self.show()
        self.raise_()
        self.activateWindow()  # keys work at once, also where no window manager gives the focus

    def remember(self) -> None:
        """Keep sizes and choices for the next start."""
        if self._presenting:
            self.leave_present()
        self.settings.set(geometry=bytes(self.saveGeometry().toBase64().data()).decode(), tab=self.tabs.current())
        if not self.setup.is_folded():
            self.settings.set(setup_width=self.across.sizes()[0])
        if self.tabs.current():
            self.settings.set(tabs_height=self.column.sizes()[1])
        self.settings.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first while a run goes on; the controller closes again once it is saved."""
        if self.may_close:
            self.remember()
            event.accept()
        else:
            event.ignore()
            self.closeAsked.emit()


def _splitter(orientation: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app

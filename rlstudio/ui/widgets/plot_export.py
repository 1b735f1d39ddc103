"""Plots as files: PNG and SVG of what is seen, CSV of all that lies behind it. A file appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QCoreApplication, QPoint, QRect, QRectF, QSize, QThread, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView

from rlstudio.core.column import Floats
from rlstudio.core.history import EVALUATION, History
from rlstudio.ui.theme import current_colors

KINDS = {".png": "PNG picture", ".svg": "SVG drawing", ".csv": "CSV table"}
HEADER = "series,environment_steps,episodes,training_seconds,value\n"
_PNG_SCALE = 2.0
_MARGIN = 16
_ROWS = 20_000


class SaveError(OSError):
    """A plot could not be saved; the message says why, and what to do."""


@dataclass(frozen=True)
class Table:
    """Rows of one series for a CSV file, shape (n,) each."""

    name: str
    steps: Floats
    episodes: Floats
    seconds: Floats
    values: Floats


def kind_of(path: Path) -> str:
    """ ".png", ".svg" or ".csv". Raises SaveError for any other ending."""
    if path.suffix.lower() not in KINDS:
        raise SaveError(f"{path.name}: plots are saved as {', '.join(KINDS)}; choose a name with one of these endings")
    return path.suffix.lower()


def write_png(path: Path, plots: Sequence[QGraphicsView]) -> None:
    """The plots one below the other, at twice the size on the screen."""
    _write_png(path, _size(plots), lambda painter: _paint(painter, plots))


def write_svg(path: Path, plots: Sequence[QGraphicsView], title: str) -> None:
    """The plots one below the other, as a drawing that stays sharp at any size."""
    _write_svg(path, _size(plots), lambda painter: _paint(painter, plots), title, plots[0].logicalDpiX())


def save_painted(path: Path, size: QSize, paint: Callable[[QPainter], None], title: str, dots_per_inch: int) -> None:
    """What `paint` draws on a plane of `size`, as a .png or .svg. Raises SaveError."""
    if kind_of(path) == ".svg":
        _write_svg(path, size, paint, title, dots_per_inch)
    else:
        _write_png(path, size, paint)


def _write_png(path: Path, size: QSize, paint: Callable[[QPainter], None]) -> None:
    image = QImage(size * _PNG_SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(current_colors().window))
    painter = QPainter(image)
    painter.scale(_PNG_SCALE, _PNG_SCALE)
    paint(painter)
    painter.end()

    def write(unfinished: Path) -> None:
        if not image.save(str(unfinished), "PNG"):
            raise OSError("the picture could not be written")

    _whole(path, write)


def _write_svg(path: Path, size: QSize, paint: Callable[[QPainter], None], title: str, dots_per_inch: int) -> None:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setResolution(dots_per_inch)  # else text in points comes out smaller than on the screen
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(generator.viewBoxF(), QColor(current_colors().window))
    paint(painter)
    painter.end()
    _whole(path, lambda unfinished: unfinished.write_bytes(buffer.data().data()))


def write_csv(path: Path, tables: Sequence[Table]) -> None:
    """Every value of every table, one a line: series, environment steps, episodes, training seconds, value."""

    def write(unfinished: Path) -> None:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.write(HEADER)
            for table in tables:
                file.writelines(_lines(table))

    _whole(path, write)


def tables_of(history: History, names: Sequence[str]) -> list[Table]:
    """All values of these series, and the greedy evaluations."""
    tables = []
    for name in (*names, EVALUATION):
        steps, values = history.series(name, "steps")
        if len(values):
            episodes, seconds = history.series(name, "episodes")[0], history.series(name, "time")[0]
            tables.append(Table(name, steps, episodes, seconds, values))
    return tables


def save(path: Path, plots: Sequence[QGraphicsView], tables: Sequence[Table], title: str) -> None:
    """Save as the path's ending says. Raises SaveError."""
    kind = kind_of(path)
    if kind == ".csv":
        write_csv(path, tables)
    elif kind == ".svg":
        write_svg(path, plots, title)
    else:
        write_png(path, plots)


def save_csv_beside(path: Path, tables: Sequence[Table], saved: Callable[[str, str], None]) -> None:
    """Write a table in a thread of its own: a million rows take seconds, and the window goes on meanwhile.

    `saved(path, error)`, a method of a widget, is called in the window's thread; `error` is in words, or "".
    """
    job = _CsvJob(path, tables)
    job.saved.connect(saved)
    _running.add(job)
    job.start()


class _CsvJob(QThread):
    saved = Signal(str, str)

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        super().__init__()
        self._path, self._tables = path, tables
        self.finished.connect(self._done)  # a method of its own: so it is called in the window's thread
        QCoreApplication.instance().aboutToQuit.connect(self.wait)  # a thread must not outlive the application

    def run(self) -> None:
        try:
            write_csv(self._path, self._tables)
        except SaveError as error:
            self.saved.emit(str(self._path), str(error))
        else:
            self.saved.emit(str(self._path), "")

    def _done(self) -> None:
        self.wait()
        _running.discard(self)


_running: set[_CsvJob] = set()


def _lines(table: Table) -> Iterator[str]:
    name = '"' + table.name.replace('"', '""') + '"' if set(table.name) & set(',"\n') else table.name
    for start in range(0, len(table.values), _ROWS):
        part = slice(start, start + _ROWS)
        columns = (table.steps[part], table.episodes[part], table.seconds[part], table.values[part])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        yield "".join(
            f"{name},{step:.0f},{episode:.0f},{seconds:.3f},{value!r}\n" for step, episode, seconds, value in rows
        )


def _size(plots: Sequence[QGraphicsView]) -> QSize:
    width, height = max(plot.width() for plot in plots), sum(plot.height() for plot in plots)
    return QSize(width + 2 * _MARGIN, height + 2 * _MARGIN)


def _paint(painter: QPainter, plots: Sequence[QGraphicsView]) -> None:
    y = _MARGIN
    for plot in plots:
        area = QRectF(_MARGIN, y, plot.width(), plot.height())
        plot.render(painter, area, plot.viewport().rect())
        y += plot.height()


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write under another name, then rename: nobody ever finds half a file, and a failure leaves the old one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise SaveError(f"{path.name} could not be saved in {path.parent}: {reason}. Choose another folder.") from error

"""Plots as files: PNG and SVG of what is seen, CSV of all that lies behind it. A file appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, QThread, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView

from rlstudio.core.history import History
from rlstudio.ui.theme import current_colors

KINDS = {".png": "PNG picture", ".svg": "SVG drawing", ".csv": "CSV table"}
HEADER = "series,environment_steps,episodes,training_seconds,value\n"
_PNG_SCALE = 2.0
_ROWS = 20_000


class SaveError(OSError):
    """A plot could not be saved; the message says why, and what to do."""


@dataclass(frozen=True)
class Table:
    """Rows of one series for a CSV file, shape (n,) each."""

    name: str
    steps: NDArray[np.float64]
    episodes: NDArray[np.float64]
    seconds: NDArray[np.float64]
    values: NDArray[np.float64]


def kind_of(path: Path) -> str:
    """ ".png", ".svg" or ".csv". Raises SaveError for any other ending."""
    if path.suffix.lower() not in KINDS:
        raise SaveError(f"{path.name}: plots are saved as {', '.join(KINDS)}; choose a name with one of these endings")
    return path.suffix.lower()


def write_png(path: Path, plots: Sequence[QGraphicsView]) -> None:
    """The plots one below the other, at twice the size on the screen."""
    size = _size(plots)
    image = QImage(size * _PNG_SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(current_colors().window))
    painter = QPainter(image)
    painter.scale(_PNG_SCALE, _PNG_SCALE)
    _paint(painter, plots)
    painter.end()

    def write(unfinished: Path) -> None:
        if not image.save(str(unfinished), "PNG"):
            raise OSError("the picture could not be written")

    _whole(path, write)


def write_svg(path: Path, plots: Sequence[QGraphicsView], title: str) -> None:
    """The plots one below the other, as a drawing that stays sharp at any size."""

    def write(unfinished: Path) -> None:
        generator = QSvgGenerator()
        generator.setFileName(str(unfinished))
        generator.setSize(_size(plots))
        generator.setViewBox(QRect(0, 0, _size(plots).width(), _size(plots).height()))
        generator.setTitle(title)
        painter = QPainter()
        if not painter.begin(generator):
            raise OSError("the drawing could not be written")
        painter.fillRect(generator.viewBoxF(), QColor(current_colors().window))
        _paint(painter, plots)
        painter.end()

    _whole(path, write)


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
    for name in names:
        steps, values = history.series(name, "steps")
        tables.append(Table(name, steps, history.series(name, "episodes")[0], history.series(name, "time")[0], values))
    places = [[history.place(e, axis) for e in history.evaluations] for axis in ("steps", "episodes", "time")]
    means = [e.mean if e.returns else float("nan") for e in history.evaluations]
    if means:
        tables.append(Table("greedy evaluation", *(np.array(column, dtype=np.float64) for column in (*places, means))))
    return tables


class CsvJob(QThread):
    """Writes a CSV file beside the window's own work: a million rows take seconds. `error` is "" when it went well."""

    saved = Signal(str, str)
    """(path, error in words or "")"""

    def __init__(self, path: Path, tables: Sequence[Table]) -> None:
        super().__init__()
        self._path, self._tables = path, tables

    def run(self) -> None:
        try:
            write_csv(self._path, self._tables)
        except SaveError as error:
            self.saved.emit(str(self._path), str(error))
        else:
            self.saved.emit(str(self._path), "")


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
    return QSize(max(plot.width() for plot in plots), sum(plot.height() for plot in plots))


def _paint(painter: QPainter, plots: Sequence[QGraphicsView]) -> None:
    y = 0
    for plot in plots:
        area = QRectF(0, y, plot.width(), plot.height())
        plot.render(painter, area, plot.viewport().rect())
        y += plot.height()


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write under another name, then rename: nobody ever finds half a file, and a failure leaves the old one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise SaveError(f"{path.name} could not be saved in {path.parent}: {reason}. Choose another folder.") from error

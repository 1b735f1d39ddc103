"""Draws REINFORCE with its preset "as in the demonstration", seeds 0 to 4: it learns, collapses, and recovers, or not.

    python tests/benchmarks/plot_demonstration.py OUT.png

Each seed is one run of the command line; the curves are means over the last 25 episodes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication

from rlstudio.storage.run_folder import RunFolder
from rlstudio.ui.theme import LIGHT, apply_theme, load_fonts

SEEDS, WINDOW = range(5), 25


def run(seed: int, folder: str) -> Path:
    """One run of the preset; its folder."""
    command = [sys.executable, "-m", "rlstudio", "train", "-e", "CartPole-v1", "-a", "reinforce"]
    options = ["--preset", "demonstration", "--seed", str(seed), "--runs-dir", folder, "--json"]
    result = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    summary = json.loads(result.stdout)
    solved = summary["solved_at"]
    print(f"seed {seed}: {summary['episodes']} episodes, best mean {summary['best_mean_return']:.1f}", end="")
    print(f", 475 at episode {solved['episode']}" if solved else ", 475 not reached")
    return Path(summary["run"])


def main() -> None:
    """Run the seeds and draw them."""
    app = QApplication.instance() or QApplication(["plot"])
    assert isinstance(app, QApplication)
    load_fonts(app)
    apply_theme(app, "light")
    pg.setConfigOptions(antialias=True, background=LIGHT.window, foreground=LIGHT.text)
    plot = pg.PlotWidget(title="REINFORCE on CartPole, as in the demonstration: mean return of the last 25 episodes")
    plot.resize(1000, 560)
    plot.setLabel("bottom", "episodes")
    plot.addLegend(offset=(10, 10))
    plot.addLine(y=475, pen=pg.mkPen(LIGHT.threshold, style=pg.QtCore.Qt.PenStyle.DashLine))
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            returns = RunFolder.open(run(seed, folder)).read_monitor().returns
            sums = np.cumsum(np.concatenate([[0.0], returns]))
            starts = np.maximum(0, np.arange(1, len(sums)) - WINDOW)
            means = (sums[1:] - sums[starts]) / (np.arange(1, len(sums)) - starts)
            plot.plot(means, pen=pg.mkPen(LIGHT.series[seed], width=2), name=f"seed {seed}")
    plot.grab().save(sys.argv[1])
    plot.close()


if __name__ == "__main__":
    main()

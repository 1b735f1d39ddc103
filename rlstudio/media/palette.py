"""The colours of a GIF: exactly those of its frames where they are few enough, else the 255 that come nearest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.frame_store import Frame
from rlstudio.media.changes import Box, Coder, Codes, colours_of

MOST = 256
"""Colours that a GIF's table holds."""

_N_CODES = 1 << 24
_SAMPLES = 16_384  # pixels looked at in each frame when colours must be merged
_MERGED = 32_768  # colours that the merging considers, the commonest ones
_ROUNDS = 4

Colours = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Palette:
    """A table of colours, and for each pixel the place of its colour in it.

    Attributes:
        table: shape (n, 3), n ≤ 256.
        exact: whether every colour of the frames is in it.
        transparent: the place 0, left free for "as in the frame before"; None where all 256 are taken by colours.
    """

    def __init__(self, colours: Colours, exact: bool) -> None:
        self.exact = exact
        self.transparent = 0 if len(colours) < MOST else None
        free = np.zeros((0 if self.transparent is None else 1, 3), np.uint8)
        self.table: Colours = np.concatenate([free, colours])
        self._place = np.zeros(_N_CODES, np.uint8)  # 0 also stands for a colour that was not met yet
        self._place[_codes_of(colours)] = np.arange(len(free), len(self.table))

    def places(self, codes: Codes) -> NDArray[np.uint8]:
        """Where each colour stands in the table; a colour that is not in it gets the nearest one's place."""
        places = self._place.take(codes)
        if not self.exact and not places.all():
            new = np.unique(codes[places == 0])
            self._place[new] = 1 + nearest(colours_of(new).astype(np.float32), self.table[1:].astype(np.float32))
            places = self._place.take(codes)
        return places


def make_palette(frames: Iterable[tuple[Frame, Box]], most: int = MOST) -> Palette:
    """A palette of at most `most` colours for frames with the rectangles that changed (see `changes.with_changes`).

    Colours are weighed by how often they appear where something changed, so what moves gets its share.
    """
    coder: Coder | None = None
    seen = np.zeros(_N_CODES, bool)
    n_colours = 0
    tally = _Tally()
    for number, (frame, box) in enumerate(frames):
        coder = coder or Coder(frame.shape)
        if n_colours <= most:
            codes = coder.codes(frame[box])
            new = np.unique(codes[~seen.take(codes)])
            seen[new] = True
            n_colours += len(new)
        pixels = frame[box].reshape(-1, 3)
        stride = max(1, len(pixels) // _SAMPLES) | 1  # odd: on pictures of even width all columns have their turn
        tally.add(coder.codes(pixels[number % stride :: stride]))
    if n_colours <= most:
        return Palette(colours_of(np.flatnonzero(seen)), exact=True)
    commonest, counts = tally.commonest(_MERGED)
    merged = merge(colours_of(commonest).astype(np.float32), counts.astype(np.float32), most - 1)
    return Palette(np.unique(np.rint(merged).astype(np.uint8), axis=0), exact=False)


class _Tally:
    """How often each colour was met, in memory that grows with the colours and not with the frames."""

    def __init__(self) -> None:
        self._codes: list[Codes] = []
        self._counts: list[NDArray[Any]] = []

    def add(self, codes: Codes) -> None:
        found, counts = np.unique(codes, return_counts=True)
        self._codes.append(found)
        self._counts.append(counts.astype(np.float64))
        if len(self._codes) == 256:
            self._gather()

    def _gather(self) -> None:
        found, where = np.unique(np.concatenate(self._codes), return_inverse=True)
        self._counts = [np.bincount(where, np.concatenate(self._counts), len(found))]
        self._codes = [found]

    def commonest(self, n: int) -> tuple[Codes, NDArray[Any]]:
        self._gather()
        order = np.argsort(self._counts[0], kind="stable")[::-1][:n]
        return self._codes[0][order], self._counts[0][order]


def merge(colours: Floats, weights: Floats, n: int) -> Floats:
    """At most `n` colours that stand for many: the box of greatest squared error is halved until there are enough
    (median cut, Heckbert 1982, by variance), then each centre moves to the mean of its own (k-means, Lloyd 1982).

    Args:
        colours: shape (n_colours, 3). weights: shape (n_colours,), how much each counts.
    """
    groups = [np.arange(len(colours))]
    errors = [_error(colours, weights)]
    while len(groups) < n and max(errors) > 0:
        worst = int(np.argmax(errors))
        members = groups[worst]
        centre, spread = _moments(colours[members], weights[members])
        axis = int(np.argmax(spread))
        above = colours[members, axis] > centre[axis]
        groups[worst : worst + 1] = [members[above], members[~above]]
        errors[worst : worst + 1] = [_error(colours[half], weights[half]) for half in (members[above], members[~above])]
    centres = np.stack([_moments(colours[members], weights[members])[0] for members in groups])
    for _ in range(_ROUNDS):
        owner = nearest(colours, centres)
        total = np.bincount(owner, weights, len(centres))
        sums = [np.bincount(owner, weights * colours[:, axis], len(centres)) for axis in range(3)]
        used = total > 0
        centres[used] = (np.stack(sums, axis=1)[used] / total[used, None]).astype(np.float32)
    return centres


def nearest(colours: Floats, centres: Floats) -> NDArray[np.uint8]:
    """Index of the centre nearest to each colour, shape (n_colours,)."""
    half_squares = (centres**2).sum(axis=1) / 2
    parts = [colours[start : start + 16_384] for start in range(0, len(colours), 16_384)]
    return np.concatenate([np.argmin(half_squares - part @ centres.T, axis=1).astype(np.uint8) for part in parts])


def _moments(colours: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and weighted sum of squared deviations, shape (3,) each."""
    shares = weights.astype(np.float64)[:, None]
    mean = (shares * colours).sum(axis=0) / shares.sum()
    spread = (shares * (colours - mean) ** 2).sum(axis=0)
    return mean.astype(np.float32), spread.astype(np.float32)


def _error(colours: Floats, weights: Floats) -> float:
    return float(_moments(colours, weights)[1].sum()) if len(colours) > 1 else 0.0


def _codes_of(colours: Colours) -> Codes:
    codes: Codes = colours.astype(np.intp) @ np.array([1, 1 << 8, 1 << 16])
    return codes

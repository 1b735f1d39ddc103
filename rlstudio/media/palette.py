"""The colours of a GIF: exactly those of its frames where they are few enough, else the 255 that come nearest."""

from __future__ import annotations

from collections.abc import Iterable

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
_UNKNOWN = 255

Colours = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Palette:
    """A table of colours, and for each pixel the place of its colour in it.

    Attributes:
        colours: shape (n, 3), n ≤ 256.
        exact: whether every colour of the frames is in it.
        transparent: a free place, for "as in the frame before"; None where all 256 are taken.
    """

    def __init__(self, colours: Colours, exact: bool) -> None:
        self.colours = colours
        self.exact = exact
        self.transparent = len(colours) if len(colours) < MOST else None
        self._place = np.full(_N_CODES, _UNKNOWN, np.uint8)
        if exact:
            self._place[_codes_of(colours)] = np.arange(len(colours))

    def places(self, codes: Codes) -> NDArray[np.uint8]:
        """Where each colour stands in the table; a colour that is not in it gets the nearest one's place."""
        places = self._place.take(codes)
        if not self.exact:
            unknown = places == _UNKNOWN
            if unknown.any():
                new = np.unique(codes[unknown])
                self._place[new] = nearest(colours_of(new).astype(np.float32), self.colours.astype(np.float32))
                places = self._place.take(codes)
        return places


def make_palette(frames: Iterable[tuple[Frame, Box]]) -> Palette:
    """A palette for frames with the rectangles that changed (see `changes.with_changes`).

    Colours are weighed by how often they appear where something changed, so what moves gets its share.
    """
    coder: Coder | None = None
    seen = np.zeros(_N_CODES, bool)
    weights = np.zeros(_N_CODES, np.int32)
    n_colours = 0
    for number, (frame, box) in enumerate(frames):
        coder = coder or Coder(frame.shape)
        if n_colours <= MOST:
            codes = coder.codes(frame[box])
            new = np.unique(codes[~seen.take(codes)])
            seen[new] = True
            n_colours += len(new)
            codes = codes[number % (stride := _stride(codes.size)) :: stride]
        else:
            part = frame[box].reshape(-1, 3)
            codes = coder.codes(part[number % (stride := _stride(len(part))) :: stride])
        np.add.at(weights, codes, 1)
    if n_colours <= MOST:
        return Palette(colours_of(np.flatnonzero(seen)), exact=True)
    present = np.flatnonzero(weights)
    present = present[np.argsort(weights[present], kind="stable")[::-1][:_MERGED]]
    merged = merge(colours_of(present).astype(np.float32), weights[present].astype(np.float32), MOST - 1)
    return Palette(np.unique(np.rint(merged).astype(np.uint8), axis=0), exact=False)


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
    return colours.astype(np.intp) @ np.array([1, 1 << 8, 1 << 16])


def _stride(size: int) -> int:
    """Odd, so that on pictures of even width all columns have their turn."""
    return max(1, size // _SAMPLES) | 1

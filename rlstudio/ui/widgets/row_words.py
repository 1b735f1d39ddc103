"""RowWords: the label of an observed number taken apart into what its row, its unit and its tooltip say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rlstudio.core.units import is_unit
from rlstudio.ui.widgets.bars import without_bracket
from rlstudio.ui.widgets.numbers import number

_CODE = re.compile(r"(-?\d+) ([^\d,][^,]*)")


@dataclass(frozen=True)
class RowWords:
    """What is said of one observed number.

    Attributes:
        unit: what the number counts, "" where it has none.
        legend: for a coded number, the word that each code stands for.
        note: an explanation that is neither ("1 is upright"), for the tooltip alone.
        low, high: the range of its values in the episode.
    """

    name: str
    unit: str = ""
    legend: dict[int, str] = field(default_factory=dict)
    note: str = ""
    low: float = 0.0
    high: float = 0.0

    def value_text(self, value: float) -> str:
        """A value without its unit: "0.621", for a row of whole numbers "7", for a coded one "3 blue"."""
        whole = float(value).is_integer()
        if whole and int(value) in self.legend:
            return f"{int(value)} {self.legend[int(value)]}"
        all_whole = whole and self.low == round(self.low) and self.high == round(self.high)
        return f"{value:.0f}" if all_whole else f"{value:.3f}"

    def widest(self) -> str:
        """The longest text that `value_text` gives for values of the range."""
        codes = [f"{code} {word}" for code, word in self.legend.items()]
        return max(*codes, f"{self.low:.3f}", f"{self.high:.3f}", "-0.000", key=len)

    def tip(self) -> str:
        """The whole name, unit, legend and range, a line each."""
        legend = ", ".join(f"{code} {word}" for code, word in self.legend.items())
        lines = [self.name, f"unit: {self.unit}" if self.unit else "", legend or self.note]
        return "\n".join([line for line in lines if line] + [f"here from {number(self.low)} to {number(self.high)}"])


def row_words(label: str, low: float = 0.0, high: float = 0.0) -> RowWords:
    """Take a label apart: "pole angle (rad)" has a unit, "place (0 red, 1 green)" a legend, "x (1 is up)" a note."""
    name = without_bracket(label)
    bracket = label[len(name) :].strip()[1:-1]
    parts = [_CODE.fullmatch(part.strip()) for part in bracket.split(",")] if bracket else []
    if len(parts) > 1 and all(parts):
        return RowWords(name, legend={int(part[1]): part[2] for part in parts if part}, low=low, high=high)
    if not is_unit(bracket):
        return RowWords(name, note=bracket, low=low, high=high)
    return RowWords(name, unit=bracket, low=low, high=high)

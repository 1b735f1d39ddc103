"""The family tree of runs: forks in order beneath the runs that they were forked from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Kin(Generic[T]):
    """One of them, and where it stands in its tree.

    Attributes:
        more_follow: for each generation, from that of the first forks down to its own, whether brothers or sisters
            follow further down; its length is how deep it stands.
    """

    item: T
    more_follow: tuple[bool, ...] = ()

    @property
    def depth(self) -> int:
        """Generations above it that are in the list."""
        return len(self.more_follow)

    @property
    def branch(self) -> str:
        """The lines of the tree in front of it: "", "├─ ", "│  └─ "."""
        if not self.more_follow:
            return ""
        above = "".join("│  " if more else "   " for more in self.more_follow[:-1])
        return above + ("├─ " if self.more_follow[-1] else "└─ ")


def family_order(items: Sequence[T], name_of: Callable[[T], str], parent_of: Callable[[T], str | None]) -> list[Kin[T]]:
    """All of `items`: those without a parent among them as they come, and beneath each its children as they come.

    Names are unique. Whoever claims to descend from itself, which only a damaged or a hostile file does, stands alone.
    """
    known = {name_of(item) for item in items}
    children: dict[str, list[T]] = {}
    roots: list[T] = []
    for item in items:
        parent = parent_of(item)
        if parent in known and parent is not None:
            children.setdefault(parent, []).append(item)
        else:
            roots.append(item)
    found: list[Kin[T]] = []
    met: set[str] = set()
    for root in [*roots, *items]:  # who is met through no root is in a circle
        waiting = [Kin(root)]
        while waiting:
            kin = waiting.pop()
            name = name_of(kin.item)
            if name in met:
                continue
            met.add(name)
            found.append(kin)
            below = children.get(name, [])
            last = len(below) - 1
            waiting += [Kin(each, (*kin.more_follow, n < last)) for n, each in reversed(list(enumerate(below)))]
    return found

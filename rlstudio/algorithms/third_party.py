"""What other packages bring: each names its `AlgorithmSpec` in the entry-point group `rlstudio.algorithms`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from rlstudio.algorithms.base import AlgorithmSpec

ENTRY_POINT_GROUP = "rlstudio.algorithms"


@cache
def third_party(taken: frozenset[str]) -> tuple[dict[str, AlgorithmSpec], tuple[str, ...]]:
    """The specs that other packages bring, by key, and for each entry that brings none the reason in words.

    Args:
        taken: keys that are used already: nobody's package may put itself in the place of a built-in algorithm.
    """
    specs: dict[str, AlgorithmSpec] = {}
    faults: list[str] = []
    for entry in _entries():
        found = _load(entry, {*taken, *specs})
        if isinstance(found, str):
            package = f" of the package {entry.dist.name}" if entry.dist else ""
            faults.append(f"The algorithm {entry.name!r}{package} is left out: {found}.")
        else:
            specs[found.key] = found
    return specs, tuple(faults)


def _entries() -> Iterator[EntryPoint]:
    """In one order, whatever order the packages were installed in."""
    yield from sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: (entry.name, entry.value))


def _load(entry: EntryPoint, taken: Collection[str]) -> AlgorithmSpec | str:
    """The spec, or why there is none."""
    try:
        spec = entry.load()
    except Exception as error:  # a stranger's package must not keep the studio from starting
        return f"{entry.value} does not import ({type(error).__name__}: {error})"
    if not isinstance(spec, AlgorithmSpec):
        return f"{entry.value} is no AlgorithmSpec but {type(spec).__name__}"
    if spec.key in taken:
        return f"there is an algorithm {spec.key!r} already"
    return spec

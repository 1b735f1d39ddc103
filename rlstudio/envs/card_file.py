"""Environment cards as a JSON file, with the versions of the packages they were made with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rlstudio import __version__
from rlstudio.envs.card import Dimension, EnvironmentCard, SpaceCard

FILE_NAME = "cards.json"
FORMAT = 2
_MOST_BYTES = 64 << 20

_DECIDING = ("gymnasium", "box2d", "pygame-ce", "mujoco", "jax")  # what is known and what can be made hangs on these


def package_versions() -> dict[str, str | None]:
    """Versions of the packages that decide what the cards say; None for one that is not installed."""
    found: dict[str, str | None] = {"rlstudio": __version__}
    for name in _DECIDING:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def write_cards(folder: Path, cards: Iterable[EnvironmentCard]) -> Path:
    """Write the cards, whose pictures lie in `folder` already; whole or not at all. Returns the file's path."""
    rows = [asdict(replace(card, picture=Path(card.picture).name)) for card in cards]
    data = {"format": FORMAT, "versions": package_versions(), "cards": rows}
    path = folder / FILE_NAME
    partial = folder / f"{FILE_NAME}.{os.getpid()}.part"
    partial.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def _space(row: dict[str, Any] | None) -> SpaceCard | None:
    if row is None:
        return None
    dimensions = tuple(Dimension(**dimension) for dimension in row["dimensions"])
    return SpaceCard(**{**row, "dimensions": dimensions, "shape": tuple(row["shape"])})


def read_cards(folder: Path, versions: dict[str, str | None]) -> list[EnvironmentCard] | None:
    """The cards in a folder; None when there are none, they are damaged, or were made with other versions."""
    try:
        path = folder / FILE_NAME
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT or data["versions"] != versions:
            return None
        return [
            EnvironmentCard(
                **{
                    **row,
                    "observation": _space(row["observation"]),
                    "action": _space(row["action"]),
                    "picture": str(folder / Path(row["picture"]).name) if row["picture"] else "",
                }
            )
            for row in data["cards"]
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None

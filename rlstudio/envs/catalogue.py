"""The environments there are: a card for everything that Gymnasium's registry knows, made once and kept.

Making a card runs the environment's code, so all of them are made in a child process (`build_cards`) and kept in the
cache; for the versions the program was tested with they are shipped. The window reads them (`load_cards`) without
importing gymnasium, which is why that is imported inside the functions here.

`python -m rlstudio.envs.catalogue resources/environments` makes the shipped ones anew.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rlstudio.core.params import ParamError, ParamFault
from rlstudio.core.resources import resource_path
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.card_file import package_versions, read_cards, write_cards
from rlstudio.envs.ids import nearest_ids, newest_ids, split_id
from rlstudio.envs.own import NAMESPACE, register_ours
from rlstudio.envs.words import FAMILIES, words_for

__all__ = ["all_ids", "build_cards", "card_for", "check_id", "load_cards"]

FOLDER = "environments"

_ADAPTERS = ("GymV21Environment", "GymV26Environment")  # shells for other people's environments, not environments


def all_ids() -> list[str]:
    """Every environment's id: the newest versions first, among them by family, then as the registry has them."""
    import gymnasium

    register_ours()
    ids = [env_id for env_id in gymnasium.registry if split_id(env_id).name not in _ADAPTERS]
    newest = newest_ids(ids)

    def place(env_id: str) -> tuple[bool, bool, int]:
        foreign_engine = split_id(env_id).namespace not in ("", NAMESPACE)
        return env_id not in newest, foreign_engine, FAMILIES.index(words_for(env_id).family)

    return sorted(ids, key=place)


def check_id(env_id: str) -> None:
    """Raise ParamError, with the nearest right names, unless `env_id` is registered."""
    ids = all_ids()
    if env_id in ids:
        return
    if ":" in env_id:
        allowed = "a registered name without a colon (a colon would import a Python module)"
    else:
        near = nearest_ids(env_id, ids)
        allowed = "one of the environments; " + (f"did you mean {', '.join(near)}?" if near else "see: rlstudio envs")
    raise ParamError([ParamFault("env", env_id, allowed)])


def card_for(env_id: str, env_kwargs: Mapping[str, Any] | None = None) -> EnvironmentCard:
    """The card of one environment, made now and in this process, without a picture. Raises ParamError."""
    check_id(env_id)
    import gymnasium

    from rlstudio.envs.card_maker import make_card

    return make_card(gymnasium.registry[env_id], env_kwargs)


def load_cards(cache_dir: Path) -> list[EnvironmentCard] | None:
    """The cards from the cache, else the shipped ones; None when neither fits the installed packages."""
    versions = package_versions()
    cached = read_cards(cache_dir / FOLDER, versions)
    return cached if cached is not None else read_cards(resource_path(FOLDER), versions)


def build_cards(cache_dir: Path) -> Path:
    """Make every environment, write cards and pictures into the cache, and return the file's path.

    Takes some seconds and runs everybody's code: call it in a child process.
    """
    return _write_all(cache_dir / FOLDER)


def _write_all(folder: Path) -> Path:
    import gymnasium

    from rlstudio.envs.card_maker import make_card

    folder.mkdir(parents=True, exist_ok=True)
    cards = []
    for env_id in all_ids():
        picture = folder / (re.sub(r"\W+", "-", env_id) + ".png")
        cards.append(make_card(gymnasium.registry[env_id], picture=picture))
    return write_cards(folder, cards)


def main() -> None:
    """The command that makes the shipped cards."""
    parser = argparse.ArgumentParser(description="Make a card and a picture of every environment.")
    parser.add_argument("folder", type=Path, help="where to write them")
    print(_write_all(parser.parse_args().folder))


if __name__ == "__main__":
    main()

"""`rlstudio envs` and `rlstudio algorithms`: what there is."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from rlstudio.algorithms.base import AlgorithmSpec
from rlstudio.algorithms.catalogue import algorithms, get_algorithm, presets, presets_for
from rlstudio.commands.algorithm_page import algorithm_page
from rlstudio.commands.console import print_json, quiet_stdout
from rlstudio.core.params import describe
from rlstudio.core.resources import resource_path
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.catalogue import build_cards, card_for, check_id, load_cards
from rlstudio.storage.paths import cache_dir


def envs(options: argparse.Namespace) -> int:
    """`rlstudio envs`."""
    with quiet_stdout():
        cards = load_cards(cache_dir())
        if cards is None:
            build_cards(cache_dir())
            cards = load_cards(cache_dir()) or []
    if options.json:
        print_json({"environments": [_environment(card) for card in cards]})
        return 0
    width = max((len(card.id) for card in cards), default=0)
    for card in cards:
        print(f"{card.id:{width}}  {card.title if card.available else card.title + '  (' + card.why_not + ')'}")
    return 0


def _environment(card: EnvironmentCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "family": card.family,
        "available": card.available,
        "why_not": card.why_not or None,
        "install": card.install or None,
        "observation_space": card.observation.text if card.observation else None,
        "observation": card.observation.words if card.observation else None,
        "action_space": card.action.text if card.action else None,
        "action": card.action.words if card.action else None,
        "reward_threshold": card.reward_threshold,
        "max_episode_steps": card.max_episode_steps,
    }


def list_algorithms(options: argparse.Namespace) -> int:
    """`rlstudio algorithms`; with a key, all there is to say about that one."""
    if options.key:
        spec = get_algorithm(options.key)
        if options.json:
            print_json(_algorithm(spec, None))
        else:
            print(algorithm_page(spec, presets(spec.key)))
        return 0
    card = None
    if options.env:
        with quiet_stdout():
            check_id(options.env)
            card = card_for(options.env)
    rows = [_algorithm(spec, card) for spec in algorithms().values()]
    if options.json:
        print_json({"algorithms": rows})
        return 0
    for row in rows:
        reason = row.get("why_not")
        by = "" if row["implementation"] == "Studio" else f", by {row['implementation']}"
        print(f"{row['key']:16}  {row['title']}{by}" + (f"  (not here: {reason})" if reason else ""))
        if row["presets"]:
            print(f"{'':16}  presets: {_named(row['presets'])}")
    return 0


def _named(presets: list[dict[str, Any]]) -> str:
    """Each preset's name once, with the environments it was made for: "rl-zoo (CartPole-v1, LunarLander-v3)"."""
    made_for: dict[str, list[str]] = {}
    for preset in presets:
        made_for.setdefault(preset["name"], []).append(preset["env"] or "any environment")
    return ", ".join(f"{name} ({', '.join(envs)})" for name, envs in made_for.items())


def _algorithm(spec: AlgorithmSpec, card: EnvironmentCard | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": spec.key,
        "title": spec.title,
        "family": spec.family,
        "implementation": spec.implementation,
        "example": str(resource_path(spec.example)) if spec.example else None,
        "params": [
            {
                "name": info.name,
                "type": info.kind,
                "default": info.default,
                "bounds": [info.low, info.high],
                "allowed": info.allowed,
                "help": info.help,
                "live": info.live,
            }
            for info in describe(spec.params)
        ],
        "metrics": [asdict(metric) for metric in spec.metrics],
        "presets": [
            {"name": preset.name, "title": preset.title, "env": preset.env, "source": preset.source}
            for preset in (presets_for(spec.key, card.id) if card else presets(spec.key))
        ],
    }
    if card is not None:
        row["why_not"] = spec.why_not(card)
    return row

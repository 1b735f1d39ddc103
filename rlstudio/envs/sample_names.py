"""What the numbers of a gathered transition are called, from the environment's card."""

from __future__ import annotations

from rlstudio.envs.card import EnvironmentCard, SpaceCard


def sample_names(card: EnvironmentCard | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of an observation's and of an action's numbers, as a network sees them: a discrete one as switches."""
    if card is None:
        return (), ()
    return _names(card.observation, "state"), _names(card.action, "action")


def _names(space: SpaceCard | None, what: str) -> tuple[str, ...]:
    if space is None:
        return ()
    if space.kind == "discrete":
        known = [dimension.name for dimension in space.dimensions]
        return tuple(f"{what} {known[i] if i < len(known) else i}" for i in range(space.n))
    return tuple(dimension.label for dimension in space.dimensions)

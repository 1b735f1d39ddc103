"""Environments in words: titles, named numbers with their units, and named actions, as data."""

from __future__ import annotations

from rlstudio.envs.ids import split_id
from rlstudio.envs.own import NAMESPACE
from rlstudio.envs.words import box2d, classic_control, mujoco, own, toy_text
from rlstudio.envs.words.base import FAMILIES, THIRD_PARTY, EnvironmentWords, grid_decoder, title_from_name

__all__ = ["FAMILIES", "THIRD_PARTY", "EnvironmentWords", "grid_decoder", "title_from_name", "words_for"]

WORDS: dict[str, EnvironmentWords] = {
    **classic_control.WORDS,
    **box2d.WORDS,
    **toy_text.WORDS,
    **mujoco.WORDS,
}

_GYMNASIUM_NAMESPACES = ("", "phys2d", "tabular")  # of a stranger's "mine/CartPole-v1" nothing is known


def words_for(env_id: str) -> EnvironmentWords:
    """What is known of an environment, whatever its version; of an unknown one a title made from its name."""
    parts = split_id(env_id)
    if parts.namespace == NAMESPACE and parts.name in own.WORDS:
        return own.WORDS[parts.name]
    if parts.namespace in _GYMNASIUM_NAMESPACES and parts.name in WORDS:
        return WORDS[parts.name]
    return EnvironmentWords(title=title_from_name(parts.name), family=THIRD_PARTY)

"""EnvironmentCard: an environment as plain data, for pickers, algorithms and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SpaceKind = Literal["box", "image", "discrete", "multi_discrete", "multi_binary", "tuple", "dict", "other"]


@dataclass(frozen=True)
class Dimension:
    """One number of an observation or action: "pole angle", "rad". For a discrete space: one choice."""

    name: str
    unit: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def label(self) -> str:
        """Name with its unit: "pole angle (rad)"."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


@dataclass(frozen=True)
class SpaceCard:
    """A space described for people and for algorithms.

    Attributes:
        kind: what sort of space; "image" is a Box of bytes with height, width and channels.
        words: a sentence: "4 numbers: cart position (m), …" or "one of 3 actions: left, stay, right".
        dimensions: the named numbers (box) or choices (discrete); empty where there are too many to name.
        n: number of choices of a discrete space, else 0.
        shape: of a box.
        text: Gymnasium's own notation, "Box(-inf, inf, (4,), float32)".
        bounded: whether every number has finite bounds.
    """

    kind: SpaceKind
    words: str
    text: str
    dimensions: tuple[Dimension, ...] = ()
    n: int = 0
    shape: tuple[int, ...] = ()
    bounded: bool = True


@dataclass(frozen=True)
class EnvironmentCard:
    """What there is to know about an environment without making it.

    Attributes:
        max_episode_steps: the episode's longest length; `limit_is_ours` when the environment has none and the studio
            ends episodes so that no policy can run for ever.
        why_not: the reason it cannot be made here, "" when available; `install` the command that would mend it.
        picture: path of a PNG of it, "" when there is none.
        transition_table: whether it publishes its rules as a table, `P[state][action]`: what planning by dynamic
            programming needs.
    """

    id: str
    title: str
    family: str
    available: bool
    why_not: str = ""
    install: str = ""
    summary: str = ""
    docs: str = ""
    docs_url: str = ""
    observation: SpaceCard | None = None
    action: SpaceCard | None = None
    max_episode_steps: int | None = None
    limit_is_ours: bool = False
    reward_threshold: float | None = None
    fps: float = 30.0
    picture: str = ""
    newest: bool = True
    transition_table: bool = False

"""What a model from elsewhere needs of an environment: how many numbers its networks see, and what they give."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays
from rlstudio.envs.card import EnvironmentCard, SpaceCard


@dataclass(frozen=True)
class Needs:
    """What an environment must have for the networks to fit.

    Attributes:
        inputs: how many numbers they see, one-hot where it is a choice; None where a picture is among it.
        channels: of the picture that they see; 0 for none.
        outputs: how many numbers an action has, or among how many choices.
        continuous: whether an action is made of numbers.
    """

    inputs: int | None
    channels: int
    outputs: int
    continuous: bool

    @property
    def words(self) -> str:
        """As a person reads it."""
        sees = _counted(self.inputs, "number") if self.inputs else f"pictures of {_counted(self.channels, 'channel')}"
        acts = _counted(self.outputs, "number" if self.continuous else "choice")
        return f"observations of {sees} and actions of {acts}"

    def fit(self, card: EnvironmentCard) -> bool:
        """Whether an environment may be the one, by its sizes; spaces that are put together are not among them."""
        seen, acting = card.observation, card.action
        if not card.available or seen is None or acting is None:
            return False
        if self.channels and (seen.kind != "image" or (*seen.shape, 1)[2] != self.channels):
            return False
        if not self.channels and (seen.kind == "image" or _size(seen) != self.inputs):
            return False
        return (acting.kind == "box") == self.continuous and _size(acting) == self.outputs


def _counted(count: int | None, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _size(space: SpaceCard) -> int:
    """How many numbers a space is to a network, one-hot where it is a choice; 0 where its card does not tell."""
    return space.n if space.kind == "discrete" else math.prod(space.shape) if space.kind in ("box", "image") else 0


def layers_of(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> list[int]:
    """How many numbers each layer of a network gives, in order."""
    pattern = re.compile(re.escape(prefix) + r"([0-9]{1,3})\.weight")
    found = {int(m[1]): a.shape[0] for name, a in arrays.items() if (m := pattern.fullmatch(name)) and a.ndim == 2}
    return [found[number] for number in sorted(found)]


def needs_of(key: str, arrays: Arrays, settings: Mapping[str, Any], *, numbers_act: bool) -> Needs:
    """What its tensors tell of the environment; `numbers_act` is what the file says of actions where those do not tell.

    Raises ValueError where the tensors lack a first or a last layer.
    """
    first, last = {
        "sb3_dqn": ("q_net.q_net.0.weight", _last(arrays, "q_net.q_net.")),
        "qrdqn": ("quantile_net.quantile_net.0.weight", _last(arrays, "quantile_net.quantile_net.")),
        "ars": ("action_net.0.weight", _last(arrays, "action_net.")),
        "sb3_sac": ("actor.latent_pi.0.weight", "actor.mu.weight"),
        "tqc": ("actor.latent_pi.0.weight", "actor.mu.weight"),
        "sb3_td3": ("actor.mu.0.weight", _last(arrays, "actor.mu.")),
        "sb3_ddpg": ("actor.mu.0.weight", _last(arrays, "actor.mu.")),
        "recurrent_ppo": ("lstm_actor.weight_ih_l0", "action_net.weight"),
    }.get(key, ("mlp_extractor.policy_net.0.weight", "action_net.weight"))
    if last not in arrays and "actor.mu.0.weight" in arrays:
        last = "actor.mu.0.weight"  # SAC with noise that is a function of the state
    if first not in arrays:
        first = last  # no hidden layers
    outputs = arrays[last].shape[0] if last in arrays and arrays[last].ndim == 2 else 0
    inputs = arrays[first].shape[-1] if first in arrays and arrays[first].ndim == 2 else 0
    if not outputs or not inputs:
        raise ValueError("its networks lack a first or a last layer")
    if key == "qrdqn":
        outputs = outputs // _quantiles(settings, outputs)
    continuous = "log_std" in arrays or any(n.startswith("actor.") for n in arrays) or (key == "ars" and numbers_act)
    cnn = next((a for name, a in arrays.items() if name.endswith("cnn.0.weight") and a.ndim == 4), None)
    return Needs(None if cnn is not None else inputs, 0 if cnn is None else cnn.shape[1], outputs, continuous)


def _quantiles(settings: Mapping[str, Any], outputs: int) -> int:
    found = settings["arguments"].get("n_quantiles", 200)
    return found if isinstance(found, int) and found > 0 and outputs % found == 0 else 1


def _last(arrays: Arrays, prefix: str) -> str:
    numbers = [int(m[1]) for name in arrays if (m := re.fullmatch(re.escape(prefix) + r"([0-9]{1,3})\.weight", name))]
    return f"{prefix}{max(numbers, default=0)}.weight"

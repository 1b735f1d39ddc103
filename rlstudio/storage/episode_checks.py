"""What an episode's values may be when they come from a file: kinds, ranges, lengths. A stranger may have made it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from rlstudio.core.plain_text import plain_text, plain_value
from rlstudio.storage.tensor_file import Place

MOST_STEPS = 1_000_000
MOST_NUMBERS = 1_000_000
"""Of one array at one step."""
MOST_ACTIONS = 100_000
LONGEST_SIDE = 8192
MOST_PIXELS = 4096 * 4096
"""Of one frame. Only one is ever unpacked at a time: 48 MiB."""
LONGEST_NOTE = 1_000


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return plain_text(value)


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return tuple(plain_text(str(item), 500) for item in value)


def _whole(value: Any) -> int:
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise TypeError
    return value


def _optional_whole(value: Any) -> int | None:
    return None if value is None else _whole(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _optional_number(value: Any) -> float | None:
    return None if value is None else _number(value)


def _discount(value: Any) -> float | None:
    found = _optional_number(value)
    if found is not None and not 0.0 <= found <= 1.0:
        raise TypeError
    return found


def _settings(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    found: dict[str, Any] = plain_value(value)
    return found


def _versions(value: Any) -> dict[str, str]:
    return {name: str(version) for name, version in _settings(value).items()}


def _frames_marked(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_STEPS:
        raise TypeError
    return tuple(_whole(item) for item in value)


FIELDS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "env": (_text, "a name"),
    "env_kwargs": (_settings, "an object with named values"),
    "seed": (_whole, "a whole number"),
    "source": (_text, "words"),
    "fps": (_number, "a number"),
    "observation_names": (_texts, "a list of names"),
    "action_names": (_texts, "a list of names"),
    "discrete": (_flag, "true or false"),
    "terminated": (_flag, "true or false"),
    "truncated": (_flag, "true or false"),
    "ending": (_text, "words"),
    "run_name": (_text, "a name"),
    "algorithm": (_optional_text, "a name or null"),
    "step": (_optional_whole, "a whole number or null"),
    "greedy": (_flag, "true or false"),
    "discount": (_discount, "a number from 0 to 1 or null"),
    "marks": (_frames_marked, "a list of whole numbers"),
    "recorded": (_text, "a date"),
    "versions": (_versions, "an object with named versions"),
}
"""By the name of an Episode's field: what makes of a JSON value the field's, and what is allowed."""

NEEDED = ("env", "seed", "source", "fps")


def checked_fields(found: Any) -> dict[str, Any]:
    """Fields of an Episode out of JSON. Those that are not known (of a newer version) are left out.

    Raises:
        ValueError: naming the field, its value and what is allowed.
    """
    if not isinstance(found, dict):
        raise ValueError("what it says of the episode is no object")
    values = {}
    for name, (check, allowed) in FIELDS.items():
        if name not in found:
            if name in NEEDED:
                raise ValueError(f"it does not say {name}")
            continue
        try:
            values[name] = check(found[name])
        except (TypeError, OverflowError):
            raise ValueError(f"{name}: {repr(found[name])[:60]} is not allowed; it takes {allowed}") from None
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    values.setdefault("env_kwargs", {})
    return values


def check_place(name: str, place: Place, steps: int) -> None:
    """Raise ValueError unless an array has an entry for each of so many steps, of no more numbers than is allowed."""
    if place.shape[0] != steps:
        raise ValueError(f"{name}: {place.shape[0]:,} instead of {steps:,}")
    each = 1
    for size in place.shape[1:]:
        if not 1 <= size <= MOST_NUMBERS and name.startswith("thought"):
            raise ValueError(f"{name}: {list(place.shape)} is not allowed")
        each *= size
    if max(place.shape[1:], default=1) > MOST_NUMBERS or each > MOST_NUMBERS:
        raise ValueError(f"{name}: {each:,} numbers a step; up to {MOST_NUMBERS:,} are allowed")


def check_actions(actions: NDArray[Any]) -> None:
    """Raise ValueError for a discrete action of a number that no environment has: whoever lists all would never end."""
    if actions.dtype.kind in "iu" and len(actions):
        low, high = int(actions.min()), int(actions.max())
        if low < -MOST_ACTIONS or high > MOST_ACTIONS:
            raise ValueError(f"actions from {low:,} to {high:,} are not allowed; up to {MOST_ACTIONS:,} are")


def check_steps(steps: int) -> None:
    """Raise ValueError for an episode that is too long."""
    if steps > MOST_STEPS:
        raise ValueError(f"it has {steps:,} steps; up to {MOST_STEPS:,} are allowed")


def frame_shape(found: Any) -> tuple[int, int, int]:
    """Height, width and 3. Raises ValueError for sides that are not allowed."""
    if not isinstance(found, list | tuple) or len(found) != 3 or not all(type(side) is int for side in found):
        raise ValueError(f"frames of {repr(found)[:60]} are not allowed; it takes height, width and 3")
    height, width, channels = found
    sides = 0 <= height <= LONGEST_SIDE and 0 <= width <= LONGEST_SIDE
    if not sides or height * width > MOST_PIXELS or channels != 3:
        raise ValueError(
            f"frames of {height}×{width}×{channels} are not allowed; up to {LONGEST_SIDE:,} pixels a side, "
            f"{MOST_PIXELS:,} in all, in 3 colours"
        )
    return height, width, channels


def check_frames(shape: tuple[int, int, int], blobs: list[bytes]) -> None:
    """Raise ValueError unless each compressed frame says of itself that it unpacks to just its size."""
    expected = int(np.prod(shape))
    for index, blob in enumerate(blobs):
        try:
            size = zstandard.frame_content_size(blob)
        except zstandard.ZstdError as error:
            raise ValueError(f"frame {index} cannot be unpacked ({error})") from None
        if size != expected:
            raise ValueError(f"frame {index} would unpack to another size than it should: {size:,}, not {expected:,}")

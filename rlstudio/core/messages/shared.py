"""What several messages are made of: a policy as data, and the names of a few kinds of value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

WatchMode = Literal["policy", "training", "off"]
StepUnit = Literal["step", "update", "episode"]
Floats = NDArray[np.float64]
TrustedFiles = tuple[tuple[str, str], ...]
"""Programs that a person agreed to run, as (path, SHA-256): see core.trusted_files. A job runs no others."""


@dataclass(frozen=True)
class PolicyData:
    """A policy as data: enough to build it again anywhere, nothing executable.

    Attributes:
        algorithm: key of the algorithm whose policy class reads `arrays` and `settings`.
        step: training step the weights are from; None for a policy that was never trained.
        run: the run folder it came from, if any.
    """

    algorithm: str
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    step: int | None = None
    run: str | None = None

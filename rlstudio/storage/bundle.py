"""What a run bundle (.rlrun) is: a zip archive of data files, each of a known name, with a list of them.

    bundle.json      {"format": "rlstudio-run-bundle-1", "run": NAME, "files": {NAME: {"bytes", "sha256"}}}
    run.json  monitor.csv  metrics.csv  events.jsonl  labels.json
    checkpoints/<step>/{checkpoint.json, policy.safetensors, learner.json, learner.safetensors}
    episodes/<name>.rlepisode

Nothing else is in one: no model.zip of Stable-Baselines3, which holds pickled code, and no program of the user's own.
"""

from __future__ import annotations

import re

from rlstudio.storage.errors import RunFolderError

SUFFIX = ".rlrun"
FORMAT = "rlstudio-run-bundle-1"
ANY_FORMAT = "rlstudio-run-bundle-"
CONTENTS = "bundle.json"

MOST_BYTES = (4 << 30) - (64 << 20)
"""Of a bundle: a larger archive would need another kind of list."""
MOST_UNPACKED = 8 << 30
MOST_ENTRIES = 2_000
MOST_DIRECTORY = 1 << 20
"""Bytes of an archive's list of entries."""
MOST_INFLATION, FREE_INFLATION = 200, 64 << 20
"""How many times its size a bundle may unpack to, beyond the first bytes: text shrinks to a twentieth."""

_MIB = 1 << 20
_KNOWN: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), most)
    for pattern, most in (
        (r"bundle\.json", 4 * _MIB),
        (r"run\.json", 16 * _MIB),
        (r"labels\.json", _MIB),
        (r"monitor\.csv|metrics\.csv|events\.jsonl", 2048 * _MIB),
        (r"checkpoints/(0|[1-9][0-9]{0,15})/(checkpoint|learner)\.json", 256 * _MIB),
        (r"checkpoints/(0|[1-9][0-9]{0,15})/(policy|learner)\.safetensors", 4096 * _MIB),
        (r"episodes/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.rlepisode", 4096 * _MIB),
    )
)
"""Names that may be in a bundle, and how many bytes each file may have. No name leads anywhere but into the run."""


class BundleError(RunFolderError):
    """A bundle that cannot be opened or made, in words."""


def most_bytes_of(name: str) -> int | None:
    """How large the file of that name may be; None where nothing of that name belongs into a bundle."""
    for pattern, most in _KNOWN:
        if pattern.fullmatch(name):
            return most
    return None

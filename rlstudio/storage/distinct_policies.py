"""Which of a run's checkpoints hold different policies: before a learner's first update all of them hold the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from rlstudio.core.messages import PolicyData
from rlstudio.storage.records import plain
from rlstudio.storage.run_folder import RunFolder, RunFolderError


def same_policies(folder: RunFolder, steps: Sequence[int] | None = None) -> list[list[int]]:
    """The steps of checkpoints (all, unless `steps` says which), ascending, in groups of neighbours whose policies are
    the same to the byte. One that cannot be read stands alone."""
    groups: list[list[int]] = []
    before: bytes | None = None
    for step in folder.checkpoints() if steps is None else steps:
        try:
            now: bytes | None = _digest(folder.load_policy(step))
        except RunFolderError:
            now = None
        if now is not None and now == before:
            groups[-1].append(step)
        else:
            groups.append([step])
        before = now
    return groups


def _digest(policy: PolicyData) -> bytes:
    """Of the parameters' bytes. Its settings (a rate of exploration, say) count only where it has no parameters."""
    digest = hashlib.blake2b()
    if not policy.arrays:
        digest.update(json.dumps(plain(policy.settings, finite=False), sort_keys=True).encode())
    for name, array in sorted(policy.arrays.items()):
        digest.update(f"{name} {array.shape} {array.dtype}\n".encode())
        digest.update(array.tobytes())
    return digest.digest()

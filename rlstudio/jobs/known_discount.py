"""The discount that a policy's values are of, where its run tells."""

from __future__ import annotations

from pathlib import Path

from rlstudio.core.messages import PolicyData
from rlstudio.storage.errors import RunFolderError
from rlstudio.storage.run_folder import RunFolder


def known_discount(policy: PolicyData | None) -> float | None:
    """γ of the run that the policy is of, after the live changes made to it.

    None for a policy of no run, for an algorithm without one, and where the run learned from normalised rewards: its
    values are then in other units than the rewards of an episode, and not to be compared with them.
    """
    if policy is None or policy.run is None:
        return None
    try:
        info = RunFolder.open(Path(policy.run)).read_info()
    except RunFolderError:
        return None
    params = info.config.params | info.live_params
    discount = params.get("discount")
    if not isinstance(discount, int | float) or params.get("normalise_rewards"):
        return None
    return float(discount)

"""Environment ids taken apart ("phys2d/CartPole-v1"), and the nearest right ones to a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

_PATTERN = re.compile(r"^(?:(?P<namespace>[\w:-]+)/)?(?P<name>[\w:.-]+?)(?:-v(?P<version>\d+))?$")


class EnvId(NamedTuple):
    """An id's parts; `namespace` is "" and `version` None where there is none."""

    namespace: str
    name: str
    version: int | None

    @property
    def family_name(self) -> str:
        """The id without its version: versions of one environment share it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def split_id(env_id: str) -> EnvId:
    """The parts of an id; one that is no id at all comes back as a bare name."""
    match = _PATTERN.match(env_id)
    if match is None:
        return EnvId("", env_id, None)
    version = match["version"]
    return EnvId(match["namespace"] or "", match["name"], int(version) if version else None)


def newest_ids(env_ids: Iterable[str]) -> set[str]:
    """Of each environment the id with the highest version."""
    newest: dict[str, tuple[int, str]] = {}
    for env_id in env_ids:
        parts = split_id(env_id)
        entry = (parts.version or 0, env_id)
        newest[parts.family_name] = max(newest.get(parts.family_name, entry), entry)
    return {env_id for _, env_id in newest.values()}


def nearest_ids(env_id: str, env_ids: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` ids that were probably meant: other versions of the same name first, then similar names."""
    newest = sorted(newest_ids(env_ids))
    by_name = {split_id(known).family_name.lower(): known for known in newest}
    wanted = split_id(env_id.replace(" ", "")).family_name.lower()
    names = get_close_matches(wanted, by_name, n=count, cutoff=0.5)
    names += [name for name in by_name if wanted and wanted in name and name not in names]
    return [by_name[name] for name in names[:count]]

"""Why an environment cannot be made here, in words, and the command that would mend it."""

from __future__ import annotations

import re
from typing import NamedTuple

from gymnasium import registry

from rlstudio.envs.ids import newest_ids, split_id

_COMMAND = re.compile(r"`?(pip install [^`]+)`?")
_PACKAGES = {  # module that is missing -> its name, and what brings it
    "jax": ("JAX", 'pip install "gymnasium[jax]"'),
    "jaxlib": ("JAX", 'pip install "gymnasium[jax]"'),
    "flax": ("Flax", 'pip install "gymnasium[jax]"'),
    "mujoco": ("MuJoCo", 'pip install "gymnasium[mujoco]"'),
    "Box2D": ("Box2D", 'pip install "gymnasium[box2d]"'),
    "pygame": ("pygame", "pip install pygame-ce"),
}


class Reason(NamedTuple):
    """`why` in a clause ("MuJoCo is not installed here"), `install` a command, "" where none helps."""

    why: str
    install: str

    def __str__(self) -> str:
        return f"{self.why}; install it with: {self.install}" if self.install else self.why


def explain(env_id: str, error: BaseException) -> Reason:
    """The reason behind an exception that making `env_id` raised."""
    text = " ".join(str(error).split())
    if isinstance(error, ModuleNotFoundError) and error.name:
        module = error.name.partition(".")[0]
        title, command = _PACKAGES.get(module, (f"the Python package {module}", f"pip install {module}"))
        return Reason(f"{title} is not installed here", command)
    if "gymnasium-robotics" in text:
        family = split_id(env_id).family_name
        newest = next(known for known in newest_ids(registry) if split_id(known).family_name == family)
        return Reason(f"this old version has left Gymnasium; take {newest} instead", "")
    commands = _COMMAND.findall(text)
    if commands:
        return Reason(f"{text.partition(' is not installed')[0].split()[-1]} is not installed here", commands[-1])
    return Reason(f"making it failed: {type(error).__name__}: {text or 'no reason given'}", "")

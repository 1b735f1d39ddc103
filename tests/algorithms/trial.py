"""Trial: how the contract tests try one algorithm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from identity_env import IdentityEnv

KINDS = ("discrete", "shifted", "multi_discrete", "multi_binary", "box")


@dataclass(frozen=True)
class Trial:
    """An algorithm with settings small enough for a test.

    Attributes:
        params: the settings, whatever is tried.
        make: a small environment it can act in (its `steps_taken` counts what was done in it).
        kinds: the kinds of `IdentityEnv` it can act in; none where it needs another sort of environment.
        learns: whether it learns to repeat what an `IdentityEnv` shows, within `steps`, with `learning` changed.
        trained: whether it has something that training changes (and so a live learning rate or the like).
        exact: whether a run resumed from its state goes on to the bit, with `resume` changed.
        misfit: what else `build` is given for a learner that this one's state does not fit.
        updates: how many updates hold a row of diagnostics, and more.
        torch_twin: whether it runs on NumPy and on torch alike.
        rate: the live parameter that makes its steps small; None when it has none.
        programs: files of Python code that it runs, trusted while it is tried.
        moving: parts of the policy's arrays, by the beginning of their names, that `rate` slows.
    """

    params: dict[str, Any] = field(default_factory=dict)
    make: Callable[[], Any] = IdentityEnv
    kinds: tuple[str, ...] = KINDS
    learns: bool = False
    learning: dict[str, Any] = field(default_factory=dict)
    steps: int = 4000
    exact: bool = False
    resume: dict[str, Any] = field(default_factory=dict)
    misfit: dict[str, Any] = field(default_factory=lambda: {"hidden": (8,)})
    updates: int = 12
    torch_twin: bool = False
    rate: str | None = "learning_rate"
    programs: tuple[tuple[str, str], ...] = ()
    moving: tuple[str, ...] = ("actor", "q")

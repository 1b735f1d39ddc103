"""Live parameters: a person's changes (and those of an earlier run, made again) checked, applied, written down."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from rlstudio.algorithms.base import AlgorithmSpec, Learner
from rlstudio.core.messages import Change
from rlstudio.core.params import ParamError, ParamFault, describe, no_such, validate
from rlstudio.core.run_config import ParamChange


def check_script(spec: AlgorithmSpec, params: Mapping[str, Any], script: Iterable[ParamChange]) -> None:
    """Refuse, before the run begins, a change that it could not make later. Raises ParamError."""
    live = LiveParams(spec, params)
    for change in script:
        try:
            live.request(change.name, change.value)
        except ParamError as error:
            named = [ParamFault(f"events, step {change.step}: {f.field}", f.value, f.allowed) for f in error.faults]
            raise ParamError(named) from None


class LiveParams:
    """Changes wait here and are applied between two steps, so that a run made again with the same changes at the same
    steps gives the same returns."""

    def __init__(self, spec: AlgorithmSpec, params: Mapping[str, Any], script: Iterable[ParamChange] = ()) -> None:
        self._spec = spec
        self._infos = {info.name: info for info in describe(spec.params)}
        self.values: dict[str, Any] = validate(spec.params, params).model_dump()
        self._waiting: dict[str, Any] = {}
        self._script = deque(sorted(script, key=lambda change: change.step))

    def request(self, name: str, value: Any) -> None:
        """Ask for a change at the next step.

        Raises:
            ParamError: where the parameter is unknown, cannot change while training, or may not have that value.
        """
        info = self._infos.get(name)
        if info is None:
            raise ParamError([ParamFault(name, value, no_such("parameter", name, self._infos))])
        if info.live == "no":
            raise ParamError([ParamFault(name, value, "a change between runs only: it counts from the next run on")])
        checked = validate(self._spec.params, {**self.values, **self._waiting, name: value})
        self._waiting[name] = getattr(checked, name)

    @property
    def next_scripted_step(self) -> float:
        """Step of the next change to be made again; infinite when there is none."""
        return self._script[0].step if self._script else float("inf")

    def apply(self, learner: Learner, step: int, seconds: float) -> list[Change]:
        """Give the learner what waits and what the script asks for at `step`. Returns what changed."""
        while self._script and self._script[0].step <= step:
            change = self._script.popleft()
            self.request(change.name, change.value)
        changes = []
        for name, value in self._waiting.items():
            if value != self.values[name]:
                learner.set_param(name, value)
                changes.append(Change(step, seconds, name, self.values[name], value))
                self.values[name] = value
        self._waiting.clear()
        return changes

    @property
    def pending(self) -> bool:
        """Whether a change waits for the next step."""
        return bool(self._waiting)

"""RunConfig: everything that decides what a training run does. Plain data both ways, versioned."""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rlstudio.core.nesting import is_deep
from rlstudio.core.params import ParamError, ParamFault, describe_field, no_such

VERSION: Final = 1

Device = Literal["auto", "cpu", "cuda", "mps"]


class ParamChange(BaseModel):
    """A live change of one parameter, as it was made (or is to be made again) at an environment step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int = Field(ge=0)
    name: str
    value: float | int | bool | str | None


class Parent(BaseModel):
    """The run that another was forked from, by its folder's name, and the step at which their ways part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: str = Field(min_length=1, max_length=255, pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*$")  # leads nowhere else
    step: int = Field(ge=0, le=10_000_000_000)


class RunConfig(BaseModel):
    """One training run, fully resolved: the same config on the CPU gives the same returns, to the bit.

    `params` holds every parameter of the algorithm (defaults and preset already applied). At least one of `steps`
    and `episodes` limits the run. `eval_every` is in environment steps, 0 for no evaluations; None leaves it
    to the program how often (jobs.evaluation_schedule). A run with a `parent` lives its first steps as that one did:
    all else counts from `parent.step` on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = VERSION
    env: str = Field(min_length=1)
    env_kwargs: dict[str, Any] = Field(default_factory=dict)
    algorithm: str = Field(min_length=1)
    preset: str | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    steps: int | None = Field(default=None, ge=1, le=10_000_000_000)
    episodes: int | None = Field(default=None, ge=1, le=1_000_000_000)
    stop_at: float | None = Field(default=None, allow_inf_nan=False)
    window: int = Field(default=25, ge=1, le=10_000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    device: Device = "auto"
    eval_every: int | None = Field(default=0, ge=0)
    eval_episodes: int = Field(default=5, ge=1, le=1_000)
    events: tuple[ParamChange, ...] = ()
    parent: Parent | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.steps is None and self.episodes is None:
            raise ValueError("a run needs a budget: steps, episodes or both")
        return self

    @classmethod
    def parse(cls, data: Any) -> RunConfig:
        """A config from plain data, as read from JSON.

        Raises:
            ParamError: naming each field, the value and what is allowed.
        """
        if not isinstance(data, dict):
            raise ParamError([ParamFault("run configuration", data, "an object with named fields")])
        deep = [name for name, value in data.items() if is_deep(value, _DEEPEST)]
        if deep:
            raise ParamError([ParamFault(str(deep[0]), "…", f"values nested up to {_DEEPEST} deep")])
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            faults = [_fault(dict(row)) for row in error.errors()]
            raise ParamError(list({fault.field: fault for fault in faults}.values())) from None


_DEEPEST = 20
"""Lists and objects within each other: what is written and shown goes through them by recursion."""
_OTHER_KINDS = {
    "env": "a name",
    "algorithm": "a name",
    "env_kwargs": "an object with named values",
    "params": "an object with named values",
    "events": "a list of objects with step, name and value",
    "parent": "nothing, or an object with run, the name of a run's folder, and step",
    "value": "a number, true or false, text, or nothing",
}
"""What is allowed where a field is of no kind that parameters are of."""


def _fault(row: dict[str, Any]) -> ParamFault:
    """A pydantic error row in the words of the house."""
    location = [str(part) for part in row["loc"][:3]]  # behind that comes the kind that a value was tried as
    if not location:
        return ParamFault("budget", None, str(row["msg"]).removeprefix("Value error, "))
    model: type[BaseModel] = ParamChange if len(location) == 3 else RunConfig
    if location[0] == "parent":
        return ParamFault(".".join(location), row.get("input"), _OTHER_KINDS["parent"])
    name, value = location[-1], row.get("input")
    if row["type"] == "extra_forbidden":
        return ParamFault(".".join(location), value, no_such("field", name, model.model_fields))
    if name in model.model_fields:
        allowed = _OTHER_KINDS.get(name) or describe_field(name, model.model_fields[name]).allowed
    else:
        allowed = "an object with step, name and value"  # one row of the events
    return ParamFault(".".join(location), None if row["type"] == "missing" else value, allowed)

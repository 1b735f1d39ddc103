"""RunConfig: everything that decides what a training run does. JSON both ways, versioned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rlstudio.core.params import ParamError, ParamFault, no_such

VERSION: Final = 1

Device = Literal["auto", "cpu", "cuda", "mps"]


class ParamChange(BaseModel):
    """A live change of one parameter, as it was made (or is to be made again) at an environment step."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: int = Field(ge=0)
    name: str
    value: float | int | bool | str | None


class RunConfig(BaseModel):
    """One training run, fully resolved: the same config on the CPU gives the same returns, to the bit.

    `params` holds every parameter of the algorithm (defaults and preset already applied). At least one of `steps`
    and `episodes` limits the run. `eval_every` is in environment steps, 0 for no evaluations while training.
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
    eval_every: int = Field(default=0, ge=0)
    eval_episodes: int = Field(default=5, ge=1, le=1_000)
    events: tuple[ParamChange, ...] = ()

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.steps is None and self.episodes is None:
            raise ValueError("a run needs a budget: steps, episodes or both")
        return self

    def to_json(self) -> str:
        """The config as indented JSON."""
        return self.model_dump_json(indent=2)

    @classmethod
    def parse(cls, data: Any) -> RunConfig:
        """A config from plain data, as read from JSON.

        Raises:
            ParamError: naming each field, the value and what is allowed.
        """
        if not isinstance(data, dict):
            raise ParamError([ParamFault("run configuration", data, "an object with named fields")])
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise ParamError([_fault(dict(row), data) for row in error.errors()]) from None

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """A config from JSON text. Raises ParamError."""
        try:
            return cls.parse(json.loads(text))
        except json.JSONDecodeError as error:
            raise ParamError([ParamFault("run configuration", text[:40], f"JSON text ({error})")]) from None

    @classmethod
    def load(cls, path: Path) -> RunConfig:
        """A config from a JSON file: a bare config, or a run.json that holds one under "config"."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls.parse(data["config"] if isinstance(data, dict) and "config" in data else data)


def _fault(row: dict[str, Any], data: dict[str, Any]) -> ParamFault:
    """A pydantic error row in the words of the house."""
    location = [str(part) for part in row["loc"]]
    if not location:
        return ParamFault("budget", None, str(row["msg"]).removeprefix("Value error, "))
    if row["type"] == "extra_forbidden":
        return ParamFault(location[0], data.get(location[0]), no_such("field", location[0], RunConfig.model_fields))
    return ParamFault(".".join(location), row.get("input"), str(row["msg"]).removeprefix("Input should be "))

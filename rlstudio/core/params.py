"""Typed parameters that forms, tooltips, validation, JSON and the command line are all made from.

An algorithm declares its hyperparameters as a `Params` subclass, each field through `param(...)`; `describe` turns the
class into plain rows for whoever shows them, and `validate` refuses a wrong value in one wording everywhere.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

ALSO_CALLED = {"gamma": "discount", "ent_coef": "entropy_weight", "vf_coef": "value_weight"}
"""Names that other libraries give to parameters here."""

Live = Literal["no", "step", "update"]
"""When a change made while training takes effect: never (next run), at the next step, or at the next update."""


class Params(BaseModel):
    """Base of every algorithm's hyperparameters: unknown names are refused, assignments are checked."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, allow_inf_nan=False, defer_build=True)


def param(
    default: Any,
    *,
    help: str,
    title: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    unit: str = "",
    group: str = "",
    higher: str = "",
    lower: str = "",
    usual: str = "",
    live: Live = "no",
    log: bool = False,
    essential: bool = False,
    program: bool = False,
) -> Any:
    """One hyperparameter.

    Args:
        default: the value used when neither the user nor a preset gives one.
        help: what it is, in a sentence a student would understand.
        title: its name on the screen; made from the field's name when empty.
        ge, gt, le, lt: bounds (greater or equal, greater, less or equal, less).
        unit: "steps", "episodes", …
        group: heading under which the form shows it.
        higher, lower: what a higher and a lower value does.
        usual: a usual range, as text ("1e-4 to 1e-2").
        live: whether, and when, a change while training takes effect.
        log: whether a slider or spin box should move in factors rather than in sums.
        essential: one of the few shown before "All" is opened.
        program: the text is the path of a Python file that will be run: the form has a button to choose it, and nothing
            runs it without consent given outside of the configuration (`core.trusted_files`).
    """
    extra: JsonDict = {
        "unit": unit,
        "group": group,
        "higher": higher,
        "lower": lower,
        "usual": usual,
        "live": live,
        "log": log,
        "essential": essential,
        "program": program,
    }
    return Field(default, title=title or None, description=help, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=extra)


Kind = Literal["float", "int", "bool", "choice", "text", "ints"]


@dataclass(frozen=True)
class ParamInfo:
    """A hyperparameter as plain data. `low` and `high` are None where there is no bound."""

    name: str
    title: str
    kind: Kind
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    low_excluded: bool = False
    high_excluded: bool = False
    choices: tuple[str, ...] = ()
    optional: bool = False
    unit: str = ""
    group: str = ""
    higher: str = ""
    lower: str = ""
    usual: str = ""
    live: Live = "no"
    log: bool = False
    essential: bool = False
    program: bool = False

    @property
    def allowed(self) -> str:
        """What may stand here, in words: "a number above 0 and at most 1"."""
        nouns = {
            "choice": "one of " + ", ".join(self.choices),
            "bool": "true or false",
            "text": "text",
            "float": "a number",
            "int": "a whole number",
            "ints": "a list of whole numbers",
        }
        bounds = []
        if self.low is not None:
            bounds.append(f"{'above' if self.low_excluded else 'of at least'} {self._bound(self.low)}")
        if self.high is not None:
            at_most = "at most" if bounds else "of at most"
            bounds.append(f"{'below' if self.high_excluded else at_most} {self._bound(self.high)}")
        words = " ".join([nouns[self.kind], " and ".join(bounds)]).strip()
        return f"{words}, or nothing" if self.optional else words

    def _bound(self, bound: float) -> str:
        """A bound as a person would write it; a whole number with all its digits."""
        return f"{bound:g}" if self.kind == "float" else f"{bound:.0f}"


@dataclass(frozen=True)
class ParamFault:
    """One refused value: the field, what was given and what is allowed."""

    field: str
    value: Any
    allowed: str

    def __str__(self) -> str:
        return f"{self.field}: {self.value!r} is not allowed; it takes {self.allowed}"


class ParamError(ValueError):
    """Values that were refused; `faults` holds one entry a field."""

    def __init__(self, faults: list[ParamFault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


def no_such(thing: str, name: str, known: Iterable[str]) -> str:
    """What to answer where a name is wrong: the nearest right one, and all there are."""
    names = list(known)
    near = nearest_name(name, names)
    guess = f"did you mean {near}? There" if near else "there"
    return f"no such {thing}; {guess} are {', '.join(names)}"


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant; None when there is none like it."""
    return next(iter(nearest_names(name, known)), None)


def nearest_names(name: str, known: Iterable[str]) -> list[str]:
    """Up to three names that may have been meant, the likeliest first: what others call so, then those spelt alike,
    then by initials ("lr" for learning_rate), then by a part ("entropy" for entropy_weight)."""
    names, wanted = list(known), name.strip().lower()
    by_other_name = [each for each in names if each == ALSO_CALLED.get(wanted)]
    alike = get_close_matches(wanted, names, n=3)
    by_initials = [each for each in names if "".join(word[0] for word in each.split("_") if word) == wanted]
    by_part = [each for each in names if len(wanted) > 2 and (wanted in each or each in wanted)]
    return list(dict.fromkeys([*by_other_name, *alike, *by_initials, *by_part]))[:3]


def _kind_of(annotation: Any) -> tuple[Kind, tuple[str, ...], bool]:
    """Kind, choices and whether None is allowed, of a field's annotation."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [a for a in get_args(annotation) if a is not type(None)]
        kind, choices, _ = _kind_of(inner[0])
        return kind, choices, len(inner) < len(get_args(annotation))
    if origin is Literal:
        return "choice", tuple(str(a) for a in get_args(annotation)), False
    if origin in (tuple, list):
        return "ints", (), False
    kinds: dict[Any, Kind] = {bool: "bool", int: "int", float: "float", str: "text"}
    return kinds[annotation], (), False


def describe_field(name: str, field: FieldInfo) -> ParamInfo:
    """One field of a pydantic model as a plain row. Raises KeyError for a type that no form can show."""
    kind, choices, optional = _kind_of(field.annotation)
    bounds: dict[str, float] = {}
    for constraint in field.metadata:
        for key in ("ge", "gt", "le", "lt"):
            value = getattr(constraint, key, None)
            if value is not None:
                bounds[key] = value
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    default = field.get_default(call_default_factory=True)
    return ParamInfo(
        name=name,
        title=field.title or name.replace("_", " "),
        kind=kind,
        default=list(default) if kind == "ints" else default,
        help=field.description or "",
        low=bounds.get("gt", bounds.get("ge")),
        high=bounds.get("lt", bounds.get("le")),
        low_excluded="gt" in bounds,
        high_excluded="lt" in bounds,
        choices=choices,
        optional=optional,
        **extra,  # type: ignore[arg-type]
    )


def describe(params_type: type[Params]) -> tuple[ParamInfo, ...]:
    """The fields of a Params class, in the order they were declared."""
    return tuple(describe_field(name, field) for name, field in params_type.model_fields.items())


P = TypeVar("P", bound=Params)


def validate(params_type: type[P], values: Mapping[str, Any]) -> P:
    """An instance of `params_type` made of `values`.

    Text is accepted where a number is meant ("1e-3"), since forms and command lines hold text.

    Raises:
        ParamError: naming each field, the value and what is allowed.
    """
    try:
        return params_type.model_validate(dict(values))
    except ValidationError as error:
        infos = {info.name: info for info in describe(params_type)}
        faults: dict[str, ParamFault] = {}
        for row in error.errors():
            if not row["loc"]:  # a rule over several fields (a model validator)
                faults[""] = ParamFault("these parameters together", "…", str(row["msg"]))
                continue
            name = str(row["loc"][0])
            if name in infos:
                allowed = infos[name].allowed
                if row["type"] in ("value_error", "assertion_error"):  # a validator's own words
                    allowed = str(row["msg"]).partition(", ")[2] or str(row["msg"])
            else:
                allowed = no_such("parameter", name, infos)
            faults.setdefault(name, ParamFault(name, values.get(name), allowed))
        raise ParamError(list(faults.values())) from None

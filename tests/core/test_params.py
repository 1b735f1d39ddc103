"""Parameters: described for forms, validated in one wording, and every fault named by its field."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import ValidationError, field_validator, model_validator

from rlstudio.core.params import (
    ParamError,
    ParamFault,
    Params,
    describe,
    nearest_name,
    nearest_names,
    no_such,
    param,
    validate,
)


class Example(Params):
    learning_rate: float = param(3e-4, help="Step size.", gt=0, le=1, live="update", log=True, essential=True, unit="")
    n_steps: int = param(32, help="Rollout length.", title="steps a rollout", ge=1, unit="steps", group="Rollout")
    target_kl: float | None = param(None, help="Stop early beyond this.", gt=0)
    activation: Literal["tanh", "relu"] = param("tanh", help="Nonlinearity.")
    normalise: bool = param(False, help="Normalise observations.")
    hidden: tuple[int, ...] = param((64, 64), help="Layer widths.")

    @field_validator("n_steps")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("an even number of steps")
        return value

    @model_validator(mode="after")
    def _together(self) -> Example:
        if self.normalise and self.activation == "relu":
            raise ValueError("normalise does not go with relu")
        return self


def fault_of(**values: Any) -> ParamFault:
    with pytest.raises(ParamError) as caught:
        validate(Example, values)
    (fault,) = caught.value.faults
    return fault


def test_description_keeps_order_kinds_and_words() -> None:
    infos = {info.name: info for info in describe(Example)}
    assert list(infos) == ["learning_rate", "n_steps", "target_kl", "activation", "normalise", "hidden"]
    assert [info.kind for info in infos.values()] == ["float", "int", "float", "choice", "bool", "ints"]
    rate = infos["learning_rate"]
    assert (rate.low, rate.low_excluded, rate.high, rate.high_excluded) == (0, True, 1, False)
    assert (rate.live, rate.log, rate.essential, rate.title) == ("update", True, True, "learning rate")
    steps = infos["n_steps"]
    assert (steps.title, steps.unit, steps.group, steps.help) == (
        "steps a rollout",
        "steps",
        "Rollout",
        "Rollout length.",
    )
    assert infos["target_kl"].optional
    assert infos["target_kl"].default is None
    assert infos["activation"].choices == ("tanh", "relu")
    assert infos["hidden"].default == [64, 64]


def test_what_is_allowed_is_said_in_words() -> None:
    assert [info.allowed for info in describe(Example)] == [
        "a number above 0 and at most 1",
        "a whole number of at least 1",
        "a number above 0, or nothing",
        "one of tanh, relu",
        "true or false",
        "a list of whole numbers",
    ]


def test_defaults_are_valid_and_text_becomes_numbers() -> None:
    assert validate(Example, {}) == Example()
    made = validate(Example, {"learning_rate": "1e-3", "n_steps": "64", "hidden": [32], "normalise": "true"})
    assert (made.learning_rate, made.n_steps, made.hidden, made.normalise) == (1e-3, 64, (32,), True)


@pytest.mark.parametrize(
    ("values", "field", "allowed"),
    [
        ({"learning_rate": 0}, "learning_rate", "a number above 0 and at most 1"),
        ({"learning_rate": float("nan")}, "learning_rate", "a number above 0 and at most 1"),
        ({"learning_rate": "fast"}, "learning_rate", "a number above 0 and at most 1"),
        ({"n_steps": 1.5}, "n_steps", "a whole number of at least 1"),
        ({"n_steps": 3}, "n_steps", "an even number of steps"),
        ({"activation": "sigmoid"}, "activation", "one of tanh, relu"),
        ({"hidden": [1, "wide"]}, "hidden", "a list of whole numbers"),
        ({"momentum": 0.9}, "momentum", "no such parameter; there are learning_rate, n_steps"),
    ],
)
def test_a_wrong_value_names_field_value_and_what_is_allowed(values: dict[str, Any], field: str, allowed: str) -> None:
    fault = fault_of(**values)
    assert fault.field == field
    assert fault.value is next(iter(values.values()))
    assert fault.allowed.startswith(allowed)
    assert str(fault) == f"{field}: {fault.value!r} is not allowed; it takes {fault.allowed}"


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(ParamError) as caught:
        validate(Example, {"learning_rate": -1, "activation": "x", "n_steps": 2})
    assert [fault.field for fault in caught.value.faults] == ["learning_rate", "activation"]
    assert "learning_rate" in str(caught.value)
    assert "activation" in str(caught.value)


def test_a_rule_over_several_fields_is_said() -> None:
    assert "normalise does not go with relu" in fault_of(normalise=True, activation="relu").allowed


def test_assignment_is_checked_too() -> None:
    made = Example()
    made.learning_rate = 0.5
    with pytest.raises(ValidationError):
        made.learning_rate = 2.0
    assert made.learning_rate == 0.5


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("lerning_rate", "learning_rate"),
        ("lr", "learning_rate"),
        ("LR", "learning_rate"),
        ("entropy", "entropy_weight"),
        ("gamma", "discount"),
        ("envs", "n_envs"),
        ("sac", None),
        ("", None),
    ],
)
def test_a_wrong_name_gets_the_one_that_was_meant(wrong: str, meant: str | None) -> None:
    known = ["n_envs", "learning_rate", "learning_rate_schedule", "discount", "entropy_weight"]
    assert nearest_name(wrong, known) == meant
    assert ("did you mean" in no_such("parameter", wrong, known)) == (meant is not None)
    assert no_such("parameter", wrong, known).endswith("are " + ", ".join(known))


def test_several_names_may_have_been_meant_the_likeliest_first() -> None:
    known = ["learning_starts", "buffer_size", "learning_rate", "entropy_weight", "value_weight", "policy_weight"]
    assert nearest_names("learnin_rate", known) == ["learning_rate", "learning_starts"]
    assert nearest_names("entropy", known) == ["entropy_weight"]
    assert nearest_names("xyzzy", known) == []

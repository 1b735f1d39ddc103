"""Presets fit their algorithms; refusals and devices are told in words."""

from __future__ import annotations

import pytest

from rlstudio.algorithms.blocks.devices import resolve_device
from rlstudio.algorithms.catalogue import algorithms, default_preset, presets
from rlstudio.algorithms.resolve import resolve
from rlstudio.core.params import ParamError, validate
from rlstudio.envs.card import EnvironmentCard, SpaceCard

PAIRS = [(key, preset) for key in algorithms() for preset in presets(key)]


@pytest.mark.parametrize(("key", "preset"), PAIRS, ids=lambda value: getattr(value, "env", value))
def test_every_preset_is_valid(key: str, preset: object) -> None:
    spec = algorithms()[key]
    validate(spec.params, preset.params)  # type: ignore[attr-defined]
    assert preset.source  # type: ignore[attr-defined]
    assert preset.env  # type: ignore[attr-defined]
    config = resolve(env=preset.env, algorithm=key, preset=preset.name)  # type: ignore[attr-defined]
    assert config.steps or config.episodes


@pytest.mark.parametrize("key", algorithms())
def test_at_most_one_preset_is_chosen_unasked(key: str) -> None:
    for env in {preset.env for preset in presets(key)}:
        fitting = [preset for preset in presets(key) if preset.env == env]
        assert sum(preset.default for preset in fitting) <= 1
        names = [preset.name for preset in fitting]
        assert len(names) == len(set(names))


def test_demonstrations_are_there() -> None:
    for key, episodes in (("reinforce", 500), ("dqn", 600)):
        config = resolve(env="CartPole-v1", algorithm=key, preset="demonstration")
        assert config.episodes == episodes
        assert config.steps is None
    chosen = default_preset("ppo", "CartPole-v1")
    assert chosen is not None
    assert chosen.params["n_epochs"] == 20
    assert resolve(env="CartPole-v1", algorithm="reinforce").preset is None


def card(kind: str, words: str = "words") -> EnvironmentCard:
    """An environment whose actions are of that kind."""
    space = SpaceCard(kind=kind, words=words, text="…")  # type: ignore[arg-type]
    observation = SpaceCard(kind="box", words="4 numbers", text="…")
    return EnvironmentCard("Pendulum-v1", "Pendulum", "Classic control", True, observation=observation, action=space)


def test_refusals_are_in_words() -> None:
    specs = algorithms()
    assert specs["dqn"].why_not(card("box")) == "DQN needs discrete actions; Pendulum's are continuous"
    assert specs["dqn"].why_not(card("discrete")) is None
    for kind in ("box", "discrete", "multi_discrete", "multi_binary"):
        assert specs["ppo"].why_not(card(kind)) is None
        assert specs["reinforce"].why_not(card(kind)) is None
    assert "Pendulum's are a bag of things" in (specs["ppo"].why_not(card("dict", "a bag of things")) or "")
    assert specs["random"].why_not(card("dict")) is None
    unseen = EnvironmentCard(
        "Odd-v0", "Odd", "", True, observation=SpaceCard("other", "text", "…"), action=SpaceCard("discrete", "", "…")
    )
    for key in ("dqn", "ppo", "reinforce"):
        assert "Odd's are text" in (specs[key].why_not(unseen) or "")


def test_devices_are_resolved_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert resolve_device("auto") == resolve_device("cpu") == "cpu"
    with pytest.raises(ParamError, match="device: 'cuda' is not allowed; it takes a device of this machine: cpu"):
        resolve_device("cuda")
    with pytest.raises(ParamError, match="one of auto, cpu, cuda, mps"):
        resolve_device("gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("cuda") == "cuda"


def test_hidden_layers_may_come_as_text() -> None:
    params = algorithms()["ppo"].params
    assert validate(params, {"hidden": "32, 16"}).model_dump()["hidden"] == (32, 16)
    for wrong in ("", "0", "64 64 64 64 64 64", "wide", [5000]):
        with pytest.raises(ParamError, match="hidden"):
            validate(params, {"hidden": wrong})


def test_a_wrong_preset_is_answered_with_all_there_are_nearest_first() -> None:
    key, env = max(((k, p.env) for k, p in PAIRS), key=lambda pair: sum(p.env == pair[1] for p in presets(pair[0])))
    names = [preset.name for preset in presets(key) if preset.env == env]
    assert len(names) > 1
    for name in names:
        with pytest.raises(ParamError) as caught:
            resolve(env=env, algorithm=key, preset=name + "x")
        told = caught.value.faults[0].allowed.removeprefix("none, or one of: ").split(", ")
        assert (told[0], sorted(told)) == (name, sorted(names))

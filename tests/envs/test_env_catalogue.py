"""The catalogue: every registered environment has a card, whatever its code does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

from rlstudio.core.params import ParamError
from rlstudio.core.resources import resource_path
from rlstudio.envs import catalogue
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.card_file import FILE_NAME, package_versions, read_cards
from rlstudio.envs.card_maker import PICTURE_WIDTH, first_sentence
from rlstudio.envs.own import OUR_IDS

shipped_fit = pytest.mark.skipif(
    read_cards(resource_path("environments"), package_versions()) is None,
    reason="other versions are installed than those the shipped cards were made with",
)


class _Loud(gym.Env[Any, Any]):
    """A world that talks. It does little else."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 12}  # noqa: RUF012 - as gymnasium has it
    observation_space = gym.spaces.Discrete(3)
    action_space = gym.spaces.Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        print("look at me")
        self.render_mode = render_mode

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        return 0, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return 1, 0.0, False, False, {}

    def render(self) -> Any:
        return np.full((200, 900, 3), 77, np.uint8)


class _Raises(_Loud):
    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        raise RuntimeError("out of order")


class _Exits(_Loud):
    def __init__(self, render_mode: str | None = None) -> None:
        sys.exit(3)


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A registry of one sound environment among three odd ones."""
    kept = dict(gym.registry)
    gym.registry.clear()
    gym.registry["CartPole-v1"] = kept["CartPole-v1"]
    gym.register("Loud-v1", entry_point=_Loud, reward_threshold=5)
    gym.register("Loud-v0", entry_point=_Loud)
    gym.register("Raises-v0", entry_point=_Raises)
    gym.register("Exits-v0", entry_point=_Exits)
    yield
    gym.registry.clear()
    gym.registry.update(kept)


def by_id(cards: list[EnvironmentCard] | None) -> dict[str, EnvironmentCard]:
    assert cards is not None
    return {card.id: card for card in cards}


@pytest.mark.usefixtures("strangers")
def test_one_that_raises_prints_or_exits_spoils_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = catalogue.build_cards(tmp_path)
    assert capfd.readouterr().out == ""
    assert path.is_file()
    cards = by_id(catalogue.load_cards(tmp_path))
    assert set(cards) == {"CartPole-v1", "Loud-v1", "Loud-v0", "Raises-v0", "Exits-v0", *OUR_IDS}
    assert cards["CartPole-v1"].available
    assert cards["Raises-v0"].why_not == "making it failed: RuntimeError: out of order"
    assert not cards["Exits-v0"].available
    loud = cards["Loud-v1"]
    assert loud.available
    assert (loud.title, loud.family, loud.summary) == ("Loud", "Third party", "A world that talks.")
    assert (loud.fps, loud.reward_threshold, loud.max_episode_steps, loud.limit_is_ours) == (12, 5, 1000, True)
    assert [card.id for card in catalogue.load_cards(tmp_path) or []][-1] == "Loud-v0", "old versions come last"
    assert not cards["Loud-v0"].newest
    with Image.open(loud.picture) as picture:
        assert picture.width == PICTURE_WIDTH


@pytest.mark.usefixtures("strangers")
def test_cards_come_back_from_disk_as_they_were(tmp_path: Path) -> None:
    catalogue.build_cards(tmp_path)
    read = by_id(catalogue.load_cards(tmp_path))["CartPole-v1"]
    made = catalogue.card_for("CartPole-v1")
    assert Path(read.picture).is_file()
    assert read.observation == made.observation
    assert read.action == made.action
    assert {**vars(read), "picture": ""} == {**vars(made), "picture": ""}


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("damage", ["", "{", '{"format": 99}', "[]", "null"])
def test_a_damaged_cache_is_as_good_as_none(tmp_path: Path, damage: str) -> None:
    path = catalogue.build_cards(tmp_path)
    path.write_text(damage, encoding="utf-8")
    assert read_cards(path.parent, package_versions()) is None


@pytest.mark.usefixtures("strangers")
def test_other_package_versions_void_the_cache(tmp_path: Path) -> None:
    path = catalogue.build_cards(tmp_path)
    assert read_cards(path.parent, package_versions()) is not None
    assert read_cards(path.parent, {**package_versions(), "gymnasium": "0.1"}) is None
    assert list(path.parent.glob("*.part")) == []


def test_ids_are_ordered_and_leave_out_adapters() -> None:
    ids = catalogue.all_ids()
    assert ids[0] == "CartPole-v1"
    assert ids.index("Taxi-v4") < ids.index("Ant-v5") < ids.index("CartPole-v0") < ids.index("Ant-v4")
    assert not [env_id for env_id in ids if "Environment" in env_id]
    assert len(ids) == len(set(ids)) == len(gym.registry) - 2


@pytest.mark.parametrize(("wrong", "right"), [("LunarLander-v2", "LunarLander-v3"), ("mountain", "MountainCar-v0")])
def test_a_wrong_id_is_refused_with_near_ones(wrong: str, right: str) -> None:
    with pytest.raises(ParamError, match=right) as refused:
        catalogue.check_id(wrong)
    assert refused.value.faults[0].field == "env"
    with pytest.raises(ParamError, match="colon"):
        catalogue.check_id("os:CartPole-v1")
    catalogue.check_id("CartPole-v1")


def test_a_card_follows_the_options_given() -> None:
    plain = catalogue.card_for("LunarLander-v3")
    other = catalogue.card_for("LunarLander-v3", {"continuous": True, "max_episode_steps": 50})
    assert plain.action is not None
    assert other.action is not None
    assert (plain.action.kind, other.action.kind) == ("discrete", "box")
    assert other.max_episode_steps == 50


def test_the_window_reads_cards_without_gymnasium() -> None:
    code = (
        "import sys; from pathlib import Path; from rlstudio.envs.catalogue import load_cards; "
        "load_cards(Path('/nowhere')); print([m for m in ('gymnasium', 'torch', 'PIL', 'pygame') if m in sys.modules])"
    )
    root = Path(catalogue.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"


@shipped_fit
def test_the_shipped_cards_are_complete(tmp_path: Path) -> None:
    cards = by_id(catalogue.load_cards(tmp_path))
    assert list(cards) == catalogue.all_ids()
    for card in cards.values():
        assert card.title
        assert card.summary
        assert card.available != bool(card.why_not)
        if card.available:
            assert card.docs
            assert card.id in OUR_IDS or card.docs_url.startswith("https://gymnasium.farama.org/environments/")
            with Image.open(card.picture) as picture:
                assert picture.width <= PICTURE_WIDTH
    assert cards["LunarLanderContinuous-v3"].title == "Lunar Lander, continuous"
    assert cards["CartPole-v0"].title == "Cart Pole (v0)"
    assert cards["Ant-v5"].install == 'pip install "gymnasium[mujoco]"'
    assert cards["Reacher-v2"].why_not.endswith("take Reacher-v5 instead")


@shipped_fit
def test_the_shipped_cards_are_what_the_code_makes_today() -> None:
    shipped = {
        row["id"]: row for row in json.loads(resource_path("environments", FILE_NAME).read_text("utf-8"))["cards"]
    }
    for env_id in ("CartPole-v1", "Taxi-v4", "LunarLander-v3", "Ant-v4", "phys2d/CartPole-v1"):
        made = catalogue.card_for(env_id)
        assert shipped[env_id]["docs"] == made.docs
        assert shipped[env_id]["title"] == made.title
        assert shipped[env_id]["why_not"] == made.why_not
        if made.observation is not None:
            assert shipped[env_id]["observation"]["words"] == made.observation.words


def test_the_first_sentence_is_plain() -> None:
    docs = "## Description\nThis is [a thing](http://x) that\nmoves. It also stops.\n\n## More\nText."
    assert first_sentence(docs) == "This is a thing that moves."

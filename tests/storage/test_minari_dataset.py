"""Episodes as a Minari dataset: opened by Minari itself, read back, and Minari's own datasets read."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import h5py
import minari
import numpy as np
import pytest
from episode_files import made_episode
from minari.data_collector import EpisodeBuffer
from test_episode_file import PLAIN, same_numbers

from rlstudio.storage.data_formats import DataError, read_data, write_data

SPEC = gym.spec("CartPole-v1").to_json()


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Minari keeps its datasets during a test."""
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "minari"))
    return tmp_path / "minari"


def test_minari_opens_what_is_written(tmp_path: Path) -> None:
    episodes = [made_episode(3), made_episode(5, seed=12)]
    write_data(tmp_path / "out.minari", episodes, frames=True, env_spec=SPEC)
    assert sorted(path.name for path in (tmp_path / "out.minari").iterdir()) == ["main_data.hdf5", "metadata.json"]
    dataset = minari.MinariDataset(tmp_path / "out.minari")
    assert (dataset.total_episodes, dataset.total_steps, dataset.id) == (2, 8, "out-v0")
    assert dataset.env_spec is not None
    assert dataset.env_spec.id == "CartPole-v1"
    assert dataset.action_space == gym.spaces.Discrete(2)
    for before, after in zip(episodes, dataset.iterate_episodes(), strict=True):
        for name in ("observations", "actions", "rewards"):
            assert np.array_equal(getattr(before, name), getattr(after, name))
            assert getattr(before, name).dtype == getattr(after, name).dtype
        assert after.terminations.tolist() == [False] * (before.length - 1) + [True]
        assert not after.truncations.any()
        assert np.array_equal(after.infos["frames"], np.stack(list(before.frames)))
        assert dataset.observation_space.contains(after.observations[0])
    assert [about["seed"] for about in dataset.storage.get_episode_metadata([0, 1])] == [11, 12]


def test_minari_finds_it_by_its_id(tmp_path: Path, datasets: Path) -> None:
    write_data(tmp_path / "cartpole-v3.minari", [made_episode(3)])
    (datasets / "cartpole-v3").mkdir(parents=True)
    (tmp_path / "cartpole-v3.minari").rename(datasets / "cartpole-v3" / "data")
    assert minari.load_dataset("cartpole-v3").total_steps == 3


@pytest.mark.parametrize("frames", [True, False])
def test_what_was_written_is_read_back(tmp_path: Path, frames: bool) -> None:
    episodes = [made_episode(3), made_episode(5, seed=12)]
    write_data(tmp_path / "out.minari", episodes, frames=frames)
    for before, after in zip(episodes, read_data(tmp_path / "out.minari"), strict=True):
        assert [name for name in PLAIN if getattr(before, name) != getattr(after, name)] == []
        assert after.has_pictures == frames
        if frames:
            same_numbers(before, after)
        assert before.observations.tobytes() == after.observations.tobytes()
        assert [(t.value, t.note) for t in before.thoughts] == [(t.value, t.note) for t in after.thoughts]
        assert after.thoughts[0].probabilities is not None
        assert after.thoughts[0].probabilities.tolist() == [0.25, 0.75]


def test_continuous_actions_are_read_back(tmp_path: Path) -> None:
    episode = made_episode(3)
    episode.discrete, episode.actions = False, np.array([[0.5], [-2.0], [1.0]], np.float32)
    write_data(tmp_path / "out.minari", [episode])
    assert minari.MinariDataset(tmp_path / "out.minari").action_space.shape == (1,)
    (back,) = read_data(tmp_path / "out.minari")
    assert (back.discrete, back.actions.tolist()) == (False, [[0.5], [-2.0], [1.0]])


def made_by_minari(observation_space: Any, observations: Any, **options: Any) -> None:
    """A dataset of one episode of three steps, written by Minari itself."""
    buffer = EpisodeBuffer(
        id=0,
        seed=7,
        observations=observations,
        actions=[1, 0, 1],
        rewards=[1.0, 2.0, 3.0],
        terminations=[False, False, False],
        truncations=[False, False, True],
        infos={},
    )
    minari.create_dataset_from_buffers(
        "theirs-v0",
        [buffer],
        env=None if options else "CartPole-v1",
        observation_space=observation_space,
        action_space=gym.spaces.Discrete(2),
        data_format="hdf5",
        **options,
    )


@pytest.fixture(autouse=True)
def _without_its_advice(recwarn: pytest.WarningsRecorder) -> None:
    """Minari warns of every author and link that is not named."""


@pytest.mark.filterwarnings("ignore")
def test_a_dataset_of_minari_is_read(datasets: Path) -> None:
    rows = np.arange(16, dtype=np.float32).reshape(4, 4)
    made_by_minari(gym.spaces.Box(-np.inf, np.inf, (4,)), list(rows))
    (episode,) = read_data(datasets / "theirs-v0")
    assert (episode.env, episode.seed, episode.source) == ("CartPole-v1", 7, "from theirs-v0")
    assert np.array_equal(episode.observations, rows)
    assert episode.observation_names == tuple(f"observation {number}" for number in range(4))
    assert (episode.actions.tolist(), episode.rewards.tolist()) == ([1, 0, 1], [1.0, 2.0, 3.0])
    assert (episode.terminated, episode.truncated, episode.has_pictures) == (False, True, False)


@pytest.mark.filterwarnings("ignore")
def test_observations_of_several_parts_become_columns(datasets: Path) -> None:
    space = gym.spaces.Dict(
        {
            "goal": gym.spaces.Box(-9, 9, (2,)),
            "pair": gym.spaces.Tuple([gym.spaces.Discrete(4), gym.spaces.Discrete(9)]),
        }
    )
    observations = {
        "goal": [np.array([t, -t], np.float32) for t in range(4)],
        "pair": ([0, 1, 2, 3], [8, 7, 6, 5]),
    }
    made_by_minari(space, observations)
    (episode,) = read_data(datasets / "theirs-v0")
    assert episode.observation_names == ("goal 0", "goal 1", "pair 0", "pair 1")
    assert episode.observations.tolist() == [[t, -t, t, 8 - t] for t in range(4)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("colours", [(3,), (1,), ()])
@pytest.mark.parametrize("jpeg", [True, False])
def test_pictures_become_frames(datasets: Path, jpeg: bool, colours: tuple[int, ...]) -> None:
    if jpeg and colours == (1,):
        pytest.skip("Minari cannot write those")
    shape = (40, 48, *colours)
    pictures = [np.full(shape, 40 * t, np.uint8) for t in range(4)]
    made_by_minari(gym.spaces.Box(0, 255, shape, np.uint8), pictures, jpeg_encoding=jpeg)
    (episode,) = read_data(datasets / "theirs-v0")
    assert episode.frames.shape == (40, 48, 3)
    assert [int(frame.mean()) for frame in episode.frames] == pytest.approx([0, 40, 80, 120], abs=2 if jpeg else 0)
    assert episode.observations.shape == (4, 0)


# ---------------------------------------------------------------- from a stranger


def _replace(group: Any, name: str, **options: Any) -> None:
    del group[name]
    group.create_dataset(name, **options)


def _huge(name: str, shape: tuple[int, ...], chunks: tuple[int, ...]) -> Callable[[Any], None]:
    """An array without values, which takes no room in the file."""

    def change(group: Any) -> None:
        group.pop(name, None)
        options = {"maxshape": (None,)} if len(shape) == 1 else {}
        group.create_dataset(name, shape, "u1" if "frames" in name else "f8", chunks=chunks, **options)

    return change


def _external_link(group: Any) -> None:
    del group["observations"]
    group["observations"] = h5py.ExternalLink("/etc/other.hdf5", "/x")


def _soft_link(group: Any) -> None:
    del group["observations"]
    group["observations"] = h5py.SoftLink("/episode_0/actions")


def _external_storage(group: Any) -> None:
    del group["observations"]
    group.create_dataset("observations", (4, 2), "f4", external=[("/etc/hostname", 0, 32)])


def _virtual(group: Any) -> None:
    del group["observations"]
    layout = h5py.VirtualLayout((4, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.hdf5", "x", (4, 2))
    group.create_virtual_dataset("observations", layout)


def _objects(group: Any) -> None:
    del group["rewards"]
    group.create_dataset("rewards", data=np.array(["a", "b", "c"], object), dtype=h5py.string_dtype())


def _holds_itself(group: Any) -> None:
    """256⁸ paths lead through it."""
    del group["observations"]
    held = group.create_group("observations")
    for number in range(200):
        held[f"_index_{number}"] = held


def _bomb(shape: tuple[int, ...]) -> Callable[[Any], None]:
    """Rows of `shape` whose only piece unpacks to 256 MiB."""

    def change(group: Any) -> None:
        del group["observations"]
        found = group.create_dataset("observations", shape, "f4", chunks=shape, compression="gzip")
        found.id.write_direct_chunk((0,) * len(shape), zlib.compress(bytes(256 << 20), 1))

    return change


def _packed_otherwise(group: Any) -> None:
    _replace(group, "observations", data=np.zeros((4, 2), np.float32), compression="lzf")


HOSTILE: dict[str, tuple[Callable[[Any], None], str]] = {
    "link to another file": (_external_link, "link to elsewhere"),
    "link within": (_soft_link, "link to elsewhere"),
    "values in another file": (_external_storage, "other files"),
    "virtual": (_virtual, "other files"),
    "a terabyte of nothing": (_huge("observations", (4, 1 << 38), (1, 64)), "not allowed"),
    "a group that holds itself": (_holds_itself, "too many parts"),
    "piece that is too large": (_bomb((4, 2)), "larger than it can be"),
    "piece that unpacks to more": (_bomb((4, 1 << 17)), "unpacks to more than it should"),
    "another program to unpack it": (_packed_otherwise, "packed in a way that is not read"),
    "many steps of nothing": (_huge("rewards", (1 << 40,), (64,)), "steps"),
    "pieces of a gigabyte": (_huge("rewards", (3,), (1 << 27,)), "pieces"),
    "texts as rewards": (_objects, "not read"),
    "no rewards": (lambda g: g.pop("rewards"), "missing"),
    "a number alone": (lambda g: _replace(g, "rewards", data=3.0), "does not fit"),
    "fewer actions": (lambda g: _replace(g, "actions", data=[1, 0]), "does not fit"),
    "frames of a terapixel": (_huge("infos/frames", (4, 1 << 20, 1 << 20, 3), (1, 64, 64, 3)), "not allowed"),
    "about that is damaged": (lambda g: g.attrs.update(rlstudio="{"), "cannot be read"),
    "about of another kind": (lambda g: g.attrs.update(rlstudio='{"env": 3, "seed": 1}'), "env"),
    "thoughts of another length": (lambda g: _replace(g["infos"], "thought_value", data=np.zeros(7)), "does not fit"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_dataset(tmp_path: Path, name: str) -> None:
    change, words = HOSTILE[name]
    write_data(tmp_path / "h.minari", [made_episode()])
    with h5py.File(tmp_path / "h.minari" / "main_data.hdf5", "a") as file:
        change(file["episode_0"])
    tracemalloc.start()
    with pytest.raises(DataError, match=words) as caught:
        list(read_data(tmp_path / "h.minari"))
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()
    assert "cannot be read as a Minari dataset" in str(caught.value)


def test_an_episode_that_takes_too_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte in the file is four in memory."""
    write_data(tmp_path / "h.minari", [made_episode()])
    with h5py.File(tmp_path / "h.minari" / "main_data.hdf5", "a") as file:
        _replace(file["episode_0"], "observations", data=np.zeros((4, 1000), np.uint8))
    assert len(list(read_data(tmp_path / "h.minari"))) == 1
    monkeypatch.setattr("rlstudio.storage.minari_reading.MOST_OF_AN_EPISODE", 10_000)
    with pytest.raises(DataError, match="arrays take more than"):
        list(read_data(tmp_path / "h.minari"))


HUGE_PICTURE = (
    b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x11\x00\x02\x11\x01\x03\x11\x01"
    b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00\xff\xd9"
)
"""The beginning of a JPEG of 65,535 pixels a side."""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shape": (4, 1 << 20, 1 << 20, 3), "dtype": "u1", "chunks": (1, 64, 64, 3)}, "pixels a side"),
        ({"shape": (4, 40, 48, 1 << 30), "dtype": "u1", "chunks": (1, 8, 8, 64)}, "not allowed"),
        ({"shape": (4, 1 << 40), "dtype": "u1", "chunks": (1, 64)}, "not allowed"),
        ({"shape": (4,), "dtype": h5py.vlen_dtype(np.float64)}, "not allowed"),
        ({"shape": (4,), "dtype": h5py.string_dtype()}, "not allowed"),
        ({"data": np.array([list(HUGE_PICTURE)] * 4, np.uint8)}, "larger than allowed"),
        ({"data": np.zeros((4, 9), np.uint8)}, "cannot identify image"),
    ],
)
def test_hostile_pictures(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    write_data(tmp_path / "h.minari", [made_episode()])
    about = json.loads((tmp_path / "h.minari" / "metadata.json").read_text())
    about["observation_space"] = json.dumps({"type": "Box", "dtype": "uint8", "shape": [40, 48, 3]})
    (tmp_path / "h.minari" / "metadata.json").write_text(json.dumps(about))
    with h5py.File(tmp_path / "h.minari" / "main_data.hdf5", "a") as file:
        _replace(file["episode_0"], "observations", **options)
    tracemalloc.start()
    with pytest.raises(DataError, match=words):
        list(read_data(tmp_path / "h.minari"))
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("discrete", [True, False])
def test_an_episode_without_a_step_is_read_back(tmp_path: Path, discrete: bool) -> None:
    episode = made_episode(0)
    episode.marks = ()
    if not discrete:
        episode.discrete, episode.actions = False, np.zeros((0, 2), np.float32)
    write_data(tmp_path / "out.minari", [episode])
    (back,) = read_data(tmp_path / "out.minari")
    assert (back.length, back.discrete, back.actions.shape) == (0, discrete, episode.actions.shape)


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000, json.dumps({"data_format": "arrow"})])
def test_hostile_metadata(tmp_path: Path, content: str) -> None:
    write_data(tmp_path / "h.minari", [made_episode()])
    (tmp_path / "h.minari" / "metadata.json").write_text(content)
    with pytest.raises(DataError, match="cannot be read as a Minari dataset"):
        list(read_data(tmp_path / "h.minari"))


def test_cut_off_data(tmp_path: Path) -> None:
    write_data(tmp_path / "h.minari", [made_episode()], frames=True)
    path = tmp_path / "h.minari" / "main_data.hdf5"
    good = path.read_bytes()
    for end in range(0, len(good), len(good) // 20):
        path.write_bytes(good[:end])
        with pytest.raises(DataError, match="cannot be read as a Minari dataset"):
            list(read_data(tmp_path / "h.minari"))


def test_another_folder_is_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "x.minari").mkdir()
    with pytest.raises(DataError, match=r"no metadata\.json"):
        list(read_data(tmp_path / "x.minari"))

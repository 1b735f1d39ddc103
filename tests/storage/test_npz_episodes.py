"""Episodes as .npz and back: equal arrays, documented keys, and refusals in words."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from episode_files import made_episode
from test_episode_file import PLAIN, same_numbers

from rlstudio.core.episode import Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.data_formats import DataError, read_data, write_data


def packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def plain(steps: int = 3) -> dict[str, Any]:
    """As another program might write one episode."""
    return {
        "observations": np.arange(2.0 * (steps + 1)).reshape(steps + 1, 2),
        "actions": np.arange(steps) % 2,
        "rewards": np.ones(steps, np.float32),
    }


@pytest.mark.parametrize("frames", [True, False])
def test_what_was_written_is_read_back(tmp_path: Path, frames: bool) -> None:
    episodes = [made_episode(3), made_episode(5, seed=12)]
    episodes[1].thoughts = [*episodes[1].thoughts[:4], Thought(q_values=np.array([1, 2, 3], np.float32))]
    write_data(tmp_path / "out.npz", episodes, frames=frames)
    back = list(read_data(tmp_path / "out.npz"))
    for before, after in zip(episodes, back, strict=True):
        assert [name for name in PLAIN if getattr(before, name) != getattr(after, name)] == []
        assert before.run_name == after.run_name
        if not frames:
            before.frames = FrameStore()
        same_numbers(before, after)
        assert [(t.value, t.note) for t in before.thoughts] == [(t.value, t.note) for t in after.thoughts]
    assert back[1].thoughts[4].q_values is not None
    assert back[1].thoughts[4].q_values.tolist() == [1, 2, 3]
    assert back[0].thoughts[0].q_values is None
    assert back[0].has_pictures == frames


def test_numpy_reads_it_by_its_documented_keys(tmp_path: Path) -> None:
    episodes = [made_episode(3), made_episode(5, seed=12)]
    write_data(tmp_path / "out.npz", episodes, frames=True)
    with np.load(tmp_path / "out.npz", allow_pickle=False) as data:
        assert data["lengths"].tolist() == [3, 5]
        assert data["observations"].shape == (10, 2)
        assert data["rewards"].tolist() == [*episodes[0].rewards.tolist(), *episodes[1].rewards.tolist()]
        assert data["actions"].dtype == np.int64
        assert data["seeds"].tolist() == [11, 12]
        assert np.array_equal(data["frames"][4], episodes[1].frames[0])


def test_three_arrays_of_another_program_are_an_episode(tmp_path: Path) -> None:
    (tmp_path / "plain.npz").write_bytes(packed(**plain()))
    (episode,) = read_data(tmp_path / "plain.npz")
    assert (episode.length, episode.discrete, episode.total_reward, episode.has_pictures) == (3, True, 3.0, False)
    assert episode.observations.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert episode.source == "from plain.npz"


def test_columns_of_fortran_order_keep_their_places(tmp_path: Path) -> None:
    arrays = plain() | {"observations": np.asfortranarray(plain()["observations"])}
    (tmp_path / "f.npz").write_bytes(packed(**arrays))
    (episode,) = read_data(tmp_path / "f.npz")
    assert episode.observations.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]


def test_episodes_that_do_not_fit_each_other(tmp_path: Path) -> None:
    other = made_episode()
    other.env = "Acrobot-v1"
    with pytest.raises(DataError, match=r"another environment .*: export each apart"):
        write_data(tmp_path / "out.npz", [made_episode(), other])
    with pytest.raises(DataError, match="another pictures"):
        write_data(tmp_path / "out.npz", [made_episode(), made_episode(size=(2, 2))], frames=True)
    with pytest.raises(DataError, match="no episode"):
        write_data(tmp_path / "out.npz", [])
    with pytest.raises(DataError, match=r"\.npz \(NumPy arrays\) or \.minari"):
        write_data(tmp_path / "out.csv", [made_episode()])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".npz", ".minari"])
def test_giving_up_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    if suffix == ".minari":
        pytest.importorskip("h5py")

    def give_up(done: int, _total: int) -> None:
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_data(tmp_path / f"out{suffix}", [made_episode(9)], frames=True, progress=give_up)
    assert list(tmp_path.iterdir()) == []


def _object_array() -> Any:
    array = np.empty(1, object)
    array[0] = print
    return array


def _pickled() -> bytes:
    file = io.BytesIO()
    np.savez(file, **plain() | {"about": _object_array()})
    return file.getvalue()


def _lying(name: str, shape: tuple[int, ...], content: bytes, **others: Any) -> bytes:
    """A .npz whose array `name` says it is of `shape`."""
    file = io.BytesIO(packed(**(plain() | others)))
    out = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            if info.filename != f"{name}.npy":
                after.writestr(info.filename, before.read(info.filename))
        array = io.BytesIO()
        np.lib.format.write_array_header_1_0(array, {"descr": "<f8", "fortran_order": False, "shape": shape})
        after.writestr(f"{name}.npy", array.getvalue() + content)
    return out.getvalue()


def _deep_header(text: bytes) -> bytes:
    """A .npz whose rewards begin with a header that a parser of Python cannot take."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in plain().items():
            header = io.BytesIO()
            np.lib.format.write_array(header, array)
            archive.writestr(f"{name}.npy", header.getvalue())
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text
        archive.writestr("lengths.npy", content)
    return file.getvalue()


def _unpacks_to_more_than_it_says() -> bytes:
    """A .npz whose rewards take 16 kB, as all its sizes say, and 256 MiB behind them."""
    array = io.BytesIO()
    np.lib.format.write_array(array, np.ones(2_000))
    size, more = len(array.getvalue()), 256 << 20
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, other in plain(2_000).items():
            if name != "rewards":
                with archive.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, other)
        archive.writestr("rewards.npy", array.getvalue() + bytes(more))
    wrong, right = (size + more).to_bytes(4, "little"), size.to_bytes(4, "little")
    return out.getvalue().replace(wrong, right)


def _many_behind_a_long_comment() -> bytes:
    """An archive that says twice how much it holds: little where everybody looks, and much where it counts."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    directory = entry * 200_000
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 200_000, 200_000, len(directory), 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 65_535)
    return directory + end_64 + locator + end + b" " * 65_535


HOSTILE = {
    "not a zip": (b"nothing of the kind" * 10, "no .npz file"),
    "empty": (b"", "no .npz file"),
    "pickle": (_pickled(), "only numbers and texts"),
    "no rewards": (packed(observations=np.zeros((2, 2)), actions=np.zeros(1)), "'rewards' is missing"),
    "lengths of others": (packed(**plain(), lengths=np.array([2])), "add up"),
    "lengths below nothing": (packed(**plain(), lengths=np.array([5, -2])), "add up"),
    "lengths that are fractions": (packed(**plain(), lengths=np.array([1.5, 1.5])), "whole numbers"),
    "as many observations as rewards": (packed(**plain() | {"observations": np.zeros((3, 2))}), "one observation more"),
    "rewards in words": (packed(**plain() | {"rewards": np.array(["a", "b", "c"])}), "numbers are expected"),
    "about that is no JSON": (packed(**plain(), about=np.array(["{"])), "cannot be read as episodes"),
    "about of another": (packed(**plain(), about=np.array(['{"env": 3}'])), "env"),
    "actions beyond counting": (packed(**plain() | {"actions": np.array([0, 1 << 62, 1])}), "are not allowed"),
    "seeds of two": (packed(**plain(), seeds=np.array([1, 2])), "each episode"),
    "frames too few": (packed(**plain(), frames=np.zeros((2, 2, 2, 3), np.uint8)), "not allowed"),
    "frames of floats": (packed(**plain(), frames=np.zeros((4, 2, 2, 3))), "not allowed"),
    "array that says it is larger": (_lying("rewards", (1 << 40,), bytes(24)), "does not fit its size"),
    "array of a terabyte": (_lying("observations", (4, 1 << 40), bytes(24)), "not allowed"),
    "array that is cut": (_lying("rewards", (3,), bytes(23)), "does not fit its size"),
    "header that is nested": (_deep_header(b"-" * 9_000 + b"1"), "cannot be read as episodes"),
    "header without an end": (_deep_header(b"[" * 9_000), "cannot be read as episodes"),
    "header of sums": (_deep_header(b"1+" * 4_900 + b"1"), "cannot be read as episodes"),
    "array that unpacks to more": (_unpacks_to_more_than_it_says(), "cannot be read as episodes"),
    "entries behind a comment": (_many_behind_a_long_comment(), "too many arrays"),
    "bomb": (packed(**plain() | {"rewards": np.zeros(135_000_000)}), "unpack to 1,030 MiB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archive(tmp_path: Path, name: str) -> None:
    content, words = HOSTILE[name]
    (tmp_path / "h.npz").write_bytes(content)
    tracemalloc.start()
    with pytest.raises(DataError, match=words):
        list(read_data(tmp_path / "h.npz"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


def test_damaged_anywhere_it_is_refused_or_whole(tmp_path: Path) -> None:
    """A byte changed or the end cut off is DataError at worst, never another exception."""
    write_data(tmp_path / "out.npz", [made_episode(size=(1, 2))], frames=True)
    good = (tmp_path / "out.npz").read_bytes()
    refused = 0
    for place in range(0, len(good), 11):
        for bad in (good[:place], good[:place] + bytes([good[place] ^ 0x2A]) + good[place + 1 :]):
            (tmp_path / "bad.npz").write_bytes(bad)
            try:
                list(read_data(tmp_path / "bad.npz"))
            except DataError:
                refused += 1
    assert refused > len(good) // 11


def test_many_entries_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.npz", "w") as archive:
        for number in range(2_000):
            archive.writestr(f"{number}.npy", b"")
    with pytest.raises(DataError, match="too many arrays"):
        list(read_data(tmp_path / "many.npz"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(DataError, match="no ordinary file"):
        list(read_data(tmp_path / "pipe.npz"))


def test_a_file_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_data(tmp_path / "gone.npz"))


def test_an_episode_of_small_numbers_that_would_take_much_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte in the file is four in memory."""
    (tmp_path / "bytes.npz").write_bytes(packed(**plain() | {"observations": np.zeros((4, 1000), np.uint8)}))
    assert len(list(read_data(tmp_path / "bytes.npz"))) == 1
    monkeypatch.setattr("rlstudio.storage.npz_episodes.MOST_UNPACKED", 8_000)
    with pytest.raises(DataError, match="numbers of one episode take more than"):
        list(read_data(tmp_path / "bytes.npz"))

"""Episode files from a stranger: damaged, cut off, or made to do harm. Each is refused in words, and costs little."""

from __future__ import annotations

import json
import os
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from episode_files import first_format, made_episode
from safetensors.numpy import save_file

from rlstudio.storage.episode_file import load_episode, save_episode

MOST_MEMORY = 48 << 20
"""Bytes, beside the file's own, that reading any of these files may take."""

REFUSED = "cannot be opened as a recorded episode: "


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    save_episode(tmp_path / "good", made_episode(size=(1, 2)))
    return (tmp_path / "good").read_bytes()


def refused(path: Path, words: str = "cannot") -> None:
    """It is refused in words, for little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=words) as caught:
            load_episode(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert REFUSED in str(caught.value)
    assert peak < MOST_MEMORY
    assert len(str(caught.value)) < 1_000


def parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def joined(header: Any, body: bytes) -> bytes:
    """A file of that header, without a checksum's protection: as the first format had it."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


def test_cut_off_anywhere(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / "cut"
    for end in [*range(64), *range(64, len(good), 5)]:
        path.write_bytes(good[:end])
        with pytest.raises(ValueError, match=REFUSED):
            load_episode(path)


def test_any_byte_changed(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / "changed"
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ (1 << place % 8)]) + good[place + 1 :])
        with pytest.raises(ValueError, match=REFUSED):
            load_episode(path)


def test_any_byte_changed_where_no_checksum_tells(tmp_path: Path) -> None:
    """The first format: what still loads can be walked through, every frame either there or refused in words."""
    good = first_format(made_episode(size=(1, 2)))
    path = tmp_path / "changed"
    loaded = 0
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x15]) + good[place + 1 :])
        try:
            episode = load_episode(path)
        except ValueError:
            continue
        loaded += 1
        episode.check()
        assert len(list(episode.thoughts)) == episode.length
        for index in range(len(episode.frames)):
            with suppress(ValueError):
                assert episode.frames[index].shape == episode.frames.shape
    assert loaded > 100


def test_more_behind_the_end(tmp_path: Path, good: bytes) -> None:
    (tmp_path / "long").write_bytes(good + b"\0")
    refused(tmp_path / "long", "are there")


def with_array(name: str, kind: str, shape: list[int], content: bytes) -> bytes:
    """A file of the first format with this array; one that was there already is now called otherwise."""
    header, body = parts(first_format(made_episode()))
    if name in header:
        header["of_a_newer_version"] = header[name]
    place = [len(body), len(body) + len(content)]
    header[name] = {"dtype": kind, "shape": shape, "data_offsets": place}
    return joined(header, body + content)


Change = Callable[[dict[str, Any]], None]


def _about(**changes: Any) -> Change:
    def change(header: dict[str, Any]) -> None:
        about = json.loads(header["__metadata__"]["episode"]) | changes
        header["__metadata__"]["episode"] = json.dumps(about)

    return change


def _array(name: str, **changes: Any) -> Change:
    return lambda header: header[name].update(changes)


HOSTILE: dict[str, tuple[Change, str]] = {
    "array larger than the file": (_array("rewards", shape=[1 << 40]), "instead of"),
    "array of negative size": (_array("rewards", shape=[-3]), "not allowed"),
    "array that begins elsewhere": (_array("rewards", data_offsets=[1 << 40, (1 << 40) + 24]), "begin where"),
    "offsets that are no numbers": (_array("rewards", data_offsets=["a", "b"]), "not allowed"),
    "array of objects": (_array("rewards", dtype="O"), "allowed are"),
    "array of a list of types": (_array("rewards", dtype=[]), "allowed are"),
    "array of pointers in words": (_array("rewards", dtype="<i8"), "allowed are"),
    "size that overflows": (_array("rewards", shape=[1 << 61, 1 << 61]), "instead of"),
    "too many dimensions": (_array("rewards", shape=[1, 1, 1, 1, 1, 3]), "not allowed"),
    "no steps but a huge side": (_array("note_bytes", shape=[0, 1 << 61]), "instead of|not allowed|it takes"),
    "steps of other arrays": (_array("actions", shape=[3, 1]), "it takes"),
    "rewards of whole numbers": (_array("rewards", dtype="I64"), "it takes"),
    "an array is missing": (lambda header: header.update(other=header.pop("rewards")), "missing"),
    "entry that is no object": (lambda header: header.update(rewards=7), "damaged"),
    "too many arrays": (
        lambda header: header.update(
            {f"x{n}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for n in range(99)}
        ),
        "arrays",
    ),
    "frame of a terapixel": (_about(frame_shape=[1 << 20, 1 << 20, 3]), "up to"),
    "frame of sides within limits, but many pixels": (_about(frame_shape=[8192, 8192, 3]), "up to"),
    "frame of another size": (_about(frame_shape=[1, 9, 3]), "another size"),
    "frame of four colours": (_about(frame_shape=[6, 6, 4]), "3 colours"),
    "frame shape in words": (_about(frame_shape="6x8"), "height"),
    "frame rate of nothing": (_about(fps=0), "cannot be played"),
    "frame rate that is no number": (_about(fps=float("nan")), "cannot be played"),
    "frame rate without end": (_about(fps=float("inf")), "cannot be played"),
    "frame rate beyond floats": (_about(fps=10**400), "fps"),
    "seed beyond 64 bits": (_about(seed=1 << 70), "seed"),
    "seed in words": (_about(seed="1"), "whole number"),
    "flag in words": (_about(terminated="yes"), "true or false"),
    "name of a megabyte": (_about(env="x" * 1_000_000), "characters"),
    "name that is a list": (_about(env=["CartPole-v1"]), "a name"),
    "settings nested deeply": (_about(env_kwargs=json.loads("[" * 30 + "]" * 30)), "env_kwargs"),
    "settings nested deeply in an object": (_about(env_kwargs={"a": json.loads("[" * 30 + "]" * 30)}), "deep"),
    "settings of many values": (_about(env_kwargs={"a": [0] * 20_000}), "values"),
    "names that are a number": (_about(observation_names=3), "list of names"),
    "marks in words": (_about(marks=["a"]), "whole numbers"),
    "marks beyond the end": (_about(marks=[1 << 40]), "to be marked"),
    "discount above one": (_about(discount=7), "from 0 to 1"),
    "nothing said": (lambda header: header["__metadata__"].update(episode="null"), "no object"),
    "not even JSON": (lambda header: header["__metadata__"].update(episode="{"), "Expecting|expect"),
    "JSON nested without end": (
        lambda header: header["__metadata__"].update(episode="[" * 100_000),
        "nested|Expecting",
    ),
    "JSON of a million lists": (
        lambda header: header["__metadata__"].update(episode="[" + "[]," * 1_000_000 + "0]"),
        "lists and objects",
    ),
    "another format": (lambda header: header["__metadata__"].update(format="weights"), "no recorded episode"),
    "a later format": (lambda header: header["__metadata__"].update(format="rlstudio-episode-9"), "newer version"),
    "no metadata": (lambda header: header.pop("__metadata__") and None, "no recorded episode"),
    "metadata that are no texts": (lambda header: header.update(__metadata__={"format": 3}), "no texts"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_header(tmp_path: Path, good: bytes, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checksum is no protection from who makes the file: here it counts as right."""
    monkeypatch.setattr("rlstudio.storage.tensor_file.TensorFile.verify", lambda self, progress: None)
    change, words = HOSTILE[name]
    header, body = parts(good)
    (tmp_path / "whole").write_bytes(joined(header, body))
    load_episode(tmp_path / "whole")  # it is the change that is refused
    change(header)
    (tmp_path / "hostile").write_bytes(joined(header, body))
    refused(tmp_path / "hostile", words)


@pytest.mark.parametrize("length", [0, 1, 7, 100, 1 << 24, 1 << 40, (1 << 64) - 1])
def test_length_of_the_header_is_believed_only_where_it_fits(tmp_path: Path, good: bytes, length: int) -> None:
    (tmp_path / "hostile").write_bytes(struct.pack("<Q", length) + good[8:])
    refused(tmp_path / "hostile")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04" + bytes(60), b"\x80\x04\x95" + bytes(60), bytes(4096), b"[" * 99]
)
def test_other_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    refused(tmp_path / "other")


def test_weights_of_a_network(tmp_path: Path) -> None:
    save_file({"x": np.zeros(3, np.float32)}, tmp_path / "weights")
    refused(tmp_path / "weights", "it is no recorded episode")


def test_a_file_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_episode(tmp_path / "missing")


def test_large_file_is_refused_before_it_is_read(tmp_path: Path, good: bytes) -> None:
    with open(tmp_path / "large", "wb") as file:
        file.write(good)
        file.truncate(5 << 30)  # sparse: it takes no room on disk
    refused(tmp_path / "large", r"5\.0 GiB; up to 4 GiB")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_what_is_no_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "no ordinary file")
    refused(Path("/dev/zero"), "no ordinary file")


def test_frame_that_would_unpack_to_a_gigabyte(tmp_path: Path) -> None:
    episode = made_episode()
    bomb = zstandard.ZstdCompressor(level=1).compress(bytes(200_000_000))
    assert len(bomb) < 20_000
    episode.frames.blobs[2] = bomb
    save_episode(tmp_path / "bomb", episode)
    refused(tmp_path / "bomb", "frame 2 would unpack to another size")


def test_frame_that_does_not_say_its_size(tmp_path: Path) -> None:
    episode = made_episode()
    episode.frames.blobs[2] = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(144))
    save_episode(tmp_path / "bomb", episode)
    refused(tmp_path / "bomb", "frame 2")


def test_frame_that_lies_about_its_size_is_refused_when_it_is_looked_at(tmp_path: Path) -> None:
    episode = made_episode()
    honest = zstandard.ZstdCompressor(level=1).compress(bytes(144))
    lying = zstandard.ZstdCompressor(level=1).compress(bytes(200_000_000))
    assert zstandard.get_frame_parameters(lying).content_size == 200_000_000
    body = lying[zstandard.frame_header_size(lying) :]
    episode.frames.blobs[2] = honest[: zstandard.frame_header_size(honest)] + body
    save_episode(tmp_path / "bomb", episode)
    loaded = load_episode(tmp_path / "bomb")
    tracemalloc.start()
    with pytest.raises(ValueError, match="frame 2"):
        loaded.frames[2]
    assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    tracemalloc.stop()


def test_search_tree_that_goes_in_circles(tmp_path: Path) -> None:
    tree = np.array([[-1, 1, 0, 0], [2, 2, 0, 0], [1, 3, 0, 0]], np.float32)
    (tmp_path / "tree").write_bytes(with_array("thought_tree", "F32", [3, 3, 4], 3 * tree.tobytes()))
    refused(tmp_path / "tree", "search tree")


def test_thoughts_that_take_no_room_are_no_way_to_take_memory(tmp_path: Path) -> None:
    (tmp_path / "nothing").write_bytes(with_array("thought_q_values", "F32", [3, 1 << 40, 0], b""))
    refused(tmp_path / "nothing", "thought_q_values")


def test_action_of_a_number_that_would_never_be_counted_to(tmp_path: Path) -> None:
    content = np.array([0, 1 << 62, 1], np.int64).tobytes()
    (tmp_path / "far").write_bytes(with_array("actions", "I64", [3], content))
    refused(tmp_path / "far", "actions from 0 to 4,611,686,018,427,387,904 are not allowed")


def test_more_steps_than_are_allowed(tmp_path: Path) -> None:
    content = bytes(8 * 1_000_001)
    (tmp_path / "long").write_bytes(with_array("rewards", "F64", [1_000_001], content))
    refused(tmp_path / "long", "1,000,001 steps; up to 1,000,000")


HOSTILE_TEXT = "<img src='file:///etc/passwd'><b>a</b>\u202egnp.exe\x1b[31m\nline\u2028\ud800"


def test_texts_keep_their_markup_and_lose_what_cannot_be_seen(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(
        first_format(
            made_episode(),
            env=HOSTILE_TEXT,
            ending=HOSTILE_TEXT,
            source=HOSTILE_TEXT,
            observation_names=[HOSTILE_TEXT, "b"],
            env_kwargs={HOSTILE_TEXT: [HOSTILE_TEXT]},
            thought_note=[HOSTILE_TEXT] * 3,
            run=f"C:\\x\\{HOSTILE_TEXT}",
        )
    )
    loaded = load_episode(tmp_path / "text")
    expected = "<img src='file:///etc/passwd'><b>a</b> gnp.exe [31m line  "
    assert (loaded.env, loaded.ending, loaded.source, loaded.thoughts[0].note) == (expected,) * 4
    assert loaded.observation_names == (expected, "b")
    assert loaded.env_kwargs == {expected: [expected]}
    assert loaded.run_name.endswith("gnp.exe [31m line  ")
    assert loaded.run is None
    loaded.env.encode("utf-8")  # no half of a pair, which Qt and terminals choke on

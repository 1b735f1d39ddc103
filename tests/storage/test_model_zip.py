"""Model files of Stable-Baselines3 are read as data: what is pickled in them never runs, what is damaged is said."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from foreign_models import changed, saved_model, torch_file, with_fields, with_table

from rlstudio.storage import model_zip
from rlstudio.storage.model_zip import ModelError, read_model_zip
from rlstudio.storage.torch_tensors import read_tensors

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_model("ppo", tmp_path_factory.mktemp("models"))


class Trap:
    """What a pickle would run when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self._path,))


def test_tensors_and_plain_fields_are_read_as_the_library_reads_them(model: Path) -> None:
    found = read_model_zip(model)
    with zipfile.ZipFile(model) as archive:
        expected = torch.load(io.BytesIO(archive.read("policy.pth")), weights_only=True)
    assert list(found.arrays) == list(expected)
    for name, tensor in expected.items():
        assert np.array_equal(found.arrays[name], tensor.numpy())
    assert found.version.startswith("2.")
    assert found.data["gamma"] == 0.99
    assert found.data["observation_space"]["_shape"] == [4]
    assert ":serialized:" not in json.dumps(dict(found.data))


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.float16, torch.int64, torch.uint8, torch.bool])
def test_numbers_of_every_type_are_read(kind: torch.dtype) -> None:
    tensor = torch.arange(12).reshape(3, 4).to(kind)
    whole = {"a": tensor, "scalar": torch.tensor(3), "part": tensor[1:], "parameter": torch.nn.Parameter(torch.ones(2))}
    found = read_tensors(torch_file(whole), most_bytes=MEBIBYTE)
    for name, expected in whole.items():
        assert np.array_equal(found[name], expected.detach().numpy()), name


def test_nothing_that_is_pickled_runs(model: Path, tmp_path: Path) -> None:
    """In the fields, in the table of tensors, and in entries that nobody reads."""
    trap = pickle.dumps(Trap(tmp_path / "ran"))
    field = {":type:": "<class 'gymnasium.spaces.box.Box'>", ":serialized:": trap.hex()}
    path = changed(
        model, tmp_path / "a.zip", data=with_fields(observation_space=field), pytorch_variables__pth=lambda _: trap
    )
    assert "gamma" in read_model_zip(path).data
    for content in (
        trap,
        torch_file({"a": Trap(tmp_path / "ran")}),
        torch_file([torch.ones(2)]),
        torch_file(torch.ones(2)),
    ):
        hostile = changed(model, tmp_path / "b.zip", policy__pth=lambda _, content=content: content)
        with pytest.raises(ModelError, match=r"policy\.pth in it cannot be read"):
            read_model_zip(hostile)
    table = changed(model, tmp_path / "c.zip", policy__pth=with_table(lambda _: trap))
    with pytest.raises(ModelError, match="its table"):
        read_model_zip(table)
    assert not (tmp_path / "ran").exists()


def test_a_table_that_lies_is_refused(model: Path, tmp_path: Path) -> None:
    """Of sizes, of places, of types; strides of 0, which would make a terabyte of one number."""
    lies = {
        "numbers beyond the file": lambda text: text.replace(b"M\x00\x01t", b"J\x00\x00\x00\x40t", 1),
        "another shape": lambda text: text.replace(b"K\x40K\x04\x86", b"J\x00\x00\x00\x40K\x04\x86", 1),
        "rows that lie over each other": lambda text: text.replace(b"K\x04K\x01\x86", b"K\x00K\x01\x86", 1),
        "an offset beyond the end": lambda text: text.replace(b"QK\x00K\x40K\x04", b"QK\x40K\x40K\x04", 1),
        "a type that there is not": lambda text: text.replace(b"FloatStorage", b"StoreStorage"),
        "a place outside": lambda text: text.replace(b"X\x01\x00\x00\x000", b"X\x01\x00\x00\x00/", 1),
        "a call of its own": lambda text: text.replace(b"ctorch._utils\n_rebuild_tensor_v2", b"cos\nsystem"),
        "cut off": lambda text: text[: len(text) // 2],
        "empty": lambda _: b"",
        "endless": lambda _: b"\x80\x02" + b"(" * 300_000 + b".",
        "deep": lambda _: b"\x80\x02)" + b"\x85" * 300_000 + b".",
        "nothing to go back to": lambda _: b"\x80\x02t.",
    }
    with zipfile.ZipFile(model) as archive, zipfile.ZipFile(io.BytesIO(archive.read("policy.pth"))) as inner:
        table = inner.read("archive/data.pkl")
    for name, lie in lies.items():
        assert lie(table) != table, name
        path = changed(model, tmp_path / "lie.zip", policy__pth=with_table(lie))
        with pytest.raises(ModelError, match=r"policy\.pth in it cannot be read"):
            read_model_zip(path)


def test_a_packed_table_of_tensors_is_refused(model: Path, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
        archive.writestr("archive/data/0", bytes(50 * MEBIBYTE))
    path = changed(model, tmp_path / "a.zip", policy__pth=lambda _: out.getvalue())
    with pytest.raises(ModelError, match="packed in a way"):
        read_model_zip(path)


def test_what_is_too_large_is_refused_before_it_is_unpacked(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data", b"[" + b" " * (60 * MEBIBYTE) + b"]")
        archive.writestr("policy.pth", b"x")
    with pytest.raises(ModelError, match="bytes; up to"):
        read_model_zip(bomb)
    monkeypatch.setattr(model_zip, "MOST_TENSOR_BYTES", 1000)
    with pytest.raises(ModelError, match="more than 1,000 bytes"):
        read_model_zip(model)
    monkeypatch.setattr(model_zip, "MOST_BYTES", 1000)
    with pytest.raises(ModelError, match="GiB"):
        read_model_zip(model)


def test_what_is_no_model_is_refused_in_words(model: Path, tmp_path: Path) -> None:
    with_others = tmp_path / "other.zip"
    with zipfile.ZipFile(with_others, "w") as archive:
        archive.writestr("../../data", b"{}")
        archive.writestr("README", b"hello")
    whole = model.read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:-30])
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "folder.zip").mkdir()
    os.mkfifo(tmp_path / "pipe.zip")
    (tmp_path / "loop.zip").symlink_to(tmp_path / "loop.zip")
    nested = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    changed(model, tmp_path / "deep.zip", data=lambda _: nested)
    changed(model, tmp_path / "list.zip", data=lambda _: b"[1, 2]")
    changed(model, tmp_path / "text.zip", data=lambda _: b"\xff\xfe")
    changed(model, tmp_path / "without.zip", policy__pth=None)
    for name, words in (
        ("other", "no model of Stable-Baselines3"),
        ("cut", "cut off"),
        ("empty", "cut off"),
        ("folder", "."),
        ("pipe", "no ordinary file"),
        ("loop", "could not open"),
        ("deep", "nested too deeply"),
        ("list", "no object"),
        ("text", "cannot be opened as a model"),
        ("without", r"no policy\.pth"),
        ("missing", "no such file"),
    ):
        with pytest.raises(ModelError, match=words):
            read_model_zip(tmp_path / f"{name}.zip")


def test_an_entry_that_is_there_twice_or_is_a_link_is_refused(model: Path, tmp_path: Path) -> None:
    twice = changed(model, tmp_path / "twice.zip")
    with zipfile.ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("data", b"{}")
    with pytest.raises(ModelError, match="twice"):
        read_model_zip(twice)
    linked = changed(model, tmp_path / "linked.zip", data=None)
    link = zipfile.ZipInfo("data")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(linked, "a") as archive:
        archive.writestr(link, b"/etc/passwd")
    with pytest.raises(ModelError, match="no ordinary file"):
        read_model_zip(linked)


def test_a_size_in_the_list_that_is_no_size_is_refused(model: Path, tmp_path: Path) -> None:
    """The list says that `data` unpacks to other than it does."""
    content = bytearray(model.read_bytes())
    (place,) = struct.unpack_from("<I", content, content.rindex(b"PK\x05\x06") + 16)
    assert content[place + 46 : place + 50] == b"data"
    for size in (0, 5, 1 << 30, 0xFFFFFFFF):
        struct.pack_into("<I", content, place + 24, size)
        (tmp_path / "a.zip").write_bytes(content)
        with pytest.raises(ModelError):
            read_model_zip(tmp_path / "a.zip")

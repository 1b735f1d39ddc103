"""A run as a bundle: opens exactly elsewhere, and nothing that a stranger puts into one does harm."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rlstudio.storage import bundle, bundle_reading
from rlstudio.storage.bundle import BundleError
from rlstudio.storage.bundle_reading import import_bundle
from rlstudio.storage.exports.bundle import write_bundle
from rlstudio.storage.labels import Labels, read_labels, write_labels
from rlstudio.storage.run_folder import RunFolder, RunFolderError
from rlstudio.storage.runs import list_runs


@pytest.fixture
def made(run: Path, tmp_path: Path) -> Path:
    write_labels(run, Labels("mine", ("a", "b"), "a note"))
    (path,) = write_bundle(tmp_path / "out.rlrun", run)
    return path


def test_a_bundle_opens_exactly(run: Path, made: Path, tmp_path: Path) -> None:
    there = import_bundle(made, tmp_path / "elsewhere")
    assert there == tmp_path / "elsewhere" / run.name
    one, other = RunFolder.open(run), RunFolder.open(there)
    assert other.read_info().config == one.read_info().config
    assert other.read_info().status == "finished"
    assert other.checkpoints() == [0, 400, 800]
    assert other.best_checkpoint() == 400
    for name in ("monitor.csv", "metrics.csv", "events.jsonl", "labels.json"):
        assert (there / name).read_bytes() == (run / name).read_bytes()
    for step in (0, 400, 800):
        np.testing.assert_array_equal(other.load_policy(step).arrays["w"], one.load_policy(step).arrays["w"])
    assert other.load_learner()[1:] == one.load_learner()[1:]
    assert read_labels(there).tags == ("a", "b")
    assert list_runs(tmp_path / "elsewhere")[0].path == there
    with RunFolder.open(there, write=True) as folder:  # it can be gone on with
        folder.append_episodes([1.0], [1], [900], [9.0])


def test_the_same_run_makes_the_same_file_twice_and_another_folder(run: Path, made: Path, tmp_path: Path) -> None:
    (again,) = write_bundle(tmp_path / "again.rlrun", run)
    assert again.read_bytes() == made.read_bytes()
    names = [import_bundle(made, tmp_path / "elsewhere").name for _ in range(2)]
    assert names == [run.name, f"{run.name}_2"]


def test_nothing_of_the_machine_and_no_pickle_goes_along(run: Path, made: Path) -> None:
    (run / "checkpoints" / "800" / "model.zip").write_bytes(b"pickle")
    (run / "secret.txt").write_text("secret", encoding="utf-8")
    (run / "episodes" / "x.rlepisode").symlink_to("/etc/passwd")
    write_bundle(made, run)
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
        about = json.loads(archive.read("run.json"))
    assert not [name for name in names if "model.zip" in name or "secret" in name or "episodes" in name]
    assert "platform" not in about["versions"]


def test_only_some_checkpoints_go_along(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run, write=True) as folder:
        policy = folder.load_policy(800)
        folder.save_checkpoint(600, policy, {}, {}, note={})
    for which, steps in (("all", [0, 400, 600, 800]), ("few", [0, 400, 800]), ("none", [])):
        write_bundle(tmp_path / "some.rlrun", run, which)  # type: ignore[arg-type]
        there = import_bundle(tmp_path / "some.rlrun", tmp_path / which)
        assert RunFolder.open(there).checkpoints() == steps


def test_a_run_that_still_trains_is_taken_up_to_its_last_whole_line(run: Path, tmp_path: Path) -> None:
    with RunFolder.open(run, write=True) as folder:
        folder.write_info(status="running")
        with (run / "monitor.csv").open("a", encoding="utf-8") as file:
            file.write("12.0,3")
        write_bundle(tmp_path / "live.rlrun", run)
    there = RunFolder.open(import_bundle(tmp_path / "live.rlrun", tmp_path / "elsewhere"))
    assert there.read_info().status == "interrupted"
    assert (there.path / "monitor.csv").read_bytes().endswith(b"\n")
    assert len(there.read_monitor().returns) == 40


def test_who_gives_up_leaves_nothing_behind(run: Path, made: Path, tmp_path: Path) -> None:
    def give_up(done: int, _total: int) -> None:
        if done > 0:
            raise InterruptedError

    with pytest.raises((InterruptedError, RunFolderError)):
        import_bundle(made, tmp_path / "elsewhere", give_up)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    with pytest.raises(InterruptedError):
        write_bundle(tmp_path / "no.rlrun", run, progress=give_up)
    assert not [path for path in tmp_path.iterdir() if "no.rlrun" in path.name]


# ---------------------------------------------------------------- hostile ones

Change = Callable[[dict[str, bytes]], None]


def forged(made: Path, change: Change, *, listed: bool = True, **how: Any) -> Path:
    """The bundle with other entries; its list made anew where `listed`. `how`: attributes of every entry."""
    with zipfile.ZipFile(made) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    if listed and "bundle.json" in entries:
        about = json.loads(entries["bundle.json"])
        about["files"] = {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in entries.items()
            if name != "bundle.json"
        }
        entries["bundle.json"] = json.dumps(about).encode()
    path = made.with_name("forged.rlrun")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in how.items():
                setattr(info, field, value)
            archive.writestr(info, content)
    return path


def refused(path: Path, runs_dir: Path) -> str:
    """Why it is refused; nothing is there afterwards."""
    with pytest.raises(BundleError) as caught:
        import_bundle(path, runs_dir)
    assert not runs_dir.exists() or list(runs_dir.iterdir()) == []
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/etc/cron.d/evil",
        "checkpoints/../../evil.json",
        "checkpoints/1/../../../evil",
        "episodes/../../x.rlepisode",
        "episodes\\..\\x.rlepisode",
        "C:/evil.json",
        "checkpoints/1/model.zip",
        "checkpoints/1/policy.pkl",
        "checkpoints/01/policy.safetensors",
        "episodes/.hidden.rlepisode",
        "run.json/",
        "Run.json",
        ".lock",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    path = forged(made, lambda entries: entries.update({name: b"x"}))
    words = refused(path, tmp_path / "new")
    assert "does not belong into a run" in words or "does not fit what is in it" in words or "twice" in words
    assert not (tmp_path / "evil.json").exists()


def test_a_name_that_ends_in_its_middle_is_refused(made: Path, tmp_path: Path) -> None:
    path = forged(made, lambda entries: entries.update({"labels.json_txt": b"x"}))
    path.write_bytes(path.read_bytes().replace(b"labels.json_txt", b"labels.json\x00txt"))
    assert "in it twice" in refused(path, tmp_path / "new")
    path = forged(made, lambda entries: entries.pop("labels.json") and entries.update({"labels.json_txt": b"x"}))
    path.write_bytes(path.read_bytes().replace(b"labels.json_txt", b"labels.json\x00txt"))
    assert "does not belong into a run" in refused(path, tmp_path / "new")


def test_links_are_refused(made: Path, tmp_path: Path) -> None:
    path = forged(made, lambda entries: None, external_attr=0o120777 << 16)
    assert "no ordinary file" in refused(path, tmp_path / "new")


def test_a_bomb_is_refused_before_it_is_unpacked(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = forged(made, lambda entries: entries.update({"metrics.csv": bytes(100 << 20)}))
    assert path.stat().st_size < 300_000
    assert "unpacks to" in refused(path, tmp_path / "new")
    monkeypatch.setattr(bundle_reading.bundle, "FREE_INFLATION", 1 << 40)
    path = forged(made, lambda entries: entries.update({"labels.json": bytes(2 << 20)}))
    assert "up to 1 are allowed" in refused(path, tmp_path / "new")


def test_an_entry_that_is_larger_than_it_says_is_refused(made: Path, tmp_path: Path) -> None:
    data = bytearray(made.read_bytes())
    with zipfile.ZipFile(made) as archive:
        info = archive.getinfo("checkpoints/0/policy.safetensors")
    place = data.rfind(b"checkpoints/0/policy.safetensors")  # in the list at the end
    struct.pack_into("<I", data, place - 46 + 24, info.file_size // 2)  # its size when unpacked
    path = tmp_path / "lying.rlrun"
    path.write_bytes(data)
    assert "another size" in refused(path, tmp_path / "new")


def test_two_entries_of_one_name_are_refused(made: Path, tmp_path: Path) -> None:
    path = made.with_name("twice.rlrun")
    shutil.copy(made, path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("run.json", b"{}")
    assert "is in it twice" in refused(path, tmp_path / "new")


def test_a_newer_version_is_said(made: Path, tmp_path: Path) -> None:
    def newer(entries: dict[str, bytes]) -> None:
        entries["bundle.json"] = entries["bundle.json"].replace(b"bundle-1", b"bundle-2")

    assert "of a newer version" in refused(forged(made, newer), tmp_path / "new")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"null", b"{", b'{"format": 1}', b"[" * 100_000, b'{"format": "rlstudio-run-bundle-1", "files": []}'],
)
def test_a_list_that_is_none_is_refused(made: Path, tmp_path: Path, content: bytes) -> None:
    refused(forged(made, lambda entries: entries.update({"bundle.json": content}), listed=False), tmp_path / "new")


def test_a_run_that_is_none_is_refused(made: Path, tmp_path: Path) -> None:
    assert "no JSON" in str_of(forged(made, lambda entries: entries.update({"run.json": b"{"})), tmp_path / "new")
    path = forged(made, lambda entries: entries.update({"run.json": b'{"config": {}}'}))
    assert "damaged" in str_of(path, tmp_path / "new")
    path = forged(made, lambda entries: entries.pop("run.json") and None)
    assert "there is no run.json in it" in refused(path, tmp_path / "new")


def str_of(path: Path, runs_dir: Path) -> str:
    with pytest.raises(RunFolderError) as caught:
        import_bundle(path, runs_dir)
    assert list(runs_dir.iterdir()) == []
    return str(caught.value)


def test_what_was_changed_on_the_way_is_said(made: Path, tmp_path: Path) -> None:
    def changed(entries: dict[str, bytes]) -> None:
        entries["monitor.csv"] = entries["monitor.csv"].replace(b"1.5,1", b"9.5,1")

    assert "its checksum is another one" in refused(forged(made, changed, listed=False), tmp_path / "new")


def test_the_name_of_the_folder_stays_one(made: Path, tmp_path: Path) -> None:
    for name, folder in (("../../evil", "evil"), ("", "imported-run"), (7, "imported-run"), ("a b/c", "a-b-c")):

        def renamed(entries: dict[str, bytes], name: Any = name) -> None:
            entries["bundle.json"] = json.dumps({**json.loads(entries["bundle.json"]), "run": name}).encode()

        assert import_bundle(forged(made, renamed), tmp_path / "new").name.rstrip("_2") == folder.rstrip("_2")


def test_what_is_no_bundle_is_refused(tmp_path: Path, made: Path) -> None:
    for content in (b"", b"PK", b"hello" * 1000, made.read_bytes()[:-30], made.read_bytes()[:200]):
        (tmp_path / "no.rlrun").write_bytes(content)
        refused(tmp_path / "no.rlrun", tmp_path / "new")
    refused(tmp_path / "nothing.rlrun", tmp_path / "new")
    (tmp_path / "folder.rlrun").mkdir()
    refused(tmp_path / "folder.rlrun", tmp_path / "new")


def test_damaged_bundles_are_always_refused_in_words(made: Path, tmp_path: Path) -> None:
    """A byte changed anywhere, or a cut: refused in words, or a bundle all the same (of what nobody reads)."""
    whole, chance, said = made.read_bytes(), random.Random(0), set()
    for number in range(150):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = tmp_path / "mutated.rlrun"
        path.write_bytes(data[: chance.randrange(len(data))] if number % 5 == 0 else data)
        try:
            import_bundle(path, tmp_path / "new")
        except RunFolderError as error:
            said.add(str(error))
    assert len(said) > 20
    assert all("cannot be opened as a run: " in words or "is damaged" in words for words in said)


@pytest.mark.parametrize("shift", [1, -1, 0x01000000])
def test_a_list_that_is_not_where_it_says_is_refused(made: Path, tmp_path: Path, shift: int) -> None:
    data = bytearray(made.read_bytes())
    end = data.rfind(b"PK\x05\x06") + 16
    data[end : end + 4] = (int.from_bytes(data[end : end + 4], "little") + shift).to_bytes(4, "little")
    made.write_bytes(data)
    assert "damaged: its list is not where it says" in refused(made, tmp_path / "new")


def test_a_run_too_large_for_a_bundle_is_said(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_UNPACKED", 100)
    with pytest.raises(BundleError, match="--checkpoints few"):
        write_bundle(tmp_path / "out.rlrun", run)
    assert not (tmp_path / "out.rlrun").exists()


def test_a_full_disk_is_said(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 1000})())
    assert "free some space" in refused(made, tmp_path / "new")


def test_an_archive_of_many_entries_is_not_listed(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(bundle.MOST_ENTRIES + 1):
            archive.writestr(f"episodes/{number}.rlepisode", b"")
    (tmp_path / "many.rlrun").write_bytes(file.getvalue())
    assert "too many entries" in refused(tmp_path / "many.rlrun", tmp_path / "new")

"""`rlstudio record`: every format and layout from the command line, size limits, the film of a training, refusals."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from command_harness import Answer, Trained, command_line
from PIL import Image
from process_harness import ROOT

from rlstudio.media.formats import FORMATS
from rlstudio.storage.data_formats import read_data
from rlstudio.storage.episode_file import load_episode
from rlstudio.storage.run_folder import RunFolder

Call = Callable[..., Answer]


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.key)
def test_the_suffix_chooses_the_format(call: Call, trained: Trained, tmp_path: Path, each: object) -> None:
    path = tmp_path / f"out{each.suffix}"
    answer = call("record", trained.path, "-o", path, "--json")
    assert answer.status == 0, answer.stderr
    found = answer.json
    steps = int(found["returns"][0])  # CartPole: a reward of 1 a step
    assert (found["format"], found["layout"], found["given_up"]) == (each.key, "plain", "")
    assert found["frames"] == (steps + 1 if each.animated else 1)
    assert (found["width"], found["height"]) == (600, 400)
    files = list(path.iterdir()) if each.folder else [path]
    assert found["bytes"] == sum(file.stat().st_size for file in files)
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("layout", "size"), [("composed", (640, 360)), ("tall", (640, 800)), ("square", (640, 640))])
def test_composed_layouts_in_the_width_that_is_asked_for(
    call: Call, trained: Trained, tmp_path: Path, layout: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "out.mp4"
    answer = call(
        "record", trained.path, "-o", path, "--layout", layout, "--width", "640", "--caption", "PPO", "--json"
    )
    assert answer.status == 0, answer.stderr
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == answer.json["frames"] == int(answer.json["returns"][0]) + 1
    assert (frames[0].shape[1], frames[0].shape[0]) == size
    assert (frames[0] < 128).mean() < 0.4  # light ground
    dark = call("record", trained.path, "-o", path, "--layout", layout, "--width", "640", "--theme", "dark", "--json")
    assert dark.status == 0
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(frame[:8, :8].astype(int) - 0x1E).max() < 6


def test_a_png_is_the_frame_that_is_asked_for(call: Call, trained: Trained, tmp_path: Path) -> None:
    pictures = []
    for frame in ("0", "3", None):
        path = tmp_path / f"{frame}.png"
        answer = call("record", trained.path, "-o", path, *(("--frame", frame) if frame else ()), "--json")
        assert (answer.status, answer.json["frames"]) == (0, 1)
        pictures.append(np.asarray(Image.open(path)))
    call("record", trained.path, "-o", tmp_path / "frames", "--json")
    sequence = sorted((tmp_path / "frames").iterdir())
    for picture, index in zip(pictures, (0, 3, -1), strict=True):
        assert np.array_equal(picture, np.asarray(Image.open(sequence[index])))


def test_speed_is_honoured(call: Call, trained: Trained, tmp_path: Path) -> None:
    answer = call("record", trained.path, "-o", tmp_path / "a.mp4", "--speed", "0.5", "--json")
    with av.open(str(tmp_path / "a.mp4")) as container:
        times = [float(frame.time) for frame in container.decode(video=0)]
    assert times == pytest.approx([number / 25 for number in range(answer.json["frames"])])  # CartPole's own are 50
    assert answer.json["plays_seconds"] == pytest.approx(answer.json["frames"] / 25)


def test_a_size_limit_is_met_and_what_it_cost_is_said(call: Call, trained: Trained, tmp_path: Path) -> None:
    free = call("record", trained.path, "-o", tmp_path / "a.apng", "--json").json
    limit = free["bytes"] * 0.85 / 1e6
    answer = call("record", trained.path, "-o", tmp_path / "b.apng", "--size-limit", f"{limit:.6f}", "--json")
    assert (tmp_path / "b.apng").stat().st_size == answer.json["bytes"] <= limit * 1e6
    assert answer.json["given_up"] == "every 2nd frame, 25 a second"
    words = call("record", trained.path, "-o", tmp_path / "c.apng", "--size-limit", f"{limit:.6f}")
    assert "to keep to the size limit: every 2nd frame" in words.stdout
    answer = call("record", trained.path, "-o", tmp_path / "d.gif", "--size-limit", "0.0002")
    assert answer.status == 1
    assert "could not keep to 0.2 kB" in answer.stderr
    assert not (tmp_path / "d.gif").exists()


def test_the_film_goes_from_untrained_to_trained(call: Call, trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    options = ("--from-training", "--checkpoints", "3", "--width", "480", "--seconds-each", "1", "--json")
    answer = call("record", trained.path, "-o", path, *options)
    assert answer.status == 0, answer.stderr
    found, known = answer.json, RunFolder.open(trained.path).checkpoints()
    assert found["checkpoints"][0] == 0
    assert len(found["checkpoints"]) == len(found["returns"]) == min(3, len({0, *known}))
    assert set(found["checkpoints"]) <= {0, *known}
    assert found["checkpoints"] == sorted(found["checkpoints"])
    each = [min(int(total) + 1, 50) for total in found["returns"]]
    each[-1] = min(int(found["returns"][-1]) + 1, 150)
    assert found["frames"] == sum(each)
    assert (found["layout"], found["width"], found["height"]) == ("wide", 480, 270)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == found["frames"]
    alone = call(
        "evaluate", trained.path, "--episodes", "1", "--checkpoint", str(int(found["checkpoints"][-1])), "--json"
    )
    assert alone.json["returns"] == found["returns"][-1:]  # the same seed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "out.avi"), (".avi is no format", ".gif", ".mp4", ".webm", ".apng", ".webp", ".png", "folder of PNG")),
        (("-o", "out.gif", "--fps", "0"), ("--fps: 0", "above 0")),
        (("-o", "out.gif", "--fps", "60"), ("--fps: 60", "at most 50")),
        (("-o", "out.gif", "--speed", "2"), ("--speed: 2", "at most 1 ", "50 are its own")),
        (("-o", "out.mp4", "--caption", "x"), ("--caption", "--layout composed")),
        (("-o", "out.mp4", "--frame", "2"), ("--frame: 2", ".png")),
        (("-o", "out.png", "--frame", "100000"), ("--frame: 100000", "0 to ")),
        (("-o", "out.png", "--from-training"), ("more than one picture",)),
        (("-o", "out.mp4", "--from-training", "--episodes", "3"), ("--episodes", "no --from-training")),
        (("-o", "out.mp4", "--layout", "wide", "--width", "100"), ("--width: 100", "480 to 3840")),
        (("-o", "out.mp4", "--width", "100000"), ("--width: 100000", "at most 3840")),
        (("-o", "out.mp4", "--layout", "wode"), ("did you mean wide?",)),
        (("-o", "out.mp4", "--size-limit", "-1"), ("--size-limit", "above 0")),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    call: Call,
    trained: Trained,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call("record", trained.path, *options)
    assert answer.status == 2, answer.stderr
    for word in words:
        assert word in answer.stderr.replace("argument ", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent otherwise there")
def test_ctrl_c_leaves_no_half_file(trained: Trained, tmp_path: Path) -> None:
    """Stopped in the midst of writing, as the words on stderr tell."""
    options = ("-o", str(tmp_path / "a.webm"), "--layout", "tall", "--episodes", "40")
    process = subprocess.Popen(
        command_line("record", trained.path, *options),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("writing"):
            break
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    assert list(tmp_path.iterdir()) == []


def test_an_episode_file_holds_what_was_recorded(call: Call, trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "a.rlepisode"
    answer = call("record", trained.path, "-o", path, "--seed", "7", "--json")
    assert answer.status == 0, answer.stderr
    found, episode = answer.json, load_episode(path)
    assert (found["format"], found["episodes"], found["width"], found["height"]) == ("rlepisode", 1, 600, 400)
    assert (found["frames"], found["steps"]) == (len(episode.frames), episode.length)
    assert found["returns"] == [episode.total_reward]
    assert found["bytes"] == path.stat().st_size
    assert (episode.env, episode.seed, episode.run_name) == ("CartPole-v1", 7, trained.path.name)
    gif = call("record", trained.path, "-o", tmp_path / "a.gif", "--seed", "7", "--json")
    assert gif.json["returns"] == found["returns"], "the same episode"
    words = call("record", trained.path, "-o", path)
    assert words.status == 0
    assert f"{path}: 1 episode, " in words.stdout
    assert sorted(left.name for left in tmp_path.iterdir()) == ["a.gif", "a.rlepisode"]


def test_numpy_arrays_hold_several_episodes(call: Call, trained: Trained, tmp_path: Path) -> None:
    answer = call("record", trained.path, "-o", tmp_path / "a.npz", "--episodes", "3", "--json")
    assert answer.status == 0, answer.stderr
    assert (answer.json["episodes"], answer.json["frames"]) == (3, 0)
    episodes = list(read_data(tmp_path / "a.npz"))
    assert [episode.total_reward for episode in episodes] == answer.json["returns"]
    assert sum(episode.length for episode in episodes) == answer.json["steps"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "a.rlepisode", "--episodes", "2"), ("--episodes: 2", "1: a .rlepisode file holds one", ".npz")),
        (("-o", "a.rlepisode", "--width", "300"), ("--width: 300", "no --width", "a .rlepisode file holds data")),
        (("-o", "a.npz", "--size-limit", "2", "--from-training"), ("no --size-limit", "no --from-training")),
        (("-o", "a.avi"), (".avi is no format", ".gif", "for data .rlepisode (an episode file", ".npz", ".minari")),
    ],
)
def test_data_with_what_is_of_pictures_is_refused_in_words(
    call: Call,
    trained: Trained,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call("record", trained.path, *options)
    assert answer.status == 2, answer.stderr
    for word in words:
        assert word in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_data_in_a_folder_that_is_not_there_or_in_the_way_is_refused(
    call: Call, trained: Trained, tmp_path: Path
) -> None:
    answer = call("record", trained.path, "-o", tmp_path / "none" / "a.rlepisode")
    assert (answer.status, "no such folder" in answer.stderr) == (1, True)
    (tmp_path / "b.rlepisode").mkdir()
    answer = call("record", trained.path, "-o", tmp_path / "b.rlepisode")
    assert (answer.status, "that is a folder" in answer.stderr) == (1, True)

"""`rlstudio episodes list, export and import`, and files named on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import minari
import numpy as np
import pytest
from command_harness import Answer, shell

from rlstudio.cli import _with_command
from rlstudio.core.episode import Episode, Thought
from rlstudio.core.frame_store import FrameStore
from rlstudio.storage.episode_file import load_episode, save_episode

Call = Callable[..., Answer]


def episode(seed: int, ending: str = "fell") -> Episode:
    frames = FrameStore()
    for t in range(4):
        frames.append(np.full((4, 6, 3), 10 * seed + t, np.uint8))
    return Episode(
        env="CartPole-v1",
        env_kwargs={},
        seed=seed,
        source="checkpoint 40 · greedy",
        fps=50.0,
        observation_names=("a", "b"),
        observations=np.arange(8, dtype=np.float32).reshape(4, 2) + seed,
        actions=np.array([0, 1, 1]),
        rewards=np.array([1.0, 0.5, 0.25]),
        terminated=True,
        ending=ending,
        thoughts=[Thought(value=float(t)) for t in range(3)],
        frames=frames,
        step=40,
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """As much of a run folder as is needed: two recorded episodes."""
    folder = tmp_path / "runs" / "a_run"
    for seed in (1, 2):
        save_episode(folder / "episodes" / f"episode-{seed:04d}.rlepisode", episode(seed))
    (folder / "run.json").write_text("{}")
    return folder


def test_list_says_what_there_is(call: Call, run: Path) -> None:
    answer = call("episodes", "list", "a_run", "--runs-dir", run.parent)
    assert answer.status == 0
    first, second = answer.stdout.splitlines()
    assert first.endswith("episode-0001.rlepisode  CartPole-v1  3 steps  return 1.75  checkpoint 40 · greedy · fell")
    assert "0002" in second
    rows = call("episodes", "list", run, "--json").json["episodes"]
    assert [(row["seed"], row["return"], row["frames"], row["run_name"]) for row in rows] == [
        (1, 1.75, 4, "a_run"),
        (2, 1.75, 4, "a_run"),
    ]


def test_list_names_what_cannot_be_read_and_lists_the_rest(call: Call, run: Path) -> None:
    (run / "episodes" / "episode-0001.rlepisode").write_bytes(b"nothing")
    answer = call("episodes", "list", run)
    assert answer.status == 1
    assert "cannot be opened as a recorded episode: it is cut off" in answer.stdout
    assert "episode-0002.rlepisode  CartPole-v1" in answer.stdout


def test_what_a_stranger_wrote_does_not_reach_the_terminal(call: Call, tmp_path: Path) -> None:
    save_episode(tmp_path / "e.rlepisode", episode(1, ending="\x1b]0;owned\x07\x1b[2J"))
    answer = call("episodes", "list", tmp_path / "e.rlepisode")
    assert "owned" in answer.stdout
    assert "\x1b" not in answer.stdout


@pytest.mark.parametrize("ending", [".npz", ".minari"])
def test_there_and_back(call: Call, run: Path, tmp_path: Path, ending: str) -> None:
    out, back = tmp_path / f"out{ending}", tmp_path / "back"
    said = call("episodes", "export", run, "-o", out, "--frames", "--json").json
    assert (said["path"], said["episodes"], said["steps"], said["frames"]) == (str(out), 2, 6, True)
    assert call("episodes", "import", out, "-o", back).status == 0
    for name in ("episode-0001.rlepisode", "episode-0002.rlepisode"):
        before, after = load_episode(run / "episodes" / name), load_episode(back / name)
        assert before.observations.tobytes() == after.observations.tobytes()
        assert (before.rewards.tolist(), before.seed, before.source) == (
            after.rewards.tolist(),
            after.seed,
            after.source,
        )
        assert all(np.array_equal(a, b) for a, b in zip(before.frames, after.frames, strict=True))
    said = call("episodes", "import", out, "-o", tmp_path / "one", "--most", "1", "--json").json
    assert said == {"episodes": [str(tmp_path / "one" / "episode-0001.rlepisode")]}


def test_minari_can_make_the_environment_again(call: Call, run: Path, tmp_path: Path) -> None:
    call("episodes", "export", run, "-o", tmp_path / "out.minari")
    env = minari.MinariDataset(tmp_path / "out.minari").recover_environment()
    assert env.spec is not None
    assert env.spec.id == "CartPole-v1"
    env.close()


def test_what_is_wrong_is_said_in_words(call: Call, run: Path, tmp_path: Path) -> None:
    for arguments, words, status in (
        (("export", run, "-o", tmp_path / "out.csv"), "ends with .npz (NumPy arrays) or .minari (Minari dataset)", 2),
        (("export", "nobody", "-o", tmp_path / "out.npz"), "a run folder, or the name of one", 2),
        (("import", tmp_path / "none.npz", "-o", tmp_path / "x"), "no such file", 1),
        (("import", run / "run.json", "-o", tmp_path / "x"), "data are kept in files that end with", 1),
        (("import", run, "-o", tmp_path / "x"), "data are kept in files that end with", 1),
    ):
        answer = call("episodes", *arguments)
        assert (answer.status, words in answer.stderr) == (status, True), answer.stderr
        assert "Traceback" not in answer.stderr
    assert not (tmp_path / "x").exists()
    (run / "episodes" / "episode-0001.rlepisode").write_bytes(b"nothing")
    answer = call("episodes", "export", run, "-o", tmp_path / "out.npz")
    assert answer.status == 1
    assert "cannot be opened as a recorded episode" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_file_alone_opens_the_window(tmp_path: Path) -> None:
    assert _with_command(["a.rlepisode", "b"]) == ["open", "a.rlepisode", "b"]
    assert _with_command(["runs/a"]) == ["open", "runs/a"]
    for arguments in ([], ["train", "-e", "a.npz"], ["--version"], ["-o", "x.npz"], ["trian"]):
        assert _with_command(arguments) == arguments


def test_a_file_that_is_missing_is_said_to_be() -> None:
    answer = shell("missing.rlepisode", QT_QPA_PLATFORM="offscreen")
    assert answer.status == 1
    assert "missing.rlepisode: there is no such file" in answer.stderr


def test_a_run_without_recordings_says_so(call: Call, run: Path) -> None:
    for file in (run / "episodes").iterdir():
        file.unlink()
    answer = call("episodes", "list", run)
    assert answer.status == 1
    assert "holds no recorded episodes" in answer.stderr

"""The film of a training: which checkpoints act, how long each is seen, what its captions say, how it is stopped."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from job_harness import FakeChannel, train_inline

from rlstudio.core import messages as m
from rlstudio.jobs import write_picture
from rlstudio.jobs.serve import do, failure
from rlstudio.media.composed.picture import ComposedFrames
from rlstudio.media.errors import MediaError
from rlstudio.storage.distinct_policies import same_policies
from rlstudio.storage.run_folder import RunFolder

STYLE = m.PictureStyle("mp4", "wide", 480)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """PPO on CartPole for long enough that its episodes get longer, with evaluations (and checkpoints) on the way."""
    return train_inline(tmp_path_factory.mktemp("runs"), algorithm="ppo", steps=4000, eval_every=1000)[0]


def run(command: m.FilmTraining, channel: FakeChannel | None = None) -> FakeChannel:
    channel = channel or FakeChannel()
    do(command, channel)
    return channel


def test_it_shows_the_learning_from_one_seed(trained: RunFolder, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    channel = run(m.FilmTraining(str(trained.path), str(path), checkpoints=3, seconds_each=0.5, style=STYLE))
    (exported,) = channel.of(m.Exported)
    summary = channel.finished.summary
    assert channel.finished.status == "finished"
    assert summary["checkpoints"][0] == 0
    assert len(summary["checkpoints"]) == 3
    assert set(summary["checkpoints"]) <= {0, *trained.checkpoints()}
    seen = [min(int(total) + 1, 25) for total in summary["returns"][:-1]]  # CartPole: 50 a second, a reward of 1 a step
    seen.append(min(int(summary["returns"][-1]) + 1, 75))  # the last three times as long
    assert exported.frames == sum(seen)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == exported.frames
    shares = [report.done / report.total for report in channel.of(m.Progress)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.01)


def test_speed_shows_more_of_each_in_the_same_time(trained: RunFolder, tmp_path: Path) -> None:
    lengths = {}
    for speed in (1.0, 2.0):
        command = m.FilmTraining(str(trained.path), str(tmp_path / "a.mp4"), 2, 0.1, speed=speed, style=STYLE)
        (exported,) = run(command).of(m.Exported)
        lengths[speed] = (exported.frames, exported.seconds)
    assert lengths[2.0][0] == 2 * lengths[1.0][0] == 40
    assert lengths[2.0][1] == pytest.approx(lengths[1.0][1])


def test_captions_say_step_and_return_and_the_curve_grows(
    trained: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[tuple[str, ...], bool]] = []

    class Watched(ComposedFrames):
        def __init__(self, *args: object, captions: tuple[str, ...] = (), grows: bool = False) -> None:
            made.append((captions, grows))
            super().__init__(*args, captions=captions, grows=grows)  # type: ignore[arg-type]

    monkeypatch.setattr("rlstudio.media.styled.ComposedFrames", Watched)
    style = m.PictureStyle("gif", "wide", 480, caption="PPO")
    summary = run(m.FilmTraining(str(trained.path), str(tmp_path / "a.gif"), 2, 0.1, style=style)).finished.summary
    last = f"PPO · step {int(summary['checkpoints'][1]):,} · return {summary['returns'][1]:.0f}"
    assert made[-1] == ((f"PPO · untrained · return {summary['returns'][0]:.0f}", last), True)


def test_a_plain_film_is_the_environment_alone(trained: RunFolder, tmp_path: Path) -> None:
    style = m.PictureStyle("webm")
    command = m.FilmTraining(str(trained.path), str(tmp_path / "a.webm"), checkpoints=2, seconds_each=0.1, style=style)
    (exported,) = run(command).of(m.Exported)
    assert (exported.width, exported.height) == (600, 400)


@pytest.mark.parametrize("words", ["recording", "writing"])
def test_stopping_leaves_nothing(trained: RunFolder, tmp_path: Path, words: str) -> None:
    def listen(channel: FakeChannel) -> m.Command | None:
        said = channel.of(m.Progress)
        return m.Stop() if said and said[-1].words.startswith(words) else None

    channel = run(m.FilmTraining(str(trained.path), str(tmp_path / "a.mp4"), style=STYLE), FakeChannel(listen))
    assert channel.finished.status == "stopped"
    assert channel.of(m.Exported) == []
    assert list(tmp_path.iterdir()) == []


def test_frames_are_never_all_in_memory(trained: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is given something to go through, and no list of pictures."""
    given: list[object] = []
    real = write_picture.write_within

    def spy(limit: object, to: object, path: object, frames: object, *rest: object, **more: object) -> object:
        given.append(frames)
        return real(limit, to, path, frames, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(write_picture, "write_within", spy)
    run(m.FilmTraining(str(trained.path), str(tmp_path / "a.mp4"), checkpoints=2, seconds_each=0.1, style=STYLE))
    assert [type(frames) for frames in given] == [ComposedFrames]


def test_what_cannot_be_written_crosses_in_words(trained: RunFolder, tmp_path: Path) -> None:
    command = m.FilmTraining(str(trained.path), str(tmp_path / "missing" / "a.mp4"), 2, 0.1, style=STYLE)
    with pytest.raises(MediaError) as caught:
        run(command)
    failed = failure(caught.value)
    assert failed.message.startswith("could not write ")
    assert "no such file or folder" in failed.message
    assert failed.advice == "Nothing was written."


def test_a_checkpoint_that_a_run_lets_go_of_meanwhile_is_left_out(
    trained: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, gone = trained.checkpoints(), 1_234_567
    asked = iter([[*listed, gone]])
    monkeypatch.setattr(RunFolder, "checkpoints", lambda self: next(asked, listed))
    command = m.FilmTraining(str(trained.path), str(tmp_path / "film.gif"), 2, 0.1, style=m.PictureStyle("gif"))
    assert run(command).finished.summary["checkpoints"] == [0.0]


def test_checkpoints_of_before_the_first_update_are_seen_once(tmp_path: Path) -> None:
    """PPO's rollouts are longer than the steps between evaluations, each of which keeps a checkpoint."""
    params = {"n_envs": 1, "n_steps": 1000}
    folder = train_inline(tmp_path / "runs", algorithm="ppo", params=params, steps=2100, eval_every=250)[0]
    groups = same_policies(folder)
    assert len(groups[0]) > 3, "or this test tests nothing"
    command = m.FilmTraining(str(folder.path), str(tmp_path / "a.gif"), 8, 0.1, style=m.PictureStyle("gif"))
    summary = run(command).finished.summary
    assert len(summary["checkpoints"]) == len(groups) < len(folder.checkpoints())
    assert (summary["checkpoints"][0], summary["checkpoints"][-1]) == (0, folder.checkpoints()[-1])
    assert {*summary["checkpoints"], *summary["left_out"]} == set(folder.checkpoints())

"""Evaluating, recording, playing and exporting, each through a channel that a test holds in its hands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_harness import FakeChannel, FakeTime, train_inline
from PIL import Image

from rlstudio.core import messages as m
from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_data import episode_from_data, episode_to_data
from rlstudio.core.frame_store import FrameStore
from rlstudio.envs.make import make
from rlstudio.jobs import evaluate as evaluate_module
from rlstudio.jobs import play as play_module
from rlstudio.jobs.policies import PolicyMismatchError, build_policy
from rlstudio.jobs.serve import do, failure
from rlstudio.storage.episode_file import load_episode
from rlstudio.workers.vitals import Phase


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> m.PolicyData:
    """A PPO policy after a little training on CartPole."""
    folder, _ = train_inline(tmp_path_factory.mktemp("runs"), algorithm="ppo", steps=1500, eval_every=0)
    return folder.load_policy()


def run(command: m.Command, channel: FakeChannel | None = None) -> FakeChannel:
    channel = channel or FakeChannel()
    do(command, channel)
    return channel


# ---------------------------------------------------------------- evaluating


def test_an_evaluation_reports_each_score_and_sums_up(trained: m.PolicyData) -> None:
    channel = run(m.EvaluatePolicy("CartPole-v1", {}, trained, episodes=4, seed=77))
    scores = channel.of(m.Score)
    assert [score.seed for score in scores] == [77, 78, 79, 80]
    assert all(score.total_reward == score.length for score in scores)
    assert all(score.ending for score in scores)
    summary = channel.finished.summary
    returns = [score.total_reward for score in scores]
    assert summary == {
        "episodes": 4,
        "returns": returns,
        "lengths": [score.length for score in scores],
        "mean": np.mean(returns),
        "std": np.std(returns),
        "seed": 77,
    }
    assert channel.finished.status == "finished"


def test_the_same_evaluation_gives_the_same_scores(trained: m.PolicyData) -> None:
    for greedy in (True, False):
        command = m.EvaluatePolicy("CartPole-v1", {}, trained, episodes=3, seed=5, greedy=greedy)
        assert run(command).finished.summary == run(command).finished.summary


def test_an_evaluation_that_is_stopped_says_what_it_has() -> None:
    def listen(channel: FakeChannel) -> m.Command | None:
        return m.Stop() if len(channel.of(m.Score)) == 2 else None

    channel = run(m.EvaluatePolicy("CartPole-v1", {}, None, episodes=50), FakeChannel(listen))
    assert channel.finished.status == "stopped"
    assert channel.finished.summary["episodes"] == 2


def test_a_slow_environment_is_seen_to_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeTime()
    monkeypatch.setattr(evaluate_module, "time", clock)
    env = make("CartPole-v1")
    step = env.step
    monkeypatch.setattr(env, "step", lambda action: (clock.sleep(0.012), step(action))[1])
    seen: list[float] = []
    policy = build_policy(None, env)
    outcome = evaluate_module.play_out(env, policy, 0, greedy=True, look_up=lambda: seen.append(clock.now))
    env.close()
    assert outcome.length > 8
    assert len(seen) == 1 + (outcome.length - 1) // 2  # before the episode, and then every second step


# ---------------------------------------------------------------- recording


def recorded(channel: FakeChannel) -> list[Episode]:
    return [episode_from_data(report.data) for report in channel.of(m.EpisodeRecorded)]


def test_a_recorded_episode_has_a_frame_more_than_steps_and_sums_that_agree(
    trained: m.PolicyData, tmp_path: Path
) -> None:
    command = m.RecordEpisodes("CartPole-v1", {}, trained, episodes=2, seed=3, save_to=str(tmp_path / "episodes"))
    channel = run(command)
    episodes = recorded(channel)
    assert [episode.seed for episode in episodes] == [3, 4]
    for episode, score in zip(episodes, channel.of(m.Score), strict=True):
        episode.check()
        assert len(episode.frames) == len(episode.observations) == episode.length + 1 == score.length + 1
        assert episode.total_reward == sum(episode.rewards.tolist()) == score.total_reward
        assert episode.ending == score.ending != ""
        assert all(thought.probabilities is not None for thought in episode.thoughts)
        assert (episode.step, episode.algorithm, episode.run) == (trained.step, "ppo", trained.run)
        assert episode.source == f"checkpoint {trained.step:,} · greedy"
    saved = [load_episode(path) for path in sorted((tmp_path / "episodes").iterdir())]
    assert [episode.rewards.tolist() for episode in saved] == [episode.rewards.tolist() for episode in episodes]
    greedy = run(m.EvaluatePolicy("CartPole-v1", {}, trained, episodes=2, seed=3)).of(m.Score)
    assert [score.total_reward for score in greedy] == [episode.total_reward for episode in episodes]


def test_recording_does_not_overwrite_earlier_episodes(tmp_path: Path) -> None:
    command = m.RecordEpisodes("CartPole-v1", {}, None, episodes=1, save_to=str(tmp_path))
    run(command)
    (first,) = tmp_path.iterdir()
    before = first.read_bytes()
    run(command)
    assert len(list(tmp_path.iterdir())) == 2
    assert first.read_bytes() == before


def test_recording_without_a_policy_is_random_and_says_so() -> None:
    (episode,) = recorded(run(m.RecordEpisodes("Blackjack-v1", {}, None, episodes=1)))
    assert episode.source == "random policy"
    assert (episode.algorithm, episode.step) == ("random", None)


def test_a_recording_that_is_stopped_keeps_whole_episodes_only() -> None:
    def listen(channel: FakeChannel) -> m.Command | None:
        return m.Stop() if len(channel.of(m.Score)) == 1 else None

    channel = run(m.RecordEpisodes("CartPole-v1", {}, None, episodes=9), FakeChannel(listen))
    assert channel.finished.status == "stopped"
    assert len(recorded(channel)) == len(channel.of(m.Score)) == 1


def test_a_policy_that_does_not_fit_is_refused_in_words(trained: m.PolicyData) -> None:
    command = m.RecordEpisodes("LunarLander-v3", {}, trained, episodes=1)
    with pytest.raises(PolicyMismatchError, match=r"this ppo policy cannot act in LunarLander-v3: "):
        run(command)
    with pytest.raises(PolicyMismatchError) as caught:
        run(m.EvaluatePolicy("Pendulum-v1", {}, trained))
    said = failure(caught.value)
    assert said.message == str(caught.value)
    assert said.advice
    assert "PolicyMismatchError" in said.traceback


# ---------------------------------------------------------------- playing


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playing without waiting for real time."""
    monkeypatch.setattr(play_module, "frame_rate", lambda env: 1e6)
    monkeypatch.setattr(play_module, "HOLD_LAST_PICTURE_SECONDS", 1e-3)


def stop_after(frames: int, *before: m.Command, every: int = 5) -> FakeChannel:
    """Commands in turn, one each so many frames, then Stop."""
    left = list(before)

    def listen(channel: FakeChannel) -> m.Command | None:
        if left and len(channel.frames) >= every * (len(before) - len(left) + 1):
            return left.pop(0)
        return m.Stop() if len(channel.frames) >= frames else None

    return FakeChannel(listen, watches=True)


def test_playing_shows_every_step_of_one_episode_after_the_other(quick: None) -> None:
    channel = run(m.StartPlaying("CartPole-v1", {}, seed=4), stop_after(80))
    notes = [note for _, note in channel.frames]
    first = [note for note in notes if note["episode"] == 1]
    assert [note["t"] for note in first] == list(range(len(first)))
    assert [note["total_reward"] for note in first] == [float(note["t"]) for note in first]
    assert all(note["ending"] == "" for note in first[:-1])
    assert first[-1]["ending"].startswith("fell")
    assert {note["limit"] for note in notes} == {500}
    assert max(note["episode"] for note in notes) >= 2
    assert all(note["untrained"] and note["extra"]["random"] for note in notes)
    assert channel.finished.status == "stopped"


def test_the_ending_is_shown_even_to_a_screen_that_was_late(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play_module, "HOLD_LAST_PICTURE_SECONDS", 5.0)
    channel = FakeChannel(lambda channel: m.Stop() if channel.frames else None)
    asked = 0

    def wants() -> bool:
        nonlocal asked
        asked += 1
        return asked > 400  # far more than the steps of an episode played at random

    monkeypatch.setattr(channel, "wants_frame", wants)
    run(m.StartPlaying("CartPole-v1", {}, seed=4), channel)
    assert channel.frames[0][1]["ending"].startswith("fell")


def test_newer_weights_are_used_from_the_next_step(quick: None, trained: m.PolicyData) -> None:
    channel = run(
        m.StartPlaying("CartPole-v1", {}, algorithm="ppo", seed=1), stop_after(60, m.UsePolicy(trained), every=10)
    )
    notes = [note for _, note in channel.frames]
    assert notes[0]["untrained"]
    assert not notes[0]["extra"]["random"]
    changed = [index for index, note in enumerate(notes) if note["policy_step"] == trained.step]
    assert changed == list(range(changed[0], len(notes)))
    assert 9 <= changed[0] <= 13
    assert not notes[-1]["untrained"]


def test_playing_pauses(quick: None) -> None:
    waits = 0

    def listen(channel: FakeChannel) -> m.Command | None:
        nonlocal waits
        if len(channel.frames) < 5:
            return None
        waits += 1
        if 1 < waits <= 40:
            assert len(channel.frames) == 5
        return {1: m.Pause(), 40: m.Resume()}.get(waits, None if waits < 80 else m.Stop())

    channel = run(m.StartPlaying("CartPole-v1", {}, seed=1), FakeChannel(listen, watches=True))
    assert len(channel.frames) > 5
    assert channel.phases[-1] in (Phase.WAITING, Phase.STEPPING)


def test_what_is_played_is_what_learning_would_begin_with(quick: None) -> None:
    """The untrained policy is that of the algorithm and seed, not just any."""
    played = [
        [
            note["action"]
            for _, note in run(m.StartPlaying("CartPole-v1", {}, algorithm=key, seed=1), stop_after(30)).frames
        ]
        for key in ("ppo", "ppo", "dqn")
    ]
    assert played[0] == played[1]
    assert played[0] != played[2]


# ---------------------------------------------------------------- exporting


def clips(*counts: int) -> tuple[m.ExportClip, ...]:
    """Whole episodes of so many frames, ten a second."""
    made = []
    number = 0
    for count in counts:
        store = FrameStore()
        for _ in range(count):
            number += 1
            frame = np.zeros((20, 30, 3), np.uint8)
            frame[:, : number % 30] = (number * 7 % 256, 100, 200)
            store.append(frame)
        steps = count - 1
        episode = Episode(
            env="CartPole-v1",
            env_kwargs={},
            seed=0,
            source="random policy",
            fps=10.0,
            observations=np.zeros((count, 1), np.float32),
            actions=np.zeros(steps, np.int64),
            rewards=np.ones(steps),
            thoughts=[Thought()] * steps,
            frames=store,
        )
        made.append(m.ExportClip(episode_to_data(episode), 0, steps))
    return tuple(made)


def test_an_export_keeps_every_frame_of_every_clip(tmp_path: Path) -> None:
    channel = run(m.ExportPicture(str(tmp_path / "out.gif"), clips(7, 4), speed=2.0))
    (exported,) = channel.of(m.Exported)
    assert (exported.frames, exported.width, exported.height) == (11, 30, 20)
    assert exported.n_bytes == (tmp_path / "out.gif").stat().st_size
    with Image.open(tmp_path / "out.gif") as picture:
        assert picture.n_frames == 11
        assert picture.info["duration"] == 50
    progress = channel.of(m.Progress)
    assert (progress[-1].done, progress[-1].total) == (11, 11)
    assert channel.finished.status == "finished"


def test_an_export_has_the_format_and_size_that_were_asked_for(tmp_path: Path) -> None:
    (clip,) = clips(9)
    part = m.ExportClip(clip.data, 2, 6)
    channel = run(m.ExportPicture(str(tmp_path / "out.webp"), (part,), style=m.PictureStyle("webp", width=60)))
    (exported,) = channel.of(m.Exported)
    assert (exported.frames, exported.width, exported.height) == (5, 60, 40)
    with Image.open(tmp_path / "out.webp") as picture:
        assert (picture.n_frames, picture.size) == (5, (60, 40))


def test_a_size_limit_is_met_and_what_it_took_is_said(tmp_path: Path) -> None:
    whole = run(m.ExportPicture(str(tmp_path / "whole.gif"), clips(30), speed=2.0)).of(m.Exported)[0]
    assert whole.given_up == ""
    limit = whole.n_bytes * 3 // 4
    style = m.PictureStyle("gif", size_limit=limit)
    command = m.ExportPicture(str(tmp_path / "out.gif"), clips(30), speed=2.0, style=style)
    (exported,) = run(command).of(m.Exported)
    assert exported.n_bytes == (tmp_path / "out.gif").stat().st_size <= limit
    assert exported.given_up


def test_a_stopped_export_leaves_nothing_behind(tmp_path: Path) -> None:
    channel = FakeChannel(lambda channel: m.Stop() if len(channel.of(m.Progress)) > 20 else None)
    run(m.ExportPicture(str(tmp_path / "out.gif"), clips(30)), channel)
    assert channel.finished.status == "stopped"
    assert channel.of(m.Exported) == []
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- faults in words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "smaller replay buffer"),
        (OSError(28, "No space left on device"), "disk has room"),
        (ZeroDivisionError("by nought"), "run folder"),
    ],
)
def test_a_failure_says_what_happened_and_what_to_do(error: Exception, words: str) -> None:
    try:
        raise error
    except Exception as caught:
        said = failure(caught)
    assert type(error).__name__ in said.message
    assert words in said.advice
    assert "test_other_jobs.py" in said.traceback


def test_an_environment_that_cannot_be_made_is_said_in_words() -> None:
    with pytest.raises(ValueError, match="no environment 'CartPol-v1'; did you mean CartPole-v1") as caught:
        run(m.StartPlaying("CartPol-v1", {}))
    assert failure(caught.value).advice == "Choose another environment, or install what it needs."


def test_a_child_that_is_stopped_before_it_was_given_a_job_ends() -> None:
    assert run(m.Stop()).finished.status == "stopped"


def test_episodes_of_any_kind_of_space_can_be_recorded() -> None:
    for env_id in ("FrozenLake-v1", "Blackjack-v1", "Pendulum-v1"):
        (episode,) = recorded(run(m.RecordEpisodes(env_id, {"max_episode_steps": 20}, None, episodes=1)))
        env: Any = make(env_id)
        assert episode.discrete == (env_id != "Pendulum-v1")
        assert episode.observations.shape == (episode.length + 1, len(episode.observation_names))
        env.close()

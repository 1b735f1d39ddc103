"""TrainingRun: what a learner's run counts, when it ends, and how it answers while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.wrappers.vector import RecordEpisodeStatistics
from job_harness import Bench, FakeChannel, FakeTime, Script, ToyLearner, at_step, in_turn, play, whenever_paused

from rlstudio.algorithms.base import Run
from rlstudio.algorithms.random.policy import RandomPolicy
from rlstudio.core import messages as m
from rlstudio.envs.make import make_vector
from rlstudio.jobs import autosave, training_view
from rlstudio.workers.vitals import Phase

MakeBench = Callable[..., Bench]


# ---------------------------------------------------------------- counting


def test_episodes_of_a_single_environment_are_counted(bench: MakeBench) -> None:
    made = bench(play(3, 2, 4), steps=10)
    assert made.learn() == "finished"
    assert made.channel.joined("returns") == [3.0, 2.0, 4.0]
    assert made.channel.joined("lengths") == [3, 2, 4]
    assert made.channel.joined("end_steps") == [3, 5, 9]
    monitor = made.folder.read_monitor()
    assert (monitor.returns.tolist(), monitor.lengths.tolist()) == ([3.0, 2.0, 4.0], [3, 2, 4])
    assert monitor.end_steps.tolist() == [3, 5, 9]
    assert (made.run.step, made.run.episode) == (10, 3)


def test_rewards_are_added_up_in_the_order_of_an_episode(bench: MakeBench) -> None:
    rewards = np.random.default_rng(0).normal(size=50) * 10.0 ** np.arange(50) / 1e25
    made = bench(play(50, rewards=lambda t: float(rewards[t])), episodes=1)
    made.learn()
    assert made.channel.joined("returns") == [float(np.cumsum(rewards)[-1])]


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1"])
def test_reset_steps_of_a_vector_environment_are_nobodys(bench: MakeBench, env_id: str) -> None:
    """Held against Gymnasium's own statistics; FrozenLake is stepped by SyncVectorEnv, CartPole by its own."""
    venv = RecordEpisodeStatistics(make_vector(env_id, 4))
    told: list[tuple[float, int]] = []
    real_steps = 0

    def script(run: Run, learner: ToyLearner) -> None:
        nonlocal real_steps
        venv.reset(seed=5)
        venv.action_space.seed(5)
        ended = np.zeros(4, bool)
        for _ in range(400):
            _, rewards, terminated, truncated, info = venv.step(venv.action_space.sample())
            n_real = 4 - int(ended.sum())
            ended = terminated | truncated
            told.extend((float(info["episode"]["r"][i]), int(info["episode"]["l"][i])) for i in np.flatnonzero(ended))
            run.record(rewards, terminated, truncated)
            real_steps += n_real
            if n_real:
                run.tick(n_real)

    made = bench(script, n_envs=4, autoreset=True, steps=100_000)
    made.learn()
    venv.close()
    assert len(told) > 20
    assert list(zip(made.channel.joined("returns"), made.channel.joined("lengths"), strict=True)) == told
    assert made.run.step == real_steps
    assert sum(length for _, length in told) + int(np.maximum(made.run.counter.lengths, 0).sum()) == real_steps


# ---------------------------------------------------------------- ends


def test_a_budget_of_steps_ends_the_run(bench: MakeBench) -> None:
    made = bench(play(), steps=7)
    assert made.learn() == "finished"
    assert made.run.step == 7
    assert made.run.progress == 1.0


def test_a_budget_of_episodes_ends_the_run(bench: MakeBench) -> None:
    made = bench(play(2, 2, 2, 2), episodes=3)
    assert made.learn() == "finished"
    assert (made.run.step, made.run.episode) == (6, 3)


def test_the_budget_that_is_used_up_first_counts(bench: MakeBench) -> None:
    made = bench(play(2, 2, 2), episodes=3, steps=5)
    made.learn()
    assert (made.run.step, made.run.episode) == (5, 2)


def test_the_goal_is_a_mean_over_a_full_window(bench: MakeBench) -> None:
    made = bench(play(9, 9, 1, 1, 9, 9, 9, 9), steps=1000, stop_at=9.0, window=3)
    assert made.learn() == "finished"
    assert made.run.episode == 7
    assert made.run.solved_at == {"step": 47, "episode": 7, "seconds": pytest.approx(made.run.seconds, abs=5)}
    summary = made.run.summary()
    assert (summary["mean_return"], summary["best_mean_return"]) == (9.0, 9.0)


def test_a_learner_that_has_nothing_more_to_learn_ends_the_run(bench: MakeBench) -> None:
    made = bench(lambda run, learner: run.tick(), steps=100)
    assert made.learn() == "finished"
    assert made.run.step == 1


def test_stop_ends_the_run_and_saves_it(bench: MakeBench, attentive: None) -> None:
    made = bench(play(2, 20), FakeChannel(at_step(3, m.Stop())), steps=1000)
    assert made.learn() == "stopped"
    assert 3 <= made.run.step < 10
    assert made.folder.checkpoints() == [0, made.run.step]
    assert made.folder.load_learner()[0]["steps"].tolist() == [made.run.step]
    assert made.channel.joined("returns") == [2.0]


def test_stop_is_obeyed_during_the_last_evaluation_too(bench: MakeBench, attentive: None) -> None:
    listen = in_turn((lambda batch: batch.words.startswith("evaluating"), m.Stop()))
    made = bench(play(), FakeChannel(listen), steps=20, eval_every=20, eval_episodes=1000)
    assert made.learn() == "stopped"
    assert made.run.step == 20
    assert made.folder.best_checkpoint() is None


# ---------------------------------------------------------------- pausing and stepping


def test_a_paused_run_stands_still_until_resumed(bench: MakeBench, attentive: None) -> None:
    phases: list[Phase] = []

    def waited(batch: m.Batch) -> bool:
        if batch.paused:
            phases.append(channel.phases[-1])
        return len(phases) == 20

    channel = FakeChannel(in_turn((lambda batch: batch.step == 5, m.Pause()), (waited, m.Resume())))
    made = bench(play(), channel, steps=12)
    assert made.learn() == "finished"
    assert phases == [Phase.WAITING] * 20
    (paused,) = [batch for batch in channel.of(m.Batch) if batch.paused]
    assert 5 <= paused.step <= 7
    events = made.folder.read_events()
    assert [(event["kind"], event["step"]) for event in events] == [("pause", paused.step), ("resume", paused.step)]


def test_pauses_and_evaluations_are_no_training_time(
    bench: MakeBench, attentive: None, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long_paused(batch: m.Batch) -> bool:
        fake_time.sleep(100.0 if batch.paused else 0.0)
        return batch.paused

    monkeypatch.setattr(RandomPolicy, "start_episode", lambda policy, seed: fake_time.sleep(10.0))
    channel = FakeChannel(in_turn((lambda batch: batch.step == 5, m.Pause()), (long_paused, m.Resume())))
    made = bench(play(), channel, steps=60, eval_every=50, eval_episodes=5)
    before = fake_time.now
    made.learn()
    assert fake_time.now - before > 200.0
    assert made.run.seconds < 1.0
    times = [batch.seconds for batch in channel.of(m.Batch)]
    assert times == sorted(times)


def test_one_step_at_a_time(bench: MakeBench, attentive: None) -> None:
    channel = FakeChannel(whenever_paused(m.StepOnce("step"), m.StepOnce("step"), m.StepOnce("step"), m.Stop()))
    made = bench(play(), channel, start={"paused": True}, steps=100)
    assert made.learn() == "stopped"
    assert [batch.step for batch in channel.of(m.Batch) if batch.paused] == [0, 1, 2, 3, 3]


def test_clicks_that_come_together_are_a_step_each(bench: MakeBench, attentive: None) -> None:
    channel = FakeChannel(whenever_paused(m.Stop()))
    channel.inbox.extend([m.StepOnce("step")] * 4)
    made = bench(play(), channel, start={"paused": True}, steps=100)
    made.learn()
    assert made.run.step == 4


def test_one_episode_at_a_time(bench: MakeBench, attentive: None) -> None:
    channel = FakeChannel(whenever_paused(m.StepOnce("episode"), m.StepOnce("episode"), m.Stop()))
    made = bench(play(4, 3, 9), channel, start={"paused": True}, steps=100)
    made.learn()
    assert [batch.step for batch in channel.of(m.Batch) if batch.paused] == [0, 4, 7, 7]


def test_one_update_at_a_time(bench: MakeBench, attentive: None) -> None:
    def script(run: Run, learner: ToyLearner) -> None:
        while True:
            for _ in range(5):
                run.record(0.0, False, False)
                run.tick()
            run.breathe()
            run.log(loss=float(run.step))

    channel = FakeChannel(whenever_paused(m.StepOnce("update"), m.StepOnce("update"), m.Stop()))
    bench(script, channel, start={"paused": True}, steps=100).learn()
    logged = [batch.metrics["loss"].values.tolist() for batch in channel.of(m.Batch) if "loss" in batch.metrics]
    assert logged == [[5.0], [10.0]]


def test_a_pause_during_an_update_waits_inside_it(bench: MakeBench, attentive: None) -> None:
    paused_at: list[str] = []

    def script(run: Run, learner: ToyLearner) -> None:
        run.tick()
        learner.where = "update"  # type: ignore[attr-defined]
        channel.inbox.append(m.Pause())
        run.breathe()
        learner.where = "after"  # type: ignore[attr-defined]

    def where(batch: m.Batch) -> bool:
        if batch.paused:
            paused_at.append(made.learner.where)  # type: ignore[attr-defined]
        return batch.paused

    listen = in_turn((where, m.Resume()))
    channel = FakeChannel(listen)
    made = bench(script, channel, steps=100)
    made.learn()
    assert paused_at == ["update"]


# ---------------------------------------------------------------- pace


@pytest.mark.parametrize("speed", [10.0, 250.0])
def test_training_keeps_the_pace_that_was_asked_for(bench: MakeBench, fake_time: FakeTime, speed: float) -> None:
    made = bench(play(), start={"pace": speed}, steps=200)
    before = fake_time.now
    made.learn()
    assert fake_time.now - before == pytest.approx(200 / speed, rel=0.05)


def test_a_new_pace_counts_at_once(bench: MakeBench, fake_time: FakeTime) -> None:
    sent: list[float] = []

    def long_enough(batch: m.Batch) -> bool:
        sent.extend([fake_time.now] if fake_time.now > before + 10.0 else [])
        return bool(sent)

    channel = FakeChannel(in_turn((long_enough, m.SetPace(None))))
    made = bench(play(), channel, start={"pace": 0.001}, steps=50)
    before = fake_time.now
    made.learn()
    assert made.run.step == 50
    assert fake_time.now - sent[0] < 1.0


def test_commands_are_obeyed_between_slow_steps(bench: MakeBench, fake_time: FakeTime) -> None:
    channel = FakeChannel(in_turn((lambda batch: fake_time.now > 1010.0, m.Stop())))
    made = bench(play(), channel, start={"pace": 0.001}, steps=9)
    assert made.learn() == "stopped"
    assert fake_time.now < 1011.0
    assert Phase.WAITING in made.channel.phases


# ---------------------------------------------------------------- live parameters


def test_a_live_change_is_applied_between_two_steps_marked_and_written_down(bench: MakeBench, attentive: None) -> None:
    channel = FakeChannel(at_step(5, m.SetParam("learning_rate", "0.5"), m.SetParam("exploration", 0.25)))
    made = bench(play(), channel, steps=20)
    made.learn()
    (step, name, value), second = made.learner.set
    assert 5 <= step <= 7
    assert (name, value) == ("learning_rate", 0.5)
    assert second[1:] == ("exploration", 0.25)
    changes = [change for batch in channel.of(m.Batch) for change in batch.changes]
    assert [(c.name, c.old, c.new) for c in changes] == [("learning_rate", 0.1, 0.5), ("exploration", 0.5, 0.25)]
    events = made.folder.read_events()
    assert [(e["kind"], e["step"], e["name"], e["old"], e["value"]) for e in events] == [
        ("param", c.step, c.name, c.old, c.new) for c in changes
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rate", 7, "learning_rate: 7 is not allowed; it takes a number above 0 and at most 1"),
        ("learning_rat", 0.5, "did you mean learning_rate?"),
        ("width", 16, "between runs only"),
    ],
)
def test_a_wrong_live_change_is_refused_in_words(
    bench: MakeBench, attentive: None, name: str, value: Any, words: str
) -> None:
    made = bench(play(), FakeChannel(at_step(2, m.SetParam(name, value))), steps=10)
    assert made.learn() == "finished"
    (refused,) = made.channel.of(m.ParamRefused)
    assert (refused.name, refused.value) == (name, value)
    assert words in refused.reason
    assert made.learner.set == []
    assert made.folder.read_events() == []


def test_a_script_of_changes_is_followed_to_the_step(bench: MakeBench) -> None:
    events = [{"step": 8, "name": "learning_rate", "value": 0.2}, {"step": 3, "name": "exploration", "value": 0.0}]
    made = bench(play(), steps=20, events=events)
    made.learn()
    assert made.learner.set == [(3, "exploration", 0.0), (8, "learning_rate", 0.2)]


# ---------------------------------------------------------------- what is sent


def test_only_one_batch_is_on_its_way_at_a_time_and_nothing_is_lost(bench: MakeBench, attentive: None) -> None:
    channel = FakeChannel(takes=False)

    def script(run: Run, learner: ToyLearner) -> None:
        for number in range(60):
            run.record(float(number), True, False)
            run.tick()
            if number == 30:
                assert len(channel.of(m.Batch)) == 1
                channel.inbox.append(m.Took())

    made = bench(script, channel, steps=1000)
    made.learn()
    first, second, last = channel.of(m.Batch)
    assert (first.step, last.step) == (0, 60)
    assert second.step in (31, 32)
    assert channel.joined("returns") == [float(number) for number in range(60)]


def test_metrics_are_sent_and_written_with_their_steps(bench: MakeBench) -> None:
    def script(run: Run, learner: ToyLearner) -> None:
        for number in range(5):
            run.tick(10)
            run.log(loss=number / 2)

    made = bench(script, steps=1000)
    made.learn()
    written = made.folder.read_metrics()["loss"]
    assert (written.steps.tolist(), written.values.tolist()) == ([10, 20, 30, 40, 50], [0, 0.5, 1, 1.5, 2])
    assert [v for b in made.channel.of(m.Batch) if b.metrics for v in b.metrics["loss"].values] == [0, 0.5, 1, 1.5, 2]


def test_a_metric_that_is_no_number_any_more_is_warned_of_once(bench: MakeBench) -> None:
    def script(run: Run, learner: ToyLearner) -> None:
        for value in (1.0, float("nan"), float("inf"), float("nan")):
            run.tick()
            run.log(loss=value)

    made = bench(script, steps=1000)
    assert made.learn() == "finished"
    (warned,) = made.channel.of(m.Warned)
    assert "loss is no longer a finite number at step 2" in warned.text
    assert "learning rate" in warned.text


def test_frames_are_drawn_only_while_training_is_watched_and_wanted(bench: MakeBench, attentive: None) -> None:
    channel = FakeChannel(watches=False)

    def script(run: Run, learner: ToyLearner) -> None:
        learner.env.reset(seed=0)
        for t in range(40):
            _, reward, terminated, truncated, _ = learner.env.step(t % 2)
            run.record(reward, terminated, truncated)
            run.tick()
            if t == 9:
                assert channel.frames == []
                channel.watches = True
            if t == 19:
                assert len(channel.frames) >= 8
                channel.inbox.append(m.SetWatch("off"))
            if t == 20:
                seen.append(len(channel.frames))

    seen: list[int] = []
    made = bench(script, channel, env="MountainCar-v0", start={"watch": "training"}, steps=1000)
    made.learn()
    assert len(channel.frames) == seen[0]
    frame, note = channel.frames[0]
    assert (frame.shape, frame.dtype) == ((400, 600, 3), np.uint8)
    assert (note["source"], note["t"], note["total_reward"]) == ("training", note["train_step"], -float(note["t"]))


def updating(script: Script) -> Script:
    """A script that has made an update before it begins."""

    def run_it(run: Run, learner: ToyLearner) -> None:
        run.log(loss=1.0)
        script(run, learner)

    return run_it


def test_newest_weights_are_sent_at_most_once_a_second_and_at_the_end(
    bench: MakeBench, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench(updating(play()), start={"watch": "policy", "pace": 10.0}, steps=50)
    made.learn()
    steps = [update.policy.step for update in made.channel.of(m.PolicyUpdate)]
    assert steps[0] is None  # nothing is learned yet: the policy is the untrained one
    assert steps[-1] == 50
    assert 5 <= len(steps) <= 7


@pytest.mark.parametrize("watch", ["training", "off"])
def test_weights_are_sent_less_often_where_the_policy_is_not_watched(
    bench: MakeBench, fake_time: FakeTime, watch: str
) -> None:
    made = bench(updating(play()), start={"watch": watch, "pace": 10.0}, steps=50)
    made.learn()
    steps = [update.policy.step or 0 for update in made.channel.of(m.PolicyUpdate)]
    assert (steps[0], steps[-1], len(steps)) == (0, 50, 4)
    assert np.diff(steps[:-1]).min() >= 20


def test_a_policy_is_untrained_until_the_first_update(bench: MakeBench, fake_time: FakeTime) -> None:
    made = bench(play(), start={"watch": "policy", "pace": 10.0}, steps=50)
    made.learn()
    assert {update.policy.step for update in made.channel.of(m.PolicyUpdate)} == {None}


# ---------------------------------------------------------------- why episodes ended


def watched(run: Run, env: Any, n_steps: int) -> None:
    """Push the cart to the right, episode after episode."""
    env.reset(seed=0)
    for _ in range(n_steps):
        _, reward, terminated, truncated, _ = env.step(1)
        run.record(reward, terminated, truncated)
        if terminated or truncated:
            env.reset()
        run.tick()


def test_a_slow_run_holds_the_last_picture_of_an_episode_and_says_why_it_ended(
    bench: MakeBench, fake_time: FakeTime
) -> None:
    channel = FakeChannel(watches=True)
    start = {"watch": "training", "pace": 50.0}
    made = bench(lambda run, learner: watched(run, learner.env, 60), channel, start=start, steps=1000)
    made.learn()
    notes = [note for _, note in channel.frames]
    lengths = made.channel.joined("lengths")
    ended = [n for n, note in enumerate(notes) if note["ending"] == "fell: pole angle beyond 12°"]
    assert len(ended) >= 2
    first = notes[ended[0]]
    assert (first["t"], first["total_reward"], first["episode"]) == (lengths[0], lengths[0], 1)
    after = notes[ended[0] + 1]
    assert after["train_step"] - first["train_step"] == pytest.approx(0.4 * 50, abs=2)
    assert notes[ended[0] - 1]["ending"] == ""


def test_the_next_note_of_a_fast_run_says_why_an_episode_ended(
    bench: MakeBench, attentive: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_view, "SHOW_ENDING_SECONDS", float("inf"))
    channel = FakeChannel()

    def script(run: Run, learner: ToyLearner) -> None:
        watched(run, learner.env, 30)
        channel.watches = True
        run.tick()

    made = bench(script, channel, start={"watch": "training"}, steps=1000)
    made.learn()
    (_, note), *_ = channel.frames
    assert note["ending"] == f"episode {made.run.episode}: fell: pole angle beyond 12°"
    assert note["episode"] == made.run.episode + 1


# ---------------------------------------------------------------- evaluations and checkpoints


def test_evaluations_come_at_their_steps_and_the_best_is_kept(bench: MakeBench) -> None:
    made = bench(play(), steps=250, eval_every=100, eval_episodes=2)
    made.learn()
    found = [e for batch in made.channel.of(m.Batch) for e in batch.evaluations]
    assert [e.step for e in found] == [100, 200, 250]
    assert all(len(e.returns) == 2 for e in found)
    means, best = [e.mean for e in found], [e.step for e in found if e.best]
    assert best == [step for n, step in enumerate((100, 200, 250)) if means[n] >= max(means[: n + 1])]
    assert made.folder.best_checkpoint() == best[-1]
    assert [event["step"] for event in made.folder.read_events() if event["kind"] == "evaluation"] == [100, 200, 250]
    assert made.folder.read_metrics()["evaluation_mean"].values.tolist() == means


def test_a_run_is_saved_by_the_clock_so_that_it_can_be_continued(bench: MakeBench, fake_time: FakeTime) -> None:
    made = bench(play(), start={"pace": 1.0}, steps=50)
    made.learn()
    saved = made.folder.checkpoints()
    assert saved[0] == 0
    assert saved[-1] == 50
    assert np.diff(saved).max() <= autosave.CHECKPOINT_EVERY_SECONDS + 2


def test_a_busy_learner_says_what_it_is_busy_with(bench: MakeBench) -> None:
    def script(run: Run, learner: ToyLearner) -> None:
        assert made.channel.phases[-1] is Phase.STEPPING  # a reset that hangs must not pass for a long start
        run.tick()
        assert made.channel.phases[-1] is Phase.STEPPING
        run.breathe()
        assert made.channel.phases[-1] is Phase.UPDATING
        run.log(loss=1.0)
        assert made.channel.phases[-1] is Phase.STEPPING

    made = bench(script, steps=10)
    made.learn()
    assert Phase.SAVING in made.channel.phases


def test_gymnasium_is_not_asked_for_pictures_of_an_unwatched_run(bench: MakeBench, attentive: None) -> None:
    made = bench(play(3), FakeChannel(watches=True), steps=20)
    made.learn()
    assert made.channel.frames == []
    assert isinstance(made.learner.env, gym.Env)
    assert made.learner.env.unwrapped.render_mode is None

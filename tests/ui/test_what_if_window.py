"""What if in the window: real children go back, force, let a person play, and both futures are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from job_harness import train_inline
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from rlstudio.core.episode import Episode
from rlstudio.core.messages import PolicyData
from rlstudio.envs.make import make
from rlstudio.jobs.policies import build_policy, policy_data, untrained_policy
from rlstudio.jobs.record import record_episode
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.what_if_policies import RecordedPolicies

WaitFor = Callable[..., None]


def recorded(env_id: str, steps: int, seed: int = 5) -> Episode:
    """An episode of the random policy."""
    kwargs = {"max_episode_steps": steps}
    env = make(env_id, kwargs, render=True)
    try:
        return record_episode(
            env,
            build_policy(None, env),
            seed,
            greedy=False,
            env_kwargs=kwargs,
            source="random policy",
            algorithm="random",
        )
    finally:
        env.close()


class Studio:
    """A window that shows recordings, and short ways to its controls."""

    def __init__(self, window: MainWindow, controller: Controller, wait_for: WaitFor) -> None:
        self.window, self.controller, self.wait_for = window, controller, wait_for
        self.stage, self.what_if = window.stage, controller.what_if

    def ask(self, episode: Episode, index: int) -> None:
        """Open the popover at a frame."""
        self.stage.set_episodes([episode])
        self.stage.seek(index)
        QTest.keyClick(self.window, Qt.Key.Key_W)
        assert self.what_if.form.isVisible()

    def go(self) -> None:
        QTest.mouseClick(self.what_if.form.go, Qt.MouseButton.LeftButton)

    def wait_for_both(self) -> Episode:
        """The other future, once both are shown."""
        self.wait_for(lambda: self.what_if.bar.isVisible(), "both futures", 60)
        return self.stage.pictures.compare.episodes()[1]

    def text(self, name: str) -> str:
        label = self.window.findChild(QLabel, name)
        assert label is not None
        return label.text()


@pytest.fixture
def studio(whole_window: tuple[MainWindow, Controller], wait_for: WaitFor) -> Studio:
    window, controller = whole_window
    window.activateWindow()
    wait_for(window.isActiveWindow, "the window to have the keyboard")
    return Studio(window, controller, wait_for)


def test_another_action_is_forced_and_both_futures_are_shown(studio: Studio) -> None:
    episode = recorded("CartPole-v1", 60)
    assert not studio.what_if.button.isVisible()  # nothing is recorded yet
    studio.ask(episode, 3)
    studio.what_if.form.action.setCurrentIndex(1 - int(episode.actions[3]))
    studio.what_if.form.repeat.setValue(4)
    studio.go()
    other = studio.wait_for_both()
    assert other.actions[3:7].tolist() == [1 - int(episode.actions[3])] * 4
    assert other.observations[:4].tobytes() == episode.observations[:4].tobytes()
    assert np.array_equal(other.frames[3], episode.frames[3])
    assert studio.stage.current_index() == 3
    assert studio.text("futuresDifference").startswith(f"recorded: {episode.length} · what if: {other.length} (")
    assert studio.stage.pictures.compare.captions() == ["recorded: random policy", other.source]
    meanwhile = recorded("CartPole-v1", 60, seed=8)
    studio.stage.add_episode(meanwhile)  # a recording that went on comes to its end
    QTest.mouseClick(studio.window.findChild(QAbstractButton, "futuresClose"), Qt.MouseButton.LeftButton)
    assert studio.stage.current_episode() is episode
    assert studio.stage.current_index() == 3
    assert studio.stage.episodes() == [episode, other, meanwhile]
    assert not studio.what_if.bar.isVisible()
    assert studio.what_if.button.isVisible()


def test_leaving_for_the_live_picture_leaves_both_listed(studio: Studio) -> None:
    episode = recorded("CartPole-v1", 60)
    studio.ask(episode, 2)
    studio.go()
    other = studio.wait_for_both()
    studio.stage.back_to_live()
    assert not studio.what_if.bar.isVisible()
    assert not studio.what_if.button.isVisible()
    assert studio.stage.episodes() == [episode, other]


def test_a_person_takes_over_by_keyboard_and_hands_back(studio: Studio) -> None:
    episode = recorded("MountainCar-v0", 30)
    studio.ask(episode, 6)
    studio.what_if.form.then.setCurrentIndex(1)
    studio.go()
    over = studio.what_if.take_over
    studio.wait_for(lambda: over.state.text() == "Press a key to begin", "the person's turn", 60)
    studio.wait_for(lambda: over.step_label.text() == "step 6/30", "the picture of frame 6", 10)
    assert over.strip.texts()[0] == "← push left"
    QTest.keyPress(over, Qt.Key.Key_Left)
    studio.wait_for(lambda: int(over.step_label.text()[5:-3]) >= 9, "three steps", 20)
    QTest.keyRelease(over, Qt.Key.Key_Left)
    QTest.keyClick(over, Qt.Key.Key_Escape)
    other = studio.wait_for_both()
    assert other.actions[6:9].tolist() == [0, 0, 0]
    assert other.source == "what if at 6: by hand, then random policy"
    assert other.length == 30
    assert not over.isVisible()
    assert studio.stage.current_index() == 6  # Left moved nothing but the car


def test_cancelling_keeps_nothing(studio: Studio) -> None:
    episode = recorded("MountainCar-v0", 30)
    studio.ask(episode, 6)
    studio.what_if.form.then.setCurrentIndex(1)
    studio.go()
    over = studio.what_if.take_over
    studio.wait_for(lambda: over.state.text() == "Press a key to begin", "the person's turn", 60)
    QTest.mouseClick(over.give_up, Qt.MouseButton.LeftButton)
    studio.wait_for(lambda: not studio.what_if.branching.active, "the end", 20)
    assert not over.isVisible()
    assert studio.stage.episodes() == [episode]
    assert studio.what_if.button.isEnabled()


def test_a_state_that_does_not_come_back_is_refused_in_words(studio: Studio) -> None:
    episode = recorded("CartPole-v1", 60)
    episode.observations[2, 2] += np.float32(0.25)
    studio.ask(episode, 4)
    studio.go()
    studio.wait_for(lambda: not studio.what_if.branching.active, "the refusal", 60)
    words = studio.window.banner.text()
    assert "does not come back to the same state: at frame 2 the pole angle (rad) was" in words
    assert "Only a frame before 2 has a what if." in words
    assert studio.stage.episodes() == [episode]


def test_where_there_is_no_other_future_it_is_said(studio: Studio) -> None:
    QTest.keyClick(studio.window, Qt.Key.Key_W)
    assert "record an episode first" in studio.window.banner.text()
    episode = recorded("CartPole-v1", 60)
    studio.stage.set_episodes([episode])
    studio.stage.seek_last()
    studio.what_if.button.click()
    assert "the last frame, which has no action" in studio.window.banner.text()
    assert not studio.what_if.form.isVisible()


def test_from_an_episode_that_is_only_visited_the_recordings_stay(studio: Studio) -> None:
    own, visited = recorded("CartPole-v1", 60), recorded("CartPole-v1", 60, seed=9)
    studio.stage.set_episodes([own])
    studio.stage.visit([visited], play=False)
    studio.stage.seek(2)
    studio.what_if.ask()
    studio.go()
    other = studio.wait_for_both()
    QTest.mouseClick(studio.window.findChild(QAbstractButton, "futuresClose"), Qt.MouseButton.LeftButton)
    assert studio.stage.current_episode() is visited
    assert studio.stage.episodes() == [visited, other]
    studio.stage.back_to_live()
    assert studio.stage.episodes() == [own, other]


def test_the_very_policy_that_was_recorded_goes_on(studio: Studio) -> None:
    env = make("CartPole-v1", {"max_episode_steps": 40}, render=True)
    policy = untrained_policy(env, {}, "ppo", {}, 3)
    data = policy_data("ppo", policy, 40_000)
    episode = record_episode(
        env, policy, 5, greedy=True, env_kwargs={"max_episode_steps": 40}, source="x", algorithm="ppo", step=40_000
    )
    env.close()
    studio.ask(episode, 3)
    assert studio.what_if.form.then.itemText(0) == "a random policy (this episode's own is not here) goes on"
    studio.what_if.form.hide()
    studio.what_if.policies.remember(data, "CartPole-v1")
    studio.ask(episode, 3)
    assert studio.what_if.form.then.itemText(0) == "checkpoint 40,000, greedy, goes on"
    studio.what_if.form.force.setChecked(False)
    studio.go()
    other = studio.wait_for_both()
    assert other.observations.tobytes() == episode.observations.tobytes()
    assert "(equal)" in studio.text("futuresDifference")
    assert other.source == "what if at 3: checkpoint 40,000 · greedy"
    assert not studio.what_if.bar.note.isVisible()


def test_a_policy_is_read_from_its_runs_checkpoint(tmp_path: Path) -> None:
    folder, _ = train_inline(tmp_path, algorithm="ppo", steps=600, eval_every=0)
    policy = folder.load_policy()
    episode = recorded("CartPole-v1", 20)
    episode.algorithm, episode.run, episode.step = "ppo", str(folder.path), policy.step
    found = RecordedPolicies().of(episode)
    assert found is not None
    assert all(found.arrays[name].tobytes() == array.tobytes() for name, array in policy.arrays.items())
    episode.step = 599_999
    assert RecordedPolicies().of(episode) is None
    episode.run = str(tmp_path / "gone")
    assert RecordedPolicies().of(episode) is None


def test_an_untrained_policy_of_one_environment_is_not_that_of_another() -> None:
    policies = RecordedPolicies()
    policies.remember(PolicyData("ppo"), "LunarLander-v3")
    episode = recorded("CartPole-v1", 20)
    episode.algorithm, episode.run, episode.step = "ppo", None, None
    assert policies.of(episode) is None
    mine = PolicyData("ppo")
    policies.remember(mine, "CartPole-v1")
    assert policies.of(episode) is mine

"""The stage: live and recorded pictures, the strip's words and sums, the transport's controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from made_episodes import episode, frame
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel

from rlstudio.core.messages import FrameNote
from rlstudio.ui.panels.stage import StagePanel
from rlstudio.ui.theme import font_points, set_font_size

Show = Callable[..., Any]


@pytest.fixture
def stage(show: Show) -> StagePanel:
    return show(StagePanel(), 650, 750)


def note(**fields: Any) -> FrameNote:
    values = {"source": "policy", "episode": 1, "t": 3, "limit": 500, "total_reward": 3.0, "reward": 1.0, "fps": 50.0}
    return FrameNote(**{**values, **fields})


def text(stage: StagePanel, name: str) -> str:
    label = stage.findChild(QLabel, name)
    assert label is not None
    return label.text()


def button(stage: StagePanel, name: str) -> QAbstractButton:
    found = stage.findChild(QAbstractButton, name)
    assert found is not None
    return found


def shade(stage: StagePanel) -> int:
    image = stage.view.image()
    assert image is not None
    return QColor(image.pixel(5, 5)).red()


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"policy_step": 12_400}, "policy @ 12,400 · greedy"),
        ({"policy_step": 12_400, "greedy": False}, "policy @ 12,400 · sampled"),
        ({"untrained": True}, "untrained policy"),
        ({"source": "training", "n_envs": 8}, "training env 1 of 8 · exploring"),
    ],
)
def test_the_strip_says_whose_behaviour_is_live(stage: StagePanel, fields: dict[str, Any], source: str) -> None:
    stage.show_live(frame(9), note(**fields))
    assert "LIVE" in text(stage, "sourceLabel")
    assert text(stage, "sourceLabel").endswith(source)
    assert text(stage, "stepLabel") == "step 3/500"
    assert text(stage, "returnLabel") == "return 3"
    assert shade(stage) == 9


def test_the_last_live_picture_says_why_the_episode_ended(stage: StagePanel) -> None:
    stage.show_live(frame(1), note(ending="fell: pole angle beyond 12°"))
    assert text(stage, "endingLabel") == "fell: pole angle beyond 12°"
    stage.show_live(frame(1), note())
    assert "fell" not in text(stage, "endingLabel")


def test_nothing_moves_when_numbers_or_pictures_change_size(app: QApplication, stage: StagePanel) -> None:
    stage.show_live(frame(1), note())
    app.processEvents()
    places = [stage.view.geometry(), stage.strip.step_label.geometry(), stage.strip.return_label.geometry()]
    stage.show_live(frame(1, 300, 200), note(t=499, total_reward=-123.45, ending="time limit", policy_step=9))
    app.processEvents()
    assert [stage.view.geometry(), stage.strip.step_label.geometry(), stage.strip.return_label.geometry()] == places


def test_what_a_run_waits_for_is_said_until_it_begins_and_moves_nothing(app: QApplication, stage: StagePanel) -> None:
    stage.show_live(frame(100), note(episode=5))
    app.processEvents()
    before = stage.view.geometry()
    stage.say_starting("Training starts: loading PPO…")
    stage.show_live(frame(101), note(episode=6, ending="fell"))
    app.processEvents()
    assert text(stage, "endingLabel") == "Training starts: loading PPO…"
    assert stage.view.geometry() == before
    stage.say_starting("")
    assert text(stage, "endingLabel") == ""
    stage.show_live(frame(102), note(episode=7))
    assert text(stage, "endingLabel") == "episode 7"
    stage.say_starting("Training starts: opening CartPole-v1…")
    stage.show_message("")
    app.processEvents()
    assert text(stage, "endingLabel") == "Training starts: opening CartPole-v1…"
    assert stage.view.geometry() == before


def test_a_recording_keeps_its_own_words_while_a_run_starts(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 3)])
    said = text(stage, "endingLabel")
    stage.say_starting("Training starts: loading PPO…")
    assert text(stage, "endingLabel") == said


def test_the_first_picture_is_waited_for_in_words_and_no_later_one(stage: StagePanel) -> None:
    stage.set_environment("CartPole-v1")
    stage.say_meanwhile("Opening CartPole-v1…")
    assert stage.view._message == "Opening CartPole-v1…"
    stage.show_live(frame(100), note())
    stage.say_meanwhile("Loading PPO…")
    assert shade(stage) == 100
    assert not stage.set_environment("CartPole-v1")
    assert shade(stage) == 100
    assert stage.set_environment("Acrobot-v1")
    assert stage.view.image() is None, "the picture of another environment"


def test_controls_of_a_recording_are_greyed_or_hidden_while_there_is_none(stage: StagePanel) -> None:
    stage.show_live(frame(1), note())
    assert not stage.transport.isEnabled()
    assert stage.transport.slider.accessibleDescription() == "Record an episode (R) to step through it here"
    assert not button(stage, "backToLiveButton").isVisible()
    assert not button(stage, "recordingsButton").isVisible()
    stage.set_episodes([episode([1.0])])
    assert stage.transport.isEnabled()
    assert button(stage, "backToLiveButton").isVisible()
    button(stage, "backToLiveButton").click()
    assert not stage.transport.isEnabled()
    assert "“Recording”" in stage.transport.slider.accessibleDescription()
    assert stage.transport.position.text() == ""


def test_the_picture_keeps_its_place_from_live_to_recorded_and_back(app: QApplication, stage: StagePanel) -> None:
    places = set()

    def look() -> None:
        app.processEvents()
        stage.layout().activate()
        places.add((stage.pictures.geometry().getRect(), stage.transport.geometry().getRect(), stage.minimumWidth()))
        places.add(stage.minimumSizeHint().width())

    look()
    stage.show_live(frame(1), note())
    look()
    for count in (1, 2):
        stage.set_episodes([episode([1.0] * 4)] * count)
        look()
    stage.back_to_live()
    look()
    assert len(places) == 2


def test_the_timeline_is_as_wide_for_nine_frames_as_for_five_hundred(app: QApplication, stage: StagePanel) -> None:
    widths = set()
    for steps in (9, 500, 1000, 9):
        stage.set_episodes([episode([1.0] * steps)])
        for index in (0, steps):
            stage.seek(index)
            app.processEvents()
            widths.add(stage.transport.slider.width())
    assert len(widths) == 1
    label = stage.transport.position
    assert label.width() >= label.fontMetrics().horizontalAdvance("1000/1000")


def test_every_frame_shows_the_exact_sum_of_the_rewards_before_it(stage: StagePanel) -> None:
    rewards = [1.0, -0.25, 2.5, -100.0, 0.125]
    stage.set_episodes([episode(rewards)])
    shown = []
    for index in range(len(rewards) + 1):
        stage.seek(index)
        assert shade(stage) == index
        assert text(stage, "stepLabel") == f"step {index}/5"
        shown.append(float(text(stage, "returnLabel").removeprefix("return ").replace(",", "")))
    expected = [0.0, 1.0, 0.75, 3.25, -96.75, -96.62]
    assert shown == pytest.approx(expected, abs=0.0051)
    assert text(stage, "endingLabel") == "fell: pole angle beyond 12°"


def test_buttons_and_slider_move_the_recording(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 30)])
    shown = QSignalSpy(stage.frameShown)
    for name, index in (("stepForwardButton", 1), ("stepForwardButton", 2), ("stepBackButton", 1), ("lastButton", 30)):
        button(stage, name).click()
        assert stage.current_index() == index
        assert shown.at(shown.count() - 1)[1] == index
        assert stage.transport.slider.value() == index
    assert not button(stage, "stepForwardButton").isEnabled()
    stage.transport.slider.setValue(12)
    assert (stage.current_index(), shade(stage)) == (12, 12)
    button(stage, "firstButton").click()
    assert stage.current_index() == 0
    assert not button(stage, "stepBackButton").isEnabled()


def test_a_press_on_the_timeline_goes_there_and_scrubs(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 30)])
    slider = stage.transport.slider
    for index in (20, 0, 30):
        QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.position_of(index)), 20))
        assert stage.current_index() == index


def test_keys_go_through_methods_that_do_nothing_while_live(stage: StagePanel) -> None:
    stage.show_live(frame(9), note())
    for act in (stage.toggle_play, stage.seek_first, stage.seek_last, stage.next_episode, stage.previous_episode):
        act()
    stage.step_frames(10)
    stage.advance(1.0)
    stage.export()
    assert not stage.showing_recording()
    assert shade(stage) == 9


def test_playing_follows_the_clock_and_stops_at_the_end(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 30)])
    stage.advance(1.0)
    assert stage.current_index() == 0
    stage.toggle_play()
    assert stage.is_playing()
    stage.advance(0.2)
    assert stage.current_index() == 10
    stage.advance(5.0)
    assert stage.current_index() == 30
    assert not stage.is_playing()
    stage.toggle_play()
    assert stage.current_index() == 0
    assert stage.is_playing()


def test_speed_and_loop_stay_when_the_episode_changes(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 30), episode([1.0] * 30)])
    speed = stage.findChild(QComboBox, "playbackSpeed")
    assert speed is not None
    speed.setCurrentIndex(speed.findData(2.0))
    button(stage, "loopButton").click()
    stage.next_episode()
    stage.toggle_play()
    stage.advance(0.1)
    assert stage.current_index() == 10
    stage.advance(0.3)
    assert stage.is_playing()
    assert stage.current_index() == 40 - 31


def test_episodes_are_chosen_and_named(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 3), episode([2.0] * 4)])
    chooser = stage.transport.chooser
    assert chooser.isVisible()
    assert chooser.count() == 2
    stage.next_episode()
    assert stage.current_episode() is stage.episodes()[1]
    assert text(stage, "sourceLabel") == "recorded episode 2 of 2 · checkpoint 40,000 · greedy"
    assert (chooser.currentIndex(), stage.transport.slider.maximum()) == (1, 4)
    stage.next_episode()
    assert stage.current_episode() is stage.episodes()[1]
    chooser.activated.emit(0)
    assert stage.current_episode() is stage.episodes()[0]


def test_the_first_recorded_episode_plays_at_once_and_others_do_not_interrupt(stage: StagePanel) -> None:
    stage.add_episode(episode([1.0] * 30))
    assert stage.is_playing()
    stage.advance(0.1)
    stage.add_episode(episode([1.0] * 30))
    assert (stage.current_index(), stage.is_playing()) == (5, True)
    assert "1 of 2" in text(stage, "sourceLabel") or stage.transport.chooser.count() == 2


def test_back_to_live_shows_the_newest_live_frame_and_the_recording_waits(stage: StagePanel) -> None:
    stage.set_watch_mode("training")
    stage.show_live(frame(100), note())
    stage.set_episodes([episode([1.0] * 5)])
    stage.seek(3)
    picture = frame(200)
    stage.show_live(picture, note(policy_step=7))
    assert shade(stage) == 3
    picture[:] = 0
    asked = QSignalSpy(stage.backToLiveRequested)
    button(stage, "backToLiveButton").click()
    assert asked.count() == 1
    assert not stage.showing_recording()
    assert shade(stage) == 200
    assert "policy @ 7" in text(stage, "sourceLabel")
    assert stage.watch_mode() == "training"
    button(stage, "recordingsButton").click()
    assert (stage.showing_recording(), stage.current_index(), shade(stage)) == (True, 3, 3)


def test_taking_all_recordings_away_goes_back_to_live(stage: StagePanel) -> None:
    stage.show_live(frame(100), note())
    stage.set_episodes([episode([1.0] * 5)])
    stage.set_episodes([])
    assert not stage.showing_recording()
    assert shade(stage) == 100
    assert not button(stage, "recordingsButton").isVisible()


def test_the_watch_mode_is_told_when_chosen_and_not_when_set(stage: StagePanel) -> None:
    told = QSignalSpy(stage.watchModeChanged)
    stage.set_watch_mode("off")
    assert told.count() == 0
    watch = stage.findChild(QComboBox, "watchMode")
    assert watch is not None
    watch.setCurrentIndex(watch.findData("policy"))
    assert told.at(0) == ["policy"]
    with pytest.raises(ValueError, match="policy, training, off"):
        stage.set_watch_mode("sideways")


def test_export_stands_still_and_asks(stage: StagePanel) -> None:
    stage.set_episodes([episode([1.0] * 5)])
    stage.toggle_play()
    wanted = QSignalSpy(stage.exportRequested)
    button(stage, "exportButton").click()
    assert wanted.count() == 1
    assert not stage.is_playing()


def test_only_shown_frames_are_decompressed(stage: StagePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    made = episode([1.0] * 30)
    read: list[int] = []
    original = type(made.frames).__getitem__
    monkeypatch.setattr(type(made.frames), "__getitem__", lambda self, i: (read.append(i), original(self, i))[1])
    stage.set_episodes([made])
    stage.toggle_play()
    for _ in range(10):
        stage.advance(0.005)  # a quarter of a frame each time
    stage.seek(17)
    stage.seek(17)
    assert read == [0, 1, 2, 17]


def test_numbers_are_whole_in_a_larger_font(app: QApplication, stage: StagePanel) -> None:
    stage.set_episodes([episode([-1.077] * 86)])
    stage.seek_last()
    labels = stage.strip.step_label, stage.strip.return_label, stage.transport.position
    heights = [label.height() for label in labels]
    before = font_points()
    try:
        set_font_size(app, before + 4)
        app.processEvents()
        for label, height in zip(labels, heights, strict=True):
            assert label.height() > height
            assert label.height() >= label.fontMetrics().height()
            assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
        assert labels[0].font().bold()
    finally:
        set_font_size(app, before)
        app.processEvents()
    assert [label.height() for label in labels] == heights


def test_the_count_grows_while_a_recording_is_watched(stage: StagePanel) -> None:
    for count in (1, 2, 3):
        stage.add_episode(episode([1.0] * 5))
        assert text(stage, "sourceLabel").startswith(f"recorded episode 1 of {count} " if count > 1 else "recorded · ")
    stage.back_to_live()
    stage.show_live(frame(1), note())
    stage.add_episode(episode([1.0]))
    assert "LIVE" in text(stage, "sourceLabel")

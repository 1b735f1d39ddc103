"""Playback: stepping, seeking and the clock, over one episode and over several end to end."""

from __future__ import annotations

import pytest

from rlstudio.core.playback import Playback


def test_begins_at_the_first_frame_and_stands_still() -> None:
    playback = Playback(10, fps=10)
    assert (playback.index, playback.playing, playback.loop, playback.speed) == (0, False, False, 1.0)
    assert not playback.advance(5.0)
    assert playback.index == 0


def test_steps_and_seeks_stay_among_the_frames() -> None:
    playback = Playback(10)
    assert playback.step(3)
    assert playback.step(-1)
    assert playback.index == 2
    assert playback.step(-10)
    assert playback.index == 0
    assert not playback.step(-1)
    assert playback.seek(99)
    assert playback.index == 9
    assert not playback.step()
    assert playback.at_end


def test_stepping_pauses_and_seeking_does_not() -> None:
    playback = Playback(10)
    playback.play()
    playback.seek(4)
    assert playback.playing
    playback.step()
    assert not playback.playing


@pytest.mark.parametrize(
    ("fps", "tick", "ticks"), [(10, 0.1, 10), (50, 1 / 60, 60), (30, 1 / 144, 144), (7, 0.01, 100)]
)
def test_a_second_shows_fps_frames_whatever_the_clock(fps: float, tick: float, ticks: int) -> None:
    playback = Playback(1000, fps=fps)
    playback.play()
    changes = sum(playback.advance(tick) for _ in range(ticks))
    assert playback.index == fps
    assert changes == fps


def test_speed_multiplies_and_slow_motion_carries_over() -> None:
    playback = Playback(1000, fps=10)
    playback.play()
    playback.speed = 0.25
    assert [playback.advance(0.1) for _ in range(8)] == [False, False, False, True] * 2
    playback.speed = 4
    assert playback.advance(1.0)
    assert playback.index == 42


def test_at_the_end_it_stops_on_the_last_frame() -> None:
    playback = Playback(5, fps=10)
    playback.play()
    assert playback.advance(100.0)
    assert playback.index == 4
    assert not playback.playing
    assert not playback.advance(100.0)


def test_the_last_frame_is_shown_for_its_time() -> None:
    playback = Playback(3, fps=10)
    playback.play()
    playback.advance(0.2)
    assert playback.index == 2
    assert playback.playing
    playback.advance(0.1)
    assert not playback.playing


def test_a_loop_begins_again_and_keeps_its_rate() -> None:
    playback = Playback(5, fps=10)
    playback.loop = True
    playback.play()
    seen = []
    for _ in range(12):
        playback.advance(0.1)
        seen.append(playback.index)
    assert seen == [1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2]
    playback.advance(1.35)
    assert playback.index == 0
    playback.advance(0.05)
    assert playback.index == 1
    assert playback.playing


def test_play_at_the_end_begins_again() -> None:
    playback = Playback(5)
    playback.seek(4)
    playback.play()
    assert (playback.index, playback.playing) == (0, True)
    playback.seek(2)
    playback.pause()
    playback.play()
    assert playback.index == 2


def test_seeking_forgets_the_rest_of_a_frame() -> None:
    playback = Playback(10, fps=10)
    playback.play()
    playback.advance(0.09)
    playback.seek(5)
    assert not playback.advance(0.05)
    assert playback.advance(0.05)


def test_several_episodes_lie_end_to_end() -> None:
    playback = Playback([3, 1, 4], fps=1)
    assert playback.n_frames == 8
    positions = []
    for index in range(8):
        playback.seek(index)
        positions.append(playback.position)
    assert positions == [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3)]
    assert [playback.start_of(episode) for episode in range(3)] == [0, 3, 4]


def test_an_episode_more_leaves_the_place() -> None:
    playback = Playback([3])
    playback.seek(2)
    playback.set_lengths([3, 5])
    assert (playback.index, playback.n_frames, playback.at_end) == (2, 8, False)
    playback.set_lengths([2])
    assert playback.index == 1


@pytest.mark.parametrize("lengths", [0, (), [0]])
def test_nothing_to_show(lengths: int | list[int]) -> None:
    playback = Playback(lengths)
    playback.play()
    assert not playback.playing
    assert not playback.step()
    assert not playback.seek(3)
    assert (playback.index, playback.position, playback.at_end) == (0, (0, 0), True)
    playback.loop = playback.playing = True
    assert not playback.advance(1.0)


def test_one_frame_in_a_loop() -> None:
    playback = Playback(1, fps=10)
    playback.loop = playback.playing = True
    assert not playback.advance(1.0)
    assert playback.index == 0


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_wrong_rates_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="fps"):
        Playback(3, fps=value)
    playback = Playback(3)
    with pytest.raises(ValueError, match="speed"):
        playback.speed = value
    assert playback.speed == 1.0
    with pytest.raises(ValueError, match="lengths"):
        Playback([2, -1])

"""Composed pictures: the frame is in them, they move where they should and stand still elsewhere, nothing overlaps."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from decoding import by_pillow
from episodes import made_up
from numpy.typing import NDArray

from rlstudio.core.messages import PictureStyle
from rlstudio.media.composed.bars import bar_rows
from rlstudio.media.composed.curve import CurveData, learning_curve
from rlstudio.media.composed.hud import action_words, number_words
from rlstudio.media.composed.layout import LAYOUTS, Box, Layout, arrange, layout_named
from rlstudio.media.composed.look import LOOKS, fitting, font, wrapped
from rlstudio.media.composed.picture import ComposedFrames, Composer, Composition
from rlstudio.media.formats import format_named
from rlstudio.media.frames import Clip
from rlstudio.media.styled import styled

MAGENTA = (255, 0, 255)


def composer(
    layout: str = "wide", width: int = 640, theme: str = "light", caption: str = "", **made: object
) -> Composer:
    how = Composition(layout, layout_named(layout).size_for(width), theme, caption)
    return Composer(how, Clip.whole(made_up(**made)))  # type: ignore[arg-type]


def area(picture: NDArray[np.uint8], colour: tuple[int, int, int], off: int = 0) -> Box:
    """The rectangle around all pixels of a colour."""
    found = (np.abs(picture.astype(int) - colour).max(axis=2) <= off).nonzero()
    return Box(int(found[1].min()), int(found[0].min()), int(found[1].max()) + 1, int(found[0].max()) + 1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.key)
def test_the_environment_is_in_it_whole_and_in_its_proportions(layout: Layout, theme: str) -> None:
    picture = composer(layout.key, theme=theme, caption="a caption").picture(7)
    assert (picture.shape[1], picture.shape[0]) == layout.size_for(640)
    box = area(picture, MAGENTA)
    assert box.width / box.height == pytest.approx(60 / 40, abs=0.02)
    assert box.width > 640 / 2
    inside = picture[box.top : box.bottom, box.left : box.right]
    blackest = inside[2].astype(int).sum(axis=1).argmin() / box.width * 60
    assert blackest == pytest.approx(7.5, abs=1)  # the column that moves from frame to frame
    assert tuple(picture[0, 0]) == LOOKS[theme].ground


@pytest.mark.parametrize("bars", [0, 2, 8])
@pytest.mark.parametrize("caption", [False, True])
@pytest.mark.parametrize("width", [0, 480, 1280, 1920])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.key)
def test_nothing_overlaps_or_leaves_the_picture(layout: Layout, width: int, caption: bool, bars: int) -> None:
    size = layout.size_for(width or layout.narrowest)
    assert size[0] % 2 == size[1] % 2 == 0
    places = arrange(layout, size, bars=bars, caption=caption)
    boxes = [places.picture, places.numbers, places.curve, *([places.bars] if places.bars else [])]
    boxes += [places.caption] if caption else []
    for box in boxes:
        assert 0 <= box.left < box.right <= size[0]
        assert 0 <= box.top < box.bottom <= size[1]
        assert box.height >= places.unit
    for one, other in combinations(boxes, 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart, (one, other)


def test_only_what_changes_changes() -> None:
    """The caption, names and ground stand still; numbers, bars and the dot move."""
    made = composer("wide", 960, caption="stands still")
    first, later = made.picture(3), made.picture(12)
    places = arrange(layout_named("wide"), (960, 540), bars=2, caption=True)
    assert places.bars is not None
    changed = (first != later).any(axis=2)
    for box in (places.picture, places.numbers, places.bars, places.curve):
        assert changed[box.top : box.bottom, box.left : box.right].any()
        changed[box.top : box.bottom, box.left : box.right] = False
    assert not changed.any()
    assert np.array_equal(made.picture(3), first)  # drawing one leaves nothing behind in another


def test_bars_are_as_long_as_the_probabilities() -> None:
    made = composer("wide", 1280, theme="light", thoughts="probabilities")
    rows = bar_rows(made_up(thoughts="probabilities"))
    places = arrange(layout_named("wide"), (1280, 720), bars=2, caption=False)
    assert rows is not None
    assert places.bars is not None
    for index in (0, 1, 2, 3):
        picture = made.picture(index)[places.bars.top : places.bars.bottom, places.bars.left : places.bars.right]
        taken = (picture == LOOKS["light"].accent).all(axis=2)
        other = (picture == LOOKS["light"].ghost).all(axis=2)
        empty = (picture == LOOKS["light"].panel).all(axis=2)
        for bar, row in ((taken, index % 2), (other, 1 - index % 2)):
            line = int(bar.sum(axis=1).argmax())
            share = bar[line].sum() / (bar[line].sum() + empty[line].sum())
            assert share == pytest.approx(float(rows.values[index, row]), abs=0.02)


def test_rows_of_every_kind_of_thought() -> None:
    probabilities = bar_rows(made_up(thoughts="probabilities"))
    assert probabilities is not None
    assert (probabilities.low, probabilities.high, probabilities.percent) == (0.0, 1.0, True)
    assert probabilities.chosen.tolist() == [0, 1] * 10
    q_values = bar_rows(made_up(thoughts="q_values", n_actions=4))
    assert q_values is not None
    assert q_values.title == "Q-values"
    assert q_values.low == pytest.approx(-4.0)
    assert q_values.high == pytest.approx(5.0)
    mean = bar_rows(made_up(thoughts="mean", n_actions=3))
    assert mean is not None
    assert mean.spread is not None
    assert (-mean.low, mean.high) == (pytest.approx(4.5), pytest.approx(4.5))
    assert bar_rows(made_up(thoughts="none")) is None


def test_of_many_actions_those_taken_most_are_shown() -> None:
    episode = made_up(thoughts="probabilities", n_actions=12)
    episode.actions[:] = 11
    episode.actions[:3] = (4, 4, 7)
    rows = bar_rows(episode, most=3)
    assert rows is not None
    assert rows.title == "action probabilities (3 of 12)"
    assert rows.names == ("action e", "action h", "action l")
    assert rows.chosen[:4].tolist() == [0, 0, 1, 2]
    assert rows.values.shape == (20, 3)


@pytest.mark.parametrize("thoughts", ["probabilities", "q_values", "mean", "none"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.key)
def test_every_frame_can_be_drawn_the_last_too(layout: Layout, thoughts: str) -> None:
    how = Composition(layout.key, layout.size_for(480))
    episode = made_up(thoughts=thoughts, n_actions=6)
    frames = ComposedFrames([Clip.whole(episode)], how)
    pictures = list(frames)
    assert len(pictures) == len(frames) == 21
    assert all(picture.shape == pictures[0].shape for picture in pictures)


def test_the_learning_curve_has_its_dot_at_the_checkpoint_and_grows_to_it() -> None:
    curve = learning_curve(np.array([0.0, 1000.0, 2000.0]), np.array([0.0, 10.0, 20.0]))
    how = Composition("wide", (1280, 720))
    clips = [Clip.whole(made_up(step=0)), Clip.whole(made_up(step=1000)), Clip.whole(made_up(step=2000))]
    places = arrange(layout_named("wide"), how.size, bars=2, caption=False)

    def dot(picture: NDArray[np.uint8]) -> float:
        part = picture[places.curve.top : places.curve.bottom, places.curve.left : places.curve.right]
        box = area(part, LOOKS["light"].dot)
        return (box.left + box.right) / 2 / places.curve.width

    stands = list(ComposedFrames(clips, how, curve))
    assert [round(dot(stands[index]), 1) for index in (0, 10, 21, 40, 42, 62)] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
    grows = list(ComposedFrames(clips, how, curve, grows=True))
    path = [dot(picture) for picture in grows]
    assert path == sorted(path)
    assert path[21] == pytest.approx(dot(grows[0]), abs=0.01)  # the second clip begins where the first one was
    assert path[41] == pytest.approx(0.5, abs=0.02)  # and has come to its checkpoint when it ends
    assert path[62] == pytest.approx(path[58], abs=0.001)


@pytest.mark.parametrize(
    "curve",
    [
        CurveData("nothing yet", np.zeros(0), np.zeros(0), "steps"),
        CurveData("one", np.array([5.0]), np.array([1.0]), "steps"),
        CurveData("flat", np.arange(9.0), np.ones(9), "steps"),
        CurveData("missing", np.arange(9.0), np.full(9, np.nan), "steps"),
        CurveData("gaps", np.arange(9.0), np.array([1, np.nan, 2, 3, np.nan, np.nan, 1, 0, 5.0]), "steps"),
        CurveData("long", np.arange(50_000.0), np.sin(np.arange(50_000.0)), "steps"),
    ],
    ids=lambda curve: curve.title,
)
def test_curves_of_every_shape_can_be_drawn(curve: CurveData) -> None:
    how = Composition("square", (480, 480))
    picture = Composer(how, Clip.whole(made_up()), curve).picture(4)
    assert picture.shape == (480, 480, 3)


def test_captions_for_each_clip_take_the_place_of_the_common_one() -> None:
    how = Composition("wide", (640, 360), caption="one for all")
    clips = [Clip.whole(made_up(3)), Clip.whole(made_up(3))]
    own = list(ComposedFrames(clips, how, captions=("first", "second")))
    assert not np.array_equal(own[0][:40], own[4][:40])
    common = list(ComposedFrames(clips, how))
    assert np.array_equal(common[0], common[4])


def test_texts_are_cut_off_where_they_have_no_room() -> None:
    letters = font(20)
    assert fitting("short", letters, 500) == "short"
    cut = fitting("a very long name of an action indeed", letters, 120)
    assert cut.endswith("…")
    assert letters.getlength(cut) <= 120
    lines = wrapped("one two three four five six seven eight", letters, 120, 2)
    assert len(lines) == 2
    assert all(letters.getlength(line) <= 120 for line in lines)
    assert wrapped("", letters, 120, 2) == []


def test_numbers_and_actions_in_words() -> None:
    assert [number_words(value) for value in (500.0, -1234.0, 12.345, -1.5, 0.125)] == [
        "500",
        "−1,234",
        "12.3",
        "−1.50",
        "0.12",
    ]
    assert action_words(made_up(), 1) == "action b"
    assert action_words(made_up(thoughts="mean", n_actions=2), 0) == "+0.00, +0.00"
    nameless = made_up()
    nameless.action_names = ()
    assert action_words(nameless, 1) == "action 1"


def test_the_colours_are_those_of_the_window() -> None:
    theme = pytest.importorskip("rlstudio.ui.theme")
    for key, colors in (("light", theme.LIGHT), ("dark", theme.DARK)):
        look = LOOKS[key]
        for mine, its in (
            (look.ground, colors.window),
            (look.panel, colors.hover),
            (look.line, colors.hairline),
            (look.text, colors.text),
            (look.muted, colors.muted),
            (look.accent, colors.run),
            (look.dot, colors.evaluation),
        ):
            assert "#{:02x}{:02x}{:02x}".format(*mine) == its


def test_styles_that_there_are_none_of_are_refused() -> None:
    clips = [Clip.whole(made_up(3))]
    for style, words in (
        (PictureStyle(layout="round"), "layout: 'round' is not allowed; there are plain, wide, tall, square"),
        (PictureStyle(layout="wide", theme="pink"), "theme: 'pink' is not allowed"),  # type: ignore[arg-type]
        (PictureStyle(layout="wide", width=100), "100 pixels wide is not allowed in the layout Side by side"),
        (PictureStyle(layout="wide", width=100_000), "it takes 480 to 3840"),
    ):
        with pytest.raises(ValueError, match=words):
            styled(clips, style)
    with pytest.raises(ValueError, match="there are no frames 0 to 9"):
        styled([Clip(clips[0].episode, 0, 9)], PictureStyle())


def test_plain_pictures_are_the_frames_themselves_or_scaled() -> None:
    clips = [Clip(made_up(5), 1, 3)]
    frames, size = styled(clips, PictureStyle())
    assert size == (60, 40)
    assert np.array_equal(np.stack(list(frames)), np.stack([clips[0].episode.frames[index] for index in (1, 2, 3)]))
    twice, size = styled(clips, PictureStyle(width=120))
    assert size == (120, 80)
    assert np.array_equal(np.stack(list(twice))[:, ::2, ::2], np.stack(list(frames)))  # whole multiples stay sharp


def test_a_composed_gif_decodes_to_what_was_composed(tmp_path: Path) -> None:
    frames = ComposedFrames([Clip.whole(made_up(8))], Composition("wide", (480, 270), "dark", "caption"))
    gif = format_named("gif")
    gif.write(tmp_path / "a.gif", frames, len(frames), fps=20)
    found, delays = by_pillow(tmp_path / "a.gif")
    error = np.abs(found.astype(int) - np.stack(list(frames)))
    assert delays == [50] * 9
    assert np.sqrt((error**2).mean()) < 2.0

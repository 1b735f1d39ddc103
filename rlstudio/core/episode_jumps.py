"""Places in an episode that are worth going to: rewards, the most hesitant moment, the largest error, marks, end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rlstudio.core.episode import Episode
from rlstudio.core.episode_series import EpisodeSeries
from rlstudio.core.returns import notable, usual_reward


@dataclass(frozen=True)
class Jump:
    """A kind of place, and the frames where it is.

    Attributes:
        help: what kind of place this is, for this very episode.
        frames: ascending; empty where there is none, and then `help` says why.
    """

    key: str
    title: str
    help: str
    frames: tuple[int, ...] = ()

    def after(self, index: int) -> int | None:
        """The first of them after `index`; after the last one the first again. None where there is none."""
        if not self.frames:
            return None
        return next((frame for frame in self.frames if frame > index), self.frames[0])


def jumps_of(episode: Episode, series: EpisodeSeries) -> tuple[Jump, ...]:
    """All of an episode; `series` is what `series_of` found in it."""
    return (
        _reward_jump(episode),
        _hesitation_jump(series),
        _error_jump(series),
        marks_jump(episode),
        Jump("end", "End", episode.ending or "The last frame, which has no action.", (episode.length,)),
    )


def marks_jump(episode: Episode) -> Jump:
    """To the marked frames; they change while an episode is looked at."""
    count = len(episode.marks)
    words = (
        f"{count} frame{'s are' if count > 1 else ' is'} marked." if count else "No frame is marked yet: M marks one."
    )
    return Jump("mark", "Next marked frame", words, tuple(sorted(episode.marks)))


def _reward_jump(episode: Episode) -> Jump:
    steps, usual = notable(episode.rewards), usual_reward(episode.rewards)
    count = len(steps)
    if usual is not None:
        words = f"Most steps bring {usual:g}: "
        words += f"to the next of {count:,} that bring something else." if count else "none brings anything else."
    else:
        words = "Rewards differ from step to step: "
        words += (
            f"to the next of {count:,} that stand out from the rest." if count else "none stands out from the rest."
        )
    return Jump("reward", "Next reward that stands out", words, tuple(steps.tolist()))


def _hesitation_jump(series: EpisodeSeries) -> Jump:
    title = "Most hesitant moment"
    for key, pick, words in (
        ("entropy", np.nanargmax, "Where the policy's entropy is highest: {:.3g} nats."),
        ("gap", np.nanargmin, "Where the best two Q-values are closest: {:.3g} apart."),
    ):
        found = series.get(key)
        if found is None:
            continue
        values = found.lines[0].values
        if np.isfinite(values).any() and np.nanmin(values) < np.nanmax(values):
            frame = int(pick(values))
            return Jump("hesitation", title, words.format(values[frame]), (frame,))
        return Jump("hesitation", title, "The policy is as certain at one step as at another.")
    return Jump("hesitation", title, "This policy gives neither probabilities nor Q-values to its actions.")


def _error_jump(series: EpisodeSeries) -> Jump:
    title, found = "Largest value error", series.get("value_error")
    if found is None:
        return Jump("error", title, dict(series.absent).get("value error", "There is no value error here."))
    values = found.lines[0].values
    if not np.isfinite(values).any():
        return Jump("error", title, "A time limit cut the episode off before any return to go was known.")
    frame = int(np.nanargmax(np.abs(values)))
    words = f"Where the state value is farthest from the return that then came: {values[frame]:+.3g}."
    words += " Frames near the cut-off end are left out." if found.known is not None else ""
    words += f" {found.note}" if found.note else ""
    return Jump("error", title, words, (frame,))

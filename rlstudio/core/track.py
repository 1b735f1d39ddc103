"""Track: what an episode was made of. All that replaying it needs, and what its future is joined to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.episode import Episode
from rlstudio.core.frame_store import FrameStore
from rlstudio.core.thoughts import Thoughts


@dataclass(frozen=True)
class Track:
    """The first T steps of a recorded episode, or all of them.

    Attributes:
        observations: readable rows as in Episode, shape (T+1, n_numbers) float32.
        actions: as in Episode, shape (T, …).
        rewards: shape (T,) float64.
        terminated, truncated: how the last of these steps ended the episode; both False where it went on.
        pictures: some of the frames by their index, compressed as in FrameStore, of `shape`.
    """

    env: str
    env_kwargs: dict[str, Any]
    seed: int
    observation_names: tuple[str, ...]
    observations: NDArray[np.float32]
    actions: NDArray[Any]
    rewards: NDArray[np.float64]
    terminated: bool = False
    truncated: bool = False
    shape: tuple[int, int, int] = (0, 0, 3)
    pictures: dict[int, bytes] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Number of steps, T."""
        return len(self.rewards)


def track_of(episode: Episode, until: int | None = None) -> Track:
    """The first `until` steps of an episode, or all.

    It brings along the picture of its last frame, which shows more of the state than an observation may; of an
    environment whose observations are pictures, and so have no readable numbers, every frame.

    Raises:
        ValueError: there is no such frame.
    """
    steps = episode.length if until is None else until
    if not 0 <= steps <= episode.length:
        raise ValueError(f"frame {steps} is not there: the episode has frames 0 to {episode.length}")
    has_numbers = episode.observations.shape[1] > 0
    shown = [steps] if has_numbers else range(steps + 1)
    whole = steps == episode.length
    return Track(
        env=episode.env,
        env_kwargs=episode.env_kwargs,
        seed=episode.seed,
        observation_names=episode.observation_names,
        observations=episode.observations[: steps + 1],
        actions=episode.actions[:steps],
        rewards=episode.rewards[:steps],
        terminated=whole and episode.terminated,
        truncated=whole and episode.truncated,
        shape=episode.frames.shape,
        pictures={index: episode.frames.blobs[index] for index in shown} if len(episode.frames) else {},
    )


def joined(recorded: Episode, at: int, future: Episode) -> Episode:
    """The first `at` steps of a recorded episode, then `future`, whose first frame is the recorded frame `at`.

    Frames are shared with the recording, not copied.

    Raises:
        ValueError: they do not fit together.
    """
    if recorded.frames.shape != future.frames.shape:
        raise ValueError(f"frames of {future.frames.shape} do not go on from frames of {recorded.frames.shape}")
    saliency = FrameStore()
    if len(recorded.saliency) and len(future.saliency):
        saliency = FrameStore(recorded.saliency.shape, recorded.saliency.blobs[:at] + future.saliency.blobs)
    episode = replace(
        future,
        observations=np.concatenate([recorded.observations[:at], future.observations]),
        actions=np.concatenate([recorded.actions[:at], future.actions]),
        rewards=np.concatenate([recorded.rewards[:at], future.rewards]),
        thoughts=_one_after_the_other(Thoughts.of(recorded.thoughts), at, Thoughts.of(future.thoughts)),
        frames=FrameStore(recorded.frames.shape, recorded.frames.blobs[:at] + future.frames.blobs),
        saliency=saliency,
    )
    episode.check()
    return episode


def _one_after_the_other(before: Thoughts, at: int, after: Thoughts) -> Thoughts:
    """The first `at` of some thoughts, then all of others: column by column, so that a long episode costs no time."""
    columns: dict[str, NDArray[np.float32]] = {}
    for name in {**before.columns, **after.columns}:
        parts = [(before.column(name), at), (after.column(name), len(after))]
        shapes = [part.shape[1:] for part, _ in parts if part is not None]
        widest = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
        column = np.full((at + len(after), *widest), np.nan, np.float32)
        for start, (part, length) in zip((0, at), parts, strict=True):
            if part is not None:
                place = (slice(start, start + length), *(slice(size) for size in part.shape[1:]))
                column[place] = part[:length]
        columns[name] = column
    return Thoughts(columns, np.concatenate([before.values[:at], after.values]), before.notes[:at] + after.notes)

"""EpisodeCache: recorded episodes of checkpoints, the newest looked at, within a bound of memory. No widgets."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from rlstudio.core.episode import Episode
from rlstudio.core.thoughts import Thoughts

BYTES_KEPT = 256 * 2**20


class EpisodeCache:
    """Episodes by checkpoint step. What is looked at stays longest; the newest always stays."""

    def __init__(self, most_bytes: int = BYTES_KEPT) -> None:
        self._most_bytes = most_bytes
        self._episodes: OrderedDict[int, Episode] = OrderedDict()

    def __contains__(self, step: int) -> bool:
        return step in self._episodes

    def get(self, step: int) -> Episode | None:
        """The episode of that checkpoint, if it is still here."""
        episode = self._episodes.get(step)
        if episode is not None:
            self._episodes.move_to_end(step)
        return episode

    def add(self, step: int, episode: Episode, wanted: Collection[int] = ()) -> None:
        """Keep it; others go where the memory is full, but none of those that are `wanted` together."""
        self._episodes[step] = episode
        self._episodes.move_to_end(step)
        total = sum(map(_bytes_of, self._episodes.values()))
        for other in [each for each in self._episodes if each != step and each not in wanted]:
            if total <= self._most_bytes:
                return
            total -= _bytes_of(self._episodes.pop(other))

    def clear(self) -> None:
        """Forget all."""
        self._episodes.clear()


def _bytes_of(episode: Episode) -> int:
    """What it takes of the memory: its pictures, what was observed, and what was thought."""
    columns = Thoughts.of(episode.thoughts).columns.values()
    numbers = episode.observations.nbytes + sum(column.nbytes for column in columns)
    return episode.frames.n_bytes + episode.saliency.n_bytes + numbers

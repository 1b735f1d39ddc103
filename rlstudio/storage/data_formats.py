"""Episodes as data for other programs, and back: NumPy's .npz and Minari's datasets. Which is told by the name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rlstudio.core.episode import Episode

NPZ, MINARI = ".npz", ".minari"
KINDS = {NPZ: "NumPy arrays", MINARI: "Minari dataset"}
"""What can be written and read, by the ending of its name."""

MOST_EPISODES = 10_000
Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all); may raise to give up, and nothing is left behind."""


class DataError(ValueError):
    """Data that cannot be written or read, in words."""


def nobody(_done: int, _total: int) -> None:
    """Progress that no one looks at."""


def data_kind(path: Path) -> str:
    """The ending that says what is at `path`, or is to be. Raises DataError for another one.

    A Minari dataset that is there may be called anything: it is a folder with a metadata.json.
    """
    if path.is_dir() and any((path / inner / "metadata.json").is_file() for inner in ("", "data")):
        return MINARI
    if path.suffix.lower() in KINDS:
        return path.suffix.lower()
    endings = " or ".join(f"{ending} ({words})" for ending, words in KINDS.items())
    raise DataError(f"{path.name}: data are kept in files that end with {endings}")


def write_data(
    path: Path,
    episodes: Sequence[Episode],
    *,
    frames: bool = False,
    env_spec: str | None = None,
    progress: Progress = nobody,
) -> None:
    """Write episodes to `path`, whole or not at all, with their pictures where `frames`.

    `env_spec` is the environment's registration as Gymnasium's JSON, for Minari to make it again.

    Raises:
        DataError: where they do not fit into one file, or what writes it is not installed.
        OSError: where the disk refuses.
    """
    kind = data_kind(path)
    check_alike(episodes, frames)
    if kind == NPZ:
        from rlstudio.storage.npz_episodes import write_npz

        write_npz(path, episodes, frames=frames, progress=progress)
    else:
        from rlstudio.storage.minari_dataset import write_minari

        write_minari(path, episodes, frames=frames, env_spec=env_spec, progress=progress)


def read_data(path: Path, progress: Progress = nobody) -> Iterator[Episode]:
    """The episodes in `path`, one after the other.

    Raises:
        DataError: where it is damaged, something else, too large, or what reads it is not installed.
        OSError: where it cannot be read.
    """
    if data_kind(path) == NPZ:
        from rlstudio.storage.npz_episodes import read_npz

        yield from read_npz(path, progress)
    else:
        from rlstudio.storage.minari_dataset import read_minari

        yield from read_minari(path, progress)


def check_alike(episodes: Sequence[Episode], frames: bool) -> None:
    """Raise DataError unless the episodes' arrays can lie end to end."""
    if not episodes:
        raise DataError("there is no episode to export")
    if len(episodes) > MOST_EPISODES:
        raise DataError(f"{len(episodes):,} episodes are too many for one file; up to {MOST_EPISODES:,} are allowed")
    first = episodes[0]
    for episode in episodes[1:]:
        for name, mine, other in (
            ("environment", episode.env, first.env),
            ("observations", episode.observations.shape[1:], first.observations.shape[1:]),
            ("actions", episode.actions.shape[1:], first.actions.shape[1:]),
            ("pictures", episode.frames.shape if frames else 0, first.frames.shape if frames else 0),
        ):
            if mine != other:
                raise DataError(
                    f"episodes of another {name} do not fit into one file ({mine}, {other}): export each apart"
                )
    if frames and not all(episode.has_pictures for episode in episodes):
        raise DataError("there are no pictures to export: export without them")

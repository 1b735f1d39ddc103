"""Folders that appear whole: filled under a temporary name, synced, then renamed; and clearing up after a crash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rlstudio.core.swap import swap_names
from rlstudio.core.whole_file import TEMPORARY, naming, sync, sync_folder, temporary_beside


@contextmanager
def new_folder(path: Path, *, synced: bool = True) -> Iterator[Path]:
    """A temporary folder to fill; at the end of the block it is synced and takes the place of `path`.

    With a folder that is already there it changes names in one step, so that at no moment there is none. Where the
    system cannot do that, the old one is moved aside first under the name `.tmp-old-NAME`, and `mend_folders` puts it
    back should the program die in between. Without `synced` the system writes it when it likes: a program that dies
    harms nothing then, but a power cut may leave it damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    aside = path.with_name(f"{TEMPORARY}old-{path.name}")
    temporary.mkdir()
    try:
        yield temporary
        if synced:
            for file in temporary.iterdir():
                sync(file)
            sync_folder(temporary)
        with naming:
            if not (path.exists() and swap_names(temporary, path)):
                if path.exists():
                    shutil.rmtree(aside, ignore_errors=True)
                    path.rename(aside)
                temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if aside.exists() and not path.exists():
            aside.rename(path)
        raise
    if synced:
        sync_folder(path.parent)
    for old in (temporary, aside):
        shutil.rmtree(old, ignore_errors=True)


def mend_folders(parent: Path) -> None:
    """Clear away what an interrupted `whole_file` or `new_folder` left in `parent`."""
    if not parent.is_dir():
        return
    for left in parent.glob(f"{TEMPORARY}*"):
        original = parent / left.name.removeprefix(f"{TEMPORARY}old-")
        if left.name.startswith(f"{TEMPORARY}old-") and not original.exists():
            left.rename(original)
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)

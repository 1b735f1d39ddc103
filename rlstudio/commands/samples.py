"""`rlstudio samples`: the transitions that a run gathered, as a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from rlstudio.commands.console import print_json
from rlstudio.commands.find_run import find_run
from rlstudio.core.params import ParamError, ParamFault
from rlstudio.envs.catalogue import load_cards
from rlstudio.envs.sample_names import sample_names
from rlstudio.storage.paths import cache_dir
from rlstudio.storage.run_folder import RunFolder
from rlstudio.storage.samples import ENDINGS, read_samples, write_samples


def samples(options: argparse.Namespace) -> int:
    """`rlstudio samples RUN -o FILE`."""
    path = Path(options.output)
    if path.suffix not in ENDINGS:
        raise ParamError([ParamFault("output", options.output, f"a file that ends with {' or '.join(ENDINGS)}")])
    run = find_run(options.run, options.runs_dir)
    env = RunFolder.open(run).read_info().config.env
    card = next((card for card in load_cards(cache_dir()) or () if card.id == env), None)
    found = read_samples(run, *sample_names(card))
    write_samples(path, found)
    if options.json:
        about = {"path": str(path), "run": str(run), "step": found.step, "samples": len(found)}
        print_json({**about, "columns": list(found.titles)})
    else:
        print(f"{path}: {len(found):,} transitions from the checkpoint at step {found.step:,}")
    return 0

"""What the row of runs says of each: its name, what it does, and which buttons do something."""

from __future__ import annotations

from rlstudio.ui.trained_run import TrainedRun
from rlstudio.ui.widgets.live_strip import StripItem

_ENDED = {"finished": "finished", "stopped": "stopped", "failed": "failed", "interrupted": "interrupted"}


def item_of(run: TrainedRun, *, shown: bool) -> StripItem:
    """The run as the row shows it."""
    config, batch = run.config, run.last_batch
    if config is None:
        return StripItem(run.number, "A new run", "", "What the setup asks for; Train begins it", shown=shown)
    share = batch.progress if batch is not None else None
    lines = [run.name]
    if batch is not None:
        lines.append(f"{batch.step:,} steps, {batch.episode:,} episodes")
        if batch.mean_return is not None:
            lines.append(f"mean return {batch.mean_return:.4g}")
    if run.trouble:
        lines.append(f"It does not answer: {run.trouble}")
    if run.unsaved:
        lines.append(run.unsaved)
    return StripItem(
        run.number,
        f"{config.algorithm} · {config.env}",
        " · ".join(part for part in (f"seed {config.seed}", _doing(run, share)) if part),
        "\n".join(lines),
        share if run.active else None,
        shown=shown,
        live=run.active,
        offers=_offers(run, shown=shown),
    )


def _doing(run: TrainedRun, share: float | None) -> str:
    if run.trouble:
        return "not answering"
    if not run.active:
        words = _ENDED.get(run.status or "", "ended")
        mean = run.last_batch.mean_return if run.last_batch is not None else None
        return words if mean is None else f"{words}, mean {mean:.4g}"
    if run.unsaved:
        return "not saved"
    if run.state == "running":
        return "" if share is None else f"{share:.0%}"
    return {"starting": "starting…", "stopping": "stopping…"}.get(run.state, run.state)


def _offers(run: TrainedRun, *, shown: bool) -> tuple[str, ...]:
    if run.trouble or run.state == "stopping":
        return ("end",)
    if run.state in ("running", "paused"):
        return ("resume" if run.state == "paused" else "pause", "stop")
    if run.state == "starting":
        return ("stop",)
    return () if shown else ("dismiss",)

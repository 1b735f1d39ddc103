"""What the status row says of a run: its state in words, and its numbers."""

from __future__ import annotations

from typing import Any

from rlstudio.ui.training import Training
from rlstudio.ui.widgets.status_row import duration

_ENDED = {"finished": "Finished", "stopped": "Stopped", "failed": "Failed", "interrupted": "Interrupted"}
_LATE_SUCCESS = {"MountainCar-v0": (-200.0, 60_000)}
"""Environments whose first success is luck: the return until then, and the step before which none is usual."""


def state_words(training: Training, *, start_is_told: bool = False) -> str:
    """What is happening; `start_is_told` where the stage says already what a run that starts is waiting for."""
    if training.trouble:
        return f"Not answering: {training.trouble}"
    batch = training.last_batch
    match training.state:
        case "starting":
            return "Starting…" if start_is_told else starting_words(training)
        case "stopping" if training.unsaved:
            return "Stopping… waiting for the disk: what was learned is not saved yet"
        case "stopping":
            return "Stopping… saving what was learned"
        case "paused":
            return "Paused" if batch is None else f"Paused at step {batch.step:,}"
        case "running":
            words = "Training" if batch is None else batch.words.capitalize()
            unsaved = "not saved: the disk refuses" if training.unsaved and "waiting" not in words.lower() else ""
            return " · ".join(part for part in (words, unsaved, _no_success_yet(training)) if part)
    return _idle_words(training)


def starting_words(training: Training) -> str:
    """What a run that was asked for is waiting for; "" once it has begun."""
    if training.state != "starting":
        return ""
    return f"Training starts: {training.preparing}…" if training.preparing else "Training starts…"


def _no_success_yet(training: Training) -> str:
    batch, config = training.last_batch, training.config
    if batch is None or config is None or config.env not in _LATE_SUCCESS:
        return ""
    worst, usual = _LATE_SUCCESS[config.env]
    if batch.best_mean_return is not None and batch.best_mean_return > worst:
        return ""
    return f"no success yet: usual before about {usual:,} steps here"


def _idle_words(training: Training) -> str:
    batch = training.last_batch
    if training.config is None:
        return "Ready. Train starts a run (Ctrl+Enter)"
    ended = _ENDED.get(training.status or "", "Ended")
    if training.run is None:
        return f"{ended} before it began. Train starts a run (Ctrl+Enter)"
    if batch is None:
        goes_on = "Continue goes on with it, " if _goes_on(training) else ""
        return f"Opened. {goes_on}Record shows what it learned"
    config, mean = training.config, batch.mean_return
    words = f"{ended} after {batch.step:,} steps"
    if training.status == "finished" and config.stop_at is not None and mean is not None and mean >= config.stop_at:
        words += f": mean of last {config.window} reached {_mean(mean)}"
    return words


_asked: tuple[str | None, bool] = (None, False)
"""The run that was asked about last, and the answer: the words are wanted ten times a second, the disk need not be."""


def _goes_on(training: Training) -> bool:
    global _asked
    if _asked[0] != training.run:
        _asked = (training.run, training.can_continue)
    return _asked[1]


def numbers(training: Training, device: str) -> list[str]:
    """Steps, speed, episodes, time left, best mean, device."""
    batch = training.last_batch
    if batch is None:
        return []
    parts = [f"{batch.step:,} steps", f"{batch.episode:,} episode{'s' * (batch.episode != 1)}"]
    if training.state == "running":
        parts.append(f"{batch.steps_per_second:,.0f} steps/s")
        left = _seconds_left(training)
        if left is not None:
            parts.append(f"{duration(left)} left")
    else:
        parts.append(duration(batch.seconds))
    if batch.best_mean_return is not None:
        parts.append(f"best mean {_mean(batch.best_mean_return)}")
    return [*parts, device.upper() if device == "cpu" else device]


def _mean(mean: float) -> str:
    """A mean return: with two decimals where one says too little, as of returns between 0 and 1."""
    return f"{mean:.1f}" if abs(mean) >= 10 else f"{mean:.2f}"


def _seconds_left(training: Training) -> float | None:
    """By the speed of now where the budget is in steps, else by the time used so far."""
    batch, config = training.last_batch, training.config
    if batch is None or config is None or batch.progress <= 0.0:
        return None
    if config.steps and batch.steps_per_second > 0 and not config.episodes:
        return max(0.0, (config.steps - batch.step) / batch.steps_per_second)
    return batch.seconds * (1.0 - batch.progress) / batch.progress


def ended_words(status: str, summary: dict[str, Any]) -> str:
    """How a training ended, to follow its name or the word "Training", without the full stop."""
    if summary.get("run") is None and "words" in summary:
        return str(summary["words"])
    mean, solved = summary.get("mean_return"), summary.get("solved_at")
    words = f"{status} at step {summary['steps']:,}"
    words += "" if mean is None else f", mean return {mean:.1f}"
    return words + ("" if not solved else f", goal reached after {solved['episode']:,} episodes")

"""What a run can be exported to: data for the command line and the window. Only the standard library here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunFormat:
    """One format.

    Attributes:
        key: its name on the command line.
        suffix: of the file's name; "" for a folder.
        title: its name on the screen.
        summary: what the file holds and what it is good for, in a sentence.
        policy: whether it holds the policy of one checkpoint, which can then be chosen.
    """

    key: str
    suffix: str
    title: str
    summary: str
    policy: bool = False


RUN_FORMATS: tuple[RunFormat, ...] = (
    RunFormat(
        "csv",
        ".csv",
        "Table (CSV)",
        "Every episode, evaluation and diagnostic as one long table, and the settings as a second one beside it.",
    ),
    RunFormat(
        "json",
        ".json",
        "JSON",
        "Settings, curves, evaluations and events as one JSON object.",
    ),
    RunFormat(
        "tensorboard",
        "",
        "TensorBoard",
        "An event file in a folder of the run's name, under Stable-Baselines3's tags: for `tensorboard --logdir PATH`.",
    ),
    RunFormat(
        "html",
        ".html",
        "Report (one web page)",
        "Settings, curves, evaluations and an episode on one page, in one file: to read, send or print.",
    ),
    RunFormat(
        "script",
        ".py",
        "Python script",
        "Trains the same: by Stable-Baselines3 alone where the algorithm is that library's, else with RL Studio.",
    ),
    RunFormat(
        "bundle",
        ".rlrun",
        "Run bundle",
        "The whole run in one file, checkpoints and recorded episodes with it: opens exactly on another machine.",
    ),
    RunFormat(
        "onnx",
        ".onnx",
        "Policy (ONNX)",
        "The network that acts, for other programs and languages; its file says what goes in and what comes out.",
        policy=True,
    ),
)


def run_format(key: str) -> RunFormat:
    """The format of that key. Raises KeyError."""
    for each in RUN_FORMATS:
        if each.key == key:
            return each
    raise KeyError(key)

"""One environment's card: made by making the environment, reading its docstring and taking its picture."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from PIL import Image

from rlstudio.core.frame_store import Frame
from rlstudio.envs.card import EnvironmentCard
from rlstudio.envs.ids import newest_ids, split_id
from rlstudio.envs.make import MakeError, frame_of, frame_rate, load_entry_point, make, step_limit
from rlstudio.envs.spaces import describe_space
from rlstudio.envs.transition_table import publishes_table
from rlstudio.envs.unavailable import Reason, explain
from rlstudio.envs.words import words_for

DOCS_ROOT = "https://gymnasium.farama.org/environments/"
PICTURE_WIDTH = 300
"""Pictures are scaled down to at most this many pixels across."""

_PICTURE_SEED = 1
_NOT_FOR_READERS = re.compile(r"<!--.*?-->|<a id=[^>]*></a>|!\[[^\]]*\]\([^)]*\)|^:alt:.*$", re.DOTALL | re.MULTILINE)
_MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Inside, what an environment prints or warns of goes nowhere: a catalogue has no use for it."""
    sink = io.StringIO()
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def title_of(env_id: str, *, newest: bool) -> str:
    """A readable title: "Cart Pole", "Cart Pole (v0)" for an old version, "Cart Pole (JAX)" for another engine's."""
    parts = split_id(env_id)
    marks = ["JAX"] if parts.namespace in ("phys2d", "tabular") else []
    if not newest:
        marks.append(f"v{parts.version}")
    title = words_for(env_id).title
    return f"{title} ({', '.join(marks)})" if marks else title


def _docstring_in_source(entry_point: str) -> str:
    """The docstring of one of Gymnasium's own classes read from its file: importing it may need what is missing."""
    module, _, name = entry_point.partition(":")
    path = Path(gym.__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    return (ast.get_docstring(found[0]) or "") if found else ""


def docs_of(entry_point: Any) -> str:
    """The docstring of an environment's class as Markdown, without comments, anchors and pictures."""
    if str(entry_point).startswith("gymnasium."):
        text: str | None = _docstring_in_source(entry_point)
    else:
        creator = load_entry_point(entry_point)
        text = vars(creator).get("__doc__") if inspect.isclass(creator) else None
    if not text:
        return ""
    cleaned = _NOT_FOR_READERS.sub("", inspect.cleandoc(text))
    return re.sub(r"\n{3,}", "\n\n", cleaned).strip()


def first_sentence(docs: str) -> str:
    """The first sentence of a docstring, without headings and links."""
    lines = [line for line in docs.splitlines() if not line.startswith(("#", "|", "`"))]
    text = _MARKDOWN_LINK.sub(r"\1", " ".join("\n".join(lines).strip().partition("\n\n")[0].split()))
    sentence = re.match(r".*?[.!?](?=\s|$)", text)
    return sentence[0] if sentence else text


def picture_of(env_id: str, env_kwargs: Mapping[str, Any] | None = None) -> Frame:
    """The frame after a few random steps from a fixed seed, or the last one before the episode would have ended.

    Raises:
        MakeError, ValueError: where there is no picture to be had.
    """
    env = make(env_id, env_kwargs, render=True)
    try:
        env.reset(seed=_PICTURE_SEED)
        env.action_space.seed(_PICTURE_SEED)
        frame = frame_of(env)
        for _ in range(words_for(env_id).picture_steps):
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            if terminated or truncated:
                break
            frame = frame_of(env)
        return frame
    finally:
        env.close()


def save_picture(path: Path, frame: Frame) -> None:
    """Write a frame as a PNG at most PICTURE_WIDTH wide."""
    image = Image.fromarray(frame)
    if image.width > PICTURE_WIDTH:
        height = round(image.height * PICTURE_WIDTH / image.width)
        image = image.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
    image.save(path, format="PNG", optimize=True)


def _facts(env_id: str, env_kwargs: Mapping[str, Any] | None) -> dict[str, Any]:
    """What only the made environment tells: spaces, limit, frame rate. Reset and stepped once, so that it is known to
    run."""
    env = make(env_id, env_kwargs)
    limit_is_ours = gym.registry[env_id].max_episode_steps is None and "max_episode_steps" not in (env_kwargs or {})
    try:
        env.reset(seed=_PICTURE_SEED)
        env.action_space.seed(_PICTURE_SEED)
        env.step(env.action_space.sample())
        return {
            "available": True,
            "observation": describe_space(env.observation_space, env_id, "observation"),
            "action": describe_space(env.action_space, env_id, "action"),
            "max_episode_steps": step_limit(env),
            "limit_is_ours": limit_is_ours,
            "fps": frame_rate(env),
            "transition_table": publishes_table(env),
        }
    finally:
        env.close()


def _failure(env_id: str, error: BaseException) -> dict[str, Any]:
    """The fields of a card whose environment cannot be made: the reason and what would mend it."""
    cause = error.__cause__ if isinstance(error, MakeError) and error.__cause__ else error
    reason: Reason = explain(env_id, cause)
    return {"available": False, "why_not": reason.why, "install": reason.install}


def make_card(
    spec: EnvSpec, env_kwargs: Mapping[str, Any] | None = None, picture: Path | None = None
) -> EnvironmentCard:
    """The card of a registered environment, and its picture where a path for one is given.

    Whatever the environment's own code raises or prints, there is a card: one that says why it cannot be used.
    """
    env_id = spec.id
    words = words_for(env_id)
    newest = env_id in newest_ids(gym.registry)
    with silenced():
        try:
            facts = _facts(env_id, env_kwargs)
        except (Exception, SystemExit) as error:
            facts = _failure(env_id, error)
        try:
            docs = docs_of(spec.entry_point)
        except (Exception, SystemExit):
            docs = ""
        drawn = ""
        if facts["available"] and picture is not None:
            with contextlib.suppress(Exception, SystemExit):
                save_picture(picture, picture_of(env_id, env_kwargs))
                drawn = str(picture)
    return EnvironmentCard(
        **{
            "id": env_id,
            "title": title_of(env_id, newest=newest),
            "family": words.family,
            "summary": words.summary or first_sentence(docs),
            "docs": docs,
            "docs_url": DOCS_ROOT + words.docs if words.docs else "",
            "max_episode_steps": spec.max_episode_steps,
            "reward_threshold": None if spec.reward_threshold is None else float(spec.reward_threshold),
            "picture": drawn,
            "newest": newest,
            **facts,
        }
    )

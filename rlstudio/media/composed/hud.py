"""The numbers of a composed picture: step, return, and the action in words, or in the end why it ended."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import ImageDraw

from rlstudio.core.episode import Episode
from rlstudio.media.composed.layout import Box
from rlstudio.media.composed.look import Look, fitting, font, put, wrapped


class Hud:
    """Three numbers with their names: beside each other, or where the place is high enough the third below."""

    def __init__(self, box: Box, unit: int, look: Look, episode: Episode) -> None:
        self._look, self._episode, self._unit = look, episode, unit
        self._returns = episode.returns_so_far()
        self._small, self._large = font(round(unit * 0.8)), font(round(unit * 1.25), "SemiBold")
        stacked = box.height > unit * 5
        share = box.width / (2 if stacked else 4)
        self._cells = [(box.left, box.top, share), (round(box.left + share), box.top, share)]
        third = (
            (box.left, box.top + round(unit * 3.1), box.width)
            if stacked
            else (round(box.left + 2 * share), box.top, 2 * share)
        )
        self._cells.append((third[0], third[1], float(third[2])))

    def draw_static(self, draw: ImageDraw.ImageDraw) -> None:
        """The names, which never change."""
        for (left, top, _), name in zip(self._cells, ("time step", "return", "action"), strict=True):
            if name != "action":
                put(draw, (left, top + self._unit * 0.8), name, self._small, self._look.muted)

    def draw(self, draw: ImageDraw.ImageDraw, index: int) -> None:
        """The numbers of frame `index`."""
        ended = index >= self._episode.length
        texts = (
            f"{index:,} of {self._episode.length:,}",
            number_words(float(self._returns[index])),
            self._doing(index),
        )
        left, top, width = self._cells[2]
        put(draw, (left, top + self._unit * 0.8), "the end" if ended else "action", self._small, self._look.muted)
        for (left, top, width), text in zip(self._cells, texts, strict=True):
            shown = fitting(text, self._large, width - self._unit * 0.5)
            put(draw, (left, top + self._unit * 2.3), shown, self._large, self._look.text)

    def _doing(self, index: int) -> str:
        if index >= self._episode.length:
            return self._episode.ending or "the episode ended"
        return action_words(self._episode, index)


def action_words(episode: Episode, index: int) -> str:
    """The action taken at frame `index`: its name, or its numbers."""
    action: Any = episode.actions[index]
    if episode.discrete:
        number = int(action)
        return episode.action_names[number] if 0 <= number < len(episode.action_names) else f"action {number}"
    return ", ".join(f"{float(value):+.2f}" for value in np.atleast_1d(action)[:4]).replace("-", "−")


def number_words(value: float) -> str:
    """A return for people: whole where it is whole, else with one decimal, or two below 10."""
    if value == round(value):
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:,.{1 if abs(value) >= 10 else 2}f}".replace("-", "−")


def checkpoint_caption(words: str, episode: Episode) -> str:
    """The caption of a film's part: a person's words, then whose policy acts and what it reaches."""
    step = f"step {episode.step:,}" if episode.step else "untrained"
    seen = f"{step} · return {number_words(episode.total_reward)}"
    return f"{words} · {seen}" if words else seen


class Caption:
    """The line above everything: what a person wrote, and whose behaviour is seen."""

    def __init__(self, box: Box, unit: int, look: Look) -> None:
        self._box, self._unit, self._look = box, unit, look

    def draw_static(self, draw: ImageDraw.ImageDraw, caption: str) -> None:
        """Draw it; a long one in smaller letters, then cut off with "…"."""
        for size in (1.5, 1.25, 1.05):
            letters = font(round(self._unit * size), "SemiBold")
            if letters.getlength(caption) <= self._box.width:
                break
        line = wrapped(caption, letters, self._box.width, 1)
        if line:
            put(draw, (self._box.left, self._box.top + self._unit * 1.25), line[0], letters, self._look.text)

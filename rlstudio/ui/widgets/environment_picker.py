"""The environment picker: every environment the registry knows, with picture, spaces in words and documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from html import escape

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget

from rlstudio.envs.card import EnvironmentCard
from rlstudio.ui.widgets.choice import Choice
from rlstudio.ui.widgets.number_text import to_text
from rlstudio.ui.widgets.picker import Picker


class EnvironmentPicker(Picker):
    """Picks an EnvironmentCard by its id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("environment", parent, extras_words="Show older versions")
        self._cards: dict[str, EnvironmentCard] = {}

    def set_cards(self, cards: Iterable[EnvironmentCard]) -> None:
        """Replace what there is to choose from: families as they come, newest and available ones first in each."""
        found = sorted(cards, key=lambda card: (not card.newest, not card.available))
        self._cards = {card.id: card for card in found}
        families = dict.fromkeys(card.family for card in sorted(found, key=lambda card: not card.available))
        self.set_choices(choice_of(card) for family in families for card in found if card.family == family)

    def card(self) -> EnvironmentCard | None:
        """The card of what is chosen; None while its card is not known."""
        return self._cards.get(self.key())


def choice_of(card: EnvironmentCard) -> Choice:
    """A card as the popup shows it."""
    return Choice(
        key=card.id,
        title=card.title,
        subtitle=card.id,
        group=card.family,
        why_not="" if card.available else card.why_not or "it could not be made",
        install=card.install,
        picture=card.picture,
        details=partial(details_of, card),
        more=card.summary,
        extra=not card.newest,
    )


def facts_of(card: EnvironmentCard) -> list[tuple[str, str]]:
    """What there is to know, as name and words."""
    facts = []
    if card.observation:
        facts.append(("Observation", card.observation.words))
    if card.action:
        facts.append(("Action", card.action.words))
    if card.max_episode_steps:
        ours = " (the studio's own limit; the environment has none)" if card.limit_is_ours else ""
        facts.append(("Episode limit", f"{card.max_episode_steps:,} steps{ours}"))
    if card.reward_threshold is not None:
        facts.append(("Solved at", f"a mean return of {to_text(card.reward_threshold)}"))
    return facts


def details_of(card: EnvironmentCard) -> str:
    """Rich text for the reading side."""
    parts = [f"<p>{escape(card.summary)}</p>"] if card.summary else []
    parts += [f"<p><b>{name}</b><br>{escape(words)}</p>" for name, words in facts_of(card)]
    if card.docs:
        parts.append(f"<h4>Documentation</h4>{prose(card.docs)}")
    if card.docs_url:
        parts.append(f"<p><a href='{escape(card.docs_url, quote=True)}'>Documentation on the web</a></p>")
    return "".join(parts)


def prose(text: str) -> str:
    """Documentation (Markdown, as Gymnasium's docstrings are) as rich text."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)  # pictures on the web are not fetched
    text = re.sub(r"^#{1,6} +", "#### ", text, flags=re.MULTILINE)
    document = QTextDocument()
    feature = QTextDocument.MarkdownFeature
    document.setMarkdown(text, feature.MarkdownNoHTML | feature.MarkdownDialectGitHub)
    html = document.toHtml()
    return html[html.index("<body") : html.index("</body>")].partition(">")[2]

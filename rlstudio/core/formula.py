"""Formulas as specs write them (Unicode, `_x` and `^x` for what stands below and above) taken apart and typeset.

"G_t = r_t + γ·G_{t+1}" becomes HTML in which variables are italic and indices are set small; words and the names of
functions (min, log, argmax) stay upright. Parts set off by three spaces, or by two after a semicolon, get lines of
their own.
"""

from __future__ import annotations

import re
from html import escape

_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+−=aehijklmnoprstuvx", strict=True))
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼ᵀᵃᵇᶜᵈᵉᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛˣ", "0123456789+−=Tabcdeklmnoprstuvx", strict=True))
_BREAK = re.compile(r"(?<=;)\s{2,}|\s{3,}")
_COMBINING = "\u0300-\u036f"
_TOKEN = re.compile(
    rf"(?P<index>[_^](?:\{{[^{{}}]*\}}|[A-Za-zͰ-Ͽ]{{2,}}|[^\s{{}}])[{_COMBINING}]*′*)"
    rf"|(?P<below>[{''.join(_SUBSCRIPTS)}]+)"
    rf"|(?P<above>[{''.join(_SUPERSCRIPTS)}]+)"
    rf"|(?P<word>[A-Za-z]{{2,}}(?:-[A-Za-z]{{2,}})*)"
    rf"|(?P<letter>[A-Za-zÀ-ɏΑ-ΟΡΤ-Ωα-ωϕϵℓ][{_COMBINING}]*)"
    rf"|(?P<other>.)",
    re.DOTALL,
)


def formula_lines(text: str) -> list[str]:
    """The parts of a formula, a line each, as they are written."""
    return [re.sub(r"\s+", " ", part).strip() for part in _BREAK.split(text.strip()) if part.strip()]


def formula_html(text: str) -> str:
    """The formula as HTML of its lines; plain tags alone (i, sub, sup, br), so that Qt and web pages show it alike."""
    return "<br>".join(_typeset(line) for line in formula_lines(text))


def _typeset(line: str) -> str:
    parts = []
    for match in _TOKEN.finditer(line):
        kind, token = match.lastgroup, match[0]
        if kind == "index":
            tag = "sub" if token[0] == "_" else "sup"
            parts.append(f"<{tag}>{_typeset(token[1:].removeprefix('{').removesuffix('}'))}</{tag}>")
        elif kind in ("below", "above"):
            tag, plain = ("sub", _SUBSCRIPTS) if kind == "below" else ("sup", _SUPERSCRIPTS)
            parts.append(f"<{tag}>{_typeset(''.join(plain[letter] for letter in token))}</{tag}>")
        elif kind == "letter" and not _is_word(line, match.start(), token):
            parts.append(f"<i>{escape(token)}</i>")
        else:
            parts.append(escape(token))
    return "".join(parts)


def _is_word(line: str, at: int, token: str) -> bool:
    """Whether a single letter is the English "a": between words, not beside a sign."""
    around = re.compile(r"[a-z]{2,} $"), re.compile(r" [a-z]{2,}")
    return token == "a" and bool(around[0].search(line[:at])) and bool(around[1].match(line[at + 1 :]))

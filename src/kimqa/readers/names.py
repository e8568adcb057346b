"""From a short answer that is a part of a name to the whole name, where its passage has just one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kimqa.text import STOPWORDS, stem

TITLES: Final = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december president vice deputy prime minister chancellor premier king queen prince princess duke
    secretary general senator representative governor mayor judge justice chief inspector superintendent sergeant captain
    colonel major lieutenant admiral commander corporal professor doctor dr mr mrs ms miss sir dame lady lord father sister
    bishop archbishop cardinal pope imam rabbi ambassador envoy director chairman chairwoman chair commissioner councillor
    officer coach manager speaker attorney""".split()
)
"""Capitalised words that stand before a name and are none of it: ranks and offices, days and months."""
_PART: Final = re.compile(r"[^\W\d_][\w-]*")
_PARTICLES: Final = "al ap bin da das de del della den der di dos du el ibn la le ten ter van von y"
# Capitalised words one after the other, with what may stand between them in a name: "Ludwig van Beethoven", "Mary J. Blige".
_NAME: Final = re.compile(
    rf"[A-ZÀ-ÖØ-Þ][\w-]*(?:\s(?:(?:{_PARTICLES.replace(' ', '|')})\s){{0,2}}[A-ZÀ-ÖØ-Þ](?:[\w-]+|\.))+"
)
_ASKS_WHO: Final = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_ASKS_WHICH: Final = re.compile(r"\b(?:which|what)\s+((?:\w[\w-]*\s+){0,2}\w[\w-]*)", re.IGNORECASE)
# "Which golfer", "which actress", "which politician": somebody who does or is something.
_SOMEBODY: Final = re.compile(r"(?:er|or|ist|ian|ress|man|woman|star|senator|official|spokesperson|president|leader)$")
_MAX_PARTS: Final = 4


def in_full(question: str, short: str, text: str) -> str:
    """The whole name that a short answer of one word is a part of: "Reyes" is "Tom Reyes" where `text` names one Reyes.

    Of a person the last name is completed, or the first; of anything else, a name with what the question asks for in it
    ("which airline", "which national park"). The answer stays as it is where several names or none would fit.
    """
    if not _PART.fullmatch(short) or not short[:1].isupper() or short.isupper():
        return short
    names = list(_names(text))
    if _ASKS_WHO.search(question):
        found = {name for name in names if name[-1] == short} or {name for name in names if name[0] == short}
    else:
        asked = [word for words in _ASKS_WHICH.findall(question) for word in words.split() if word.islower()]
        stems = {stem(word) for word in asked}
        found = {n for n in names if short in (n[0], n[-1]) and stems & {stem(w.lower()) for w in n if w != short}}
        if not found and any(map(_SOMEBODY.search, asked)):
            found = {name for name in names if name[-1] == short}
    longest = {name for name in found if not any(name != other and _ends(name, other) for other in found)}
    return " ".join(longest.pop()) if len(longest) == 1 else short


def _names(text: str) -> Iterator[tuple[str, ...]]:
    """The names of several words in a text, without titles and without what only opens a sentence."""
    for match in _NAME.finditer(text):
        parts = re.sub(r"['’]s?$", "", match.group()).split()
        while parts and (parts[0].lower().strip(".") in TITLES or parts[0].lower() in STOPWORDS):
            parts.pop(0)
        if 1 < len(parts) <= _MAX_PARTS:
            yield tuple(parts)


def _ends(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the first name is the end or the beginning of the other."""
    return other[-len(one) :] == one or other[: len(one)] == one

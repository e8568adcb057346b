"""From a question in the form of a quiz to the question that the reader is asked."""

from __future__ import annotations

import re
from typing import Final

from kimqa.text import without_context

_MARK: Final = "true or false"
_ASKING: Final = r"(?:who|whom|whose|what|when|where|which|why|how|whether)\b"
_WH: Final = re.compile(_ASKING, re.IGNORECASE)
# What opens a question or a request, which has no gap to be filled.
_NO_STATEMENT: Final = re.compile(
    r"\W*(?:did|do|does|was|were|is|are|am|has|have|had|will|would|can|could|should|may|might|must|name|list|compare|tell|give|show"
    r"|explain|describe|summari[sz]e|find|quote|question|q|please|i|we|you)\b",
    re.IGNORECASE,
)
_AUXILIARY: Final = re.compile(
    r"(?:did|do|does|was|were|is|are|has|have|had|would|could|should)(?:n['’]t)?\s", re.IGNORECASE
)
# A word that asks: not "the man who", "the town where".
_ASKS: Final = re.compile(
    rf"(?:^\W*|[,;:]\s*|\b(?:in|on|at|for|from|to|by|with|of|until|since|about)\s){_ASKING}",
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"(?<![\w$£€])_{2,}(?!\w)")
_SINCE: Final = re.compile(r"\b(?:since|until)$", re.IGNORECASE)
# Words that are written small within a sentence, and are no name.
_SMALL: Final = frozenset(
    "a an the this that these those it he she they we there his her its their our some many most all no one in on at".split()
)


def as_asked(question: str) -> str:
    """A statement with a gap as a question: "It will cost:" as "It will cost what?", "True or false: X." as "Is it true that X?".

    Other questions stay as they are, and so does the bracket at the end that tells what a follow-up follows.
    """
    asked = " ".join(without_context(question).split())
    context = question[len(without_context(question)) :]
    claim = _claim(asked)
    if claim:
        is_question = _AUXILIARY.match(claim) or (_WH.match(claim) and asked.endswith("?"))
        return f"{claim}?{context}" if is_question else f"Is it true that {_in_sentence(claim)}?{context}"
    if _ASKS.search(asked) or _NO_STATEMENT.match(asked):
        return question
    stem = asked.removesuffix(":").rstrip()
    if stem != asked and stem and stem.lower() != _MARK:
        return f"{stem} {'when' if _SINCE.search(stem) else 'what'}?{context}"
    if len(_BLANK.findall(asked)) != 1:
        return question
    return f"{_BLANK.sub('what', asked).rstrip(' .?!')}?{context}"


def _claim(asked: str) -> str:
    """What is to be judged, without "true or false" before or after it; empty where that is not asked."""
    bare = asked.rstrip(" .?!")
    lowered = bare.lower()
    if lowered.startswith(_MARK) and lowered[len(_MARK) :].lstrip()[:1] in set(":;?,.–—-"):
        return bare[len(_MARK) :].lstrip(" :;?,.–—-")
    if lowered.endswith(_MARK) and lowered.removesuffix(_MARK).rstrip()[-1:] in set(":?!,.;–—-"):
        return bare[: -len(_MARK)].rstrip(" :?!,.;–—-")
    return ""


def _in_sentence(claim: str) -> str:
    opening = claim.split(maxsplit=1)[0]
    is_word = opening.lower() in _SMALL and opening[1:] == opening[1:].lower()
    return f"{claim[0].lower() if is_word else claim[0]}{claim[1:]}"

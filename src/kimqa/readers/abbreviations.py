"""From a question that asks what an abbreviation stands for, and passages, to the place where one of them spells it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kimqa.text import STOPWORDS, sentences
from kimqa.types import Passage, Span

_SHORT: Final = r"(?P<short>[A-Za-z][A-Za-z.&-]{1,9}?)"
_ASKED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:what|which words) (?:does|do|did) (?:the )?(?:letters |initials |abbreviation |acronym )?{_SHORT} stands? for\b",
        rf"\b(?:full|long) (?:name|form) of (?:the )?{_SHORT}\W*$",
        rf"\bwhat (?:is|are|was|were) (?:the )?{_SHORT}(?: short| an? (?:abbreviation|acronym))(?: for| of)\b",
        rf"\b(?:acronym|abbreviation|initials) (?:the )?{_SHORT}\b",
        rf"^(?:the )?{_SHORT} (?:full (?:name|form)|abbreviation|acronym|meaning|stands? for what)\W*$",
        rf"\bspell out (?:the )?{_SHORT}\b",
        r"\bwhat (?:does|do|did) (?:the )?(?-i:(?P<short>[A-Z][A-Z.&]{1,9})) mean\W*$",
    )
)
_LITTLE: Final = frozenset("of for the and in on to a an de la".split())
_IN_BRACKETS: Final = re.compile(r"\(([^()\n]{2,80})\)")


def abbreviation_asked(question: str) -> str | None:
    """The abbreviation that the question wants spelled out, as typed; None where it asks for something else."""
    for pattern in _ASKED:
        match = pattern.search(question.strip())
        if match and (match["short"].isupper() or match["short"].lower() not in STOPWORDS):
            return match["short"]
    return None


def spelled_out(short: str, passages: Sequence[Passage]) -> tuple[Passage, Span] | None:
    """The first passage that spells the abbreviation out, and where in its text; None if none does.

    Found are "Fishermen's Union (FU)" and "FU (Fishermen's Union)".
    """
    for passage in passages:
        for sentence in sentences(passage.text):
            span = _in_sentence(short, passage.text, sentence)
            if span:
                return passage, span
    return None


def _in_sentence(short: str, text: str, sentence: Span) -> Span | None:
    for match in _IN_BRACKETS.finditer(text, sentence.start, sentence.end):
        inside, before = match[1], text[sentence.start : match.start()].rstrip()
        if _letters(inside) == _letters(short):
            found = long_form(short, before)
            if found:
                start = sentence.start + len(before) - len(found)
                return Span(start, start + len(found))
        elif _letters((before.split() or [""])[-1]) == _letters(short) and long_form(short, inside) == inside:
            return Span(match.start(1), match.end(1))
    return None


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def long_form(short: str, before: str) -> str | None:
    """The end of `before` that `short` abbreviates; None if it does not.

    From the end to the beginning every letter of the abbreviation must occur, the first one at the beginning of a word.
    A. S. Schwartz and M. A. Hearst, A simple algorithm for identifying abbreviation definitions in biomedical text, 2003.
    """
    letters = _letters(short)
    by_words = _initials(letters, before)
    if by_words:
        return by_words
    at = len(before)
    for number in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= 0 and (
            before[at].lower() != letters[number] or (number == 0 and at > 0 and before[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return None
    found = before[at:]
    return (
        found if len(letters) < len(found) and len(found.split()) <= min(len(letters) + 5, 2 * len(letters)) else None
    )


def _initials(letters: str, before: str) -> str | None:
    """The last words of `before` that begin with the letters one by one; little words count if it does not work without."""
    found = list(re.finditer(r"[^\W_][\w’']*", before))
    for counts_little in (False, True):
        at = len(letters)
        for match in reversed(found):
            is_little = match.group().lower() in _LITTLE
            if match.group()[0].lower() == letters[at - 1] and (counts_little or not is_little):
                at -= 1
                if not at:
                    return before[match.start() :] if len(letters) > 1 else None
            elif not is_little:
                break
    return None

"""A statement comes in; the names, numbers and dates in it go out, each with the question that it answers.

A reader that finds another name in the passage than the one that was blanked out says that the statement swaps roles, names or
figures, even when all its words stand there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kimqa.text import MONTHS, STOPWORDS, WEEKDAYS

_MONTH: Final = "|".join(MONTHS)
_WEEKDAY: Final = "|".join(WEEKDAYS)
_DATE: Final = re.compile(
    rf"\b(?:(?i:on|in|since|by|until|from|of)\s+)?(?:(?:{_WEEKDAY}),?\s+)?"
    rf"(?:\d{{1,2}}\s+(?:{_MONTH})|(?:{_MONTH})\s+\d{{1,2}}|(?:{_MONTH})|(?:{_WEEKDAY}))(?:,?\s+\d{{4}})?\b"
    r"|\b(?i:in|since|by|until|from)\s+(?:early\s+|late\s+|mid-)?\d{4}\b"
)
_UNIT: Final = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|half|quarter|"
    "first|second|third|fourth|fifth|twice"
)
_NUMBER: Final = re.compile(
    rf"[$£€]?\d(?:[\d,.]*\d)?(?:\s?%|\s+(?:per cent|percent|million|billion|thousand|trillion)\b)?|\b(?:{_UNIT})\b(?:[ -](?:{_UNIT})\b)*"
)
_YEAR: Final = re.compile(r"1[5-9]\d\d|20\d\d|2100")
_CAPITALISED: Final = r"[A-ZÀ-ÖØ-Þ][\w’'-]*"
_NAME: Final = re.compile(rf"\b{_CAPITALISED}(?:\s+(?:(?:of|de|van|von|bin|al|the|for)\s+)?{_CAPITALISED})*")
_POSSESSIVE: Final = re.compile(r"['’]s$|['’]$")
_MOST: Final = 6
ASKED: Final = {"date": "when", "number": "how many", "name": "who or what"}
"""What stands in the place of a part that was blanked out, by its kind."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A part of a statement that can be asked for: characters start to end; kind is `name`, `number` or `date`."""

    start: int
    end: int
    text: str
    kind: str


def blanks(statement: str) -> list[Blank]:
    """The dates, numbers and names of a statement in their order, at most six; they do not overlap."""
    found: list[Blank] = []
    for kind, pattern in (("date", _DATE), ("number", _NUMBER), ("name", _NAME)):
        for match in pattern.finditer(statement):
            start, end = match.span()
            if kind == "name":
                start, end = _without_opening(statement, start, end)
                end -= len(match.group()) - len(_POSSESSIVE.sub("", match.group()))
            if start < end and all(end <= other.start or other.end <= start for other in found):
                text = statement[start:end]
                found.append(Blank(start, end, text, "date" if _YEAR.fullmatch(text) else kind))
    return sorted(found, key=lambda blank: blank.start)[:_MOST]


def question_of(statement: str, blank: Blank, asked: str | None = None) -> str:
    """The statement as a question for one part of it: "Lisk signed what on Monday?".

    Args:
        statement: one sentence.
        blank: the part of it to ask for.
        asked: what stands in its place; by default what `ASKED` has for its kind.
    """
    asked = asked or ASKED[blank.kind]
    question = f"{statement[: blank.start]}{asked}{statement[blank.end :]}".rstrip(" .!?")
    return f"{question[:1].upper()}{question[1:]}?"


def _without_opening(statement: str, start: int, end: int) -> tuple[int, int]:
    """The range of a name without the "The" or "When" before it, which is capitalised because it opens the sentence."""
    while start < end:
        word = re.match(r"[\w’'-]+", statement[start:end])
        if word is None or word.group().lower() not in _OPENING:
            break
        start += word.end()
        start += len(statement[start:end]) - len(statement[start:end].lstrip())
    return start, end


_OPENING: Final = STOPWORDS | frozenset(
    """according after although as at because before both but by despite during each even every following for from he her his how if in it
    its like more most neither no none nobody not of on once one only our over she since so some such that the their then there these they
    this those though three to two under unless until when where whether which while who why with yet you another all an and any""".split()
)

"""A statement comes in; the names, numbers and dates in it go out, each with the question that it answers.

A reader that finds another name in the passage than the one that was blanked out says that the statement swaps roles, names or
figures, even when all its words stand there.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Final

from kimqa.numbers import NUMBER_WORDS, numbers_in
from kimqa.text import MONTHS, STOPWORDS, WEEKDAYS, content_words, normalize, stem

_MONTH: Final = rf"(?:{'|'.join(MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
_WEEKDAY: Final = rf"(?:{'|'.join(WEEKDAYS)})"
BEFORE: Final = r"(?i:on|in|since|by|until|from|of|last|next|early|late)"
"""A pattern for the words that stand before a time."""
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE: Final = re.compile(
    # a weekday, a day of a month, or a year; a bare month or year only after a preposition (Theresa May, 1600 people)
    rf"(?<![\w-])(?:{BEFORE}\s+)*(?:{_WEEKDAY},?\s+)?(?:{_DAY}(?:\s+of)?\s+{_MONTH}|{_MONTH}\s+{_DAY})(?:,?\s+\d{{4}})?(?![\w-])"
    rf"|(?<![\w-])(?:{BEFORE}\s+)*{_WEEKDAY}(?![\w-])"
    rf"|(?<![\w-])(?:{BEFORE}\s+)+(?:mid-)?(?:{_MONTH}(?:,?\s+\d{{4}})?|(?:1[5-9]|20)\d\d)(?![\w-])(?!\s+[a-z]+s\b)"
)
_UNIT: Final = rf"(?:{'|'.join(word for word in NUMBER_WORDS if word != 'one')})"
_SCALE: Final = r"(?:%|m|bn|tn|k|(?:-|\s+)(?:hundred|thousand|million|billion|trillion|per\s+cent|percent)(?!\w))"
_NUMBER: Final = re.compile(
    rf"(?<![\w.:-])[$£€]?\d(?:[\d,.]*\d)?\s?{_SCALE}?(?![\w:-])|(?<![\w-])(?i:{_UNIT})(?:[ -](?i:{_UNIT}|one))*(?![\w-])"
)
_WORD: Final = re.compile(r"(?:[^\W\d_]\.)+(?=\W|$)|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|St)\.|[^\W_][\w’'-]*")
_LINKS: Final = frozenset({"of", "de", "van", "von", "der", "bin", "al", "del", "da"})
_OPENING: Final = STOPWORDS | frozenset(
    """according although another asked despite earlier either even every following formerly however instead last later like many
    meanwhile neither next nobody none nothing recently several since still though three today together tomorrow two unless unlike
    within without yesterday yet""".split()
)
_POSSESSIVE: Final = re.compile(r"['’]s$|['’]$")
_MOST: Final = 4  # each is a reading of all that a statement names; few statements have more
_LONGEST: Final = 1000  # characters: no sentence is longer
# Two names with the same last word that these tell apart.
_DIRECTIONS: Final = frozenset(
    map(stem, "north south east west northern southern eastern western new old upper lower".split())
)
# Weekday, month, day and year, and the letters that tell two of a kind apart.
_PARTS_OF_A_TIME: Final = (
    (re.compile(rf"\b{_WEEKDAY}\b"), 3),
    (re.compile(rf"\b{_MONTH}"), 3),
    (re.compile(r"(?<!\d)\d{1,2}(?!\d)"), 2),
    (re.compile(r"(?<!\d)\d{4}(?!\d)"), 4),
)
ASKED: Final = {"date": "when", "number": "how many", "name": "who or what"}
"""What stands in the place of a part that was blanked out, by its kind."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A part of a statement that can be asked for: characters start to end; kind is `name`, `number` or `date`."""

    start: int
    end: int
    text: str
    kind: str


def blanks(statement: str, shown: str = "") -> list[Blank]:
    """The dates, numbers and names of a statement in their order, the first four; they do not overlap.

    The word that opens it is a name if another capitalised word follows or if it is capitalised within `shown` too.
    """
    text = statement[:_LONGEST]
    found: list[Blank] = []
    for kind, pattern in (("date", _DATE), ("number", _NUMBER)):
        for match in pattern.finditer(text):
            found.append(
                Blank(match.start(), match.start() + len(match.group().rstrip()), match.group().rstrip(), kind)
            )
            text = f"{text[: match.start()]}{'_' * len(match.group())}{text[match.end() :]}"
    for start, end in names(text, shown):
        found.append(Blank(start, end, statement[start:end], "name"))
    return sorted(found, key=lambda blank: blank.start)[:_MOST]


def question_of(statement: str, blank: Blank, asked: str | None = None) -> str:
    """The statement as a question for one part of it: "Lisk signed who or what on Monday?".

    Args:
        statement: one sentence.
        blank: the part of it to ask for.
        asked: what stands in its place; by default what `ASKED` has for its kind.
    """
    asked = asked or ASKED[blank.kind]
    question = f"{statement[: blank.start]}{asked}{statement[blank.end :]}".rstrip(" .!?")
    return f"{question[:1].upper()}{question[1:]}?"


def names(text: str, shown: str = "") -> list[tuple[int, int]]:
    """Where names stand: capitalised words in a row, without a possessive ending or the "The" that opens a sentence."""
    found: list[tuple[int, int]] = []
    for run in _runs(text):
        first = run[0]
        opens = text[: first.start()].rstrip()[-1:] in ("", ".", "!", "?", ":", '"', "“", "‘")
        kept = list(itertools.dropwhile(_only_opens, run)) if opens else run
        kept = list(itertools.dropwhile(_is_link, kept))
        if not kept:
            continue
        start, end = kept[0].start(), kept[-1].start() + len(_POSSESSIVE.sub("", kept[-1].group()))
        doubtful = opens and len(kept) == 1 and kept[0] is first and not _is_acronym(first.group())
        if not doubtful or re.search(rf"[a-z,]\s+{re.escape(text[start:end])}(?!\w)", shown):
            found.append((start, end))
    return found


def _runs(text: str) -> list[list[re.Match[str]]]:
    """Capitalised words in a row with the links between them; a possessive ends a row."""
    runs: list[list[re.Match[str]]] = [[]]
    for match in _WORD.finditer(text):
        row = runs[-1]
        goes_on = (
            bool(row) and text[row[-1].end() : match.start()].isspace() and not _POSSESSIVE.search(row[-1].group())
        )
        if not (match.group()[0].isupper() or (goes_on and _is_link(match))):
            runs.append([])
        elif goes_on:
            row.append(match)
        else:
            runs.append([match])
    trimmed = [list(itertools.dropwhile(_is_link, reversed(run)))[::-1] for run in runs]
    return [run for run in trimmed if run]


def _is_link(match: re.Match[str]) -> bool:
    return match.group() in _LINKS


def _only_opens(match: re.Match[str]) -> bool:
    return match.group().lower() in _OPENING and not _is_acronym(match.group())


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.replace(".", "").isupper()


def says_the_same(blank: Blank, answer: str) -> bool | None:
    """Whether an answer names the same as the part that was asked for; None where the two cannot be compared."""
    if blank.kind == "number":
        counted, other = numbers_in(blank.text), numbers_in(answer)
        return bool(counted & other) if counted and other else None
    if blank.kind == "date":
        return _same_time(blank.text, answer)
    said, found = _stems(blank.text), _stems(answer)
    if not said or not found:
        return None
    if set(said) <= set(found) or set(found) <= set(said):
        return True
    return _alike(said[-1], found[-1]) and not (set(said) ^ set(found)) & _DIRECTIONS


def _stems(text: str) -> list[str]:
    return [stem(word) for word in content_words(text)] or [stem(word) for word in normalize(text).split()]


def _alike(one: str, other: str) -> bool:
    """Whether two stems are one word or open alike, as "china" and "chines" do."""
    shared = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    return shared >= max(4, int(0.6 * max(len(one), len(other))))


def _same_time(said: str, answer: str) -> bool | None:
    """Compares weekday, month, day and year where both name them."""
    equal = []
    for part, letters in _PARTS_OF_A_TIME:
        one, other = ({form[:letters] for form in part.findall(text)} for text in (said, answer))
        if one and other:
            equal.append(bool(one & other))
    return all(equal) if equal else None

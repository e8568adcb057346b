"""Statements with their labels come in; questions for a name, a number or a date of them go out, with the answers.

A true statement without one of its parts is a question that the part answers. A false one is a question with a false premise.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import replace

from kimqa.blanks import ASKED, BEFORE, Blank, blanks, names, question_of
from training.examples import VERDICT_OF_LABEL, Pair, Passage, Spans

SOURCE = "cloze"
SUPPORTED = VERDICT_OF_LABEL["supported"]
MOST_QUESTIONS = 2  # of one statement
# What is wrong with these is not a name, so that one that is asked for stays the right one, or there is none.
FALSE_ELSEWHERE = frozenset(
    f"near:{kind}"
    for kind in (
        "negation",
        "overclaim",
        "cause",
        "condition",
        "comparison",
        "fabricated",
        "half_true",
        "number",
        "date",
    )
)
NAMES = ("who or what", "who or what", "who", "what", "which")
PREPOSITIONS = re.compile(rf"^(?:{BEFORE}\s+)+")


def cloze(pair: Pair, passage: Passage, story: Sequence[Passage], seed: int) -> list[Pair]:
    """Returns the questions that a statement on a passage makes, none if its parts do not stand there in the same words.

    A part of a supported statement is the answer where the evidence has it, and the passages of the same story without its
    words do not answer. Statements that are false in another part have no answer.
    """
    if pair.source != "statements" or pair.verdict is None:
        return []
    chance = random.Random(f"{seed}:{pair.question}")
    made: list[list[Pair]] = []
    for blank in blanks(pair.question, passage.text):
        answers = _answers(blank, pair, passage)
        is_false = pair.style in FALSE_ELSEWHERE and blank.kind == "name" and blank.text in passage.text
        if pair.verdict == SUPPORTED and not answers:
            continue
        if pair.verdict != SUPPORTED and not is_false:
            continue
        question = question_of(
            pair.question, blank, chance.choice(NAMES) if blank.kind == "name" else ASKED[blank.kind]
        )
        asked = replace(
            pair,
            question=question,
            question_id=hashlib.sha256(f"{passage.group}:{question}".encode()).hexdigest()[:16],
            source=SOURCE,
            style=blank.kind,
            spans=answers if pair.verdict == SUPPORTED else (),
            answerable=pair.verdict == SUPPORTED,
            verdict=None,
        )
        words = [whole(passage.text[start:end].lower()) for start, end in asked.spans] + [whole(blank.text.lower())]
        others = [p for p in story if p.id != passage.id and not any(word.search(p.text.lower()) for word in words)]
        made.append([asked, *(replace(asked, passage=p.id, spans=(), answerable=False) for p in others)])
    chosen = chance.sample(made, min(len(made), MOST_QUESTIONS))
    return [question for group in chosen for question in group]


def _answers(blank: Blank, pair: Pair, passage: Passage) -> Spans:
    """Returns where the part stands in the evidence; a name with the rest of it: "Davor Lisk" for "Lisk"."""
    sought = PREPOSITIONS.sub("", blank.text) if blank.kind == "date" else blank.text
    found = []
    for begin, end in pair.spans:
        for match in whole(sought).finditer(passage.text[begin:end]):
            start, stop = begin + match.start(), begin + match.end()
            around = ((a, b) for a, b in names(passage.text, passage.text) if a <= start and stop <= b)
            found.append(next(around, (start, stop)) if blank.kind == "name" else (start, stop))
    return tuple(found)


def whole(text: str) -> re.Pattern[str]:
    """Returns what finds a text that is no part of a longer word."""
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE if text.islower() else 0)

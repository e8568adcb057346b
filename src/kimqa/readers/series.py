"""From an answer beside "there are three reasons" to the reasons: the sentences, or the rest of the sentence, that it announces."""

from __future__ import annotations

import itertools
import re
from typing import Final

from kimqa.readers.listing import NO_MEASURE, NUMBER_WORD, count_said
from kimqa.readers.quoting import Candidate, around, without_stop
from kimqa.text import sentences
from kimqa.types import Draft, DraftStatement, Quote, Span

# Things that a writer counts before telling them. What only happens to be counted ("three trawlers") is no such thing.
_THINGS: Final = (
    r"(?:advantages|aims|answers|arguments|aspects|benefits|causes|changes|charges|choices|claims|commitments|components|concessions"
    r"|conclusions|concerns|conditions|consequences|decisions|demands|differences|difficulties|doubts|duties|effects|elements|errors"
    r"|examples|explanations|factors|facts|failings|faults|features|findings|forms|goals|grounds|groups|ideas|improvements|issues|items"
    r"|kinds|lessons|measures|methods|mistakes|motives|objections|obstacles|options|parts|pledges|points|principles|priorities|problems"
    r"|promises|proposals|purposes|questions|reasons|recommendations|requests|requirements|results|risks|rules|scenarios|signs|sorts"
    r"|stages|steps|suggestions|targets|tasks|terms|themes|theories|things|threats|topics|types|versions|ways|weaknesses|wishes)"
)
_ANNOUNCES: Final = re.compile(
    rf"\b(?P<count>{NUMBER_WORD}){NO_MEASURE}\s+(?:(?!of\b|or\b|and\b)[\w-]+\s+){{0,2}}?{_THINGS}\b", re.IGNORECASE
)
_MAX_ITEMS: Final = 6


def announced(candidate: Candidate, *, itself: bool = False) -> Draft | None:
    """The announcing sentence and as many items as it counts, when the best answer of a passage lies in it or among them.

    Items stand behind a colon in the sentence itself, or are the sentences after it, in its paragraph or each in its own.
    None where nothing is announced; with `itself`, also where the answer is another thing than the announcement.
    """
    if candidate.best is None:
        return None
    text = candidate.passage.text
    whole = sentences(text)
    answering = around(text, candidate.best)
    at = next((n for n, sentence in enumerate(whole) if sentence.start == answering.start), None)
    if at is None:
        return None
    for first in range(at, at - 1 if itself else max(at - _MAX_ITEMS, 0) - 1, -1):
        opening = whole[first]
        match = _ANNOUNCES.search(text, opening.start, opening.end)
        count = count_said(match["count"]) if match else 0
        if not match or not 2 <= count <= _MAX_ITEMS:
            continue
        if itself and not (candidate.best.start <= match.start() and match.end() <= candidate.best.end):
            continue
        told = text[match.end() : opening.end].partition(":")[2].strip()
        items = [] if told else _items_after(text, whole[first:], count)
        if told and first == at:
            return _draft(candidate, [opening], without_stop(" ".join(told.split())))
        if items and first <= at <= first + len(items):
            shorts = "; ".join(without_stop(" ".join(item.of(text).split())) for item in items)
            return _draft(candidate, [opening, *items], shorts)
    return None


def _items_after(text: str, announced: list[Span], count: int) -> list[Span]:
    """The sentences after the first that tell what it counts: those of its paragraph, or one of each paragraph after it."""
    after = announced[1 : count + 1]
    breaks = ["\n" in text[one.end : other.start] for one, other in itertools.pairwise(announced[: count + 1])]
    if breaks and all(breaks):
        return after if len(after) == count else []
    return after[: breaks.index(True)] if True in breaks else after


def _draft(candidate: Candidate, spans: list[Span], short: str) -> Draft:
    passage = candidate.passage
    statements = tuple(
        DraftStatement(
            " ".join(span.of(passage.text).split()),
            (Quote(passage.article_id, passage.start + span.start, passage.start + span.end),),
        )
        for span in spans
    )
    return Draft(statements, short=short, confidence=candidate.confidence)

"""From the candidates for either side of a comparison to the answer of each side, chosen with a look at the other."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from typing import Final

from kimqa.readers.quoting import Candidate, quote_of, same_answer
from kimqa.readers.reports import is_of_year

# Logarithms of odds that a choice gains when its sides are told by two articles, by two sentences, and answered otherwise.
# On the four development archives and the gold questions (126 comparisons, November 2026) 52, 53 and 54 are answered rightly
# at 1, 1.5 and 2 for the last, and 50 when sides had to be told apart by article or else by sentence. None is lost.
_OTHER_ARTICLE: Final = 0.5
_OTHER_SENTENCE: Final = 0.5
_OTHER_ANSWER: Final = 1.5
# An answer that is not the best of its passage is considered when its score is at least this share of the best one's.
_SPAN_SHARE: Final = 0.1
_MAX_OPTIONS: Final = 12  # of a side: pairs of them are tried


def chosen_together(answered: dict[str, list[Candidate]], least: float) -> dict[str, list[Candidate]]:
    """The candidates of every side, first the one whose best answer goes best with those of the others.

    Args:
        answered: the candidates of each side, which ones answer it at least one of.
        least: the probability from which a candidate answers.
    """
    options = [_options(candidates, least) for candidates in answered.values()]
    best = max(itertools.product(*options), key=_value)
    return {
        side: [chosen, *(c for c in candidates if c.passage.chunk_id != chosen.passage.chunk_id)]
        for (side, candidates), (_, chosen) in zip(answered.items(), best, strict=True)
    }


def of_its_year(side: str, candidates: Sequence[Candidate], least: float) -> list[Candidate]:
    """The candidates with the passages first of the year that a side names, if one of them is as likely as `least`."""

    def is_wanted(candidate: Candidate) -> bool:
        return candidate.answers(least) and is_of_year(side, candidate.passage)

    return sorted(candidates, key=lambda c: not is_wanted(c)) if any(map(is_wanted, candidates)) else list(candidates)


def _options(candidates: Sequence[Candidate], least: float) -> list[tuple[float, Candidate]]:
    """What may answer a side, with its log-odds, best first: every likely span of every passage that answers."""
    found = []
    for candidate in candidates:
        spans = candidate.reading.spans
        for span in spans if candidate.answers(least) else ():
            share = span.score / spans[0].score
            if share >= _SPAN_SHARE:
                first = (span, *(other for other in spans if other is not span))
                reading = dataclasses.replace(candidate.reading, spans=first)
                found.append((candidate.score + math.log(share), dataclasses.replace(candidate, reading=reading)))
    return sorted(found, key=lambda option: -option[0])[:_MAX_OPTIONS]


def _value(choice: Sequence[tuple[float, Candidate]]) -> float:
    """How good a choice of one answer for each side is."""
    value = sum(log_odds for log_odds, _ in choice)
    for (_, one), (_, other) in itertools.combinations(choice, 2):
        if one.best is None or other.best is None:
            continue
        if one.passage.article_id != other.passage.article_id:
            value += _OTHER_ARTICLE + _OTHER_SENTENCE
        elif quote_of(one, one.best).start != quote_of(other, other.best).start:
            value += _OTHER_SENTENCE
        value += _OTHER_ANSWER * (not same_answer(one.best.text, other.best.text))
    return value

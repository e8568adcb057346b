"""From the candidates for either side of a comparison to the answer of each side, chosen with a look at the other."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Final

from kimqa.readers.quoting import Candidate, quote_of, same_answer
from kimqa.readers.reports import is_of_year
from kimqa.types import Draft, DraftSide, Quote

# Logarithms of odds that a choice gains when its sides are told by two articles, by two sentences, and answered otherwise.
# On the four development archives and the gold questions (126 comparisons, November 2026) 52, 53 and 54 are answered rightly
# at 1, 1.5 and 2 for the last, and 50 when sides had to be told apart by article or else by sentence. None is lost.
_OTHER_ARTICLE: Final = 0.5
_OTHER_SENTENCE: Final = 0.5
_OTHER_ANSWER: Final = 1.5
# An answer that is not the best of its passage is considered when its score is at least this share of the best one's.
_SPAN_SHARE: Final = 0.1
_MAX_OPTIONS: Final = 12  # of a side: pairs of them are tried


@dataclasses.dataclass(frozen=True, slots=True)
class _Option:
    """What may answer a side: a candidate with that answer first, its log-odds, and the sentence that it stands in."""

    candidate: Candidate
    log_odds: float
    quote: Quote


def chosen_together(
    answered: dict[str, list[Candidate]],
    is_likely: Callable[[Candidate], bool],
    confidence: Callable[[float, float], float],
    *,
    may_agree: bool = False,
) -> dict[str, list[Candidate]]:
    """The candidates of every side, first the one whose best answer goes best with those of the others.

    Args:
        answered: the candidates of each side; at least one of them is likely.
        is_likely: whether a candidate may answer.
        confidence: of an answer, from the log-odds of its passage and its own score.
        may_agree: whether one answer for all sides is as good as one for each.
    """
    options = [_options(side, candidates, is_likely, confidence) for side, candidates in answered.items()]
    if not all(options):
        return answered
    other_answer = 0.0 if may_agree else _OTHER_ANSWER
    best = max(itertools.product(*options), key=functools.partial(_value, other_answer=other_answer))
    found = {}
    for (side, candidates), option in zip(answered.items(), best, strict=True):
        taken = [other.candidate for other in best if other is not option]
        chosen = _without(option.candidate, taken)
        found[side] = [chosen, *(c for c in candidates if c.passage.chunk_id != chosen.passage.chunk_id)]
    return found


def own_conflicts(drafts: Sequence[Draft]) -> tuple[tuple[DraftSide, ...], ...]:
    """Where sources disagree on one side, without what only answers the other: "2012" beside "2011", of two who came to power."""
    kept = []
    for draft in drafts:
        others = [other.short for other in drafts if other is not draft and other.short]
        for conflict in draft.conflicts:
            rivals = [side.short for side in conflict if not same_answer(side.short, draft.short or "")]
            if not rivals or not all(any(same_answer(rival, other) for other in others) for rival in rivals):
                kept.append(conflict)
    return tuple(kept)


def of_its_year(side: str, candidates: Sequence[Candidate], least: float) -> list[Candidate]:
    """The candidates with the passages first of the year that a side names, if one of them is as likely as `least`."""

    def is_wanted(candidate: Candidate) -> bool:
        return candidate.answers(least) and is_of_year(side, candidate.passage)

    return sorted(candidates, key=lambda c: not is_wanted(c)) if any(map(is_wanted, candidates)) else list(candidates)


def _options(
    side: str,
    candidates: Sequence[Candidate],
    is_likely: Callable[[Candidate], bool],
    confidence: Callable[[float, float], float],
) -> list[_Option]:
    """What may answer a side, best first: every likely span of every likely passage, of its year if there is one."""
    likely = [candidate for candidate in candidates if is_likely(candidate) and candidate.reading.spans]
    likely = [c for c in likely if is_of_year(side, c.passage)] or likely
    found = []
    for candidate in likely:
        best, *others = candidate.reading.spans
        found.append(_Option(candidate, candidate.score, quote_of(candidate, best)))
        for span in others:
            share = span.score / best.score if best.score else 0.0
            if share < _SPAN_SHARE:
                continue
            # It stands for itself: no part of a series with the better one, and nothing that the line above it tells.
            alone = dataclasses.replace(candidate.reading, spans=(span,), header_spans=())
            lesser = dataclasses.replace(candidate, reading=alone, confidence=confidence(candidate.score, span.score))
            found.append(_Option(lesser, candidate.score + math.log(share), quote_of(candidate, span)))
    return sorted(found, key=lambda option: -option.log_odds)[:_MAX_OPTIONS]


def _value(choice: Sequence[_Option], other_answer: float) -> float:
    """How good a choice of one answer for each side is."""
    value = sum(option.log_odds for option in choice)
    for one, other in itertools.combinations(choice, 2):
        if one.quote.article_id != other.quote.article_id:
            value += _OTHER_ARTICLE
        if (one.quote.article_id, one.quote.start) != (other.quote.article_id, other.quote.start):
            value += _OTHER_SENTENCE
        first, second = (option.candidate.reading.spans[0] for option in (one, other))
        is_elsewhere = one.candidate.passage.chunk_id == other.candidate.passage.chunk_id and (
            first.end <= second.start or second.end <= first.start
        )
        value += other_answer * (is_elsewhere or not same_answer(first.text, second.text))
    return value


def _without(candidate: Candidate, others: Sequence[Candidate]) -> Candidate:
    """The candidate without what answers the other sides in the same passage, so that it is not widened over it."""
    first, *more = candidate.reading.spans
    taken = [o.reading.spans[0] for o in others if o.passage.chunk_id == candidate.passage.chunk_id]
    kept = [span for span in more if not any(span.start < other.end and other.start < span.end for other in taken)]
    return dataclasses.replace(candidate, reading=dataclasses.replace(candidate.reading, spans=(first, *kept)))

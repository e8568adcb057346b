"""From cited statements to checked ones: does what a statement says stand in what it cites?"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Final

from kimqa.support import is_negated
from kimqa.text import STOPWORDS, normalize, stem, stems, words, written_date
from kimqa.types import Citation, Statement

_QUOTED: Final = re.compile(r'"([^"]{3,})"')
_CAPITALISED: Final = re.compile(r"\b(?:[A-Z]\.){2,}|\b[A-ZÀ-ÖØ-Þ][\w’'-]*")
_NUMBER: Final = re.compile(r"\d[\d.,]*")
# The least share of a statement's content words that must stand in its quotes. Verbatim sentences have all of them; set
# low, because a true paraphrase shares few words, and names, numbers and quoted words are checked one by one.
_MIN_COVERAGE: Final = 0.5
_CLAUSE_END: Final = re.compile(r"[,;:.!?]\s|\s-+\s|\bbut\b")


def verify(statements: Iterable[Statement], citations: Sequence[Citation]) -> tuple[Statement, ...]:
    """Mark each statement as supported or not by the quotes that it cites."""
    quotes = {citation.number: citation for citation in citations}
    return tuple(
        dataclasses.replace(
            statement,
            supported=is_supported(statement.text, [quotes[n] for n in statement.citations if n in quotes]),
        )
        for statement in statements
    )


def is_supported(text: str, citations: Sequence[Citation]) -> bool:
    """True when `text` is a cited quote, or every number, name and quoted phrase of it, and most words, stand in one.

    What the evidence denies does not support the plain statement, nor the other way round.

    An article's outlet, title, author and date of publication count as said by it.
    """
    if not citations:
        return False
    body = re.sub(r"^(?:Yes|No)\b[:,.]?\s*", "", text)
    if any(normalize(body) in normalize(citation.quote) for citation in citations):
        return True
    said = " ".join(f"{c.quote} {c.title} {c.outlet} {c.author or ''} {written_date(c.published)}" for c in citations)
    evidence = normalize(said)
    evidence_stems = {stem(word) for word in words(said)}
    if any(normalize(quoted) not in evidence for quoted in _QUOTED.findall(normalize(body))):
        return False
    if not _numbers(body) <= _numbers(said):
        return False
    names = [word for name in _CAPITALISED.findall(body) for word in words(name) if word not in STOPWORDS]
    if any(stem(name) not in evidence_stems for name in names):
        return False
    content = [stem(word) for word in words(body) if word not in STOPWORDS]
    if content and sum(word in evidence_stems for word in content) / len(content) < _MIN_COVERAGE:
        return False
    for title in {citation.title for citation in citations if citation.title}:
        body = body.replace(title, " ")  # named, not stated
    return not _is_opposite(body, [citation.quote for citation in citations])


def _numbers(text: str) -> set[str]:
    """The numbers in `text`, without separators of thousands."""
    return {re.sub(r",(?=\d{3})", "", number.rstrip(".,")) for number in _NUMBER.findall(normalize(text))}


def _is_opposite(text: str, quotes: Sequence[str]) -> bool:
    """True when only one of the two is negated: `text`, or the clause of the quotes that shares most words with it."""
    clauses = [clause for quote in quotes for clause in _CLAUSE_END.split(normalize(quote))]
    if is_negated(text):
        return not any(is_negated(clause) for clause in clauses)
    said = set(stems(text))
    return is_negated(max(clauses, key=lambda clause: len(said & set(stems(clause)))))

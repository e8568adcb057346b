"""From a question and passages to a draft made of their own sentences: what answers it, or that nothing does."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Final, Protocol

from kimqa.readers.kinds import Kind, asks_when, fits, kind_of
from kimqa.readers.span_model import PassageInput, Reading
from kimqa.readers.span_model import Span as AnswerSpan
from kimqa.text import normalize, sentences, stem, stems, word_spans, words, written_date
from kimqa.types import Draft, DraftSide, DraftStatement, Passage, Quote, Span

_RANK_WEIGHT: Final = 0.15
_SPAN_WEIGHT: Final = 0.0
_MISFIT_PENALTY: Final = 2.0
_MAX_STATEMENTS: Final = 3
_MAX_ITEMS: Final = 6
_YES_NO_MARGIN: Final = 0.55
# A second span or passage joins the answer when it is at least this likely beside the best one.
_JOIN_SHARE: Final = 0.25
_CONFLICT_PROBABILITY: Final = 0.6
_CONFLICT_SPAN: Final = 0.5
_MIN_ITEMS: Final = 2
_ITEM: Final = re.compile(r"(?:\(?\d{1,2}[.)]|[•*–-])\s+")
_YEAR: Final = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_REFERRING: Final = re.compile(r"^(?:He|She|They|It|This|That|These|Those|His|Her|Their|Its)\b")


class PassageModel(Protocol):
    """Judges how likely each passage answers a question, and where."""

    @property
    def threshold(self) -> float:
        """The least probability of the best passage at which a question counts as answered."""
        ...

    def read(self, question: str, passages: Sequence[PassageInput]) -> tuple[Reading, ...]:
        """One reading per passage, in their order."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class _Candidate:
    """A passage with what the model said of it; `score` joins the model's log-odds with the rank of retrieval."""

    passage: Passage
    reading: Reading
    score: float

    @property
    def probability(self) -> float:
        return 1.0 / (1.0 + math.exp(-self.score))

    @property
    def best(self) -> AnswerSpan | None:
        return self.reading.spans[0] if self.reading.spans else None


class ExtractiveReader:
    """Answers with verbatim sentences, needs no language model, and gives the same answer every time."""

    name = "extractive"

    def __init__(self, model: PassageModel, *, min_confidence: float = 0.0) -> None:
        self._model = model
        self._threshold = min_confidence or model.threshold

    def read(self, question: str, passages: Sequence[Passage]) -> Draft:
        """A draft from the passages; without statements when the best of them is unlikely to answer."""
        if not passages:
            return Draft(reason="No article fits the filters, so there is nothing to read.")
        inputs = [
            PassageInput(text=p.text, title=p.title, outlet=p.outlet, published=p.published) for p in passages
        ]
        readings = self._model.read(question, inputs)
        candidates = _in_order(question, passages, readings)
        ordered = tuple(
            dataclasses.replace(candidate.passage, rank=rank, score=candidate.probability)
            for rank, candidate in enumerate(candidates, start=1)
        )
        best = candidates[0]
        if best.best is None or best.probability < self._threshold or not _share_words(question, passages):
            return Draft(reason=_why_not(question, passages), confidence=best.probability, passages=ordered)
        return dataclasses.replace(_compose(question, candidates, self._threshold), passages=ordered)


def _in_order(question: str, passages: Sequence[Passage], readings: Sequence[Reading]) -> list[_Candidate]:
    candidates = []
    for passage, reading in zip(passages, readings, strict=True):
        whole = tuple(span for span in reading.spans if _in_one_sentence(passage.text, span)) or reading.spans
        fitting = dataclasses.replace(
            reading, spans=tuple(span for span in whole if fits(question, span.text))
        )
        kept = fitting if fitting.spans else dataclasses.replace(reading, spans=whole)
        score = _log_odds(reading.answerable) - _RANK_WEIGHT * math.log(passage.rank)
        score -= 0.0 if fitting.spans else _MISFIT_PENALTY
        score += _SPAN_WEIGHT * math.log(max(kept.spans[0].score, 1e-4)) if kept.spans else 0.0
        candidates.append(_Candidate(passage, kept, score))
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.passage.chunk_id))


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(kept / (1.0 - kept))


def _compose(question: str, candidates: Sequence[_Candidate], threshold: float) -> Draft:
    kind = kind_of(question)
    likely = [c for c in candidates if c.best is not None and c.probability >= threshold]
    if kind is Kind.YES_NO:
        return _yes_or_no(likely)
    if kind is Kind.AUTHOR and likely[0].passage.author:
        return _author(likely[0])
    if kind is Kind.SOURCES:
        return _sources(likely)
    if kind is Kind.COMPARISON:
        return _one_from_each(likely)
    if kind is Kind.LIST:
        return _enumeration(likely) or _items(likely)
    draft = _fact(likely)
    return _dated(draft, likely[0]) if asks_when(question) else draft


def _dated(draft: Draft, best: _Candidate) -> Draft:
    """The draft with the day of publication, from which "Thursday" and "last month" count, where no year is named.

    When the model finds the time in that day rather than in the text, it is the short answer.
    """
    assert best.best is not None
    header = best.reading.header_spans
    short = header[0].text if header and header[0].score > best.best.score else draft.short
    *before, last = draft.statements
    if best.passage.published and not _YEAR.search(last.text):
        last = _with_source(last, best.passage)
    return dataclasses.replace(draft, short=short, statements=(*before, last))


def _with_source(statement: DraftStatement, passage: Passage) -> DraftStatement:
    source = ", ".join(part for part in (passage.outlet, written_date(passage.published)) if part)
    return dataclasses.replace(statement, text=f"{statement.text.rstrip('.')} ({source}).")


def _author(best: _Candidate) -> Draft:
    """Who wrote the article of the best passage, as its metadata has it; the quote shows which article is meant."""
    passage = best.passage
    opening = sentences(passage.text)[0]
    quote = Quote(passage.article_id, passage.start + opening.start, passage.start + opening.end)
    statement = DraftStatement(f"“{passage.title}” is by {passage.author}.", (quote,))
    return Draft((_with_source(statement, passage),), short=passage.author, confidence=best.probability)


def _sources(likely: Sequence[_Candidate]) -> Draft:
    """Every outlet with a passage that is likely to say it, and what it says."""
    chosen = _best_of_each_article(likely, len(likely))
    statements = tuple(
        _with_source(_statement(c, c.best, ()), c.passage) for c in chosen if c.best is not None
    )
    outlets = dict.fromkeys(c.passage.outlet or c.passage.title for c in chosen)
    return Draft(statements, short=", ".join(outlets), confidence=chosen[0].probability)


def _fact(likely: Sequence[_Candidate]) -> Draft:
    best = likely[0]
    assert best.best is not None
    agreeing, others = _agreeing(best, likely[1:])
    statement = _statement(best, best.best, agreeing)
    return Draft(
        statements=(*_lead_in(best, best.best), statement),
        short=best.best.text,
        confidence=_joint([best, *agreeing]),
        conflicts=_conflicts(best, agreeing, others),
    )


def _yes_or_no(likely: Sequence[_Candidate]) -> Draft:
    best = likely[0]
    assert best.best is not None
    word = _settled(best.reading)
    agreeing = [
        c
        for c in likely[1:]
        if c.passage.article_id != best.passage.article_id and word and _settled(c.reading) == word
    ]
    statement = _statement(best, best.best, agreeing[:1])
    if word:
        statement = dataclasses.replace(statement, text=f"{word}: {statement.text}")
    opposed = [
        c
        for c in likely[1:]
        if word and _settled(c.reading) not in (None, word) and c.probability >= _CONFLICT_PROBABILITY
    ]
    conflicts = _sides([(best, word or "")], [(c, _settled(c.reading) or "") for c in opposed[:1]])
    return Draft((statement,), short=word, confidence=_joint([best, *agreeing[:1]]), conflicts=conflicts)


def _best_of_each_article(likely: Sequence[_Candidate], most: int) -> list[_Candidate]:
    """The best passage of each article, while they are likely enough beside the best one."""
    chosen: dict[str, _Candidate] = {}
    for candidate in likely:
        if candidate.probability >= _JOIN_SHARE * likely[0].probability:
            chosen.setdefault(candidate.passage.article_id, candidate)
    return list(chosen.values())[:most]


def _one_from_each(likely: Sequence[_Candidate]) -> Draft:
    chosen = _best_of_each_article(likely, _MAX_STATEMENTS)
    statements = tuple(_statement(c, c.best, ()) for c in chosen if c.best is not None)
    shorts = list(dict.fromkeys(c.best.text for c in chosen if c.best is not None))
    return Draft(statements, short="; ".join(shorts), confidence=chosen[0].probability)


def _enumeration(likely: Sequence[_Candidate]) -> Draft | None:
    """The numbered or bulleted items of the best article, when its answer lies in such a list or announces one."""
    best = likely[0]
    assert best.best is not None
    around = _around(best.passage.text, best.best).of(best.passage.text)
    if not (_ITEM.match(around) or around.rstrip().endswith(":")):
        return None
    found = {}
    for candidate in likely:
        if candidate.passage.article_id == best.passage.article_id:
            for item in _list_items(candidate.passage.text):
                quote = Quote(
                    best.passage.article_id,
                    candidate.passage.start + item.start,
                    candidate.passage.start + item.end,
                )
                found[quote.start] = DraftStatement(
                    " ".join(item.of(candidate.passage.text).split()), (quote,)
                )
    if len(found) < _MIN_ITEMS:
        return None
    statements = tuple(found[start] for start in sorted(found))
    short = "; ".join(_ITEM.sub("", statement.text).rstrip(".") for statement in statements)
    return Draft(statements, short=short, confidence=best.probability)


def _list_items(text: str) -> list[Span]:
    """The first sentence of every line that opens with a number or a bullet."""
    return [span for span in sentences(text) if _ITEM.match(span.of(text))]


def _items(likely: Sequence[_Candidate]) -> Draft:
    """The items of the best passage, and of others that are as likely."""
    best = likely[0]
    statements: list[DraftStatement] = []
    items: list[str] = []
    for candidate in likely:
        if candidate is not best and candidate.probability < 0.8 * best.probability:
            continue
        top = candidate.reading.spans[0].score
        for span in candidate.reading.spans:
            repeated = any(
                normalize(span.text) in normalize(item) or normalize(item) in normalize(span.text)
                for item in items
            )
            if len(items) >= _MAX_ITEMS or repeated or span.score < _JOIN_SHARE * top:
                continue
            items.append(span.text)
            statement = _statement(candidate, span, ())
            if statement.text not in {s.text for s in statements} and len(statements) < _MAX_STATEMENTS + 1:
                statements.append(statement)
    return Draft(tuple(statements), short=", ".join(items), confidence=best.probability)


def _agreeing(best: _Candidate, others: Sequence[_Candidate]) -> tuple[list[_Candidate], list[_Candidate]]:
    """Those of the others, from other articles, that give the same short answer, and those that give another."""
    assert best.best is not None
    same, different = [], []
    seen = {best.passage.article_id, *best.passage.also_in}
    for other in others:
        if other.best is None or other.passage.article_id in seen:
            continue
        if _same_answer(best.best.text, other.best.text):
            same.append(other)
            seen.update((other.passage.article_id, *other.passage.also_in))
        else:
            different.append(other)
    return same, different


def _same_answer(one: str, other: str) -> bool:
    left, right = set(stems(one)) or set(words(one)), set(stems(other)) or set(words(other))
    return bool(left and right) and (left <= right or right <= left)


def _conflicts(
    best: _Candidate, agreeing: Sequence[_Candidate], others: Sequence[_Candidate]
) -> tuple[tuple[DraftSide, ...], ...]:
    """The best answer against another that is likely too and of the same form: a number, or a name."""
    assert best.best is not None
    rivals = [
        other
        for other in others
        if other.best is not None
        and min(other.probability, best.probability) >= _CONFLICT_PROBABILITY
        and min(other.best.score, best.best.score) >= _CONFLICT_SPAN
        and _form(other.best.text) == _form(best.best.text) != "clause"
    ]
    return _sides(
        [(c, c.best.text) for c in (best, *agreeing) if c.best],
        [(c, c.best.text) for c in rivals[:2] if c.best],
    )


def _sides(
    one: Sequence[tuple[_Candidate, str]], other: Sequence[tuple[_Candidate, str]]
) -> tuple[tuple[DraftSide, ...], ...]:
    if not other:
        return ()
    sides = sorted(
        [one[0], *other], key=lambda side: (side[0].passage.published is None, str(side[0].passage.published))
    )
    return (tuple(DraftSide(short, _quote(c, c.best)) for c, short in sides if c.best is not None),)


def _form(answer: str) -> str:
    if any(character.isdigit() for character in answer):
        return "number"
    tokens = [answer[span.start : span.end] for span in word_spans(answer)]
    return "name" if tokens and len(tokens) <= 5 and all(t[:1].isupper() for t in tokens) else "clause"


def _joint(candidates: Sequence[_Candidate]) -> float:
    """How likely at least one of independent sources is right."""
    return min(0.99, 1.0 - math.prod(1.0 - candidate.probability for candidate in candidates))


def _settled(reading: Reading) -> str | None:
    if reading.yes >= _YES_NO_MARGIN and reading.yes > reading.no:
        return "Yes"
    if reading.no >= _YES_NO_MARGIN and reading.no > reading.yes:
        return "No"
    return None


def _statement(candidate: _Candidate, span: AnswerSpan, agreeing: Sequence[_Candidate]) -> DraftStatement:
    """The whole sentences that the span lies in, word for word, also resting on those that agree."""
    quote = _quote(candidate, span)
    passage = candidate.passage
    text = " ".join(passage.text[quote.start - passage.start : quote.end - passage.start].split())
    return DraftStatement(
        text, (quote, *(_quote(other, other.best) for other in agreeing if other.best is not None))
    )


def _quote(candidate: _Candidate, span: AnswerSpan) -> Quote:
    around = _around(candidate.passage.text, span)
    return Quote(
        candidate.passage.article_id,
        candidate.passage.start + around.start,
        candidate.passage.start + around.end,
    )


def _in_one_sentence(text: str, span: AnswerSpan) -> bool:
    return any(sentence.start <= span.start and span.end <= sentence.end for sentence in sentences(text))


def _around(text: str, span: AnswerSpan) -> Span:
    """The sentences of `text` that the answer touches."""
    touched = [s for s in sentences(text) if s.start < span.end and span.start < s.end]
    return Span(touched[0].start, touched[-1].end) if touched else Span(span.start, span.end)


def _lead_in(candidate: _Candidate, span: AnswerSpan) -> tuple[DraftStatement, ...]:
    """The sentence before, when the answering sentence opens with a pronoun that only it explains."""
    text = candidate.passage.text
    around = _around(text, span)
    before = [s for s in sentences(text) if s.end <= around.start]
    if not before or not _REFERRING.match(around.of(text)) or "\n" in text[before[-1].end : around.start]:
        return ()
    quote = Quote(candidate.passage.article_id, candidate.passage.start + before[-1].start, candidate.passage.start + before[-1].end)  # fmt: skip
    return (DraftStatement(" ".join(before[-1].of(text).split()), (quote,)),)


def _share_words(question: str, passages: Sequence[Passage]) -> bool:
    """False when no content word of the question stands in anything shown: then no passage is about it."""
    asked = set(stems(question))
    return any(asked & set(stems(f"{passage.title} {passage.outlet} {passage.text}")) for passage in passages)


def _why_not(question: str, passages: Sequence[Passage]) -> str:
    """Why there is no answer: names and numbers of the question that no passage has, if that is so."""
    shown = {
        stem(word)
        for passage in passages
        for word in words(f"{passage.title} {passage.outlet} {passage.text}")
    }
    missing = []
    for span in word_spans(question)[1:]:
        word = question[span.start : span.end]
        forms = words(word)
        if (word[:1].isupper() or word[:1].isdigit()) and forms and stem(forms[0]) not in shown:
            missing.append(re.sub(r"['’]s?$", "", word))
    if missing:
        return f"The passages nearest to this question do not mention {' or '.join(dict.fromkeys(missing))}."
    return "The articles touch on this, but no passage in them answers the question."

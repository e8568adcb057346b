"""From a question and passages to a draft made of their own sentences: what answers it, or that nothing does."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from kimqa.readers.abbreviations import abbreviation_asked, spelled_out
from kimqa.readers.comparing import parts_of
from kimqa.readers.compose import COUNTED_SHARE, byline, compose, counted_list, joined
from kimqa.readers.kinds import (
    Kind,
    Turn,
    asks_for_one_source,
    asks_of_now,
    fits,
    kind_of,
    told_in,
    topic_of_work,
    turn_of,
)
from kimqa.readers.listing import one_of_many
from kimqa.readers.phrasing import as_asked
from kimqa.readers.quoting import Candidate, in_one_sentence, list_items, whole_name
from kimqa.readers.reports import compared, of_named_outlets, told_by, topic_of
from kimqa.readers.sides import chosen_together, of_its_year
from kimqa.readers.span_model import PassageInput, Reading
from kimqa.text import sentences, stem, stems, without_context, word_spans, words
from kimqa.types import Draft, DraftStatement, Passage, Quote, Span

_RANK_WEIGHT: Final = 0.15
# The rank of retrieval counts more for which of the passages that answer is the best than for whether any answers. Of 635
# questions on the four development archives (November 2026) the passage put first is a gold one for 0.826 at 0.15 in all,
# for 0.838 at 0.35, 0.851 at 0.45, 0.856 at 0.6, 0.851 at 0.8.
_ORDER_WEIGHT: Final = 0.35  # beside the one above
# The first passages are enough when one of them answers as surely as this. On the archives and the gold questions (783) no
# passage put first is lost by that, and of twelve passages 9.3 are read; at six passages and 0.7 it is 8.5, and two are lost.
# Of 15 conflicts shown before on those and other questions (905) all are still shown, of 1,012 citations 1,010.
_READ_FIRST: Final = 8
_CERTAIN: Final = 0.6
_MISFIT_PENALTY: Final = 2.0
# A comparison presupposes that both of its parts are told: when one is, so much of the threshold is asked of the other.
_OTHER_PART_SHARE: Final = 0.5
_MAX_COMPARED: Final = 3
# "Which hall saw both the first talks and the last": one answer for both sides is what is asked for.
_MAY_AGREE: Final = re.compile(r"\b(?:both|same)\b", re.IGNORECASE)
_SPELLED_OUT: Final = 0.95  # how sure it is that "Fishermen's Union (FU)" says what FU stands for
# Logarithms of odds in the training stories (three reports of one matter at three times): of 109 questions on a first visit, trial
# or the like 61 % are answered by the earliest report and 17 % by the latest; of 70 on a second one, 4 % by the earliest.
_TURN_WEIGHT: Final = 1.2
_NOT_FIRST_WEIGHT: Final = 2.0
# The same of questions in the present tense: of 4,052 the latest report answers 48 %, the earliest 26 %; of 586 that are to be
# answered by yes or no, 66 and 11 %.
_NOT_LATEST_WEIGHT: Final = 0.6
_NOT_LATEST_YES_NO_WEIGHT: Final = 1.6


class PassageModel(Protocol):
    """Judges how likely each passage answers a question, and where."""

    @property
    def threshold(self) -> float:
        """The least probability of the best passage at which a question counts as answered."""
        ...

    def read(self, question: str, passages: Sequence[PassageInput]) -> tuple[Reading, ...]:
        """One reading per passage, in their order."""
        ...

    def confidence(self, log_odds: float, span_score: float) -> float:
        """How likely a short answer is right, 0 to 1."""
        ...


class ExtractiveReader:
    """Answers with verbatim sentences, needs no language model, and gives the same answer every time."""

    name = "extractive"

    def __init__(self, model: PassageModel, *, min_confidence: float = 0.0) -> None:
        self._model = model
        self._min_confidence = min_confidence

    @property
    def model(self) -> PassageModel:
        """What it reads with."""
        return self._model

    def read(self, question: str, passages: Sequence[Passage], *, to_the_end: bool = False) -> Draft:
        """A draft from the passages; without statements when the best of them is unlikely to answer.

        A question that compares two things is read as two questions, and answered as far as either is. Passages behind
        the first ones are left unread where those settle the question, unless they are to be read `to_the_end`.
        """
        if not passages:
            return Draft(reason="No article fits the filters, so there is nothing to read.")
        question = as_asked(question.strip())
        short = abbreviation_asked(without_context(question))
        found_long = spelled_out(short, passages) if short else None
        if found_long:
            return _spelled_out(*found_long, passages)
        topic = topic_of(question)
        if topic:
            return self._compared(question, topic, compared(question, passages), passages)
        asked = parts_of(question) or (question,)
        least = self._model.threshold
        found, by_told = self._read_parts(asked, passages, to_the_end=to_the_end)
        answered = self._answered(found, least)
        best: dict[str, Candidate] = {}
        every = itertools.chain.from_iterable(found.values())
        for candidate in self._best_first(every) if len(asked) > 1 else every:
            best.setdefault(candidate.passage.chunk_id, candidate)
        ordered = _ranked(best.values())
        if len(asked) == 1:  # those that were not read, since others settle the question, come last
            unread = [passage for passage in passages if passage.chunk_id not in best]
            numbered = enumerate(unread, start=len(ordered) + 1)
            ordered += tuple(dataclasses.replace(passage, rank=rank, score=0.0) for rank, passage in numbered)
        else:
            likely = self._answered(found, least * _OTHER_PART_SHARE)
            answered = likely if answered or len(likely) == len(asked) else {}
        if answered and len(asked) > 1:
            least *= _OTHER_PART_SHARE
            answered = chosen_together(
                answered,
                functools.partial(self._is_enough, least=least),
                self._model.confidence,
                may_agree=_MAY_AGREE.search(question) is not None,
            )
        if not answered or not _share_words(question, passages):
            is_list = kind_of(question) is Kind.LIST
            listed = counted_list(question, list(best.values()), least * COUNTED_SHARE) if is_list else None
            if listed:
                return dataclasses.replace(listed, passages=ordered)
            if kind_of(question) is Kind.AUTHOR and (signed := _signed(question, list(best.values()))):
                return dataclasses.replace(byline(signed), passages=ordered)
            confidence = next(iter(best.values())).confidence
            return Draft(reason=_why_not(question, passages), confidence=confidence, passages=ordered)
        drafts = [compose(part, candidates, least, told=by_told) for part, candidates in answered.items()]
        draft = drafts[0] if len(asked) == 1 else joined(drafts, passages)
        silent = tuple(
            f"No passage answers this side of the comparison: {part}" for part in asked if part not in answered
        )
        return dataclasses.replace(draft, passages=ordered, notes=silent)

    def _read_parts(
        self, asked: Sequence[str], passages: Sequence[Passage], *, to_the_end: bool
    ) -> tuple[dict[str, list[Candidate]], bool]:
        """Every part of a question with its candidates, and whether they were judged by what outlets are asked to tell."""
        if len(asked) > 1:
            found = {part: self._candidates(part, told_by(part, passages)) for part in asked}
            least = self._model.threshold * _OTHER_PART_SHARE
            return {part: of_its_year(part, candidates, least) for part, candidates in found.items()}, False
        part = asked[0]
        # Of "which papers say so" the model looks for papers in the text; whether it is so there, it sees better.
        told = told_in(part)
        if told and not asks_for_one_source(part):
            return {part: self._candidates(told, passages)}, True
        candidates = self._candidates(
            part, passages, to_the_end=to_the_end or not _is_settled_by_one(part), of_now=True
        )
        single = one_of_many(without_context(part)) if kind_of(part) is Kind.LIST else None
        if single:
            candidates = self._best_first(_better(candidates, self._candidates(single, passages)))
        if told and not self._answered({part: candidates}, self._model.threshold):
            return {part: self._candidates(told, passages)}, True
        return {part: candidates}, False

    def _compared(self, question: str, topic: str, told: Sequence[Passage], passages: Sequence[Passage]) -> Draft:
        """What each of several reports says of a topic, the likeliest ones that say anything of it."""
        candidates = self._candidates(topic, told)
        ordered = _ranked(candidates)
        least = self._model.threshold
        if not self._answered({topic: candidates}, least) or not _share_words(question, passages):
            return Draft(reason=_why_not(topic, passages), confidence=candidates[0].confidence, passages=ordered)
        least *= _OTHER_PART_SHARE
        chosen: dict[str, Candidate] = {}
        for candidate in candidates:
            if candidate.answers(least):
                chosen.setdefault(candidate.passage.article_id, candidate)
        drafts = [compose(topic, [candidate], least) for candidate in list(chosen.values())[:_MAX_COMPARED]]
        silent = () if len(drafts) > 1 else ("Only one article tells of this, so there is nothing to compare it with.",)
        return dataclasses.replace(joined(drafts, passages), passages=ordered, notes=silent)

    def _answered(self, found: dict[str, list[Candidate]], least: float) -> dict[str, list[Candidate]]:
        """Those parts of the question whose best passage is as likely as `least` to answer."""
        return {part: candidates for part, candidates in found.items() if self._is_enough(candidates[0], least)}

    def _candidates(
        self, question: str, passages: Sequence[Passage], *, to_the_end: bool = True, of_now: bool = False
    ) -> list[Candidate]:
        """The passages with what the model says of them, best first; `to_the_end`, or as far as one is certain to answer.

        Of what holds `of_now` the latest report counts more, where the question is in the present tense.
        """
        is_of_now = of_now and asks_of_now(question)
        first = len(passages) if to_the_end else _READ_FIRST
        found = self._judged(question, passages[:first])
        certain = [candidate.passage for candidate in found if self._is_certain(candidate)]
        if not certain or (is_of_now and _latest(passages[first:]) > _latest(certain)):
            found += self._judged(question, passages[first:])
        turn = turn_of(question)
        if turn is not None:
            moved = _scores_in_turn(found, turn, self._model.threshold)
            found = [self._scored(c.passage, c.reading, moved.get(c.passage.chunk_id, c.score)) for c in found]
            return self._best_first(found, order_weight=0.0)
        yes_no = kind_of(question) is Kind.YES_NO
        not_latest = _NOT_LATEST_YES_NO_WEIGHT if yes_no else _NOT_LATEST_WEIGHT
        return self._best_first(found, not_latest=not_latest if is_of_now else 0.0)

    def _judged(self, question: str, passages: Sequence[Passage]) -> list[Candidate]:
        inputs = [PassageInput(text=p.text, title=p.title, outlet=p.outlet, published=p.published) for p in passages]
        readings = self._model.read(question, inputs) if inputs else ()
        return [self._judge(question, *pair) for pair in zip(passages, readings, strict=True)]

    def _best_first(
        self, candidates: Iterable[Candidate], order_weight: float = _ORDER_WEIGHT, not_latest: float = 0.0
    ) -> list[Candidate]:
        """Those that answer before those that do not; of those that answer, what was found far down must be much likelier.

        `not_latest` is what an earlier day of publication than the latest costs.
        """
        found = list(candidates)
        answering = {c.passage.chunk_id for c in found if self._is_enough(c, self._model.threshold)}
        latest = _latest(c.passage for c in found if c.passage.chunk_id in answering)

        def place(candidate: Candidate) -> tuple[bool, float, str]:
            passage = candidate.passage
            answers = passage.chunk_id in answering
            held_back = order_weight * math.log(passage.rank) if answers else 0.0
            if answers and not_latest and _latest([passage]) < latest:
                held_back += not_latest
            return not answers, held_back - candidate.score, passage.chunk_id

        return sorted(found, key=place)

    def _is_enough(self, candidate: Candidate, least: float) -> bool:
        return candidate.answers(least) and candidate.confidence >= self._min_confidence

    def _is_certain(self, candidate: Candidate) -> bool:
        """Whether it settles the question without those behind it; where a list may go on there, it does not."""
        text = candidate.passage.text
        certain = self._is_enough(candidate, max(_CERTAIN, self._model.threshold))
        return certain and not list_items(text) and not text.rstrip().endswith(":")

    def _scored(self, passage: Passage, reading: Reading, score: float) -> Candidate:
        confidence = self._model.confidence(score, reading.spans[0].score) if reading.spans else 0.0
        return Candidate(passage, reading, score, confidence)

    def _judge(self, question: str, passage: Passage, reading: Reading) -> Candidate:
        """The passage with its reading, less the spans that run over a sentence's end or are no such thing as asked for."""
        whole = tuple(span for span in reading.spans if in_one_sentence(passage.text, span)) or reading.spans
        text = passage.text
        fitting = tuple(s for s in whole if fits(question, s.text, text[: s.start], text[s.end :]))
        spans = tuple(whole_name(passage.text, span) for span in fitting or whole)
        score = _log_odds(reading.answerable) - _RANK_WEIGHT * math.log(passage.rank)
        score -= 0.0 if fitting else _MISFIT_PENALTY
        return self._scored(passage, dataclasses.replace(reading, spans=spans), score)


def _is_settled_by_one(question: str) -> bool:
    """Whether one passage can answer the question for good: not when several items, sources or events are to be told apart."""
    return kind_of(question) in (Kind.FACT, Kind.EXPLANATION, Kind.YES_NO) and turn_of(question) is None


def _spelled_out(passage: Passage, span: Span, passages: Sequence[Passage]) -> Draft:
    """The draft that says what an abbreviation stands for, from the passage and the place where it is spelled out."""
    sentence = next(s for s in sentences(passage.text) if s.start <= span.start and span.end <= s.end)
    quote = Quote(passage.article_id, passage.start + sentence.start, passage.start + sentence.end)
    others = [other for other in passages if other is not passage]
    return Draft(
        (DraftStatement(" ".join(sentence.of(passage.text).split()), (quote,)),),
        short=span.of(passage.text),
        confidence=_SPELLED_OUT,
        passages=(
            dataclasses.replace(passage, rank=1, score=_SPELLED_OUT),
            *(dataclasses.replace(other, rank=rank) for rank, other in enumerate(others, start=2)),
        ),
    )


def _better(one: Sequence[Candidate], other: Sequence[Candidate]) -> list[Candidate]:
    """Each passage by the reading that finds it likelier to answer."""
    again = {candidate.passage.chunk_id: candidate for candidate in other}
    return [max((c, again[c.passage.chunk_id]), key=lambda candidate: candidate.score) for c in one]


def _ranked(candidates: Iterable[Candidate]) -> tuple[Passage, ...]:
    """The passages in the order of the candidates, numbered, with how likely each answers: none likelier than one before it."""
    ordered = list(candidates)
    scores = itertools.accumulate((candidate.probability for candidate in ordered), min)
    return tuple(
        dataclasses.replace(candidate.passage, rank=rank, score=score)
        for rank, (candidate, score) in enumerate(zip(ordered, scores, strict=True), start=1)
    )


def _scores_in_turn(candidates: list[Candidate], turn: Turn, least: float) -> dict[str, float]:
    """New scores of the passages that answer, by chunk: for "the first meeting" the earlier, the higher.

    The best of them takes over the best score and the others gain nothing, so that a question is refused neither more
    nor less often for it.
    """
    likely = [c for c in candidates if c.answers(least)]
    dated = {c.passage.chunk_id: c.passage.published for c in likely if c.passage.published}
    days = sorted(set(dated.values()))
    if len(days) < 2:
        return {}
    raw = {c.passage.chunk_id: c.score for c in likely if c.passage.chunk_id in dated}
    moved = {name: score - _cost(turn, days.index(dated[name]) / (len(days) - 1)) for name, score in raw.items()}
    first = max(moved, key=lambda name: moved[name])
    lift = max(raw.values()) - moved[first]
    return {name: min(raw[name], score + lift) for name, score in moved.items()} | {first: max(raw.values())}


def _cost(turn: Turn, place: float) -> float:
    """What a place among the dates costs, 0 the earliest and 1 the latest."""
    if turn is Turn.LATER:
        return _NOT_FIRST_WEIGHT * float(place == 0.0)
    return _TURN_WEIGHT * (place if turn is Turn.FIRST else 1.0 - place)


def _latest(passages: Iterable[Passage]) -> datetime.date:
    """The latest day on which one of the passages was published; the first of all days where none tells."""
    return max((passage.published for passage in passages if passage.published), default=datetime.date.min)


def _signed(question: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """The passage whose author is asked for, if known; the byline need not stand in its text.

    The best of the outlet that the question names, or the first one found, if that has all words of what the work is about.
    """
    named = {p.chunk_id for p in of_named_outlets(question, [candidate.passage for candidate in candidates])}
    if not named:
        about = set(stems(topic_of_work(question)))
        found = sorted(candidates, key=lambda candidate: candidate.passage.rank)[:1]
        named = {
            c.passage.chunk_id for c in found if about and about <= set(stems(f"{c.passage.title} {c.passage.text}"))
        }
    signed = (c for c in candidates if c.passage.author and c.passage.chunk_id in named)
    return next(signed, None)


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(kept / (1.0 - kept))


def _share_words(question: str, passages: Sequence[Passage]) -> bool:
    """False when no content word of the question stands in anything shown: then no passage is about it."""
    asked = set(stems(question))
    return any(asked & set(stems(f"{passage.title} {passage.outlet} {passage.text}")) for passage in passages)


def _why_not(question: str, passages: Sequence[Passage]) -> str:
    """Why there is no answer: names and numbers of the question that no passage has, if that is so."""
    shown = {stem(word) for passage in passages for word in words(f"{passage.title} {passage.outlet} {passage.text}")}
    missing = []
    for span in word_spans(question)[1:]:
        word = question[span.start : span.end]
        forms = words(word)
        if (word[:1].isupper() or word[:1].isdigit()) and forms and stem(forms[0]) not in shown:
            missing.append(re.sub(r"['’]s?$", "", word))
    if missing:
        return f"The passages nearest to this question do not mention {' or '.join(dict.fromkeys(missing))}."
    return "The articles touch on this, but no passage in them answers the question."

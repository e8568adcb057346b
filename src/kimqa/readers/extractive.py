"""From a question and passages to a draft made of their own sentences: what answers it, or that nothing does."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from kimqa.readers.comparing import parts_of, told_by
from kimqa.readers.compose import compose, joined
from kimqa.readers.kinds import fits
from kimqa.readers.quoting import Candidate, in_one_sentence, quote_of, whole_name
from kimqa.readers.span_model import PassageInput, Reading
from kimqa.text import stem, stems, word_spans, words
from kimqa.types import Draft, Passage

_RANK_WEIGHT: Final = 0.15
_MISFIT_PENALTY: Final = 2.0


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

    def read(self, question: str, passages: Sequence[Passage]) -> Draft:
        """A draft from the passages; without statements when the best of them is unlikely to answer.

        A question that compares two things is read as two questions, and answered as far as either is.
        """
        if not passages:
            return Draft(reason="No article fits the filters, so there is nothing to read.")
        asked = parts_of(question) or (question,)
        found = {part: self._candidates(part, told_by(part, passages)) for part in asked}
        best: dict[str, Candidate] = {}
        for candidate in _best_first([candidate for candidates in found.values() for candidate in candidates]):
            best.setdefault(candidate.passage.chunk_id, candidate)
        ordered = tuple(
            dataclasses.replace(candidate.passage, rank=rank, score=candidate.probability)
            for rank, candidate in enumerate(best.values(), start=1)
        )
        answered = {part: candidates for part, candidates in found.items() if self._answers(candidates[0])}
        if not answered or not _share_words(question, passages):
            confidence = next(iter(best.values())).confidence
            return Draft(reason=_why_not(question, passages), confidence=confidence, passages=ordered)
        answered = _apart(answered, self._answers)
        drafts = [compose(part, candidates, self._model.threshold) for part, candidates in answered.items()]
        draft = drafts[0] if len(asked) == 1 else joined(drafts, passages)
        return dataclasses.replace(draft, passages=ordered)

    def _answers(self, candidate: Candidate) -> bool:
        likely = candidate.probability >= self._model.threshold and candidate.confidence >= self._min_confidence
        return likely and candidate.best is not None

    def _candidates(self, question: str, passages: Sequence[Passage]) -> list[Candidate]:
        """Every passage with what the model says of it, best first."""
        inputs = [PassageInput(text=p.text, title=p.title, outlet=p.outlet, published=p.published) for p in passages]
        readings = self._model.read(question, inputs)
        return _best_first([self._judge(question, *pair) for pair in zip(passages, readings, strict=True)])

    def _judge(self, question: str, passage: Passage, reading: Reading) -> Candidate:
        """The passage with its reading, less the spans that run over a sentence's end or are no such thing as asked for."""
        whole = tuple(span for span in reading.spans if in_one_sentence(passage.text, span)) or reading.spans
        fitting = tuple(span for span in whole if fits(question, span.text))
        spans = tuple(whole_name(passage.text, span) for span in fitting or whole)
        score = _log_odds(reading.answerable) - _RANK_WEIGHT * math.log(passage.rank)
        score -= 0.0 if fitting else _MISFIT_PENALTY
        confidence = self._model.confidence(score, spans[0].score) if spans else 0.0
        return Candidate(passage, dataclasses.replace(reading, spans=spans), score, confidence)


def _apart(answered: dict[str, list[Candidate]], answers: Callable[[Candidate], bool]) -> dict[str, list[Candidate]]:
    """The parts of a comparison, no two with the same sentence if other sentences answer too: the likeliest choice of them."""
    parts = [[candidate for candidate in candidates if answers(candidate)] for candidates in answered.values()]
    choices = [choice for choice in itertools.product(*parts) if len({_place(c) for c in choice}) == len(choice)]
    if not choices:
        return answered
    best = max(choices, key=lambda choice: sum(candidate.score for candidate in choice))
    return {
        part: [first, *(candidate for candidate in candidates if candidate is not first)]
        for (part, candidates), first in zip(answered.items(), best, strict=True)
    }


def _place(candidate: Candidate) -> tuple[str, int]:
    """The article and the sentence that the best answer of a passage stands in."""
    best = candidate.best
    return candidate.passage.article_id, quote_of(candidate, best).start if best else -1


def _best_first(candidates: list[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.passage.chunk_id))


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

"""From a question and passages to a draft made of their own sentences: what answers it, or that nothing does."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Final, Protocol

from kimqa.readers.compose import compose
from kimqa.readers.kinds import fits
from kimqa.readers.quoting import Candidate, in_one_sentence
from kimqa.readers.span_model import PassageInput, Reading
from kimqa.text import stem, stems, word_spans, words
from kimqa.types import Draft, Passage

_RANK_WEIGHT: Final = 0.15
_SPAN_WEIGHT: Final = 0.0
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
        inputs = [PassageInput(text=p.text, title=p.title, outlet=p.outlet, published=p.published) for p in passages]
        readings = self._model.read(question, inputs)
        candidates = _in_order(question, passages, readings)
        ordered = tuple(
            dataclasses.replace(candidate.passage, rank=rank, score=candidate.probability)
            for rank, candidate in enumerate(candidates, start=1)
        )
        best = candidates[0]
        if best.best is None or best.probability < self._threshold or not _share_words(question, passages):
            return Draft(reason=_why_not(question, passages), confidence=best.probability, passages=ordered)
        return dataclasses.replace(compose(question, candidates, self._threshold), passages=ordered)


def _in_order(question: str, passages: Sequence[Passage], readings: Sequence[Reading]) -> list[Candidate]:
    candidates = []
    for passage, reading in zip(passages, readings, strict=True):
        whole = tuple(span for span in reading.spans if in_one_sentence(passage.text, span)) or reading.spans
        fitting = dataclasses.replace(reading, spans=tuple(span for span in whole if fits(question, span.text)))
        kept = fitting if fitting.spans else dataclasses.replace(reading, spans=whole)
        score = _log_odds(reading.answerable) - _RANK_WEIGHT * math.log(passage.rank)
        score -= 0.0 if fitting.spans else _MISFIT_PENALTY
        score += _SPAN_WEIGHT * math.log(max(kept.spans[0].score, 1e-4)) if kept.spans else 0.0
        candidates.append(Candidate(passage, kept, score))
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

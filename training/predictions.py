"""Held-out pairs and a reader model come in; what the model says of each pair goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from kimqa.readers.span_model import PassageInput, Reading, SpanModel
from training.cloze import SOURCE as CLOZE
from training.examples import NOT_STATED, Pair, Passage, load_pairs, load_passages

NEIGHBOURS = "neighbours"
# With the three of its story, eight. The four more that kimqa reads by default answer seldom, and cost half as much again here.
NEIGHBOURS_PER_QUESTION = 5


@dataclass(frozen=True, slots=True)
class Prediction:
    """A pair, its passage, and the reading of it."""

    pair: Pair
    passage: Passage
    reading: Reading

    @property
    def gold(self) -> list[str]:
        """The gold answers, in the order of the text, each once."""
        return list(dict.fromkeys(self.passage.text[start:end] for start, end in sorted(self.pair.spans)))

    @property
    def correct_verdict(self) -> bool:
        """Whether the likeliest verdict is the gold one; a yes-or-no question that is settled has two to choose from."""
        scores = [self.reading.yes, self.reading.no, self.reading.not_stated]
        if self.pair.source != "statements" and self.pair.answerable:
            scores.pop()
        return scores.index(max(scores)) == self.pair.verdict


def neighbours(pairs: Sequence[Pair], passages: Mapping[str, Passage], count: int) -> list[Pair]:
    """Pairs every question on a story with the passages of other stories and news that are most similar to it.

    In use, the best of all passages that were found decides whether a question is answered. Those of its own story
    alone would make a refusal look easier than it is.
    """
    first: dict[str, Pair] = {pair.question_id: pair for pair in reversed(pairs) if pair.source == "stories"}
    pool = [
        p for p in (passages[n] for n in sorted({pair.passage for pair in pairs})) if p.source in ("stories", "news")
    ]
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = vectorizer.fit_transform([f"{passage.title or ''} {passage.text}" for passage in pool])
    found = []
    for pair in first.values():
        own = passages[pair.passage].group
        similarity = np.asarray((matrix @ vectorizer.transform([pair.question]).T).todense())[:, 0]
        ranked = [pool[int(at)] for at in np.argsort(-similarity, kind="stable")]
        others = [passage for passage in ranked if passage.group != own][:count]
        verdict = None if pair.verdict is None else NOT_STATED
        found += [
            replace(pair, passage=p.id, source=NEIGHBOURS, spans=(), answerable=False, verdict=verdict) for p in others
        ]
    return found


def predict(model: SpanModel, work: Path, part: str) -> list[Prediction]:
    """Reads every pair of a held-out part ('calibration' or 'test'), and the neighbours of the questions on stories."""
    passages = load_passages(work / "passages.jsonl")
    # Questions made of statements are only trained on: what they bring shows in `support`.
    pairs = [pair for pair in load_pairs(work / f"pairs-{part}.jsonl") if pair.source != CLOZE]
    by_question: dict[str, list[Pair]] = {}
    for pair in (*pairs, *neighbours(pairs, passages, NEIGHBOURS_PER_QUESTION)):
        by_question.setdefault(pair.question_id, []).append(pair)
    found = []
    for group in by_question.values():
        shown = [passages[pair.passage] for pair in group]
        inputs = [PassageInput(p.text.rstrip("\n"), p.title, p.outlet, p.date) for p in shown]
        readings = model.read(group[0].question, inputs)
        found += [Prediction(*together) for together in zip(group, shown, readings, strict=True)]
    return found

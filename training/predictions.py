"""Held-out pairs and a reader model come in; what the model says of each pair goes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kimqa.readers.span_model import PassageInput, Reading, SpanModel
from training.examples import Pair, Passage, load_pairs, load_passages


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


def predict(model: SpanModel, work: Path, part: str) -> list[Prediction]:
    """Reads every pair of a held-out part ('calibration' or 'test')."""
    passages = load_passages(work / "passages.jsonl")
    by_question: dict[str, list[Pair]] = {}
    for pair in load_pairs(work / f"pairs-{part}.jsonl"):
        by_question.setdefault(pair.question_id, []).append(pair)
    found = []
    for pairs in by_question.values():
        shown = [passages[pair.passage] for pair in pairs]
        inputs = [PassageInput(p.text.rstrip("\n"), p.title, p.outlet, p.date) for p in shown]
        readings = model.read(pairs[0].question, inputs)
        found += [Prediction(*together) for together in zip(pairs, shown, readings, strict=True)]
    return found

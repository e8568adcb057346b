"""Settings and gold files come in; every question is asked once, and the graded evaluation goes out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.gold import digest_of_files, digest_of_texts, load_gold
from evals.grading import Outcome, grade
from evals.summary import Summary, summarize_sets
from kimqa import Pipeline, load_settings


@dataclasses.dataclass(frozen=True, slots=True)
class Evaluation:
    """All outcomes in the order of the gold files, their summaries, and digests of what they rest on."""

    reader: str
    outcomes: tuple[Outcome, ...]
    summaries: tuple[Summary, ...]
    gold_digest: str
    corpus_digest: str


def evaluate(
    files: Sequence[Path], reader: str | None = None, progress: Callable[[int, int], None] | None = None
) -> Evaluation:
    """Ask every question of the gold `files`, with the settings of a user and the index brought up to date.

    `progress` is told how many questions are done, and of how many.
    """
    settings = load_settings()
    Pipeline.build(settings)
    pipeline = Pipeline.open(settings)
    texts = {article.id: article.text for article in pipeline.articles()}
    questions = load_gold(files, texts)
    pipeline.ask(questions[0].question, reader=reader)  # loads the models, so that the times below are warm ones
    outcomes = []
    for number, gold in enumerate(questions, start=1):
        begun = time.perf_counter()
        answer = pipeline.ask(gold.question, history=gold.history, reader=reader)
        outcomes.append(grade(gold, answer, texts, milliseconds=1000 * (time.perf_counter() - begun)))
        if progress is not None:
            progress(number, len(questions))
    return Evaluation(
        reader=reader or settings.reader,
        outcomes=tuple(outcomes),
        summaries=summarize_sets(outcomes),
        gold_digest=digest_of_files(files),
        corpus_digest=digest_of_texts(texts),
    )

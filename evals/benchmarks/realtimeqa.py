"""`python -m evals.benchmarks.realtimeqa`: RealTime QA (Kasai et al., 2022), generation setting, on news articles.

Two modes: `given`, where only the articles that came with a question may answer, and `pool`, where one index over all the
year's articles is asked as of the day of the question. Index and articles stay in the work folder, outside the repository.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import gzip
import hashlib
import itertools
import json
import random
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from evals import metrics
from kimqa import Answer, Pipeline, load_settings
from kimqa.readers.extractive import ExtractiveReader
from kimqa.readers.span_model import SpanModel

PUBLISHED: Final = {  # EM and F1 of the published predictions, scored again in the way of this file
    "2022": {
        "GPT-3 + Google": (0.375, 0.493),
        "RAG + Google": (0.253, 0.321),
        "GPT-3, closed book": (0.150, 0.228),
        "T5, closed book": (0.093, 0.143),
    },
    "2023": {
        "GPT-3 + Google": (0.258, 0.357),
        "GPT-3, closed book": (0.140, 0.207),
        "T5, closed book": (0.090, 0.143),
    },
}
PUBLISHED_QUESTIONS: Final = {"2022": 805, "2023": 1240}
_DEFAULT_DATA: Final = Path("../shared/realtimeqa")
_DEFAULT_WORK: Final = Path(tempfile.gettempdir()) / "kimqa-realtimeqa"
_LAST_CHARS: Final = 10  # the published script drops a question when "except" is among its last characters
_EVERY: Final = 20
_exact = functools.partial(metrics.exact_match, drop_articles=False)
_f1 = functools.partial(metrics.token_f1, drop_articles=False)


class UnhesitatingModel(SpanModel):
    """The shipped reader model without its threshold: it answers whatever it is asked, as the published systems do."""

    @property
    def threshold(self) -> float:
        """None."""
        return 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A question of the quiz with its right choices and the articles that came with it, by address."""

    id: str
    date: str
    text: str
    golds: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Score:
    """EM and F1, refusals counted wrong."""

    exact: float
    f1: float
    refused: bool
    has_articles: bool


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a year, without those that end in "except"."""
    return tuple(
        Question(
            id=fields["id"],
            date=fields["date"].replace("/", "-"),
            text=fields["question"],
            golds=tuple(fields["choices"][int(place)] for place in fields["answer"]),
            addresses=tuple(fields["articles"]),
        )
        for fields in _lines(path)
        if "except" not in fields["question"].lower().strip()[-_LAST_CHARS:]
    )


def article_id(address: str) -> str:
    """The id, and file name, that an article has in the corpus made for the benchmark."""
    return hashlib.sha256(address.encode("utf-8")).hexdigest()[:20]


def write_corpus(path: Path, folder: Path, wanted: set[str] | None = None) -> None:
    """Write the articles of a year as a corpus, only the `wanted` addresses if given. Files already there stay."""
    folder.mkdir(parents=True, exist_ok=True)
    for fields in _lines(path):
        file = folder / f"{article_id(fields['url'])}.md"
        if file.exists() or (wanted is not None and fields["url"] not in wanted):
            continue
        published = (fields["published"] or "").replace("/", "-")
        heading = {"title": fields["title"], "url": fields["url"], "published": published}
        # a JSON string is a YAML string too, whatever it contains
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in heading.items() if value]
        partial = file.with_suffix(".partial")
        partial.write_text("\n".join(["---", *lines, "---", "", fields["text"]]) + "\n", encoding="utf-8")
        partial.replace(file)


def score(question: Question, answer: Answer) -> Score:
    """Score an answer; several gold answers may stand in any order, and their best order counts."""
    golds = [" ".join(order) for order in itertools.permutations(question.golds)]
    given = "" if answer.abstained else answer.short or metrics.without_marks(answer.text)
    return Score(
        exact=metrics.best_over_answers(_exact, given, golds),
        f1=metrics.best_over_answers(_f1, given, golds),
        refused=answer.abstained,
        has_articles=bool(question.addresses),
    )


def open_pipeline(data: Path, work: Path, year: str, addresses: Iterable[str] | None) -> Pipeline:
    """An index over the year's articles, or over those of `addresses`; kept in `work` and completed if it was cut off."""
    wanted = None if addresses is None else set(addresses)
    name = (
        year if wanted is None else f"{year}-{hashlib.sha256(chr(10).join(sorted(wanted)).encode()).hexdigest()[:12]}"
    )
    corpus = work / name / "corpus"
    write_corpus(data / f"articles-{year}.jsonl.gz", corpus, wanted)
    settings = load_settings(home=work / name, corpus=corpus, vectorstore=work / name / "vectorstore")
    Pipeline.build(settings, progress=_show_build)
    return Pipeline.open(settings)


def ask_all(pipeline: Pipeline, questions: Sequence[Question], mode: str, reader: Any) -> list[Score]:
    """Ask every question in the mode; one without articles cannot be answered from the given ones and counts as refused."""
    scores = []
    for number, question in enumerate(questions, start=1):
        if mode == "given" and not question.addresses:
            scores.append(Score(0.0, 0.0, refused=True, has_articles=False))
        else:
            only = tuple(article_id(address) for address in question.addresses)
            limits: dict[str, Any] = {"article_ids": only} if mode == "given" else {"as_of": question.date}
            scores.append(score(question, pipeline.ask(question.text, reader=reader, **limits)))
        if number % _EVERY == 0 or number == len(questions):
            print(f"  {mode}: {number}/{len(questions)}", file=sys.stderr)
    return scores


def main() -> None:
    """Ask and print our rows beside the published ones."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.realtimeqa", description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=_DEFAULT_DATA, help=f"folder (default {_DEFAULT_DATA})")
    parser.add_argument("--year", choices=sorted(PUBLISHED), default="2022")
    parser.add_argument("--mode", choices=("given", "pool", "both"), default="given")
    parser.add_argument("--limit", type=int, metavar="N", help="a sample of N questions (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--reader", help="default: that of the settings")
    parser.add_argument("--always", action="store_true", help="the extractive reader answers what it would refuse, too")
    parser.add_argument("--work", type=Path, default=_DEFAULT_WORK, help=f"for the index (default {_DEFAULT_WORK})")
    options = parser.parse_args()
    file = options.data / f"questions-{options.year}.jsonl.gz"
    if not file.is_file():
        print(f"skipped: {file} is not there. Name the folder with questions-YEAR.jsonl.gz and articles-YEAR.jsonl.gz.")
        return
    questions = read_questions(file)
    if options.limit is not None and options.limit < len(questions):
        questions = tuple(random.Random(options.seed).sample(questions, options.limit))
    _print_published(options.year)
    for mode in ("given", "pool") if options.mode == "both" else (options.mode,):
        sampled = mode == "given" and options.mode == "given" and options.limit is not None
        addresses = {address for question in questions for address in question.addresses} if sampled else None
        pipeline = open_pipeline(options.data, options.work, options.year, addresses)
        reader = ExtractiveReader(UnhesitatingModel.load()) if options.always else options.reader
        name = f"kimqa, {mode}, answering always" if options.always else f"kimqa, {mode}"
        _print_ours(name, ask_all(pipeline, questions, mode, reader))


def _print_published(year: str) -> None:
    print(f"RealTime QA {year}, generation setting{'':<22}     n     EM     F1")
    for name, (exact, f1) in PUBLISHED[year].items():
        print(f"  {name + ' (published)':<55}{PUBLISHED_QUESTIONS[year]:6}{exact:7.3f}{f1:7.3f}")


def _print_ours(name: str, scores: Sequence[Score]) -> None:
    with_articles = [one for one in scores if one.has_articles]
    for row, chosen in ((name, scores), (f"{name}, only questions with articles", with_articles)):
        if chosen:
            exact, f1 = np.mean([one.exact for one in chosen]), [one.f1 for one in chosen]
            interval = metrics.bootstrap_interval(f1)
            line = f"  {row:<55}{len(chosen):6}{exact:7.3f}{np.mean(f1):7.3f}"
            print(f"{line}   F1 {interval.low:.3f} to {interval.high:.3f} (95 %)")
    print(f"  refused: {np.mean([one.refused for one in scores]):.3f}")


def _show_build(step: str, done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        print(f"  {step} {done}/{total}", file=sys.stderr)


def _lines(path: Path) -> Iterable[Mapping[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    main()

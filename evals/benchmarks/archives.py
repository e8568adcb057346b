"""`python -m evals.benchmarks.archives`: gold questions on invented archives of news, a row for each archive.

An archive is a folder with `corpus/` and `gold.jsonl`; without arguments all that come with kimqa are asked. `--more` asks the
questions of `more.jsonl` instead, mostly comparisons, where there are such.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evals import archives
from evals.gold import TYPES, load_gold
from evals.grading import Outcome, grade
from evals.summary import Summary, summarize_sets
from kimqa import Pipeline, load_settings

_FIGURES: Final = (
    "right",
    "right answerable",
    "short F1",
    "hit@1",
    "hit@3",
    "rejection",
    "false refusals",
    "cite precision",
)


def ask_archive(
    folder: Path, vectorstore: Path, reader: str | None = None, questions: str = "gold.jsonl"
) -> list[Outcome]:
    """Index the archive into `vectorstore`, ask its questions and grade the answers, in the order of the questions."""
    settings = load_settings(home=folder, corpus=folder / "corpus", vectorstore=vectorstore)
    Pipeline.build(settings)
    pipeline = Pipeline.open(settings)
    texts = {article.id: article.text for article in pipeline.articles()}
    outcomes = []
    for gold in load_gold([folder / questions], texts):
        answer = pipeline.ask(gold.question, history=gold.history, reader=reader)
        outcomes.append(grade(gold, answer, texts, milliseconds=0.0))
    return outcomes


def main() -> None:
    """Ask and print a table of figures and one of right answers by type."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.archives", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", help="archives (default: those in evals/archives)")
    parser.add_argument("--more", action="store_true", help="ask the questions of more.jsonl instead")
    parser.add_argument("--reader", help="default: that of the settings")
    options = parser.parse_args()
    questions = "more.jsonl" if options.more else "gold.jsonl"
    all_folders = [archives.FOLDER / name for name in (*archives.DEVELOPMENT, *archives.BLIND)]
    folders = options.folders or [folder for folder in all_folders if (folder / questions).is_file()]
    missing = [folder for folder in folders if not (folder / questions).is_file()]
    if missing:
        print(f"skipped: {missing[0]} has no {questions}. Name folders with corpus/ and gold.jsonl.")
        return
    asked: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory() as work:
        for folder in folders:
            asked[folder.name] = ask_archive(folder, Path(work) / folder.name, options.reader, questions)
            print(f"  {folder.name}: {len(asked[folder.name])} questions", file=sys.stderr)
    rows = {name: summarize_sets(outcomes)[-1] for name, outcomes in asked.items()}
    for label, names in (("development", archives.DEVELOPMENT), ("blind", archives.BLIND)):
        together = [outcome for name in names for outcome in asked.get(name, ())]
        if together:
            rows[label] = summarize_sets(together)[-1]
    _print(rows)


def _print(rows: dict[str, Summary]) -> None:
    _print_table(["archive", "n", *_FIGURES], [_figures(name, summary) for name, summary in rows.items()])
    print()
    _print_table(["right by type", *TYPES], [_by_type(name, summary) for name, summary in rows.items()])


def _figures(name: str, summary: Summary) -> list[str]:
    values = (f"{summary.figure(figure).value:.3f}" for figure in _FIGURES)
    return [name, str(summary.questions), *values]


def _by_type(name: str, summary: Summary) -> list[str]:
    found = {figure.name: f"{figure.value:.2f}" for figure in summary.by_type}
    return [name, *(found.get(kind, "") for kind in TYPES)]


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        print(
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )


if __name__ == "__main__":
    main()

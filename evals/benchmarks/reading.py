"""`python -m evals.benchmarks.reading`: the shipped reader alone, on passages that its training never saw.

Only the whole lines and paragraphs that `training/heldout.json` lists under "test" are read. SQuAD's EM and F1 of the best
span where the passage answers, and how well the reader tells whether it does.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from evals import metrics
from kimqa.readers.span_model import PassageInput, Reading, SpanModel

_DEFAULT_DATA: Final = Path("../shared")
_HELDOUT: Final = Path(__file__).resolve().parents[2] / "training" / "heldout.json"
_EVERY: Final = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """A question with the passages to choose from and, for each, the acceptable answers (none: it does not answer)."""

    source: str
    question: str
    passages: tuple[PassageInput, ...]
    answers: tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Scored:
    """What the reader made of one passage of an item. EM and F1 are None where the passage does not answer."""

    answers: bool
    answerable: float
    logit: float
    exact: float | None
    f1: float | None


def read_squad(path: Path, groups: set[str]) -> Iterable[Item]:
    """The questions of a file in SQuAD's format whose paragraph is in `groups`."""
    dataset = path.stem.removesuffix("_v1.0")
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            if f"{dataset}-{hashlib.sha256(context.encode()).hexdigest()[:12]}" in groups:
                for asked in paragraph["qas"]:
                    answers = tuple(answer["text"] for answer in asked["answers"])
                    yield Item("squadshifts", asked["question"].strip(), (PassageInput(context),), (answers,))


def read_news(path: Path, groups: set[str]) -> Iterable[Item]:
    """The questions on single passages whose line is in `groups`."""
    for line in _lines(path):
        if line["id"] in groups:
            passage = _passage(line, line["passage"])
            for asked in line["qas"]:
                answers = tuple(answer["text"] for answer in asked["answers"])
                yield Item("news", asked["question"], (passage,), (answers,))


def read_stories(path: Path, groups: set[str]) -> Iterable[Item]:
    """The questions on running stories whose line is in `groups`, but for those that yes or no answers."""
    for line in _lines(path):
        if line["id"] in groups:
            passages = {part["pid"]: _passage(part, part["text"]) for part in line["passages"]}
            for asked in line["qas"]:
                if asked["style"] != "yesno":
                    found = asked["answers"]
                    answers = tuple(tuple(answer["text"] for answer in found.get(pid, ())) for pid in passages)
                    yield Item("stories", asked["question"], tuple(passages.values()), answers)


def read_heldout(data: Path, groups: set[str]) -> tuple[Item, ...]:
    """Every held-out question under the data folder, in the order of the files."""
    readers = (
        (sorted((data / "squadshifts").glob("*.json")), read_squad),
        (sorted((data / "training").glob("news-*.jsonl")), read_news),
        (sorted((data / "training").glob("stories-*.jsonl")), read_stories),
    )
    return tuple(item for files, read in readers for file in files for item in read(file, groups))


def score(item: Item, readings: Sequence[Reading]) -> tuple[Scored, ...]:
    """Score what the reader made of each passage of an item."""
    scored = []
    for answers, reading in zip(item.answers, readings, strict=True):
        best = reading.spans[0].text if reading.spans else ""
        exact = metrics.best_over_answers(metrics.exact_match, best, answers) if answers else None
        f1 = metrics.best_over_answers(metrics.token_f1, best, answers) if answers else None
        scored.append(Scored(bool(answers), reading.answerable, reading.answerable_logit, exact, f1))
    return tuple(scored)


def ranked_right(scored: Sequence[Scored]) -> bool | None:
    """Whether a passage that answers came before all that do not; None where there are not both kinds."""
    right = [one.logit for one in scored if one.answers]
    wrong = [one.logit for one in scored if not one.answers]
    return max(right) > max(wrong) if right and wrong else None


def main() -> None:
    """Read and print one row a source."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.reading", description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=_DEFAULT_DATA, help=f"folder (default {_DEFAULT_DATA})")
    parser.add_argument("--heldout", type=Path, default=_HELDOUT, help="list of what was held out")
    parser.add_argument("--model", type=Path, help="folder of the reader model (default: the shipped one)")
    parser.add_argument("--limit", type=int, metavar="N", help="a sample of N questions a source (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    options = parser.parse_args()
    if not options.heldout.is_file():
        print(f"skipped: {options.heldout} is not there; it lists what the training left out.")
        return
    groups = set(json.loads(options.heldout.read_text(encoding="utf-8"))["test"])
    items = read_heldout(options.data, groups)
    if not items:
        print(f"skipped: {options.data} holds nothing that was held out; expected squadshifts/ and training/ in it.")
        return
    model = SpanModel.load(options.model)
    by_source: dict[str, list[Item]] = {}
    for item in items:
        by_source.setdefault(item.source, []).append(item)
    print("Held out: source      questions     EM     F1   95 % of F1        AUROC    ECE   right passage first")
    for source, found in by_source.items():
        few = options.limit is not None and options.limit < len(found)
        sample = random.Random(options.seed).sample(found, options.limit) if few else found
        _print_row(source, [score(item, _read(model, item, number)) for number, item in enumerate(sample, start=1)])


def _print_row(source: str, scored: Sequence[Sequence[Scored]]) -> None:
    flat = [one for group in scored for one in group]
    exact = [one.exact for one in flat if one.exact is not None]
    f1 = [one.f1 for one in flat if one.f1 is not None]
    labels = [one.answers for one in flat]
    interval = metrics.bootstrap_interval(f1)
    area = metrics.auroc([one.logit for one in flat], labels)
    error = metrics.expected_calibration_error([one.answerable for one in flat], labels)
    ranks = [rank for rank in map(ranked_right, scored) if rank is not None]
    first = f"{np.mean(ranks):.3f} of {len(ranks)}" if ranks else "–"
    figures = f"{np.mean(exact):7.3f}{np.mean(f1):7.3f}   {interval.low:.3f} to {interval.high:.3f}"
    print(f"  {source:<20}{len(scored):9}{figures} {area:8.3f}{error:7.3f}   {first}")


def _read(model: SpanModel, item: Item, number: int) -> tuple[Reading, ...]:
    if number % _EVERY == 0:
        print(f"  {item.source}: {number}", file=sys.stderr)
    return model.read(item.question, item.passages)


def _passage(fields: Mapping[str, Any], text: str) -> PassageInput:
    published = fields.get("published")
    day = datetime.date.fromisoformat(published) if published else None
    return PassageInput(text, title=fields.get("title"), outlet=fields.get("outlet"), published=day)


def _lines(path: Path) -> Iterable[Mapping[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


if __name__ == "__main__":
    main()

"""Statements as a language model would write them, true and false, with the quotes they cite, come in; which the verifier lets through goes out.

`adversarial.jsonl` was written by hand from sentences of the five articles by somebody who had not seen the verifier: ten
kinds of false ones that keep to the words of the quote (a number, a date, a name, a negation, a cause changed, roles swapped, planned
told as done, a detail added, half of it invented, another passage cited), and ten kinds of true ones, down to a paraphrase that
shares hardly a word. `blind.jsonl` has 60 false and 60 true ones of the same kinds, by another hand; they are reported, not looked into. Its first
eleven lines were seen once, in a diff, after the verifier that is shipped now had been made; nobody who works on it has read more.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from evals.citations import judge
from kimqa.support import support_of
from kimqa.types import Article, Passage

TABLE: Final = pytest.StashKey[list[str]]()
SETS: Final = ("adversarial", "blind")


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A statement, whether it is true by its quotes, and whether the verifier found it supported."""

    id: str
    kind: str
    text: str
    is_true: bool
    passed: bool


def judge_all(articles: Mapping[str, Article], name: str) -> list[Judged]:
    """Every statement of a set, held against the quotes that it cites and nothing else."""
    file = Path(__file__).parent / f"{name}.jsonl"
    found = []
    for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        shown = [_passage(articles[cite["article"]], cite["quote"]) for cite in line["cites"]]
        passed = support_of(line["statement"], shown, judge()).holds
        found.append(Judged(line["id"], line["kind"], line["statement"], line["label"] == "true", passed))
    return found


def caught(judged: Iterable[Judged]) -> float:
    """Share of the false statements that did not pass."""
    false = [item for item in judged if not item.is_true]
    return sum(not item.passed for item in false) / len(false)


def dropped(judged: Iterable[Judged]) -> float:
    """Share of the true statements that did not pass."""
    true = [item for item in judged if item.is_true]
    return sum(not item.passed for item in true) / len(true)


def table(name: str, judged: Sequence[Judged]) -> list[str]:
    """Lines for a terminal: by kind, how many passed."""
    lines = [
        f"{name}: false statements caught {caught(judged):.3f}, true ones dropped {dropped(judged):.3f} of {len(judged)}"
    ]
    for kind in dict.fromkeys((item.is_true, item.kind) for item in judged):
        group = [item for item in judged if (item.is_true, item.kind) == kind]
        word = "true " if kind[0] else "false"
        lines.append(f"  {word} {kind[1]:20}{sum(item.passed for item in group):>3} of {len(group)} passed")
    return lines


def _passage(article: Article, quote: str) -> Passage:
    start = article.text.index(quote)
    return Passage(
        1, 1.0, article.id, article.id, article.title, article.outlet, article.author, article.published, article.url,
        quote, start, start + len(quote),
    )  # fmt: skip

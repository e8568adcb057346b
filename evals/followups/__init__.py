"""Conversations of several turns come in; each follow-up is asked, and the same question on its own, and both are graded."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from evals import metrics
from evals.gold import GoldQuestion
from evals.grading import grade, told
from kimqa import Answer, Pipeline, Settings

FOLDER: Final = Path(__file__).parent
SETS: Final = {"conversations": "corpus", "blind": "blind-corpus"}
"""Files of conversations, and the folder of the articles that each is about."""
TABLE: Final = pytest.StashKey[list[str]]()


@dataclasses.dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that leans on the turns before it, and the same one on its own; `groups` as in a gold question."""

    id: str
    kind: str
    history: tuple[tuple[str, str], ...]
    question: str
    standalone: str
    changed: bool
    groups: tuple[tuple[str, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """A follow-up as asked, how it was searched, and whether it and its standalone form were answered right."""

    follow_up: FollowUp
    searched: str
    right: bool
    right_alone: bool


def load_follow_ups(file: Path) -> tuple[FollowUp, ...]:
    """The conversations of a file, one JSON object a line."""
    return tuple(_follow_up(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


def open_corpus(corpus: Path, home: Path) -> Pipeline:
    """A pipeline over the articles of `corpus`, its index built in `home`; threads and encoder as set."""
    settings = Settings(home=home, corpus=corpus)
    Pipeline.build(settings)
    return Pipeline.open(settings)


def compare(pipeline: Pipeline, follow_ups: Sequence[FollowUp]) -> list[Compared]:
    """Every follow-up asked with its history, and its standalone form asked without."""
    found = []
    for item in follow_ups:
        answer = pipeline.ask(item.question, history=item.history)
        alone = pipeline.ask(item.standalone)
        found.append(Compared(item, answer.standalone_question, _is_right(answer, item), _is_right(alone, item)))
    return found


def compare_gold(pipeline: Pipeline, questions: Sequence[GoldQuestion]) -> list[Compared]:
    """The same for the follow-ups among gold questions, whose standalone forms stand in `gold.jsonl`."""
    alone = {
        line["id"]: line["standalone"]
        for line in map(json.loads, (FOLDER / "gold.jsonl").read_text(encoding="utf-8").splitlines())
    }
    texts = {article.id: article.text for article in pipeline.articles()}
    found = []
    for gold in questions:
        if gold.type != "followup":
            continue
        item = FollowUp(gold.id, "gold", gold.history, gold.question, alone[gold.id], True, gold.must_include)
        answer, other = pipeline.ask(item.question, history=item.history), pipeline.ask(item.standalone)
        found.append(
            Compared(
                item, answer.standalone_question, grade(gold, answer, texts).right, grade(gold, other, texts).right
            )
        )
    return found


def lend_encoder(vectorstore: Path, home: Path) -> None:
    """Copy the exported encoder of a built index to a new home: exporting takes longer than all the questions together."""
    (home / "vectorstore").mkdir()
    for name in ("encoder.onnx", "encoder.json", "tokenizer.json"):
        if (vectorstore / name).is_file():
            shutil.copy(vectorstore / name, home / "vectorstore")


def share_right(compared: Sequence[Compared]) -> float:
    """Share of the follow-ups that were answered right with their history."""
    return metrics.share([item.right for item in compared])


def share_right_alone(compared: Sequence[Compared]) -> float:
    """The same of their standalone forms."""
    return metrics.share([item.right_alone for item in compared])


def table(name: str, compared: Sequence[Compared]) -> list[str]:
    """Lines for a terminal: by kind, how many were right as a follow-up and on their own, and every one that differs."""
    lines = [f"{name}: follow-ups right {share_right(compared):.3f}, on their own {share_right_alone(compared):.3f} of {len(compared)}"]  # fmt: skip
    for kind in dict.fromkeys(item.follow_up.kind for item in compared):
        group = [item for item in compared if item.follow_up.kind == kind]
        lines.append(
            f"  {kind:24}{sum(i.right for i in group):>3}{sum(i.right_alone for i in group):>4} of {len(group)}"
        )
    for item in compared:
        if item.right != item.right_alone:
            which = "only with its history" if item.right else "only on its own"
            lines.append(f"  {item.follow_up.id} right {which}: {item.follow_up.question} → {item.searched}")
    return lines


def _is_right(answer: Answer, item: FollowUp) -> bool:
    return not answer.abstained and metrics.contains_keys(told(answer), item.groups)


def _follow_up(line: dict[str, object]) -> FollowUp:
    history, groups = line["history"], line["must_include"]
    assert isinstance(history, list)
    assert isinstance(groups, list)
    return FollowUp(
        id=str(line["id"]),
        kind=str(line["kind"]),
        history=tuple((turn["question"], turn["answer"]) for turn in history),
        question=str(line["question"]),
        standalone=str(line["standalone"]),
        changed=bool(line["changed"]),
        groups=tuple(tuple(group) for group in groups),
    )

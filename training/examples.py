"""Data files as they were published or written come in; passages and question-passage pairs of one form go out."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VERDICT_OF_LABEL = {"supported": 0, "contradicted": 1, "not_stated": 2, "yes": 0, "no": 1}
NOT_STATED = 2

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with what its article says of itself; `group` is what is held out as a whole (a line of a file)."""

    id: str
    group: str
    source: str
    text: str
    title: str | None = None
    outlet: str | None = None
    published: str | None = None

    @property
    def has_header(self) -> bool:
        """Whether title, outlet and date are all known."""
        return bool(self.title and self.outlet and self.date)

    @property
    def date(self) -> datetime.date | None:
        """The date of publication, or None where it is missing or no date."""
        try:
            return datetime.date.fromisoformat(self.published or "")
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Pair:
    """A question or statement with one passage.

    `spans` are character ranges of answers (or evidence) in the passage text. `verdict` is an index into
    `model.VERDICTS`, or None for a question that yes or no does not answer.
    """

    question: str
    passage: str
    question_id: str
    source: str
    style: str
    spans: Spans = ()
    answerable: bool = False
    verdict: int | None = None


def split_of(group: str, source: str, seed: int) -> str:
    """Says where a group belongs: 'train', 'calibration' or 'test'. Depends on nothing but the arguments."""
    percent = 3.0 if source == "squadshifts" else 12.0
    digest = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    if int.from_bytes(digest[:4], "big") / 2**32 * 100 >= percent:
        return "train"
    return "test" if digest[4] % 2 else "calibration"


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def write_lines(path: Path, records: Iterable[Passage | Pair]) -> None:
    """Writes dataclasses as JSON Lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")


def load_passages(path: Path) -> dict[str, Passage]:
    """Reads what `write_lines` wrote, by id."""
    return {line["id"]: Passage(**line) for line in read_lines(path)}


def load_pairs(path: Path) -> list[Pair]:
    """Reads what `write_lines` wrote."""
    return [Pair(**{**line, "spans": tuple((s, e) for s, e in line["spans"])}) for line in read_lines(path)]


class Collection:
    """Gathers passages and pairs from files, checking every offset; `rejected` counts what did not fit."""

    def __init__(self) -> None:
        self.passages: dict[str, Passage] = {}
        self.pairs: list[Pair] = []
        self.rejected = 0

    def add_squadshifts(self, path: Path) -> None:
        """Adds a SQuADShifts file; each paragraph is a group of its own. All its questions have answers."""
        dataset = path.stem.removesuffix("_v1.0")
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                name = hashlib.sha256(paragraph["context"].encode()).hexdigest()[:12]
                passage = Passage(f"{dataset}-{name}", f"{dataset}-{name}", "squadshifts", paragraph["context"])
                self.passages[passage.id] = passage
                for qa in paragraph["qas"]:
                    answers = [{"text": a["text"], "start": a["answer_start"]} for a in qa["answers"]]
                    spans = self._spans(passage.text, answers)
                    if spans:
                        question = qa["question"].strip()
                        self._add(question, passage, "squadshifts", dataset, spans=spans, answerable=True)

    def add_news(self, path: Path) -> None:
        """Adds single passages with questions; an empty list of answers means that the passage does not answer."""
        for line in read_lines(path):
            passage = Passage(
                line["id"],
                line["id"],
                "news",
                line["passage"],
                line["title"],
                line["outlet"],
                line["published"],
            )
            self.passages[passage.id] = passage
            for qa in line["qas"]:
                spans = self._spans(passage.text, qa["answers"])
                if spans or not qa["answers"]:
                    self._add(qa["question"], passage, "news", qa["style"], spans=spans, answerable=bool(spans))

    def add_stories(self, path: Path) -> None:
        """Adds running stories: every question is paired with every passage of its story."""
        for line in read_lines(path):
            passages = {
                p["pid"]: Passage(
                    f"{line['id']}/{p['pid']}",
                    line["id"],
                    "stories",
                    p["text"],
                    p.get("title"),
                    p.get("outlet"),
                    p.get("published"),
                )
                for p in line["passages"]
            }
            self.passages.update({passage.id: passage for passage in passages.values()})
            for qa in line["qas"]:
                verdicts = qa.get("verdict") or {}
                yes_or_no = qa["style"] == "yesno" or bool(verdicts)
                for pid, passage in passages.items():
                    given = qa["answers"].get(pid, [])
                    spans = self._spans(passage.text, given)
                    if given and not spans:
                        continue
                    verdict = VERDICT_OF_LABEL.get(verdicts.get(pid, "")) if spans else NOT_STATED
                    self._add(
                        qa["question"],
                        passage,
                        "stories",
                        qa["style"],
                        spans=spans,
                        answerable=bool(spans),
                        verdict=verdict if yes_or_no else None,
                    )
            for statement in line.get("statements") or ():
                passage = passages[statement["pid"]]
                evidence = statement.get("evidence")
                spans = self._spans(passage.text, [evidence] if evidence else [])
                self._add_statement(statement["text"], passage, statement["label"], spans, "statement")

    def add_statements(self, path: Path) -> None:
        """Adds statements and yes-or-no questions on passages that `add_news` has added before."""
        for line in read_lines(path):
            passage = self.passages[line["passage_id"]]
            for statement in line["statements"]:
                evidence = statement["evidence"]
                spans = ((evidence["start"], evidence["end"]),) if evidence else ()
                self._add_statement(statement["text"], passage, statement["label"], spans, statement["edit"])
            for qa in line["yesno"]:
                spans = ((qa["evidence"]["start"], qa["evidence"]["end"]),)
                verdict = VERDICT_OF_LABEL[qa["answer"]]
                self._add(qa["question"], passage, "yesno", "yesno", spans=spans, answerable=True, verdict=verdict)

    def _add_statement(self, text: str, passage: Passage, label: str, spans: Spans, style: str) -> None:
        verdict = VERDICT_OF_LABEL[label]
        settled = verdict != NOT_STATED
        self._add(
            text,
            passage,
            "statements",
            style,
            spans=spans if settled else (),
            answerable=settled,
            verdict=verdict,
        )

    def _add(
        self,
        question: str,
        passage: Passage,
        source: str,
        style: str,
        *,
        spans: Spans,
        answerable: bool,
        verdict: int | None = None,
    ) -> None:
        name = hashlib.sha256(f"{passage.group}:{question}".encode()).hexdigest()[:16]
        self.pairs.append(Pair(question, passage.id, name, source, style, spans, answerable, verdict))

    def _spans(self, text: str, answers: list[dict[str, Any]]) -> Spans:
        spans = []
        for answer in answers:
            start, end = answer["start"], answer["start"] + len(answer["text"])
            if answer["text"].strip() and text[start:end] == answer["text"]:
                spans.append((start, end))
            else:
                self.rejected += 1
        return tuple(spans)

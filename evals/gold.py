"""Gold files (JSON Lines) and the texts of the articles come in; checked gold questions go out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

GOLD_FOLDER: Final = Path(__file__).parent / "gold"
ANSWERABLE_TYPES: Final = (
    "factoid", "explanation", "list", "quote", "yesno", "temporal", "attribution", "comparison", "followup",
)  # fmt: skip
UNANSWERED_TYPES: Final = ("unanswerable", "false_premise", "off_topic")
TYPES: Final = ANSWERABLE_TYPES + UNANSWERED_TYPES
_REQUIRED: Final = {"id", "question", "type", "answers", "must_include", "must_not_include", "evidence"}
_OPTIONAL: Final = {"history", "note"}


class GoldError(ValueError):
    """A gold file that cannot be used; names the file and the line."""


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """A quote that answers: exact characters of the article's text."""

    article_id: str
    quote: str


@dataclasses.dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question, what a right answer contains, and where it stands. `gold_set` is the stem of the file it is from.

    `must_include` holds groups of alternatives: of every group one must occur. `history` holds earlier turns as
    (question, answer), oldest first.
    """

    id: str
    gold_set: str
    type: str
    question: str
    answers: tuple[str, ...]
    must_include: tuple[tuple[str, ...], ...]
    must_not_include: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    history: tuple[tuple[str, str], ...] = ()

    @property
    def is_answerable(self) -> bool:
        """True when the corpus answers the question as it is put."""
        return self.type in ANSWERABLE_TYPES


def gold_files(path: Path | None = None) -> tuple[Path, ...]:
    """The gold files of a folder in the order of their names, or the one file that `path` is; default `evals/gold`.

    Raises:
        GoldError: there is none.
    """
    place = GOLD_FOLDER if path is None else path
    files = (place,) if place.is_file() else tuple(sorted(place.glob("*.jsonl")))
    if not files:
        raise GoldError(f"{place} holds no gold questions; expected a .jsonl file or a folder with some. Check --gold.")
    return files


def load_gold(files: Iterable[Path], texts: Mapping[str, str]) -> tuple[GoldQuestion, ...]:
    """The questions of `files` in order, checked against the articles' `texts` (by article id).

    Raises:
        GoldError: a line that is no question, an id used twice, or a quote that its article does not contain.
    """
    questions: dict[str, GoldQuestion] = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                question = _question(json.loads(line), file.stem)
                _check(question, texts)
                if question.id in questions:
                    raise ValueError(f"the id {question.id!r} is used twice; give every question its own")
            except ValueError as error:
                raise GoldError(f"{file.name}, line {number}: {error}") from error
            questions[question.id] = question
    return tuple(questions.values())


def digest_of_files(files: Sequence[Path]) -> str:
    """SHA-256 over the bytes of `files`, in order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def digest_of_texts(texts: Mapping[str, str]) -> str:
    """SHA-256 over article ids and texts, in the order of the ids."""
    digest = hashlib.sha256()
    for article_id in sorted(texts):
        for part in (article_id, texts[article_id]):
            digest.update(hashlib.sha256(part.encode("utf-8")).digest())
    return digest.hexdigest()


def _question(fields: Any, gold_set: str) -> GoldQuestion:
    if not isinstance(fields, dict):
        raise ValueError("expected a JSON object with the fields of a question")
    missing, unknown = _REQUIRED - fields.keys(), fields.keys() - _REQUIRED - _OPTIONAL
    if missing or unknown:
        raise ValueError(f"fields missing: {sorted(missing) or 'none'}; unknown: {sorted(unknown) or 'none'}")
    try:
        return GoldQuestion(
            id=fields["id"],
            gold_set=gold_set,
            type=fields["type"],
            question=fields["question"],
            answers=_strings(fields["answers"]),
            must_include=tuple(_strings(group) for group in fields["must_include"]),
            must_not_include=_strings(fields["must_not_include"]),
            evidence=tuple(Evidence(item["article"], item["quote"]) for item in fields["evidence"]),
            history=tuple((turn["question"], turn["answer"]) for turn in fields.get("history", ())),
        )
    except (TypeError, KeyError) as error:
        raise ValueError(f"a field is not of the expected form: {error!r}") from error


def _strings(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"expected a list of texts, found {values!r}")
    return tuple(values)


def _check(question: GoldQuestion, texts: Mapping[str, str]) -> None:
    if question.type not in TYPES:
        raise ValueError(f"the type is {question.type!r}, but should be one of {', '.join(TYPES)}")
    if question.is_answerable != bool(question.answers):
        raise ValueError("answers are given exactly for the types that can be answered")
    if question.is_answerable and not (question.must_include and question.evidence):
        raise ValueError("an answerable question needs must_include and evidence")
    if any(not group for group in question.must_include):
        raise ValueError("a group of must_include is empty, so that nothing could satisfy it")
    if (question.type == "followup") != bool(question.history):
        raise ValueError("history is given exactly for the type followup")
    for item in question.evidence:
        if item.article_id not in texts:
            raise ValueError(f"the corpus has no article {item.article_id!r}; it has {', '.join(sorted(texts))}")
        if item.quote not in texts[item.article_id]:
            raise ValueError(f"{item.article_id} does not contain the quote {item.quote!r}; copy it exactly")

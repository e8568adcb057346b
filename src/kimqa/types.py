"""The nouns of kimqa, as frozen values, and the seams between its stages, as Protocols."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimension), every row of length 1."""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` (included) to `end` (excluded) of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]


@dataclasses.dataclass(frozen=True, slots=True)
class Article:
    """One article of the corpus, its text as supplied.

    `content` holds the spans of `text` that are prose, in order and disjoint; empty until the article is cleaned.
    `published_basis` says how the date of publication was found.
    """

    id: str
    text: str
    title: str = ""
    outlet: str = ""
    author: str | None = None
    published: datetime.date | None = None
    published_basis: str | None = None
    url: str | None = None
    content: tuple[Span, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Chunk:
    """Whole sentences of one article: `article.text[chunk.start:chunk.end] == chunk.text`.

    `id` is made from the article's id, the offsets and the text, so that the same corpus gives the same ids.
    """

    id: str
    article_id: str
    start: int
    end: int
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it was found for a question, with what a reader is shown of its article.

    `rank` counts from 1. `score`, higher is better, is that of the joined indexes, or, once read, the probability that the
    passage answers, no higher than that of one ranked before it; 0 for one that a reader left unread, since others settled
    the question. `similarity` is the cosine, -1 to 1, 0 where only the words were found.
    `also_in` names the articles that hold a near-identical chunk, shown once.
    """

    rank: int
    score: float
    chunk_id: str
    article_id: str
    title: str
    outlet: str
    author: str | None
    published: datetime.date | None
    url: str | None
    text: str
    start: int
    end: int
    similarity: float = 0.0
    also_in: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The passage as plain JSON values."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain


@dataclasses.dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may answer.

    `outlets` and `article_ids`: these only, all when empty. `since` and `until`: days of publication, both included.
    """

    outlets: tuple[str, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None
    article_ids: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """True when every article may answer."""
        return not self.outlets and not self.article_ids and self.since is None and self.until is None


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation and its answer."""

    question: str
    answer: str


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """Characters `start` to `end` of an article, given as evidence for a statement."""

    article_id: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class DraftStatement:
    """A sentence that a reader proposes, with the quotes that it rests on; `supported` is what verifying it found."""

    text: str
    quotes: tuple[Quote, ...]
    supported: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class DraftSide:
    """What one source says where sources disagree: the short answer and the quote that says so."""

    short: str
    quote: Quote


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """What a reader proposes, before it is cited and verified. No statements: it found no answer, `reason` says why.

    `passages` are those that the reader was given, in the order of its own judgement; empty if it has none. `written` is
    the text of a language model, whose quotes are whole passages until they are verified; empty for verbatim sentences.
    `notes` are what the user should be told beside it: the side of a comparison on which nothing was found.
    """

    statements: tuple[DraftStatement, ...] = ()
    short: str | None = None
    confidence: float = 0.0
    reason: str | None = None
    conflicts: tuple[tuple[DraftSide, ...], ...] = ()
    passages: tuple[Passage, ...] = ()
    written: str = ""
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Citation:
    """A pointer to the evidence: `quote` is exactly `article.text[start:end]`. `number` counts from 1 within an answer."""

    number: int
    article_id: str
    title: str
    outlet: str
    author: str | None
    published: datetime.date | None
    url: str | None
    quote: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """A readable sentence of the answer and the numbers of the citations that it rests on."""

    text: str
    citations: tuple[int, ...]
    supported: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class ConflictSide:
    """One side of a disagreement, in the words of its source."""

    short: str
    citation: Citation


@dataclasses.dataclass(frozen=True, slots=True)
class Conflict:
    """A point on which sources disagree, sides ordered from the oldest publication to the newest."""

    sides: tuple[ConflictSide, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be checked. When `abstained`, `reason` says why and there are no citations.

    `notes` say what else happened on the way: a language model that failed, statements of it that were left out.
    """

    question: str
    standalone_question: str
    text: str
    short: str | None
    abstained: bool
    reason: str | None
    confidence: float
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    filters: Filters
    conflicts: tuple[Conflict, ...]
    reader: str
    timings: Mapping[str, float]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain JSON values; dates are ISO strings and the keys are those of the attributes."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """A step of a streamed answer.

    In order: `plan` (standalone_question, filters), `passages` (passages), any number of `token` (text, to be appended)
    and `withdrawn` (text: the last place where it was shown before does not hold), and last, always, `answer` (answer).
    The `answer` is what counts: tokens are what a language model wrote, before it was verified.
    """

    kind: Literal["plan", "passages", "token", "withdrawn", "answer"]
    text: str = ""
    standalone_question: str = ""
    filters: Filters | None = None
    passages: tuple[Passage, ...] = ()
    answer: Answer | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """A file of the corpus that could not be read, and why."""

    file: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did: ids of the articles added, changed and removed, how many were unchanged, files left out."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    articles: int = 0
    chunks: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain


@dataclasses.dataclass(frozen=True, slots=True)
class Match:
    """A chunk that an index found; `score` is a similarity or another figure for which higher is better."""

    chunk_id: str
    score: float


class Encoder(Protocol):
    """Turns texts into vectors. `fingerprint` changes when the vectors would."""

    @property
    def fingerprint(self) -> str:
        """Names the model and all that shapes its vectors."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, shape (len(texts), dimension), rows of length 1."""
        ...


class Index(Protocol):
    """Finds the chunks nearest to a vector."""

    def nearest(self, vector: Vectors, top_k: int, chunk_ids: Sequence[str] | None = None) -> list[Match]:
        """The `top_k` chunks most similar to `vector` (shape (dimension,)), best first, among `chunk_ids` if given."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says of a statement and one passage: probabilities that sum to 1."""

    supported: float
    contradicted: float
    not_stated: float


@dataclasses.dataclass(frozen=True, slots=True)
class Filling:
    """What a passage has for a question: how likely it answers, and what stands there with scores of 0 to 1, best first."""

    probability: float
    answers: tuple[tuple[str, float], ...]


class Judge(Protocol):
    """Says whether passages support a statement."""

    @property
    def least_support(self) -> float:
        """The least `support` at which a statement counts as supported."""
        ...

    def support(self, measures: Sequence[float]) -> float:
        """How likely a statement with these measures (`kimqa.support.MEASURES`) is supported, 0 to 1."""
        ...

    def judge(self, statement: str, passages: Sequence[Passage]) -> Sequence[Verdict]:
        """One verdict for each passage, in their order."""
        ...

    def fill(self, question: str, passages: Sequence[Passage]) -> Sequence[Filling]:
        """What each passage answers to a question, in their order."""
        ...


class Reader(Protocol):
    """Answers a question from passages, and from nothing else."""

    @property
    def name(self) -> str:
        """What `Answer.reader` says."""
        ...

    def read(self, question: str, passages: Sequence[Passage]) -> Draft:
        """A draft whose quotes lie within the passages."""
        ...


def _plain(value: Any) -> Any:
    """`value` with dataclasses, tuples, dates and paths turned into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return value

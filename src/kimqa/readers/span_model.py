"""A question and passages come in; how likely each passage answers it, and where, goes out.

The model is a small cross-encoder that `training/` makes: it reads `[CLS] question [SEP] header passage [SEP]`. It runs on
ONNX Runtime, one passage at a time on a few threads, so that a reading never depends on the passages beside it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kimqa.errors import ModelError
from kimqa.onnx import open_session
from kimqa.text import written_date

if TYPE_CHECKING:  # imported when a model is loaded
    from tokenizers import Encoding, Tokenizer

SHIPPED = Path(__file__).resolve().parents[1] / "models" / "reader"
VERIFIER = SHIPPED.with_name("verifier")
MAX_QUESTION_TOKENS = 64
MAX_HEADER_TOKENS = 80
MAX_ANSWER_TOKENS = 40
MAX_SPANS = 5
WINDOW_OVERLAP = 96  # tokens that two windows of a long passage share; more than two answers of full length
CANDIDATES = 16  # starts and ends that are tried with each other
MAX_THREADS = 4  # a passage takes about 15 ms on one core, so that more threads save little

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PassageInput:
    """One passage as the model sees it: its text under a line that says who published it, when, and its title."""

    text: str
    title: str | None = None
    outlet: str | None = None
    published: datetime.date | None = None

    @property
    def header(self) -> str:
        """`outlet, weekday day month year. title` and a line break, without the parts that are missing."""
        source = ", ".join(part for part in (self.outlet, written_date(self.published)) if part)
        line = ". ".join(part for part in (source, self.title) if part)
        return f"{line}\n" if line else ""


@dataclass(frozen=True, slots=True)
class Span:
    """A possible answer: characters start to end of the text given; score is 0 to 1, P(start) times P(end).

    An answer of several parts shares the probability among them, so two equal parts score a quarter each at most.
    """

    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one question and one passage.

    Attributes:
        answerable: calibrated probability that the passage answers the question (or settles the statement).
        answerable_logit: the same before calibration, for ranking without ties.
        spans: where the answer stands in the passage text, best first; they do not overlap. There may be spans even if
            the passage does not answer: look at `answerable` first.
        header_spans: the same, for answers that stand in `PassageInput.header` (the outlet, the date).
        yes: probability that the answer to a yes-or-no question is yes, or that the passage supports the statement.
        no: probability that it is no, or that the passage contradicts the statement.
        not_stated: probability that the passage says neither.
    """

    answerable: float
    answerable_logit: float
    spans: tuple[Span, ...]
    header_spans: tuple[Span, ...]
    yes: float
    no: float
    not_stated: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into probabilities, chosen on held-out data that the figures are not reported on.

    Attributes:
        temperature: divides the answerable logit.
        bias: is added to the answerable logit after that.
        verdict_temperature: divides the verdict logits.
        threshold: lowest `Reading.answerable` of the best passage at which a question counts as answered.
        confidence_bias: of a logistic regression that tells how likely a short answer is right (`SpanModel.confidence`).
        confidence_answerable: its weight of the log-odds of `Reading.answerable`.
        confidence_span: its weight of the logarithm of `Span.score`.
        support_bias: of a logistic regression that tells how likely a statement is supported (`SpanModel.support`).
        support_weights: its weight of every measure of `kimqa.support.MEASURES`, in their order.
        support_threshold: lowest probability at which a statement counts as supported.
    """

    temperature: float = 1.0
    bias: float = 0.0
    verdict_temperature: float = 1.0
    threshold: float = 0.5
    confidence_bias: float = 0.0
    confidence_answerable: float = 1.0
    confidence_span: float = 0.0
    support_bias: float = 0.0
    support_weights: tuple[float, ...] = ()
    support_threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class _Window:
    """Tokens of one pass through the model, and where in the text each token of header and passage stands."""

    ids: list[int]
    second_from: int
    header: list[tuple[int, int]]
    passage: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Logits:
    """What the model returns for one window."""

    start: FloatArray
    end: FloatArray
    answerable: float
    verdict: FloatArray


class SpanModel:
    """The shipped reader model. Safe to use from several threads; the same input gives the same reading."""

    def __init__(
        self,
        session: Any,
        tokenizer: Tokenizer,
        calibration: Calibration,
        *,
        max_tokens: int,
        fingerprint: str,
        threads: int,
    ) -> None:
        self.calibration = calibration
        self.fingerprint = fingerprint
        self._session = session
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="kimqa-reader")
        self._cls, self._sep = tokenizer.encode("").ids  # the empty text has the special tokens alone

    @classmethod
    def load(cls, path: Path | None = None, threads: int | None = None) -> SpanModel:
        """Loads the model in a folder, by default the shipped one.

        Args:
            path: a folder with reader.onnx, tokenizer.json, and reader.json, which holds the SHA-256 of both.
            threads: passages read at the same time; by default one for each core, at most four.

        Raises:
            ModelError: if a file is missing, is not the one that reader.json names, or cannot be loaded.
        """
        from tokenizers import Tokenizer  # here and not above: importing kimqa must stay fast

        folder = path or SHIPPED
        manifest = _read_manifest(folder)
        graph = _read_verified(folder, "reader.onnx", manifest)
        words = _read_verified(folder, "tokenizer.json", manifest)
        try:
            session = open_session(graph, threads=1)  # passages run side by side, each on one thread
            tokenizer = Tokenizer.from_str(words.decode("utf-8"))
            given = manifest["calibration"]
            calibration = Calibration(**given | {"support_weights": tuple(given.get("support_weights", ()))})
            max_tokens = int(manifest["max_tokens"])
        except Exception as error:  # both libraries raise classes of their own that share no base but this
            raise ModelError(
                f"the reader model in {folder} cannot be loaded: {error}; install kimqa again, or run its recipe"
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(
            session,
            tokenizer,
            calibration,
            max_tokens=max_tokens,
            fingerprint=manifest["files"]["reader.onnx"],
            threads=threads or min(os.cpu_count() or 1, MAX_THREADS),
        )

    @property
    def threshold(self) -> float:
        """Lowest `Reading.answerable` of the best passage at which a question counts as answered."""
        return self.calibration.threshold

    def confidence(self, log_odds: float, span_score: float) -> float:
        """How likely the short answer is right, 0 to 1, from the log-odds that its passage answers and its own score."""
        chosen = self.calibration
        weighed = chosen.confidence_answerable * log_odds + chosen.confidence_span * math.log(max(span_score, 1e-6))
        return 1.0 / (1.0 + math.exp(-(chosen.confidence_bias + weighed)))

    def support(self, measures: Sequence[float]) -> float:
        """How likely a statement with these measures (`kimqa.support.MEASURES`) is supported, 0 to 1."""
        chosen = self.calibration
        weighed = sum(weight * value for weight, value in zip(chosen.support_weights, measures, strict=True))
        return 1.0 / (1.0 + math.exp(-(chosen.support_bias + weighed)))

    def read(self, question: str, passages: Sequence[PassageInput]) -> tuple[Reading, ...]:
        """Reads each passage with the question; readings are in the order of the passages.

        A passage longer than the model takes is read in overlapping windows, and the one that answers best counts.
        """
        asked = self._encode(question).ids[:MAX_QUESTION_TOKENS]
        windows = [self._windows(asked, passage) for passage in passages]
        flat = [window for group in windows for window in group]
        # Longest first: the threads then finish at about the same time.
        order = sorted(range(len(flat)), key=lambda at: -len(flat[at].ids))
        logits = dict(zip(order, self._pool.map(lambda at: self._run(flat[at]), order), strict=True))
        readings, first = [], 0
        for passage, group in zip(passages, windows, strict=True):
            best = max(range(first, first + len(group)), key=lambda at: logits[at].answerable)
            readings.append(self._reading(passage, flat[best], logits[best]))
            first += len(group)
        return tuple(readings)

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _windows(self, question: list[int], passage: PassageInput) -> list[_Window]:
        header, body = self._encode(passage.header), self._encode(passage.text)
        above, where_above = header.ids[:MAX_HEADER_TOKENS], header.offsets[:MAX_HEADER_TOKENS]
        room = self._max_tokens - 3 - len(question) - len(above)
        stride = max(room - WINDOW_OVERLAP, room // 2)
        windows = []
        for first in range(0, max(len(body.ids) - room, 0) + stride, stride):
            # The last window ends with the passage, so that it has as much context as the others.
            begin = max(0, min(first, len(body.ids) - room))
            windows.append(
                _Window(
                    ids=[self._cls, *question, self._sep, *above, *body.ids[begin : begin + room], self._sep],
                    second_from=len(question) + 2,
                    header=where_above,
                    passage=body.offsets[begin : begin + room],
                )
            )
        return windows

    def _run(self, window: _Window) -> _Logits:
        ids = np.array([window.ids], dtype=np.int64)
        types = (np.arange(len(window.ids)) >= window.second_from).astype(np.int64)[None]
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        start, end, answerable, verdict = self._session.run(
            ["start_logits", "end_logits", "answerable", "verdict"], feed
        )
        return _Logits(start[0], end[0], float(answerable[0]), verdict[0])

    def _reading(self, passage: PassageInput, window: _Window, logits: _Logits) -> Reading:
        start, end = _log_softmax(logits.start), _log_softmax(logits.end)
        body_from = window.second_from + len(window.header)
        above = slice(window.second_from, body_from)
        body = slice(body_from, body_from + len(window.passage))
        scaled = logits.answerable / self.calibration.temperature + self.calibration.bias
        verdict = np.exp(_log_softmax(logits.verdict / np.float32(self.calibration.verdict_temperature)))
        return Reading(
            answerable=float(1.0 / (1.0 + np.exp(-scaled))),
            answerable_logit=logits.answerable,
            spans=best_spans(passage.text, window.passage, start[body], end[body]),
            header_spans=best_spans(passage.header, window.header, start[above], end[above]),
            yes=float(verdict[0]),
            no=float(verdict[1]),
            not_stated=float(verdict[2]),
        )


def best_spans(text: str, offsets: Sequence[tuple[int, int]], start: FloatArray, end: FloatArray) -> tuple[Span, ...]:
    """Returns the best spans that do not overlap, best first, at most MAX_SPANS.

    Args:
        text: what the offsets point into.
        offsets: characters of each token.
        start: log-probability [tokens] that the answer starts at the token.
        end: the same for its last token.
    """
    starts = np.argsort(-start, kind="stable")[:CANDIDATES]
    ends = np.argsort(-end, kind="stable")[:CANDIDATES]
    scored = [
        (float(start[s] + end[e]), int(s), int(e)) for s in starts for e in ends if 0 <= e - s < MAX_ANSWER_TOKENS
    ]
    found: list[Span] = []
    for score, first, last in sorted(scored, key=lambda candidate: (-candidate[0], *candidate[1:])):
        begin, stop = trim(text, *snap(text, offsets[first][0], offsets[last][1]))
        if begin < stop and all(stop <= span.start or span.end <= begin for span in found):
            found.append(Span(begin, stop, text[begin:stop], float(np.exp(score))))
            if len(found) == MAX_SPANS:
                break
    return tuple(found)


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Widens a range to whole words and whole numbers: from `.3 bill` in `$2.3 billion` to all of it."""
    while start > 0 and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    return start, end


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Takes white space, punctuation and unpaired quotes or brackets from both ends of a range."""
    while start < end and (text[start].isspace() or text[start] in ",;:.!?-–—)]}…"):
        start += 1
    while start < end and (
        text[end - 1].isspace()
        or text[end - 1] in ",;:!?-–—([{…"
        or (text[end - 1] == "." and not _abbreviation(text[start:end]))
    ):
        end -= 1
    for opening, closing in PAIRS:
        inner = text[start + 1 : end - 1]
        if end - start > 1 and text[start] == opening and closing not in text[start + 1 : end]:
            return trim(text, start + 1, end)
        if end - start > 1 and text[end - 1] == closing and opening not in text[start : end - 1]:
            return trim(text, start, end - 1)
        quoted = text[start:end].startswith(opening) and text[start:end].endswith(closing)
        if opening in QUOTES and quoted and inner and closing not in inner:
            return trim(text, start + 1, end - 1)
    return start, end


QUOTES = '"“‘'
PAIRS = (('"', '"'), ("“", "”"), ("‘", "’"), ("(", ")"), ("[", "]"))
CURRENCIES = "$£€¥₹₩"


def _joined(text: str, at: int) -> bool:
    """Says whether the characters before and at a position belong to one word or number."""
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return True
    if before in CURRENCIES and after.isdigit():
        return True
    if before.isdigit() and after == "%":
        return True
    if before.isdigit() and after in ".,":
        return at + 1 < len(text) and text[at + 1].isdigit()
    return before in ".," and after.isdigit() and at > 1 and text[at - 2].isdigit()


def _abbreviation(text: str) -> bool:
    """Says whether a text ends in an abbreviation such as `U.S.`, whose last full stop is part of it."""
    last = text.rsplit(maxsplit=1)[-1]
    return len(last) > 3 and last[-3] == "."


def _log_softmax(logits: FloatArray) -> FloatArray:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), dtype=np.float32)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        files = manifest["files"]
        if not all(isinstance(files[name], str) for name in ("reader.onnx", "tokenizer.json")):
            raise TypeError("a digest is no text")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"found no usable reader.json in {folder} ({error}); expected the manifest of a reader model; "
            "install kimqa again, or run its recipe"
        ) from error
    return manifest


def _read_verified(folder: Path, name: str, manifest: dict[str, Any]) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(f"the reader model lacks {folder / name}; install kimqa again, or run its recipe") from error
    found, expected = hashlib.sha256(content).hexdigest(), manifest["files"][name]
    if found != expected:
        raise ModelError(
            f"{folder / name} has SHA-256 {found}, but reader.json expects {expected}: the file was altered or is "
            "incomplete; install kimqa again, or run its recipe"
        )
    return content

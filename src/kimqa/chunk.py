"""A cleaned article comes in; chunks of whole sentences with their offsets go out, and the header they are indexed with."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from kimqa.text import sentences, word_spans, written_date
from kimqa.types import Article, Chunk, Span

# What a chunk costs when the sentences are shared out. Being too short weighs most, then breaking inside a paragraph,
# then being far from the middle of the range. Set by hand in November 2026 on
# the five articles first shipped, so that no tail of a sentence or two is left over and most chunks end a paragraph.
_SHORT_COST: Final = 4.0
_BREAK_COST: Final = 0.25
_SPREAD_COST: Final = 0.5
# A "sentence" this many times longer than a chunk is a table or a broken page, and is cut at word boundaries.
_MAX_SENTENCE: Final = 3
_LAST_BLANK: Final = re.compile(r"\s+(?=\S*\Z)")


@dataclasses.dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence (or a part of a monstrous one), its length, and whether a paragraph ends with it."""

    span: Span
    words: int
    ends_paragraph: bool


def cut(article: Article, *, min_words: int = 60, max_words: int = 120) -> tuple[Chunk, ...]:
    """The prose of `article` as chunks of whole sentences, in order and disjoint, every sentence in exactly one.

    A chunk has about `min_words` to `max_words` words. It has fewer where the prose between two pieces of furniture is
    shorter, and more only as a single sentence; a sentence above three times `max_words` is cut at word boundaries.
    Among the ways to share out a run of sentences the one with the least cost is taken (short chunks, breaks inside a
    paragraph, uneven lengths), after D. E. Knuth and M. F. Plass, Breaking Paragraphs into Lines, 1981.
    """
    chunks = []
    for run in _runs(article):
        pieces = _pieces(article.text, run, max_words)
        for first, last in _share_out(pieces, min_words, max_words):
            chunks.append(_chunk(article, Span(pieces[first].span.start, pieces[last].span.end)))
    return tuple(chunks)


def describe(article: Article) -> str:
    """The line that goes with every chunk into the encoder and the keyword index, and never into a quote.

    Title, outlet, author and the date in words ("Tuesday 27 March 2018"), as far as they are known.
    """
    parts = (article.title, article.outlet, article.author or "", written_date(article.published))
    return " | ".join(" ".join(part.split()) for part in parts if part.strip())


def _runs(article: Article) -> Iterator[list[Span]]:
    """The prose spans, grouped so that nothing but white space lies within a group."""
    run: list[Span] = []
    for span in article.content:
        if run and article.text[run[-1].end : span.start].strip():
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _pieces(text: str, run: list[Span], max_words: int) -> list[_Piece]:
    spans = [
        Span(part.start + span.start, part.end + span.start)
        for span in run
        for sentence in sentences(span.of(text))
        for part in _split(span.of(text), sentence, max_words)
    ]
    following = [*(span.start for span in spans[1:]), len(text)]
    return [
        # A piece without words (a lone dash) counts as one, so that no chunk can collect them without end.
        _Piece(
            span,
            max(1, len(word_spans(span.of(text)))),
            index + 1 == len(spans) or "\n" in text[span.end : after],
        )
        for index, (span, after) in enumerate(zip(spans, following, strict=True))
    ]


def _split(text: str, sentence: Span, max_words: int) -> Iterator[Span]:
    """The sentence, or parts of `max_words` words of one that is far too long."""
    found = word_spans(sentence.of(text))
    if len(found) <= _MAX_SENTENCE * max_words:
        yield sentence
        return
    start = sentence.start
    for index in range(max_words, len(found), max_words):
        gap = Span(sentence.start + found[index - 1].end, sentence.start + found[index].start)
        # Closing marks stay with the word before, opening marks go with the word after.
        blank = _LAST_BLANK.search(gap.of(text))
        yield Span(start, gap.start + blank.start() if blank else gap.end)
        start = gap.start + blank.end() if blank else gap.end
    yield Span(start, sentence.end)


def _share_out(pieces: list[_Piece], min_words: int, max_words: int) -> list[tuple[int, int]]:
    """First and last piece of each chunk, at the least total cost. Ties are broken towards the earlier break."""
    best: list[float] = [0.0]
    begins: list[int] = [0]
    for last, piece in enumerate(pieces):
        words = 0
        cheapest, begin = float("inf"), last
        for first in range(last, -1, -1):
            words += pieces[first].words
            if words > max_words and first < last:
                break
            cost = best[first] + _cost(words, piece.ends_paragraph, min_words, max_words)
            if cost <= cheapest:
                cheapest, begin = cost, first
        best.append(cheapest)
        begins.append(begin)
    chunks = []
    end = len(pieces)
    while end:
        chunks.append((begins[end], end - 1))
        end = begins[end]
    return chunks[::-1]


def _cost(words: int, ends_paragraph: bool, min_words: int, max_words: int) -> float:
    middle = (min_words + max_words) / 2
    missing = max(0, min_words - words) / min_words
    spread = (words - middle) / middle
    return _SHORT_COST * missing**2 + _SPREAD_COST * spread**2 + (0.0 if ends_paragraph else _BREAK_COST)


def _chunk(article: Article, span: Span) -> Chunk:
    text = span.of(article.text)
    key = "\x1f".join((article.id, str(span.start), str(span.end), text))
    identifier = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]
    return Chunk(id=identifier, article_id=article.id, start=span.start, end=span.end, text=text)

"""Chunks are whole sentences with true offsets, of a fitting length, and never run over furniture."""

from __future__ import annotations

import dataclasses
import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kimqa.chunk import cut, describe
from kimqa.text import sentences, word_spans
from kimqa.types import Article, Span
from tests.strategies import marked_articles

SENTENCE = "The minister told the council that the bridge over the river would open again in spring."  # 16 words


def article(*paragraphs: str, prose: tuple[int, ...] | None = None) -> Article:
    text = "\n\n".join(paragraphs)
    spans = []
    at = 0
    for number, paragraph in enumerate(paragraphs):
        if prose is None or number in prose:
            spans.append(Span(at, at + len(paragraph)))
        at += len(paragraph) + 2
    return Article(id="a", text=text, content=tuple(spans))


def lengths(made: Article, **limits: int) -> list[int]:
    return [len(word_spans(chunk.text)) for chunk in cut(made, **limits)]


def prose_sentences(made: Article) -> list[Span]:
    return [
        Span(found.start + span.start, found.end + span.start)
        for span in made.content
        for found in sentences(span.of(made.text))
    ]


@given(marked_articles())
def test_a_chunk_is_the_text_at_its_offsets_and_chunks_are_in_order_and_disjoint(made: Article) -> None:
    chunks = cut(made)
    assert all(made.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert all(chunk.text and chunk.text == chunk.text.strip() for chunk in chunks)
    assert all(one.end <= other.start for one, other in itertools.pairwise(chunks))
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@given(marked_articles())
def test_every_prose_sentence_is_in_exactly_one_chunk(made: Article) -> None:
    chunks = cut(made)
    for sentence in prose_sentences(made):
        holders = [chunk for chunk in chunks if chunk.start <= sentence.start and sentence.end <= chunk.end]
        assert len(holders) == 1


@given(marked_articles())
def test_no_chunk_runs_over_what_is_not_prose(made: Article) -> None:
    prose = {position for span in made.content for position in range(span.start, span.end)}
    for chunk in cut(made):
        between = [made.text[at] for at in range(chunk.start, chunk.end) if at not in prose]
        assert not "".join(between).strip()


@given(marked_articles(), st.integers(1, 30), st.integers(0, 60))
def test_a_chunk_above_the_longest_length_is_a_single_sentence(made: Article, low: int, more: int) -> None:
    high = low + more
    found = prose_sentences(made)
    for chunk in cut(made, min_words=low, max_words=high):
        words = len(word_spans(chunk.text))
        assert words <= 3 * high
        if words > high:
            assert sum(chunk.start < span.end and span.start < chunk.end for span in found) == 1


@given(marked_articles())
def test_the_same_article_gives_the_same_chunks(made: Article) -> None:
    assert cut(made) == cut(made)
    other = cut(dataclasses.replace(made, id=made.id + "x"))
    assert not {chunk.id for chunk in cut(made)} & {chunk.id for chunk in other}


def test_chunks_lie_between_the_two_lengths_where_the_sentences_allow_it() -> None:
    assert all(60 <= words <= 120 for words in lengths(article(*[SENTENCE] * 40)))


def test_no_small_tail_is_left_over() -> None:
    """8 sentences of 16 words are 128: one chunk of 112 and a tail of 16 would be the greedy answer."""
    assert lengths(article(*[SENTENCE] * 8)) == [64, 64]


def test_chunks_prefer_to_end_with_a_paragraph() -> None:
    made = article(" ".join([SENTENCE] * 5), " ".join([SENTENCE] * 5), " ".join([SENTENCE] * 5))
    assert [chunk.end for chunk in cut(made)] == [span.end for span in made.content]


def test_furniture_ends_a_chunk() -> None:
    made = article(SENTENCE, SENTENCE, "Advertisement", SENTENCE, SENTENCE, prose=(0, 1, 3, 4))
    assert lengths(made) == [32, 32]
    assert not any("Advertisement" in chunk.text for chunk in cut(made))


def test_a_long_sentence_is_a_chunk_of_its_own() -> None:
    long = " ".join(["word"] * 150) + "."
    assert lengths(article(SENTENCE, long, SENTENCE)) == [16, 150, 16]


@settings(deadline=None)
@given(st.integers(361, 900), st.sampled_from([" ", "-", " “", "” ", ' " ', "...  "]))
def test_a_monstrous_sentence_is_cut_at_word_boundaries(count: int, glue: str) -> None:
    text = glue.join(["word"] * count)
    chunks = cut(Article(id="a", text=text, content=(Span(0, len(text)),)))
    counts = [len(word_spans(chunk.text)) for chunk in chunks]
    assert sum(counts) == count
    assert max(counts) <= 120
    assert all(chunk.text.count("word") == words for chunk, words in zip(chunks, counts, strict=True))


def test_quotation_marks_stay_with_their_words_in_a_monstrous_sentence() -> None:
    text = " ".join(["“word”"] * 400)
    chunks = cut(Article(id="a", text=text, content=(Span(0, len(text)),)))
    assert all(chunk.text.startswith("“") and chunk.text.endswith("”") for chunk in chunks)


def test_an_article_without_prose_has_no_chunks() -> None:
    assert cut(Article(id="a", text="Advertisement")) == ()


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, ""),
        ({"title": "Rain\n again"}, "Rain again"),
        ({"title": "Rain", "published": datetime.date(2018, 3, 27)}, "Rain | Tuesday 27 March 2018"),
        (
            {
                "title": "Rain",
                "outlet": "Courier",
                "author": "Ana Lima",
                "published": datetime.date(2025, 9, 4),
            },
            "Rain | Courier | Ana Lima | Thursday 4 September 2025",
        ),
    ],
)
def test_the_description_has_what_is_known_on_one_line(fields: dict[str, object], line: str) -> None:
    assert describe(dataclasses.replace(Article(id="a", text="It rains."), **fields)) == line

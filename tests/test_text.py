import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kimqa.text import (
    content_words,
    normalize,
    papers_called,
    paragraphs,
    sentences,
    stem,
    stems,
    straighten,
    word_spans,
    words,
    written_date,
)

any_text = st.text(max_size=300)
# Text as articles have it: words, abbreviations, list marks, quotation marks and line breaks of every kind.
prose = st.lists(
    st.sampled_from(
        [
            "The mayor",
            " spoke.",
            " ",
            "\n",
            "\n\n",
            "\r\n",
            "\t",
            "U.S. ",
            "Dr. ",
            "“Yes,” she said. ",
            "1. ",
            "• ",
            "…",
            "?",
            "!",
        ]
        + [
            "3.5 million ",
            "Ines Calder’s ",
            "\u00a0",
            "\u2028",
            "\x0b",
            "é",
            "e\u0301",
            "(a) ",
            "— ",
            "😀",
            "e.g. ",
        ]
    ),
    max_size=30,
).map("".join)


@given(any_text)
def test_straighten_keeps_every_offset(text):
    assert len(straighten(text)) == len(text)


def test_straighten_makes_typography_plain():
    assert straighten("“Xi’s” – a\u00a0b") == '"Xi\'s" - a b'


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Café \n MÜLLER ", "cafe muller"),
        ("Xi’s “visit”", 'xi\'s "visit"'),
        ("ﬁnal ½", "final 1⁄2"),
        ("Straße", "strasse"),
        ("e\u0301te\u0301", "ete"),
        ("", ""),
    ],
)
def test_normalize_removes_case_accents_and_typography(text, form):
    assert normalize(text) == form


@given(any_text | prose)
@example("\u0149")  # decomposes into a typographic apostrophe and n
@example("\ufe58")  # decomposes into a dash
def test_normalize_twice_is_normalize_once(text):
    assert normalize(normalize(text)) == normalize(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Xi’s visit", ["xi", "visit"]),
        ("the U.S. Army", ["the", "us", "army"]),
        ("the U.N.'s vote", ["the", "un", "vote"]),
        ("at 9 a.m. sharp", ["at", "9", "am", "sharp"]),
        ("Jong-un paid $2,500.50.", ["jong", "un", "paid", "2,500.50"]),
        ("the sailors' boats don't leak", ["the", "sailors", "boats", "don't", "leak"]),
        ("José O’Neill", ["jose", "o'neill"]),
        ("?! — …", []),
    ],
)
def test_words_are_in_normal_form_without_possessives(text, found):
    assert words(text) == found


@given(any_text | prose)
def test_word_spans_are_ordered_disjoint_and_hold_what_words_gives(text):
    spans = word_spans(text)
    assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
    assert [form for span in spans for form in words(span.of(text))] == words(text)


def test_content_words_leave_out_function_words_and_keep_repetitions():
    assert content_words("Who was it that won the race, and what race?") == ["won", "race", "race"]


def test_words_of_one_family_share_a_stem():
    assert {stem("elections"), stem("elected"), stem("elect")} == {"elect"}
    assert stems("The elections were elected") == ["elect", "elect"]


@given(any_text | prose)
def test_sentences_and_paragraphs_cover_everything_that_is_not_blank(text):
    for spans in (sentences(text), paragraphs(text)):
        assert all(span.of(text) == span.of(text).strip() != "" for span in spans)
        assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
        outside = list(text)
        for span in spans:
            outside[span.start : span.end] = " " * (span.end - span.start)
        assert not "".join(outside).strip()


@given(prose)
def test_no_sentence_crosses_a_line_break(text):
    assert all("\n" not in span.of(text) for span in sentences(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Reyes met the U.S. envoy. He left.", ["Dr. Reyes met the U.S. envoy.", "He left."]),
        ("It cost $3.5 million. Nobody paid.", ["It cost $3.5 million.", "Nobody paid."]),
        ("1. Open the gate. 2. Close it.", ["1. Open the gate.", "2. Close it."]),
        ("No full stop here\nAnother line", ["No full stop here", "Another line"]),
        ("“Is it over?” she asked.", ["“Is it over?” she asked."]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert [span.of(text) for span in sentences(text)] == expected


def test_papers_are_called_by_the_last_word_of_their_names():
    called = papers_called(["The Velm Echo (VE)", "Orrin Tribune", "Kolm Tribune", "Union Radio", "Reuters"])
    assert called == {"Echo": "The Velm Echo (VE)"}


def test_a_date_is_written_out_in_english():
    assert written_date(datetime.date(2025, 9, 4)) == "Thursday 4 September 2025"
    assert written_date(None) == ""

"""Items that a text counts before it tells them."""

import pytest

from kimqa.readers.quoting import Candidate
from kimqa.readers.series import announced
from kimqa.readers.span_model import Reading, Span
from kimqa.types import Passage

COLON = "The mayor was calm. She made three promises: the pier stays, the fares fall, and a clerk joins the board. Then she left."
NEXT = "Why did it fail? Reyes names two reasons. The pumps were old. Nobody had been paid since May. He left at noon."
PACKED = (
    "There are three kinds of duty. The oldest is on fuel. Those on fish and on wool came later.\n\nThe port is closed."
)
PARAGRAPHS = (
    "The board set two conditions.\n\nThe pier must be sound.\n\nThe fares must be paid.\n\nThe vote is in May."
)
COUNTED = "The navy took three trawlers in May. One came back. Two were sold."


def candidate(text, answer, start=50):
    at = text.index(answer)
    shown = Passage(1, 1.0, "c", "a", "Title", "Post", None, None, None, text, start, start + len(text), 0.5)
    return Candidate(shown, Reading(0.9, 2.0, (Span(at, at + len(answer), answer, 0.9),), (), 0.0, 0.0, 1.0), 2.0, 0.8)


@pytest.mark.parametrize(
    ("text", "answer", "short", "sentences"),
    [
        (COLON, "the fares fall", "the pier stays, the fares fall, and a clerk joins the board", 1),
        (COLON, "three promises", "the pier stays, the fares fall, and a clerk joins the board", 1),
        (NEXT, "two reasons", "The pumps were old; Nobody had been paid since May", 3),
        (NEXT, "Nobody had been paid", "The pumps were old; Nobody had been paid since May", 3),
        (PACKED, "fish", "The oldest is on fuel; Those on fish and on wool came later", 3),
        (PARAGRAPHS, "two conditions", "The pier must be sound; The fares must be paid", 3),
    ],
)
def test_what_is_counted_is_told_whole_with_the_sentence_that_counts_it(text, answer, short, sentences):
    draft = announced(candidate(text, answer))
    assert draft.short == short
    assert len(draft.statements) == sentences
    for statement in draft.statements:
        (quote,) = statement.quotes
        assert text[quote.start - 50 : quote.end - 50] == statement.text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (COUNTED, "One"),  # trawlers are counted, not told
        (NEXT, "noon"),  # behind the items
        (NEXT, "Why did it fail"),
        (COLON, "Then she left"),
        ("She gave two reasons.", "two reasons"),  # and no passage goes on
        ("She gave 20 reasons. The pier fell.", "20 reasons"),
    ],
)
def test_nothing_is_announced(text, answer):
    assert announced(candidate(text, answer)) is None


def test_an_answer_among_the_items_is_no_announcement_itself():
    assert announced(candidate(NEXT, "Nobody had been paid"), itself=True) is None
    assert announced(candidate(COLON, "the fares fall"), itself=True) is None
    assert announced(candidate(NEXT, "names two reasons"), itself=True).short.startswith("The pumps were old")

"""Items that a text counts before it tells them."""

import pytest

from kimqa.readers.quoting import Candidate
from kimqa.readers.series import with_announced
from kimqa.readers.span_model import Reading, Span
from kimqa.types import Draft, Passage

COLON = "Ada Calder was calm. She made three promises: the pier stays, the fares fall, and a clerk joins the board. Then she left."
NEXT = "Why did it fail? Reyes names two reasons. The pumps were old. Nobody had been paid since May."
MARKED = "There were two reasons. First, the pumps leaked. They were from 1950. Second, nobody was paid. He left at noon. It rained."
PACKED = (
    "There are three kinds of duty. The oldest is on fuel. Those on fish and on wool came later.\n\nThe port is closed."
)
PARAGRAPHS = "The board set out two conditions.\n\nFirst, the pier must be sound.\n\nSecond, the fares must be paid.\n\nThe vote is in May."
BULLETS = "He had two aims:\n\n• peace with Velm\n\n• bread for Kolm\n\nThe vote is in May."
NESTED = "He had two aims:\n- peace with Velm\n  - in the north\n  - in the south\n- bread for Kolm\n"
CLOCK = "Prices fell for three reasons, he said at 10:30: oil, rent and wages. He left."

WAS = Draft(short="as it was")


def told(question, text, answer, start=50):
    at = text.index(answer)
    shown = Passage(1, 1.0, "c", "a", "Title", "Post", None, None, None, text, start, start + len(text), 0.5)
    reading = Reading(0.9, 2.0, (Span(at, at + len(answer), answer, 0.9),), (), 0.0, 0.0, 1.0)
    draft = with_announced(question, Candidate(shown, reading, 2.0, 0.8), WAS)
    for statement in draft.statements:
        (quote,) = statement.quotes
        assert " ".join(text[quote.start - start : quote.end - start].split()) == statement.text
    return draft


@pytest.mark.parametrize(
    ("question", "text", "answer", "short", "sentences"),
    [
        ("What did she promise?", COLON, "the fares fall", "the pier stays, the fares fall, and a clerk joins the board", 2),
        ("Which three assurances were given at the first meeting?", COLON, "three promises", "the pier stays, the fares fall, and a clerk joins the board", 2),
        ("What two reasons does he give?", NEXT, "two reasons", "The pumps were old; Nobody had been paid since May", 3),
        ("Which two reasons were there?", NEXT, "Nobody had been paid", "The pumps were old; Nobody had been paid since May", 3),
        ("Why did it fail?", MARKED, "the pumps leaked", "First, the pumps leaked; They were from 1950; Second, nobody was paid", 4),
        ("Which things are promised?", COLON.replace("promises", "things"), "the fares fall", "the pier stays, the fares fall, and a clerk joins the board", 2),
        ("For what reasons did it fail?", MARKED, "the pumps leaked", "First, the pumps leaked; They were from 1950; Second, nobody was paid", 4),
        ("Which three sorts of duty are there?", PACKED, "fish", "The oldest is on fuel; Those on fish and on wool came later", 3),
        ("What are the board's conditions?", PARAGRAPHS, "two conditions", "First, the pier must be sound; Second, the fares must be paid", 3),
        ("What were his aims?", NESTED, "two aims", "peace with Velm; bread for Kolm", 3),
        ("What were his aims?", BULLETS, "two aims", "peace with Velm; bread for Kolm", 3),
        ("What three reasons did he give?", CLOCK, "oil", "oil, rent and wages", 1),
    ],
)  # fmt: skip
def test_what_is_counted_is_told_whole_with_the_sentence_that_counts_it(question, text, answer, short, sentences):
    draft = told(question, text, answer)
    assert draft.short == short
    assert len(draft.statements) == sentences


def test_the_one_who_is_meant_by_a_pronoun_is_told_first():
    assert told("What did she promise?", COLON, "the fares fall").statements[0].text == "Ada Calder was calm."


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("How many reasons did he give?", NEXT, "two reasons"),
        ("How many were taken?", "The navy took three trawlers in May. One came back. Two were sold.", "three trawlers"),
        ("What was taken?", "The navy took three trawlers in May. One came back. Two were sold.", "One"),
        ("When did he leave?", f"{NEXT} He left at noon.", "noon"),  # behind the items
        ("Why did it fail?", NEXT, "Why did it fail"),
        ("What did she do?", COLON, "Then she left"),
        ("What are the reasons?", "She gave two reasons.", "two reasons"),  # and no passage goes on
        ("What are the reasons?", "She gave 20 reasons. The pier fell.", "20 reasons"),
        ("What are the reasons?", "He did not give the two reasons. Reyes left. She wept.", "two reasons"),
        ("What are the two reasons?", "The port closed for two reasons, cost and time. Reyes moved. She stayed.", "cost"),
        ("What are the two reasons?", "The two reasons were cost and time. Reyes moved. She stayed.", "cost and time"),
        ("What reasons were there?", "There were two reasons — old pumps, and unpaid men. He left. She stayed.", "old pumps"),
        ("Which two people did she meet?", "She had three questions. She met Reyes. Calder came. It rained.", "Reyes"),
        ("Which countries signed?", "There are two questions. Velm and Kolm signed it. It rained.", "Velm"),
        ("What reasons did he give?", "He gave two reasons (see http://x.example/a:b). Then he left.", "two reasons"),
        ("What reasons did he give?", "He gave two reasons: .", "two reasons"),
        ("What were the reasons?", NEXT, "two reasons"),  # nothing tells that the sentences after it are the reasons
        ("What is the name of her dog?", "She named two things: her dog Rex and her hat.", "Rex"),
        ("Who made the promises?", COLON, "She made three promises"),
        ("When were the promises made?", COLON, "three promises"),
        ("What is the last promise?", COLON, "a clerk joins the board"),
        ("What promise did she break?", COLON, "the fares fall"),
        ("Why was the promise broken?", COLON, "the fares fall"),
        ("In what words did she make her promises?", COLON, "the fares fall"),
        ("What are the conditions?", "The lender named two conditions. And it did so late. Also the mayor signs.", "two conditions"),
        ("What changes were made?", "It made two changes. One official called them harsh. Another said they were fair.", "two changes"),
        ("What were the reasons?", "There were two reasons: first, the pumps, which were old, leaked. Second, nobody was paid.", "two reasons"),
    ],
)  # fmt: skip
def test_anything_else_leaves_the_draft_as_it_is(question, text, answer):
    assert told(question, text, answer) is WAS

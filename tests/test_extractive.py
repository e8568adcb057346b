"""The reader with a model whose readings are made by hand: `says` maps a passage's text to them."""

import dataclasses
import datetime
import math

import pytest

from kimqa.readers.extractive import ExtractiveReader
from kimqa.readers.load import load_extractive
from kimqa.readers.span_model import Reading, Span
from kimqa.types import Passage

RIBBON = "The port reopened on Monday. The mayor, Ines Calder, cut the ribbon at noon. Boats left within the hour."
DEPUTY = "It was Tom Reyes who cut the ribbon, the Gazette was told."
AGREES = "A ribbon was cut by Calder."
SPEECH = "Ines Calder grew up in Kolm. She studied law in Velm."
SOLD = "The council sold the Silver Gull, the Grey Heron and the Night Owl. The Red Kite is still in service."
NOTHING = "Ticket sales begin in May."


def reading(text, *answers, answerable=0.9, yes=0.0, no=0.0):
    spans = tuple(Span(text.index(a), text.index(a) + len(a), a, 0.9 - n / 100) for n, a in enumerate(answers))
    return Reading(answerable, 0.0, spans, (), yes, no, 1.0 - yes - no)


class HandMade:
    threshold = 0.5

    def __init__(self, *readings):
        self.readings = readings
        self.seen = []

    def read(self, question, passages):
        self.seen.append((question, passages))
        return self.readings

    def confidence(self, log_odds, span_score):
        return 1 / (1 + math.exp(-log_odds))


class ByText(HandMade):
    """Says of every passage what is told of its text, and of others that they do not answer."""

    def __init__(self, says):
        super().__init__()
        self.says = says

    def read(self, question, passages):
        self.seen.append((question, passages))
        return [self.says.get(p.text, reading(p.text, p.text.split()[0], answerable=0.01)) for p in passages]


def passage(rank, text, article_id=None, day=None, start=0, also_in=()):
    return Passage(
        rank, 1 / (60 + rank), f"chunk-{rank}", article_id or f"article-{rank}", f"Title {rank}", "The Post", None, day, None,
        text, start, start + len(text), 0.5, also_in,
    )  # fmt: skip


def read(question, *pairs, min_confidence=0.0):
    """The draft for passages, given as (passage, reading)."""
    model = HandMade(*(reading for _, reading in pairs))
    return ExtractiveReader(model, min_confidence=min_confidence).read(question, [passage for passage, _ in pairs])


def quoted(draft, *passages):
    by_id = {p.article_id: p for p in passages}
    return [
        by_id[q.article_id].text[q.start - by_id[q.article_id].start : q.end - by_id[q.article_id].start]
        for statement in draft.statements
        for q in statement.quotes
    ]


def test_a_fact_is_given_in_the_whole_sentence_that_it_stands_in():
    shown = passage(1, RIBBON, start=100)
    draft = read("Who cut the ribbon?", (shown, reading(RIBBON, "Ines Calder")))
    assert draft.short == "Ines Calder"
    assert [statement.text for statement in draft.statements] == ["The mayor, Ines Calder, cut the ribbon at noon."]
    assert quoted(draft, shown) == ["The mayor, Ines Calder, cut the ribbon at noon."]
    assert (draft.reason, draft.conflicts) == (None, ())
    assert 0.85 < draft.confidence < 0.95


def test_a_statement_is_the_quote_with_its_line_breaks_closed():
    text = "The mayor,\tInes\u00a0 Calder, cut\u2003it."
    draft = read("Who cut it?", (passage(1, text), reading(text, "Ines\u00a0 Calder")))
    assert draft.statements[0].text == "The mayor, Ines Calder, cut it."


def test_the_model_sees_the_text_with_title_outlet_and_date():
    model = HandMade(reading(RIBBON, "noon"))
    ExtractiveReader(model).read("When?", [passage(1, RIBBON, day=datetime.date(2024, 3, 4))])
    question, (given,) = model.seen[0]
    assert question == "When?"
    assert (given.text, given.title, given.outlet, given.published) == (
        RIBBON,
        "Title 1",
        "The Post",
        datetime.date(2024, 3, 4),
    )


def test_the_most_likely_passage_answers_whatever_its_rank():
    draft = read(
        "Who cut the ribbon?",
        (passage(1, NOTHING), reading(NOTHING, "May", answerable=0.2)),
        (passage(2, RIBBON), reading(RIBBON, "Ines Calder")),
    )
    assert draft.short == "Ines Calder"
    assert [(p.rank, p.chunk_id) for p in draft.passages] == [(1, "chunk-2"), (2, "chunk-1")]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who opened the first meeting?", "Ines Calder"),
        ("Who opened the second meeting?", "Tom Reyes"),
        ("Who opened the most recent meeting?", "Tom Reyes"),
        ("Who opened the meeting?", "Tom Reyes"),
    ],
)
def test_of_like_events_the_date_tells_which_is_meant(question, short):
    old, new = "The meeting was opened by Ines Calder.", "The meeting was opened by Tom Reyes."
    draft = read(
        question,
        (passage(1, new, day=datetime.date(2024, 3, 4)), reading(new, "Tom Reyes", answerable=0.85)),
        (passage(2, old, day=datetime.date(2020, 3, 4)), reading(old, "Ines Calder", answerable=0.8)),
        (passage(3, NOTHING, day=datetime.date(2010, 3, 4)), reading(NOTHING, "May", answerable=0.1)),
    )
    assert draft.short == short
    assert 0.8 < draft.passages[0].score < 0.86  # neither likelier nor less likely than without the date


@pytest.mark.parametrize(
    ("question", "answerable", "short"),
    [
        ("What does the ferry cost?", 0.78, "40 crowns"),  # things may have changed since the older report
        ("What did the ferry cost?", 0.78, "30 crowns"),
        ("What does the ferry cost in 2031?", 0.78, "30 crowns"),
        ("What does the ferry cost?", 0.6, "30 crowns"),  # too much less likely
    ],
)
def test_of_what_holds_now_the_latest_report_counts_more(question, answerable, short):
    old, new = "A ferry ticket costs 30 crowns.", "The ferry costs 40 crowns."
    draft = read(
        question,
        (passage(1, old, day=datetime.date(2031, 5, 1)), reading(old, "30 crowns", answerable=0.8)),
        (passage(2, new, day=datetime.date(2033, 5, 1)), reading(new, "40 crowns", answerable=answerable)),
    )
    assert draft.short == short


def test_what_holds_now_is_looked_for_in_a_later_report_though_an_older_one_is_certain():
    old, new = "A ferry ticket costs 30 crowns.", "The ferry costs 40 crowns."
    days = [datetime.date(2031, 5, number) for number in range(1, 10)]
    texts = [old, *(f"{NOTHING} {number}" for number in range(2, 9)), new]
    model = ByText({old: reading(old, "30 crowns", answerable=0.9), new: reading(new, "40 crowns", answerable=0.97)})
    shown = [passage(rank, text, day=day) for rank, (text, day) in enumerate(zip(texts, days, strict=True), start=1)]
    assert ExtractiveReader(model).read("What does the ferry cost?", shown).short == "40 crowns"
    assert ExtractiveReader(model).read("What did the ferry cost?", shown).short == "30 crowns"


def test_sources_that_differ_about_what_holds_now_are_both_shown():
    old, new = "A ferry ticket costs 30 crowns.", "The ferry costs 40 crowns."
    draft = read(
        "What does the ferry cost?",
        (passage(1, old, day=datetime.date(2031, 5, 1)), reading(old, "30 crowns", answerable=0.72)),
        (passage(2, new, day=datetime.date(2031, 5, 2)), reading(new, "40 crowns", answerable=0.7)),
    )
    assert [side.short for side in draft.conflicts[0]] == ["30 crowns", "40 crowns"]


def test_the_date_neither_lifts_nor_prefers_a_passage_that_does_not_answer():
    new, old = "The meeting was opened by Tom Reyes.", "There was a meeting before, in Kolm."
    later = passage(1, new, day=datetime.date(2024, 3, 4)), reading(new, "Tom Reyes", answerable=0.85)
    without_span = passage(2, old, day=datetime.date(2020, 3, 4)), reading(old, answerable=0.97)
    unlikely = passage(3, old, day=datetime.date(2019, 3, 4)), reading(old, "Kolm", answerable=0.3)
    one_day = passage(2, old, day=datetime.date(2024, 3, 4)), reading(old, "Kolm", answerable=0.8)
    for other in (without_span, unlikely, one_day):
        draft = read("Who opened the first meeting?", later, other)
        assert draft.short == "Tom Reyes"
        assert min(p.score for p in draft.passages) <= other[1].answerable


def test_passages_that_are_equally_likely_are_taken_in_the_order_of_retrieval():
    pairs = [(passage(rank, RIBBON, f"a{rank}"), reading(RIBBON, "noon")) for rank in (1, 2, 3)]
    assert [p.chunk_id for p in read("When?", *pairs).passages] == ["chunk-1", "chunk-2", "chunk-3"]


@pytest.mark.parametrize(("further_down", "short"), [(0.85, "Ines Calder"), (0.97, "Tom Reyes")])
def test_of_passages_that_answer_one_found_far_down_must_be_much_likelier(further_down, short):
    first, last = passage(1, RIBBON), passage(6, DEPUTY)
    pairs = [
        (first, reading(RIBBON, "Ines Calder", answerable=0.8)),
        (last, reading(DEPUTY, "Tom Reyes", answerable=further_down)),
    ]
    assert read("Who cut the ribbon?", *pairs).short == short


def test_the_rank_never_puts_a_passage_that_does_not_answer_first():
    first, last = passage(1, RIBBON), passage(12, DEPUTY)
    pairs = [
        (first, reading(RIBBON, "Ines Calder", answerable=0.45)),
        (last, reading(DEPUTY, "Tom Reyes", answerable=0.65)),
    ]
    assert read("Who cut the ribbon?", *pairs).short == "Tom Reyes"


@pytest.mark.parametrize(
    ("question", "answerable", "read_at_once"),
    [
        ("Who cut the ribbon?", 0.9, [8]),
        ("Did the mayor cut the ribbon?", 0.9, [8]),
        ("Who cut the ribbon?", 0.52, [8, 4]),
        ("Which people cut the ribbon?", 0.9, [12]),
        ("Who came to their first meeting?", 0.9, [12]),
    ],
)
def test_the_first_passages_are_enough_when_one_of_them_is_certain_to_answer(question, answerable, read_at_once):
    texts = [RIBBON, *(f"{NOTHING} Number {rank} of them." for rank in range(2, 13))]
    model = ByText({RIBBON: reading(RIBBON, "Ines Calder", answerable=answerable)})
    draft = ExtractiveReader(model).read(question, [passage(rank, text) for rank, text in enumerate(texts, start=1)])
    assert [len(shown) for _, shown in model.seen] == read_at_once
    assert [p.rank for p in draft.passages] == list(range(1, 13))
    assert draft.passages[0].text == RIBBON
    assert [p.score > 0 for p in draft.passages] == [n < sum(read_at_once) for n in range(12)]


def test_a_list_that_may_go_on_behind_the_first_passages_is_read_to_its_end():
    steps, rest = (
        "The plan has these steps:\n1. Close the road.\n2. Move the families.\n",
        "3. Drain the lake.\n4. Blow up the dam.",
    )
    shown = [passage(1, steps, "plan"), *(passage(rank, f"{NOTHING} {rank}.") for rank in range(2, 12))]
    shown.append(passage(12, rest, "plan", start=len(steps)))
    model = ByText({steps: reading(steps, "Close the road"), rest: reading(rest, "Drain the lake", answerable=0.3)})
    assert ExtractiveReader(model).read("What is the last step of the plan?", shown).short == "Blow up the dam"


def test_a_passage_that_is_not_sure_enough_to_be_told_settles_nothing():
    shown = [passage(1, RIBBON), *(passage(rank, f"{NOTHING} {rank}.") for rank in range(2, 9)), passage(9, DEPUTY)]
    says = {
        RIBBON: reading(RIBBON, "Ines Calder", answerable=0.66),
        DEPUTY: reading(DEPUTY, "Tom Reyes", answerable=0.99),
    }
    assert ExtractiveReader(ByText(says), min_confidence=0.7).read("Who cut the ribbon?", shown).short == "Tom Reyes"


def test_of_like_events_the_date_counts_more_than_the_rank():
    old, new = datetime.date(2020, 5, 1), datetime.date(2024, 5, 1)
    pairs = [
        (passage(1, DEPUTY, day=new), reading(DEPUTY, "Tom Reyes", answerable=0.88)),
        (passage(6, RIBBON, day=old), reading(RIBBON, "Ines Calder", answerable=0.83)),
    ]
    assert read("Who cut the ribbon on the first visit?", *pairs).short == "Ines Calder"


def test_all_passages_are_read_when_they_are_only_to_be_ranked():
    shown = [passage(1, RIBBON), *(passage(rank, f"{NOTHING} {rank}.") for rank in range(2, 13))]
    model = ByText({RIBBON: reading(RIBBON, "Ines Calder")})
    ExtractiveReader(model).read("Who cut the ribbon?", shown, to_the_end=True)
    assert [len(seen) for _, seen in model.seen] == [12]


def test_without_passages_it_says_that_nothing_fits():
    draft = ExtractiveReader(HandMade()).read("Who?", [])
    assert (draft.statements, draft.short) == ((), None)
    assert "filters" in draft.reason


@pytest.mark.parametrize("unlikely", [reading(RIBBON, "noon", answerable=0.4), reading(RIBBON, answerable=0.99)])
def test_it_abstains_when_no_passage_is_likely_or_none_has_a_span(unlikely):
    draft = read("When did Ines Calder cut it?", (passage(1, RIBBON), unlikely))
    assert (draft.statements, draft.short, draft.conflicts) == ((), None, ())
    assert draft.reason
    assert [p.chunk_id for p in draft.passages] == ["chunk-1"]


def test_a_higher_least_confidence_makes_it_abstain_more():
    pair = (passage(1, RIBBON), reading(RIBBON, "noon", answerable=0.7))
    assert read("When was the ribbon cut?", pair).statements
    assert not read("When was the ribbon cut?", pair, min_confidence=0.8).statements


def test_a_question_that_shares_no_word_with_any_passage_is_refused():
    pair = (passage(1, RIBBON), reading(RIBBON, "noon", answerable=0.99))
    assert not read("Why why why?", pair).statements
    assert not read("hello", pair).statements


def test_the_reason_names_what_no_passage_mentions():
    draft = read(
        "Why did Paul Oster's envoy visit Arlen in 2031?",
        (passage(1, RIBBON), reading(RIBBON, answerable=0.1)),
    )
    assert draft.reason == "The passages nearest to this question do not mention Paul or Oster or Arlen or 2031."
    draft = read("Why did Calder cut it on Monday?", (passage(1, RIBBON), reading(RIBBON, answerable=0.1)))
    assert "mention" not in draft.reason


def test_sources_that_agree_are_cited_together_and_raise_the_confidence():
    one, other = passage(1, RIBBON), passage(2, AGREES)
    alone = read("Who cut the ribbon?", (one, reading(RIBBON, "Ines Calder")))
    both = read("Who cut the ribbon?", (one, reading(RIBBON, "Ines Calder")), (other, reading(AGREES, "Calder")))
    assert quoted(both, one, other) == [
        "The mayor, Ines Calder, cut the ribbon at noon.",
        "A ribbon was cut by Calder.",
    ]
    assert both.confidence > alone.confidence
    assert both.conflicts == ()


def test_one_story_printed_twice_counts_once():
    one = passage(1, RIBBON, "a", also_in=("b",))
    for article_id in ("a", "b"):
        draft = read(
            "Who cut the ribbon?",
            (one, reading(RIBBON, "Ines Calder")),
            (passage(2, AGREES, article_id), reading(AGREES, "Calder")),
        )
        assert len(draft.statements[0].quotes) == 1
        assert draft.confidence == pytest.approx(0.9)


@pytest.mark.parametrize(("first", "second"), [(DEPUTY, RIBBON), (RIBBON, DEPUTY)])
def test_sources_that_differ_are_both_shown_from_the_oldest_to_the_newest(first, second):
    answers = {RIBBON: "Ines Calder", DEPUTY: "Tom Reyes"}
    days = {RIBBON: datetime.date(2024, 3, 2), DEPUTY: datetime.date(2024, 3, 4)}
    draft = read(
        "Who cut the ribbon?",
        (passage(1, first, day=days[first]), reading(first, answers[first], answerable=0.95)),
        (passage(2, second, day=days[second]), reading(second, answers[second])),
    )
    assert [[side.short for side in sides] for sides in draft.conflicts] == [["Ines Calder", "Tom Reyes"]]
    assert draft.short == answers[first]


def test_a_side_without_a_date_comes_last():
    draft = read(
        "Who cut the ribbon?",
        (passage(1, RIBBON), reading(RIBBON, "Ines Calder", answerable=0.95)),
        (passage(2, DEPUTY, day=datetime.date(2024, 3, 4)), reading(DEPUTY, "Tom Reyes")),
    )
    assert [side.short for side in draft.conflicts[0]] == ["Tom Reyes", "Ines Calder"]


@pytest.mark.parametrize(
    ("rival", "answerable"),
    [("Tom Reyes", 0.55), ("who cut the ribbon", 0.95)],
    ids=["unlikely", "of another form"],
)
def test_another_answer_that_is_unlikely_or_of_another_form_is_no_conflict(rival, answerable):
    draft = read(
        "Who cut the ribbon?",
        (passage(1, RIBBON), reading(RIBBON, "Ines Calder", answerable=0.99)),
        (passage(2, DEPUTY), reading(DEPUTY, rival, answerable=answerable)),
    )
    assert draft.conflicts == ()


def test_a_sentence_that_opens_with_a_pronoun_is_led_in_by_the_one_before():
    draft = read("Where did Ines Calder study law?", (passage(1, SPEECH), reading(SPEECH, "Velm")))
    assert [statement.text for statement in draft.statements] == [
        "Ines Calder grew up in Kolm.",
        "She studied law in Velm.",
    ]


@pytest.mark.parametrize(
    ("verdict", "word"), [({"yes": 0.9}, "Yes"), ({"no": 0.9}, "No"), ({"yes": 0.5, "no": 0.4}, None)]
)
def test_a_yes_or_no_question_gets_the_word_and_the_sentence(verdict, word):
    draft = read("Did the port reopen?", (passage(1, RIBBON), reading(RIBBON, "reopened", **verdict)))
    assert draft.short == word
    assert draft.statements[0].text == (f"{word}: " if word else "") + "The port reopened on Monday."


def test_opposite_verdicts_are_a_conflict():
    draft = read(
        "Did Ines Calder cut the ribbon?",
        (passage(1, RIBBON), reading(RIBBON, "Ines Calder", yes=0.9)),
        (passage(2, DEPUTY), reading(DEPUTY, "Tom Reyes", no=0.9)),
    )
    assert [side.short for side in draft.conflicts[0]] == ["Yes", "No"]


def test_a_list_has_each_item_once_and_one_statement_a_sentence():
    draft = read(
        "Which ferries were sold?",
        (passage(1, SOLD), reading(SOLD, "Silver Gull", "Grey Heron", "Night Owl")),
    )
    assert draft.short == "Silver Gull, the Grey Heron and the Night Owl"
    assert len(draft.statements) == 1
    again = read(
        "Which ferries were sold?",
        (passage(1, SOLD), reading(SOLD, "Silver Gull", "Grey Heron")),
        (passage(2, f"{SOLD} "), reading(SOLD, "the Silver Gull")),
    )
    assert again.short == "Silver Gull, the Grey Heron"
    apart = read("Which two ferries did the council name?", (passage(1, SOLD), reading(SOLD, "Red Kite", "Night Owl")))
    assert apart.short == "Night Owl, Red Kite"  # in the order of the text
    assert len(apart.statements) == 2


def test_a_fact_of_several_parts_that_stand_together_is_given_whole():
    draft = read("What was sold?", (passage(1, SOLD), reading(SOLD, "Grey Heron", "Night Owl", "Silver Gull")))
    assert draft.short == "Silver Gull, the Grey Heron and the Night Owl"
    alone = read("What was sold?", (passage(1, SOLD), reading(SOLD, "Night Owl", "Red Kite")))
    assert alone.short == "Night Owl"


def test_a_list_leaves_out_what_is_unlikely():
    spans = reading(SOLD, "Silver Gull", "Red Kite")
    unlikely = dataclasses.replace(spans, spans=(spans.spans[0], dataclasses.replace(spans.spans[1], score=0.01)))
    assert read("Which ferries were sold?", (passage(1, SOLD), unlikely)).short == "Silver Gull"


STEPS = "The council agreed on four steps:\n1. Repair the quay.\n2. Sell the ferry."
MORE_STEPS = "3. Plant trees.\n4. Close the bar.\n\nNobody objected."


def test_a_numbered_list_goes_on_in_the_passage_that_follows():
    first, second = passage(1, STEPS, "a"), passage(2, MORE_STEPS, "a", start=len(STEPS) + 1)
    found = reading(STEPS, "four steps"), reading(MORE_STEPS, "trees", answerable=0.1)
    draft = read("What four steps did the council agree on?", (first, found[0]), (second, found[1]))
    assert draft.short == "Repair the quay; Sell the ferry; Plant trees; Close the bar"
    elsewhere = dataclasses.replace(second, start=900, end=900 + len(MORE_STEPS))
    draft = read("What are the steps that the council agreed on?", (first, found[0]), (elsewhere, found[1]))
    assert draft.short == "Repair the quay; Sell the ferry"
    draft = read("What four steps did the council agree on?", (first, found[0]), (elsewhere, found[1]))
    assert draft.short == "Repair the quay; Sell the ferry; Plant trees; Close the bar"


def test_one_step_of_a_numbered_list_is_told_by_its_number():
    shown = [passage(1, STEPS, "a"), passage(2, MORE_STEPS, "a", start=len(STEPS) + 1)]
    found = [reading(STEPS, "four steps"), reading(MORE_STEPS, "trees", answerable=0.1)]
    for question, item in (
        ("What was the third step?", "Plant trees"),
        ("What's the first one? (Which steps did the council agree on?)", "Repair the quay"),
        ("What is the last step?", "Close the bar"),
        ("What was the ninth step?", "four steps"),
        ("What did the council agree on at its third session?", "four steps"),
        ("What did the council agree on last year?", "four steps"),
    ):
        assert read(question, *zip(shown, found, strict=True)).short == item
    draft = read("What was the third step?", *zip(shown, found, strict=True))
    assert quoted(draft, *[dataclasses.replace(shown[0], text=f"{STEPS} {MORE_STEPS}")]) == ["3. Plant trees."]


def test_which_papers_say_so_is_read_as_what_they_would_say():
    model = HandMade(reading(RIBBON, "Ines Calder"))
    draft = ExtractiveReader(model).read("Which of the papers say that she cut the ribbon?", [passage(1, RIBBON)])
    assert model.seen[-1][0] == "she cut the ribbon"
    assert (draft.short, draft.statements[0].text) == (
        "The Post",
        "The mayor, Ines Calder, cut the ribbon at noon (The Post).",
    )


def test_which_one_paper_says_so_is_read_as_asked_and_then_as_what_it_would_say():
    question = "Which paper reported that Ines Calder cut the ribbon?"
    unsure, sure = (reading(RIBBON, "Monday", answerable=0.1),), (reading(RIBBON, "Ines Calder"),)
    model = ByQuestion({question: unsure, "Ines Calder cut the ribbon": sure})
    assert ExtractiveReader(model).read(question, [passage(1, RIBBON)]).short == "The Post"


def test_words_of_the_question_are_no_answer_to_it():
    found = reading(RIBBON, "The mayor, Ines Calder, cut the ribbon", "noon")
    assert read("At what hour did mayor Ines Calder cut the ribbon?", (passage(1, RIBBON), found)).short == "noon"


def test_which_outlets_report_it_is_told_by_who_published_and_one_that_a_text_names_by_the_text():
    shown = (passage(1, RIBBON), reading(RIBBON, "Ines Calder"))
    assert read("Which outlets report that she cut the ribbon?", shown).short == "The Post"
    named = (passage(1, DEPUTY), reading(DEPUTY, "the Gazette"))
    assert read("Which newspaper was told who cut the ribbon?", named).short == "the Gazette"
    assert read("Which newspaper reported who cut the ribbon?", named).short == "the Gazette"
    header = dataclasses.replace(named[1], header_spans=(Span(0, 8, "The Post", 0.95),))
    assert read("Which newspaper reported who cut the ribbon?", (named[0], header)).short == "The Post"


def test_a_comparison_takes_one_sentence_from_each_article():
    draft = read(
        "How do the two reports on the ribbon differ?",
        (passage(1, RIBBON, "a"), reading(RIBBON, "Ines Calder", answerable=0.95)),
        (passage(2, SPEECH, "a"), reading(SPEECH, "Kolm")),
        (passage(3, DEPUTY, "b"), reading(DEPUTY, "Tom Reyes")),
    )
    assert [statement.quotes[0].article_id for statement in draft.statements] == ["a", "b"]
    assert draft.short == "Ines Calder; Tom Reyes"


@pytest.mark.parametrize(
    "question",
    [
        "Who cut the ribbon?",
        "Did boats leave?",
        "Which people cut it?",
        "How do the boats differ?",
        "Why boats?",
    ],
)
def test_every_quote_lies_within_a_passage_that_was_shown(question):
    shown = [passage(1, RIBBON, start=50), passage(2, SPEECH, start=7), passage(3, SOLD)]
    readings = [
        reading(RIBBON, "Monday", "noon", yes=0.9),
        reading(SPEECH, "law", "Kolm"),
        reading(SOLD, "Night Owl"),
    ]
    draft = read(question, *zip(shown, readings, strict=True))
    assert draft.statements
    assert 0.0 <= draft.confidence <= 1.0
    assert {p.chunk_id for p in draft.passages} == {p.chunk_id for p in shown}
    for statement in draft.statements:
        for quote in statement.quotes:
            assert any(p.article_id == quote.article_id and p.start <= quote.start < quote.end <= p.end for p in shown)
    assert draft == read(question, *zip(shown, readings, strict=True))


def test_who_wrote_an_article_of_a_named_outlet_is_told_by_its_byline_though_no_text_says_so():
    signed = dataclasses.replace(passage(1, RIBBON), author="Ada Moss")
    unlikely = reading(RIBBON, "Ines Calder", answerable=0.1)
    assert read("Who wrote the piece in The Post on the port?", (signed, unlikely)).short == "Ada Moss"
    assert not read("Who wrote the piece in The Herald on the port?", (signed, unlikely)).statements
    assert not read("Who wrote the piece in The Post on the port?", (passage(1, RIBBON), unlikely)).statements


class ByQuestion(HandMade):
    """Says something else of each question: `says` maps it to one reading for each passage."""

    def __init__(self, says):
        super().__init__()
        self.says = says

    def read(self, question, passages):
        return self.says[question]


TRIPS = ("Who came to Velm in 2019?", "Who came to Velm in 2021?")
OLD, NEW = "Her brother came along to Velm.", "Her son came along to Velm."


def compare(first, second):
    model = ByQuestion(dict(zip(TRIPS, (first, second), strict=True)))
    days = datetime.date(2019, 5, 1), datetime.date(2021, 5, 1)
    shown = [passage(n, text, day=day) for n, (text, day) in enumerate(zip((OLD, NEW), days, strict=True), start=1)]
    return ExtractiveReader(model).read("Who came to Velm in 2019 and who in 2021?", shown)


def test_a_comparison_answers_both_parts_with_their_sources():
    draft = compare(
        (reading(OLD, "brother"), reading(NEW, "son", answerable=0.2)),
        (reading(OLD, "brother", answerable=0.2), reading(NEW, "son")),
    )
    assert draft.short == "brother; son"
    assert [statement.text for statement in draft.statements] == [
        "Her brother came along to Velm (The Post, Wednesday 1 May 2019).",
        "Her son came along to Velm (The Post, Saturday 1 May 2021).",
    ]
    assert [p.rank for p in draft.passages] == [1, 2]


def test_the_parts_of_a_comparison_rest_on_different_sentences_where_both_answer():
    draft = compare(
        (reading(OLD, "brother", answerable=0.8), reading(NEW, "son", answerable=0.9)),
        (reading(OLD, "brother", answerable=0.1), reading(NEW, "son", answerable=0.85)),
    )
    assert draft.short == "brother; son"


def test_a_comparison_of_which_one_part_is_told_answers_that_part():
    hardly = compare(
        (reading(OLD, "brother"), reading(NEW, "son", answerable=0.1)),
        (reading(OLD, "brother", answerable=0.1), reading(NEW, "son", answerable=0.4)),
    )
    assert hardly.short == "brother; son"  # a comparison presupposes both, so that less is asked of the second
    silent = (reading(OLD, "brother", answerable=0.1), reading(NEW, "son", answerable=0.1))
    draft = compare((reading(OLD, "brother"), reading(NEW, "son", answerable=0.2)), silent)
    assert draft.short == "brother"
    assert draft.notes == ("No passage answers this side of the comparison: Who came to Velm in 2021?",)
    assert not hardly.notes
    assert not compare(silent, silent).statements


def test_a_question_that_compares_nothing_is_read_in_every_passage_whatever_outlet_it_names():
    elsewhere = dataclasses.replace(passage(2, DEPUTY), outlet="The Herald")
    draft = read(
        "Who told The Post about the ribbon?",
        (passage(1, RIBBON), reading(RIBBON, "Ines Calder", answerable=0.2)),
        (elsewhere, reading(DEPUTY, "Tom Reyes")),
    )
    assert draft.short == "Tom Reyes"
    assert len(draft.passages) == 2


def test_the_shipped_reader_is_loaded_by_its_name():
    reader = load_extractive(threads=1)
    assert reader.name == "extractive"
    assert reader.read("Who?", ()).statements == ()


def test_a_list_of_one_side_of_a_comparison_is_read_for_that_side():
    sold = (passage(1, SOLD), reading(SOLD, "the Silver Gull", "the Grey Heron"))
    draft = read("Which ferries were sold in 2016, compared with 12 in 2017?", sold)
    assert draft.short == "the Silver Gull, the Grey Heron"


def test_which_papers_say_so_is_read_once():
    model = HandMade(reading(RIBBON, "Ines Calder"))
    ExtractiveReader(model).read("Which of the papers say that she cut the ribbon?", [passage(1, RIBBON)])
    assert [question for question, _ in model.seen] == ["she cut the ribbon"]

import dataclasses
import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa import types
from kimqa.types import (
    Answer,
    Citation,
    Conflict,
    ConflictSide,
    Filters,
    Passage,
    Problem,
    Span,
    Statement,
    SyncReport,
)

NOUNS = [value for value in vars(types).values() if dataclasses.is_dataclass(value)]
PASSAGE = Passage(
    1,
    0.03,
    "c1",
    "a1",
    "Quay reopens",
    "The Post",
    None,
    datetime.date(2024, 3, 4),
    None,
    "It reopened.",
    5,
    17,
    0.5,
    ("a2",),
)
CITATION = Citation(1, "a1", "Quay reopens", "The Post", None, datetime.date(2024, 3, 4), None, "It reopened.", 5, 17)
ANSWER = Answer(
    question="When?", standalone_question="When did it reopen?", text="It reopened [1].", short=None, abstained=False, reason=None,
    confidence=0.5, statements=(Statement("It reopened.", (1,)),), citations=(CITATION,), passages=(PASSAGE,),
    filters=Filters(("The Post",), since=datetime.date(2024, 1, 1)),
    conflicts=(Conflict((ConflictSide("Monday", CITATION),)),), reader="extractive", timings={"read": 1.5},
)  # fmt: skip


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_every_noun_is_frozen_and_slotted(noun):
    assert noun.__dataclass_params__.frozen
    assert "__slots__" in vars(noun)


def test_a_span_cuts_its_characters():
    assert Span(4, 8).of("The quay.") == "quay"
    assert sorted([Span(3, 4), Span(1, 9), Span(1, 2)]) == [Span(1, 2), Span(1, 9), Span(3, 4)]


@pytest.mark.parametrize(
    "closed",
    [
        {"outlets": ("A",)},
        {"since": datetime.date.min},
        {"until": datetime.date.max},
        {"article_ids": ("a",)},
    ],
)
def test_filters_are_open_until_one_of_them_is_set(closed):
    assert Filters().is_open
    assert not Filters(**closed).is_open


def test_an_answer_as_json_has_the_keys_of_the_contract_in_order():
    assert list(ANSWER.to_dict()) == [
        "question", "standalone_question", "text", "short", "abstained", "reason", "confidence", "statements", "citations",
        "passages", "filters", "conflicts", "reader", "timings", "notes",
    ]  # fmt: skip
    plain = ANSWER.to_dict()
    assert list(plain["citations"][0]) == [
        "number", "article_id", "title", "outlet", "author", "published", "url", "quote", "start", "end",
    ]  # fmt: skip
    assert list(plain["statements"][0]) == ["text", "citations", "supported"]
    assert list(plain["filters"]) == ["outlets", "since", "until", "article_ids"]
    assert list(plain["conflicts"][0]["sides"][0]) == ["short", "citation"]
    assert {"rank", "score", "article_id", "text", "start", "end", "also_in"} <= plain["passages"][0].keys()


def test_an_answer_survives_json():
    plain = ANSWER.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["citations"][0]["published"] == "2024-03-04"
    assert plain["filters"] == {
        "outlets": ["The Post"],
        "since": "2024-01-01",
        "until": None,
        "article_ids": [],
    }
    assert plain["passages"] == [PASSAGE.to_dict()]


@given(st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False), max_size=3))
def test_any_characters_survive_json(text, timings):
    plain = dataclasses.replace(ANSWER, question=text, text=text, timings=timings).to_dict()
    assert json.loads(json.dumps(plain)) == plain


def test_a_report_as_json_names_what_was_left_out():
    report = SyncReport(added=("a",), problems=(Problem("b.md", "no text"),), articles=1, seconds=0.5)
    assert json.loads(json.dumps(report.to_dict()))["problems"] == [{"file": "b.md", "reason": "no text"}]

"""Statements with a gap, and statements to be judged, as questions."""

import pytest

from kimqa.readers.kinds import Kind, kind_of
from kimqa.readers.phrasing import as_asked


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Mount Arlen erupted this week for the first time since:", "Mount Arlen erupted this week for the first time since when?"),
        ("The mayor says that the new bridge will cost:", "The mayor says that the new bridge will cost what?"),
        ("The port was closed by ____ in May.", "The port was closed by what in May?"),
        ("True or false: The port was closed.", "Is it true that the port was closed?"),
        ("true or false? Anna Reyes resigned", "Is it true that Anna Reyes resigned?"),
        ("The port was closed, true or false?", "Is it true that the port was closed?"),
    ],
)  # fmt: skip
def test_a_gap_is_asked_for(typed, asked):
    assert as_asked(typed) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "Who closed the port?",
        "Which of these closed the port:",
        "port of Arlen closed",
        "and then...",
        "",
        ":",
        "Is it true?",
    ],
)
def test_other_questions_stay(typed):
    assert as_asked(typed) == typed


def test_what_is_to_be_judged_is_answered_by_yes_or_no():
    assert kind_of(as_asked("True or false: The port was closed.")) is Kind.YES_NO

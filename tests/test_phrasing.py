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
        ("It was closed by ____. (Who is the mayor of Velm?)", "It was closed by what? (Who is the mayor of Velm?)"),
        ("True or false: The port was closed.", "Is it true that the port was closed?"),
        ("true or false? Anna Reyes resigned", "Is it true that Anna Reyes resigned?"),
        ("The port was closed, true or false?", "Is it true that the port was closed?"),
        ("True or false: was the port closed?", "was the port closed?"),
        ("True or false: Will Reyes slapped him.", "Is it true that Will Reyes slapped him?"),
        ("True or false: What he said was a lie", "Is it true that What he said was a lie?"),
        ("True or false; the port was closed", "Is it true that the port was closed?"),
        ("The man who shot the mayor is ____.", "The man who shot the mayor is what?"),
        ("The town where the talks were held is:", "The town where the talks were held is what?"),
        ("True or false: IT failures closed the port", "Is it true that IT failures closed the port?"),
    ],
)  # fmt: skip
def test_a_gap_is_asked_for(typed, asked):
    assert as_asked(typed) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "Who closed the port?", "Which of these closed the port:", "In 2019, who won:", "In what year did it open:",
        "Did the mayor resign:", "Tell me when the port closed:", "Summarise the following:", "port of Arlen closed",
        "and then...", "", ":", "Is it true?", "a snake__case word", "Is the claim that he died true or false?",
        "True or false", "True or false:", "The bridge cost $____ million.", "The mayor, ____, resigned in ____.",
    ],
)  # fmt: skip
def test_other_questions_stay(typed):
    assert as_asked(typed) == typed


def test_what_is_to_be_judged_is_answered_by_yes_or_no():
    assert kind_of(as_asked("True or false: The port was closed.")) is Kind.YES_NO
    assert kind_of(as_asked("True or false: was the port closed?")) is Kind.YES_NO

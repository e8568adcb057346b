import datetime

import pytest

from kimqa.readers.comparing import parts_of, told_by
from kimqa.types import Passage


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who came with the queen on her first visit and who in 2031?",
            ("Who came with the queen on her first visit?", "Who came with the queen in 2031?"),
        ),
        (
            "What did fuel cost in 2019 and then in 2021?",
            ("What did fuel cost in 2019?", "What did fuel cost in 2021?"),
        ),
        (
            "how many people died in 2024 versus 2015",
            ("how many people died in 2024?", "how many people died in 2015?"),
        ),
        (
            "How do the Post and Union Radio describe the opening?",
            ("How does the Post describe the opening?", "How does Union Radio describe the opening?"),
        ),
        (
            "Which hall hosted the talks both in May and on the second visit?",
            ("Which hall hosted the talks in May?", "Which hall hosted the talks on the second visit?"),
        ),
        (
            "Who invited whom: compare the spring visit with the autumn visit.",
            ("Who invited whom: the spring visit?", "Who invited whom: the autumn visit?"),
        ),
        ("Compare the first summit to the second", ("the first summit", "the second")),
        (
            "How had the policy on wool changed between the first visit and 2019?",
            ("the policy on wool the first visit", "the policy on wool 2019"),
        ),
        ("How many came in 2016, compared with 47 in 2017?", ("How many came in 2016?",)),
        ("what did crews get in the end versus the 40 they wanted", ("what did crews get in the end?",)),
        ("what did crews get in the end versus 40 before", ("what did crews get in the end?",)),
        ("How does the army's figure differ from the rebels'?", ("the army's figure", "the rebels'")),
    ],
)
def test_a_comparison_is_made_of_two_questions(question, parts):
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who met in Rome and what did they agree on?",
        "Where did Calder and Reyes meet in June?",
        "Who is the mayor of Velm and Orrin?",
        "Do the reports agree on the date?",
        "Compare the two summits",
        "Who argued Roe versus Wade in court?",
        "Who won the match Velm vs. Orrin?",
        "What happened in 2019?",
        "",
    ],
)
def test_other_questions_are_not_taken_apart(question):
    assert parts_of(question) == ()


def passage(outlet):
    day = datetime.date(2030, 5, 6)
    return Passage(1, 1.0, outlet, outlet, "Title", outlet, None, day, None, "Text.", 0, 5)


def test_a_part_that_names_an_outlet_is_read_in_its_passages_alone():
    post, radio = passage("The Harbour Post (HP)"), passage("Union Radio")
    assert list(told_by("How does Union Radio describe it?", [post, radio])) == [radio]
    assert list(told_by("How does HP describe it?", [post, radio])) == [post]
    assert list(told_by("How does the mayor describe it?", [post, radio])) == [post, radio]
    time = passage("Time")
    assert list(told_by("At what time did it open?", [time, radio])) == [time, radio]
    assert list(told_by("How does Time describe it?", [time, radio])) == [time]

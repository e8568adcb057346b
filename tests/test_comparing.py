import datetime

import pytest

from kimqa.readers.comparing import parts_of, questions_in
from kimqa.readers.reports import compared, told_by, topic_of
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
        ("How does the army's figure differ from the rebels'?", ("the army's figure", "the rebels' figure")),
        (
            "Who was with the queen at the pier the first time, and who the second time?",
            (
                "Who was with the queen at the pier the first time?",
                "Who was with the queen at the pier the second time?",
            ),
        ),
        (
            "Who travelled with the queen the first time, and who in 2031?",
            ("Who travelled with the queen the first time?", "Who travelled with the queen in 2031?"),
        ),
        (
            "Which minister came in 2017, and which one in 2024?",
            ("Which minister came in 2017?", "Which minister came in 2024?"),
        ),
        (
            "Which feasts fell into Calder's first and her second visit to Velm?",
            (
                "Which feasts fell into Calder's first visit to Velm?",
                "Which feasts fell into Calder's second visit to Velm?",
            ),
        ),
        (
            "Where was Calder according to the Post, and where according to Union Radio?",
            ("Where was Calder according to the Post?", "Where was Calder according to Union Radio?"),
        ),
        (
            "How do the Post and Union Radio differ on the length of the talks?",
            (
                "How long did the talks last according to the Post?",
                "How long did the talks last according to Union Radio?",
            ),
        ),
        (
            "How many guests did the Post and how many did Union Radio count at noon?",
            ("How many guests did the Post count at noon?", "How many guests did Union Radio count at noon?"),
        ),
        (
            "How many trees were planned and how many were planted?",
            ("How many trees were planned?", "How many trees were planted?"),
        ),
        (
            "Which ferry sank in the storm and which one did the navy raise?",
            ("Which ferry sank in the storm?", "Which ferry did the navy raise?"),
        ),
        (
            "In what years did Calder and Reyes take office?",
            ("In what year did Calder take office?", "In what year did Reyes take office?"),
        ),
        ("gas vs wind price per hour", ("gas price per hour?", "wind price per hour?")),
        ("Calder vs Reyes: when will it open?", ("Calder: when will it open?", "Reyes: when will it open?")),
        ("Compare the old pier with the new one: cost.", ("the old pier: cost?", "the new pier: cost?")),
        (
            "How does the planned cost of the dam compare with the real one?",
            ("the planned cost of the dam", "the real cost of the dam"),
        ),
        (
            "In which years did the bridge and the tunnel open?",
            ("In which year did the bridge open?", "In which year did the tunnel open?"),
        ),
        (
            "Compare the queen's visit to Velm in 2018 with her visit in 2019",
            ("the queen's visit to Velm in 2018", "her visit in 2019"),
        ),
        ("Compare the damage in Velm with that in Orrin", ("the damage in Velm", "the damage in Orrin")),
    ],
)
def test_a_comparison_is_made_of_two_questions(question, parts):
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Where did Calder and Reyes meet in June?",
        "Who is the mayor of Velm and Orrin?",
        "Do the reports agree on the date?",
        "Compare the two summits",
        "Who argued Roe versus Wade in court?",
        "Who won the match Velm vs. Orrin?",
        "What happened in 2019?",
        "How does the Food and Drug Administration explain the recall?",
        "How do Johnson and Johnson explain the recall?",
        "How did Calder and Reyes see each other?",
        "How many days passed between the first and second meetings of Calder and Reyes?",
        "Who won Kelmouth vs Varrick on Saturday?",
        "What did Kramer vs. Kramer win in 1980?",
        "Why was the film compared to Jaws?",
        "What do intelligence sources say about the missile test?",
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


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How do the reports differ on the size of the march?", "How large was the march?"),
        ("How do the two 2031 articles disagree about the toll?", "What was the toll?"),
        ("Compare the two accounts of how the mayor fell", "how the mayor fell?"),
        ("Compare what the reports say about the date of the vote.", "When was the vote?"),
        ("Do the articles agree on whether the pier burned?", "the pier burned?"),
        ("What do the reports say about where she sat?", "where she sat?"),
        ("How do the mayor and the army differ on the toll?", None),
        ("What do reports say?", None),
        ("How do the reports differ on the number of the dead?", "What was the number of the dead?"),
    ],
)
def test_reports_are_compared_on_a_topic(question, topic):
    assert topic_of(question) == topic
    if topic:
        assert questions_in(question) == (topic,)
        assert parts_of(question) == ()


def test_what_compares_nothing_is_one_question():
    assert questions_in("Who cut the ribbon?") == ("Who cut the ribbon?",)


def test_reports_are_compared_by_name_or_by_year():
    post, radio, echo = passage("The Harbour Post (HP)"), passage("Union Radio"), passage("Velm Echo")
    shown = [post, radio, echo]
    assert list(compared("How do the reports of HP and Union Radio differ on it?", shown)) == [post, radio]
    assert list(compared("How do the 2030 reports differ on the toll?", shown)) == shown
    assert list(compared("How do the 2031 reports differ on the toll?", shown)) == shown
    assert list(told_by("What was the toll according to the Echo?", shown)) == [echo]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("ferry fare 2031 vs 2033", ("ferry fare 2031?", "ferry fare 2033?")),
        ("What numbers of marchers in May do the police and the union give?", ("How many marchers in May according to the police?", "How many marchers in May according to the union?")),
        ("What figures for the dead do the Post and Union Radio report?", ("How many dead according to the Post?", "How many dead according to Union Radio?")),
        ("Do the Post and Union Radio give the same length for the talks in Velm?", ("How long did the talks in Velm last according to the Post?", "How long did the talks in Velm last according to Union Radio?")),
        ("In which hall did they put their names to the first paper, and in which to the last one?", ("In which hall did they put their names to the first paper?", "In which hall did they put their names to the last one?")),
        ("ferry job cuts announced vs actual", ("ferry job cuts announced?", "ferry job cuts actual?")),
        ("Opening bid and hammer price of the Reyes papers?", ("Opening bid of the Reyes papers?", "hammer price of the Reyes papers?")),
        ("velm bridge toll then and now", ("velm bridge toll then?", "velm bridge toll now?")),
        ("Does a ticket in Velm cost more than one in Kolm?", ("How much does a ticket in Velm cost?", "How much does one in Kolm cost?")),
        ("Has the east bank got as many polling stations as the west bank?", ("How many polling stations has the east bank got?", "How many polling stations has the west bank got?")),
        ("Did the Greens win as many seats as the Front?", ("How many seats did the Greens win?", "How many seats did the Front win?")),
        ("pay the union asked for vs what was agreed in 2033", ("pay the union asked for?", "what was agreed in 2033? (pay the union asked for)")),
    ],
)  # fmt: skip
def test_more_forms_of_comparison(question, parts):
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "What did the union recall more of, vans or cars?",
        "Who is the head and founder of the club?",
        "The cause and effect of the storm was told by whom?",
        "Did she win more than one of the prizes?",
        "Were there as many as 40 boats?",
        "man vs wild",
        "what happened in roe vs wade",
        "the film alien vs predator",
        "peace and quiet",
    ],
)
def test_what_only_looks_like_these_forms_is_one_question(question):
    assert parts_of(question) == ()

import datetime

import pytest

from kimqa.readers.comparing import parts_of
from kimqa.readers.contrasting import contrasted, weighed
from kimqa.readers.reports import is_of_year, topic_of
from kimqa.types import Passage


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        (
            "Which took longer, the trial of 2016 or the appeal",
            ("the trial of 2016 took how long?", "the appeal took how long?"),
        ),
        ("Which was bigger, the first ferry or the second", ("How large was the first ferry?", "How large was the second?")),
        ("Who was hit harder by the storm, Velm or Carve", ("Velm was hit how hard by the storm?", "Carve was hit how hard by the storm?")),
        ("Which party won more seats, the Greens or the Liberals", ("the Greens won how many seats?", "the Liberals won how many seats?")),
        ("Where was the turnout higher, in Velm or Carve", ("How high was the turnout in Velm?", "How high was the turnout in Carve?")),
        ("Who spoke first, Calder or Reyes", ("Calder spoke when?", "Reyes spoke when?")),
        ("Who would get more fish under the draft, Velm or Carve", ("Velm would get how much fish under the draft?", "Carve would get how much fish under the draft?")),
        (
            "Did more people come in the first or in the second year",
            ("How many people come in the first year?", "How many people come in the second year?"),
        ),
        ("Did the trial take longer than the appeal", ("How long did the trial take?", "How long did the appeal take?")),
        ("Is the new pier any wider than the old one was", ("How wide is the new pier?", "How wide is the old one?")),
        ("Had the flu cost more lives by 2031 than by the autumn of 2030", ("How many lives had the flu cost by 2031?", "How many lives had the flu cost by the autumn of 2030?")),
        ("Did the team end up higher or lower in 2031 than in 2030", ("How high did the team end up in 2031?", "How high did the team end up in 2030?")),
        ("Is there more room in the new hall than there was at Quay Lane", ("How much room is there in the new hall?", "How much room is there at Quay Lane?")),
        ("Was Reyes treated the same in 2031 as in 2033", ("How was Reyes treated in 2031?", "How was Reyes treated in 2033?")),
        ("Was the venue the same in 2031 and 2033", ("What was the venue in 2031?", "What was the venue in 2033?")),
        ("Was the quota in the treaty as large as in the draft", ("How large was the quota in the treaty?", "How large was the quota in the draft?")),
        ("Did he come along in 2033 as he had in 2031", ("Did he come along in 2033?", "Did he come along in 2031?")),
    ],
)  # fmt: skip
def test_what_is_weighed_is_asked_of_either_side(question, sides):
    assert contrasted(question) == sides


@pytest.mark.parametrize(
    "question",
    [
        "Were there more than 300 protesters",
        "Did Calder travel more than once",
        "Why was the second visit shorter than the first",
        "What was the first thing Calder did, according to the Post or the Echo",
        "How many people died as soon as the dam broke",
        "Who won",
        "",
    ],
)
def test_other_questions_weigh_nothing(question):
    assert contrasted(question) is None
    assert weighed(question) is None


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Which of Reyes's two talks with the union was the longer one?", "How long was Reyes's talks with the union?"),
        ("Which of the ferries cost more?", "the ferries cost how much?"),
        (
            "What kind of ship brought each of the two leaders to Velm?",
            "What kind of ship brought the leaders to Velm?",
        ),
        ("compare crowd figures velm march 2031", "What was crowd figures velm march 2031?"),
    ],
)
def test_what_several_passages_tell_has_one_topic(question, topic):
    assert topic_of(question) == topic
    assert parts_of(question) == ()


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "In what way does Reyes's own account of the fire differ from the Post's?",
            ("Reyes's own account of the fire", "the Post's account of the fire"),
        ),
        ("How does the Post's figure for the march compare with the police count?", ("the Post's figure for the march", "the police count for the march")),
        ("What is the difference between the purchase price the club named and the one the Echo gave?", ("What was the purchase price the club named?", "What was the purchase price the Echo gave?")),
        ("What did the mayor and the minister each say of the fire?", ("What did the mayor say of the fire?", "What did the minister say of the fire?")),
        ("The Post and the Echo don't agree on the toll. What does each say?", ("What was the toll according to The Post?", "What was the toll according to the Echo?")),
        ("Where was Reyes that day - what do the Post and the Echo report?", ("Where was Reyes that day according to the Post?", "Where was Reyes that day according to the Echo?")),
        ("How fast was help after the flood, and how does that compare with the storm?", ("How fast was help after the flood?", "How fast was help after the flood – the storm?")),
        ("Where was Reyes during the first visit, and was it any different in 2033?", ("Where was Reyes during the first visit?", "Where was Reyes in 2033?")),
        ("How were the cod doing in 2031 compared with 2033?", ("How were the cod doing in 2031?", "How were the cod doing 2033?")),
        ("how many soldiers marched, ministry vs tribune", ("how many soldiers marched ministry?", "how many soldiers marched tribune?")),
        ("army version of the crash vs inquiry findings", ("army version of the crash", "inquiry findings of the crash")),
        ("reyes plan for the summer vs what really happened", ("reyes plan for the summer?", "what really happened? (reyes plan for the summer)")),
    ],
)  # fmt: skip
def test_comparisons_in_many_words_have_two_sides(question, parts):
    assert parts_of(question) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Which official came to Velm with Anna Reyes in 2031, and who was at her side in 2033?",
            ("Which official came to Velm with Anna Reyes in 2031?", "Who was at Anna Reyes's side in 2033?"),
        ),
        (
            "Who shot the mayor and who was arrested?",
            ("Who shot the mayor?", "Who was arrested? (Who shot the mayor?)"),
        ),
        (
            "The union's seat: what was it worth in 2031, and what has changed since?",
            ("what was it worth in 2031? (The union's seat)", "what has changed since? (The union's seat)"),
        ),
    ],
)
def test_two_questions_in_one_are_asked_each_with_what_it_takes_from_the_other(question, parts):
    assert parts_of(question) == parts


def test_a_passage_is_of_the_year_that_it_is_dated_or_that_it_names():
    passage = Passage(
        1, 1.0, "a-0001", "a", "Title", "Post", None, datetime.date(2031, 5, 1), None, "The pier of 2027 fell.", 0, 22
    )
    assert is_of_year("How long was it in 2031?", passage)
    assert is_of_year("How long was it in 2027?", passage)
    assert not is_of_year("How long was it in 2033?", passage)
    assert not is_of_year("How long was it in 2031 and 2027?", passage)
    assert not is_of_year("How long was it?", passage)


@pytest.mark.parametrize(
    "question",
    [
        "Why did Velm and Carve disagree about the maritime border?",
        "Where did the train carrying 200 passengers depart from on Friday?",
        "To what extent do prices vary with the season?",
        "Which minister has been compared to Calder and why?",
        "Why did the crown fall versus the mark?",
        "Who testified as against the defendant?",
        "Which of the victims was older than 80?",
        "Which of the hostages were better known before the war?",
        "What is said to be no longer needed, masks or tests?",
        "What was the higher court's ruling: guilty or not guilty?",
        "What time does the later train leave, 5 or 6?",
        "Did the earlier report say that he died in Velm or in Carve?",
        "What did Reyes promise on tax, and did she change the policy after the vote?",
        "Did both men go to the same school and the same church?",
        "How do rising seas and storms present a danger to us?",
        "In which years did Bosnia and Herzegovina take part?",
        "Compare Trinidad and Tobago",
        "Who resigned in May and why in such a hurry?",
        "What did Barnes and Noble each year report?",
        "Who is the actor who won a prize in 2031 and who died last week?",
        "Velm vs Carve: who won?",
        "Ford vs Ferrari director",
        "Did more farmers than fishermen vote for the bill?",
        "Is the mayor as popular as the polls suggest?",
        "Were police slower to respond than they claimed?",
        "Did police use more force than necessary?",
        "Can the mayor do more than complain?",
        "How big was the gap between Calder and Reyes in Velm?",
        "Compare how Calder and Reyes handled the border",
        "How has the virus evolved from bats to humans?",
        'Who said: "What is it and why is it there"?',
        "Who said that each of the accused would get a fair trial?",
        "Compare the market: who owns it?",
        "What is the cost of living crisis?",
    ],
)
def test_what_looks_like_two_things_and_is_one_is_left_whole(question):
    assert parts_of(question) == ()
    assert topic_of(question) is None


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Are there more guns than people in Velm?", ("How many guns are there in Velm?", "How many people are there in Velm?")),
        ("Did Velm score more goals than Carve this season?", ("How many goals did Velm score this season?", "How many goals did Carve score this season?")),
        ("In 2031, did more people die than in 2030?", ("How many people die in 2031?", "How many people die in 2030?")),
        ("How many seats did the Greens win and how many did the Tories lose?", ("How many seats did the Greens win?", "How many seats did the Tories lose?")),
        ("What law was passed in Velm and what did Carve say?", ("What law was passed in Velm?", "what did Carve say?")),
        ("What is the difference in age between Reyes and her sister?", ("What was the age of Reyes?", "What was the age of her sister?")),
        ("Compare unemployment in Velm and Carve in 2031", ("unemployment in Velm", "unemployment in Carve in 2031")),
        ("Which of the two parties got more votes, the Greens or the Tories?", ("the Greens got how many votes?", "the Tories got how many votes?")),
        ("Whom did the voters trust more on tax, Calder or Reyes?", ("How much did the voters trust Calder on tax?", "How much did the voters trust Reyes on tax?")),
        ("In which country is petrol cheaper, Velm or Carve?", ("How expensive is petrol in Velm?", "How expensive is petrol in Carve?")),
        ("Compare food and drink sales in Velm with those in Carve", ("food and drink sales in Velm", "food and drink sales in Carve")),
        (r"AC\DC: why did they split, and who replaced them?", (r"why did they split? (AC\DC)", r"who replaced them? (AC\DC)")),
    ],
)  # fmt: skip
def test_the_sides_keep_their_subjects_and_their_times(question, parts):
    assert parts_of(question) == parts


def test_a_question_too_long_to_be_taken_apart_is_read_as_it_is():
    assert parts_of("which did " + "more : " * 250) == ()
    assert topic_of("compare the reports of " + "the fire " * 200) is None

import pytest

from kimqa.readers.kinds import Kind, Turn, kind_of, turn_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who cut the ribbon?", Kind.FACT),
        ("When did the port reopen?", Kind.FACT),
        ("How many boats left?", Kind.FACT),
        ("What is the name of the ferry?", Kind.FACT),
        ("Was it Monday or Tuesday?", Kind.FACT),
        ("Did the port reopen?", Kind.YES_NO),
        ("did the port reopen", Kind.YES_NO),
        ("Didn't the port reopen?", Kind.YES_NO),
        ("And is the mayor married?", Kind.YES_NO),
        ("Has Velm paid its debt?", Kind.YES_NO),
        ("Why did the dam fail?", Kind.EXPLANATION),
        ("What caused the fire?", Kind.EXPLANATION),
        ("According to the mayor, why was the library closed?", Kind.EXPLANATION),
        ("What was the reason for the strike?", Kind.EXPLANATION),
        ("Which countries signed the treaty?", Kind.LIST),
        ("Which ferries were sold?", Kind.LIST),
        ("Which class were they in?", Kind.FACT),
        ("What three measures did the council adopt?", Kind.LIST),
        ("Name the ferries that were sold.", Kind.LIST),
        ("List all the ports.", Kind.LIST),
        ("How do the two reports differ?", Kind.COMPARISON),
        ("What is the difference between the two plans?", Kind.COMPARISON),
        ("How did Union Radio and the Post describe the opening?", Kind.COMPARISON),
        ("What did fuel cost in 2019 and then in 2021?", Kind.COMPARISON),
        ("Which of the reports mention the mayor?", Kind.SOURCES),
        ("Which newspaper first reported the fire?", Kind.SOURCES),
        ("Which newspaper did the professor speak to?", Kind.FACT),
        ("Do the articles agree on the date?", Kind.COMPARISON),
        ("What did the two leaders agree on?", Kind.FACT),
        ("What did they agree on?", Kind.FACT),
        ("How many came in 2016, compared with 47 in 2017?", Kind.FACT),
        ("To what did the researcher compare the surface?", Kind.FACT),
    ],
)
def test_the_kind_is_told_by_the_form_of_the_question(question, kind):
    assert kind_of(question) is kind


@pytest.mark.parametrize("question", ["", "?", "ferry timetable", "누가 왔나요?"])
def test_what_has_no_known_form_asks_for_a_fact(question):
    assert kind_of(question) is Kind.FACT


@pytest.mark.parametrize(
    ("question", "turn"),
    [
        ("Who came along on her first visit to Tirgan?", Turn.FIRST),
        ("how long did the first round of talks last", Turn.FIRST),
        ("What was said at the second meeting?", Turn.LATER),
        ("When did they most recently meet?", Turn.LATEST),
        ("What came of the latest summit?", Turn.LATEST),
        ("Which crew went on strike for the first time?", None),
        ("Who was the first woman to lead the party?", None),
        ("Who came along?", None),
        ("Who did he bring the first time?", Turn.FIRST),
        ("Which crew went on strike for the very first time?", None),
        ("Who was elected for the second time?", None),
        ("Where did the First Lady visit?", None),
        ("What did the First Minister vote for?", None),
        ("How many first time voters were there?", None),
        ("Who was the first leader to visit Velm?", None),
        ("Which outlet was first to report the fire?", None),
        ("Who finished second in the race?", None),
        ("What happened on his first foreign trip as leader?", Turn.FIRST),
    ],
)
def test_a_question_may_name_one_of_several_like_events(question, turn):
    assert turn_of(question) is turn

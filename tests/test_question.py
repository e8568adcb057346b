import datetime
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.errors import ArgumentError
from kimqa.question import clean_question, period_of, plan_question, read_history
from kimqa.text import outlet_names
from kimqa.types import Filters, Turn

DAY = datetime.date
OUTLETS = ("Harbour Daily News (HDN)", "The Tidewater Post", "Union Radio")


def filters_of(question, **options):
    return plan_question(question, known_outlets=OUTLETS, **options).filters


def test_a_plain_question_is_kept_and_every_article_may_answer():
    plan = plan_question("Who cut the ribbon?", known_outlets=OUTLETS)
    assert (plan.question, plan.standalone_question) == ("Who cut the ribbon?", "Who cut the ribbon?")
    assert plan.filters == Filters()


def test_a_follow_up_is_made_self_contained_and_the_question_stays_as_asked():
    plan = plan_question("When was she elected?", history=[("Who is the mayor of Arlen?", "Ines Calder [1].")])
    assert plan.question == "When was she elected?"
    assert "Ines Calder" in plan.standalone_question


BAD_QUESTIONS = {
    "empty": "",
    "blank": " \t\n\u00a0\u2003",
    "control characters only": "\x00\x07\x1b",
    "invisible characters only": "\u200b\u200d\ufeff",
    "punctuation only": "?!… —",
    "emoji only": "😀👍🏽",
    "a lone surrogate": "Who is \ud83d?",
    "too long": "why " * 5000,
    "bytes": b"Who?",
    "None": None,
    "a number": 7,
    "a list": ["Who?"],
}


@pytest.mark.parametrize("question", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS.keys())
def test_a_question_that_cannot_be_asked_is_an_argument_error_of_one_line(question):
    with pytest.raises(ArgumentError) as caught:
        plan_question(question)
    message = str(caught.value)
    assert 10 < len(message) < 200
    assert "\n" not in message
    message.encode()


def test_the_message_on_length_gives_what_was_found_and_what_is_allowed():
    with pytest.raises(ArgumentError, match=r"20,001 .* 2,000"):
        clean_question("x" * 20_001, max_chars=2000)
    assert clean_question("x" * 2000, max_chars=2000) == "x" * 2000


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Who\tcut \r\n it? ", "Who cut it?"),
        ("Who\x00cut\x1b[31m it?", "Who cut [31m it?"),
        ("Bei\u00adjing\ufeff?", "Beijing?"),
        ("\u202eWho?", "Who?"),
        ("<b>Who</b> & why?", "<b>Who</b> & why?"),
        ("Wer war dabei?", "Wer war dabei?"),
        ("누가 왔나요?", "누가 왔나요?"),
        ("Who won 🏆?", "Who won 🏆?"),
    ],
)
def test_cleaning_removes_what_cannot_be_seen_and_nothing_else(typed, cleaned):
    assert clean_question(typed, max_chars=100) == cleaned


@given(st.text(st.characters(), max_size=60))
def test_any_string_is_cleaned_or_refused(question):
    try:
        cleaned = clean_question(question, max_chars=50)
    except ArgumentError:
        return
    assert cleaned == cleaned.strip()
    assert any(character.isalnum() for character in cleaned)
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in cleaned)


@pytest.mark.parametrize(
    "turn",
    [("Who?", "Ada."), ["Who?", "Ada."], {"question": "Who?", "answer": "Ada."}, Turn("Who?", "Ada."),
     {"question": "Who?", "answer": "Ada.", "feedback": "liked"}],
)  # fmt: skip
def test_a_turn_is_a_pair_or_a_mapping(turn):
    assert read_history([turn]) == (Turn("Who?", "Ada."),)


@pytest.mark.parametrize("turn", [("Who?", None), {"question": "Who?"}, {"question": "Who?", "answer": None}])
def test_a_turn_may_have_no_answer(turn):
    assert read_history([turn]) == (Turn("Who?", ""),)


@pytest.mark.parametrize(
    "history",
    ["Who?", b"Who?", {"question": "Who?"}, 5, ["Who?"], [("Who?",)], [("a", "b", "c")], [(1, "b")], [("a", 2)], [None],
     [{"q": "Who?"}], [{"question": None}], ["ab"], [b"ab"], None],
)  # fmt: skip
def test_a_history_of_another_form_is_an_argument_error(history):
    with pytest.raises(ArgumentError, match="history"):
        read_history(history)


def test_a_history_with_characters_that_cannot_be_encoded_still_gives_a_question_that_can():
    plan = plan_question("Why did he resign?", history=[("Who is T\ud800om Reyes?", "The \udfff deputy.\x00")])
    plan.standalone_question.encode()
    assert "\x00" not in plan.standalone_question


def test_a_very_long_history_gives_a_question_of_bounded_length():
    plan = plan_question("And there?", history=[("Where " + "is it " * 20_000, "In " + "Arlen " * 20_000)])
    assert len(plan.standalone_question) < 5000


def test_an_outlet_goes_by_its_full_name_without_the_bracket_and_by_the_bracket():
    assert outlet_names("Harbour Daily News (HDN)") == (
        "Harbour Daily News (HDN)",
        "Harbour Daily News",
        "HDN",
    )
    assert outlet_names("Union Radio") == ("Union Radio",)


@pytest.mark.parametrize("name", ["Harbour Daily News (HDN)", "harbour daily news", "hdn", "HDN", " Hdn "])
def test_an_outlet_is_found_by_any_of_its_names(name):
    assert filters_of("Who cut the ribbon?", outlets=name).outlets == (OUTLETS[0],)
    assert filters_of("Who cut the ribbon?", outlets=[name, OUTLETS[0]]).outlets == (OUTLETS[0],)


@pytest.mark.parametrize("outlets", ["Hourly Bugle", ["Union Radio", "Hourly Bugle"], [5], 5, b"HDN", [None]])
def test_an_unknown_outlet_is_an_error_that_lists_those_there_are(outlets):
    with pytest.raises(ArgumentError, match="outlet"):
        filters_of("Who?", outlets=outlets)


def test_a_misspelt_outlet_gets_a_suggestion():
    with pytest.raises(ArgumentError, match=r"Did you mean 'The Tidewater Post'\?.*'Union Radio'"):
        filters_of("Who?", outlets="the tidwater post")


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("What did HDN say about the ribbon?", OUTLETS[:1]),
        ("According to the Tidewater Post, who cut the ribbon?", OUTLETS[1:2]),
        ("What does the Union Radio report say about the quay?", OUTLETS[2:]),
        ("Who cut the ribbon in the HDN story?", OUTLETS[:1]),
        ("How do HDN and Union Radio describe the opening?", (OUTLETS[0], OUTLETS[2])),
        ("Who did union radio say cut the ribbon?", OUTLETS[2:]),
        ("Who founded Union Radio?", ()),
        ("Who cut the ribbon according to the Post?", OUTLETS[1:2]),
        ("who cut the ribbon according to the post", OUTLETS[1:2]),
        ("What does the Post say about the quay?", OUTLETS[1:2]),
        ("Who nailed the notice to the post?", ()),
        ("According to the Post Office, who paid?", ()),
        ("Who cut the ribbon according to the post?", ()),
        ("What does the radio say about the quay?", ()),
        ("Did HDN reporters go on strike?", ()),
        ("Where is the radio of the union?", ()),
        ("Is hdnx a word?", ()),
    ],
)
def test_an_outlet_limits_the_articles_only_where_the_question_names_it_as_its_source(question, outlets):
    assert filters_of(question).outlets == outlets


def test_a_leading_article_of_a_name_need_not_be_said():
    assert filters_of("According to Tidewater Post, who cut the ribbon?").outlets == ("The Tidewater Post",)


def test_outlets_that_are_passed_in_win_over_those_in_the_words():
    assert filters_of("According to HDN, who cut the ribbon?", outlets=["Union Radio"]).outlets == ("Union Radio",)


@pytest.mark.parametrize(
    "day",
    [
        "2025-09-04",
        " 2025-09-04 ",
        DAY(2025, 9, 4),
        datetime.datetime(2025, 9, 4, 23, 59, tzinfo=datetime.UTC),
    ],
)
def test_a_date_is_a_date_or_a_string_of_one(day):
    found = filters_of("Who?", since=day, until=day)
    assert (found.since, found.until) == (DAY(2025, 9, 4), DAY(2025, 9, 4))


@pytest.mark.parametrize("name", ["since", "until", "as_of"])
@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "04.09.2025", "2025-9-4", 20250904, 1.5, [], "20\ud80025"])
def test_what_is_no_date_is_named_with_the_argument(name, day):
    with pytest.raises(ArgumentError, match=f"^{name} is") as caught:
        filters_of("Who?", **{name: day})
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"since": "2025-01-02", "until": "2025-01-01"}, "until"),
        ({"since": "2025-01-02", "as_of": "2025-01-01"}, "as_of"),
    ],
)
def test_dates_that_no_article_can_fit_are_an_error(options, named):
    with pytest.raises(ArgumentError, match=rf"since \(2025-01-02\).*{named} \(2025-01-01\)"):
        filters_of("Who?", **options)


def test_as_of_hides_what_was_published_later():
    assert filters_of("Who?", as_of="2025-01-01").until == DAY(2025, 1, 1)
    assert filters_of("Who?", as_of="2025-01-01", until="2024-06-01").until == DAY(2024, 6, 1)
    assert filters_of("Who?", as_of="2024-06-01", until="2025-01-01").until == DAY(2024, 6, 1)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What do articles published in 2019 say about the quay?", DAY(2019, 1, 1), DAY(2019, 12, 31)),
        ("Which reports from March 2020 mention the ferry?", DAY(2020, 3, 1), DAY(2020, 3, 31)),
        ("What do stories published since 5 March 2020 say?", DAY(2020, 3, 5), None),
        ("What do stories published after 5 March 2020 say?", DAY(2020, 3, 6), None),
        ("What was written before February 2021 on the ferry?", None, DAY(2021, 1, 31)),
        ("What was written until February 2020 on the ferry?", None, DAY(2020, 2, 29)),
        ("News from 2020-12-31 on the ferry?", DAY(2020, 12, 31), DAY(2020, 12, 31)),
        ("What happened in 2019?", None, None),
        ("Who visited the quay in March 2020?", None, None),
        ("What do articles published on 31 February 2020 say?", None, None),
    ],
)
def test_dates_limit_the_articles_only_where_the_question_speaks_of_publishing(question, since, until):
    found = filters_of(question)
    assert (found.since, found.until) == (since, until)


def test_dates_that_are_passed_in_win_over_those_in_the_words():
    found = filters_of("What do articles published in 2019 say?", since="2021-01-01")
    assert (found.since, found.until) == (DAY(2021, 1, 1), None)


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("What happened in 2019?", (DAY(2019, 1, 1), DAY(2019, 12, 31))),
        ("Who came on 4 September 2025?", (DAY(2025, 9, 4), DAY(2025, 9, 4))),
        ("Who came on September 4, 2025?", (DAY(2025, 9, 4), DAY(2025, 9, 4))),
        ("Who came on the 4th of September 2025?", (DAY(2025, 9, 4), DAY(2025, 9, 4))),
        ("Who came in Dec. 2024?", (DAY(2024, 12, 1), DAY(2024, 12, 31))),
        ("Was it 2018 or 2019?", None),
        ("Who paid 2019 dollars for flight 20191?", None),
        ("What has changed since 2015?", None),
        ("Who came?", None),
    ],
)
def test_one_date_in_the_question_is_the_period_it_speaks_of(question, period):
    assert period_of(question, None) == period


def test_without_a_date_the_period_is_the_fortnight_before_as_of():
    assert period_of("Who came?", DAY(2025, 1, 15)) == (DAY(2025, 1, 1), DAY(2025, 1, 15))
    assert period_of("Who came in 2019?", DAY(2025, 1, 15)) == (
        DAY(2019, 1, 1),
        DAY(2019, 12, 31),
    )
    assert period_of("Who ever came?", DAY(2025, 1, 15)) is None


@pytest.mark.parametrize("as_of", ["0001-01-01", "0001-01-10", "9999-12-31"])
def test_the_ends_of_the_calendar_are_dates_like_any_other(as_of):
    assert filters_of("Who came?", as_of=as_of).until == DAY.fromisoformat(as_of)


def test_the_ends_of_the_calendar_may_stand_in_the_question():
    assert filters_of("What do articles published after 9999-12-31 say?").since == DAY.max
    assert filters_of("What do articles published before 0001-01-01 say?").until == DAY.min


@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=3))
def test_any_text_with_any_history_is_planned_or_refused(question, history):
    try:
        plan = plan_question(question, history=history, known_outlets=OUTLETS)
    except ArgumentError:
        return
    assert plan.standalone_question.strip()
    assert plan_question(question, history=history, known_outlets=OUTLETS) == plan


NEWS = ("NPR", "Vox", "The Guardian", "CNN", "The Sun", "People", "The Atlantic", "New York Times", "The Times")


@pytest.mark.parametrize(
    "question",
    [
        "Who was fired by CNN?",
        "How far is the probe from the Sun?",
        "What did the Atlantic Council report say?",
        "Who denied the Vox report?",
        "Which other outlets reported what NPR said?",
        "what did people say about the parade?",
        "What do outlets say, but not according to NPR?",
        "What did the minister say in the CNN interview?",
        "What did CNN tell Gary Lineker?",
    ],
)
def test_an_outlet_that_is_not_the_source_of_what_is_asked_hides_nothing(question):
    assert plan_question(question, known_outlets=NEWS).filters.outlets == ()


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("How does NPR's account differ from that of Vox?", ("NPR", "Vox")),
        ("What does the New York Times story say?", ("New York Times",)),
        ("what did npr say about the parade?", ("NPR",)),
        ("According to NPR, who else came?", ("NPR",)),
    ],
)
def test_every_outlet_that_is_asked_for_is_searched(question, outlets):
    assert plan_question(question, known_outlets=NEWS).filters.outlets == outlets


def test_many_outlets_in_a_row_are_read_at_once():
    question = "Did " + " and ".join(["Vox"] * 200) + " merge?"
    assert plan_question(question, known_outlets=("Vox", "NPR")).filters.outlets == ()


@pytest.mark.parametrize(
    "question",
    [
        "How many deaths did Italy report on 20 March 2020?",
        "How much energy came from renewable sources in 2019?",
        "Who won awards for coverage of 2022 World Cup?",
        "Were there reports of 2016 election meddling?",
        "What does the report say about the constitution written in 1948?",
        "What do the reports from 2019 to 2021 say?",
    ],
)
def test_the_date_of_an_event_or_of_a_thing_hides_no_article(question):
    filters = plan_question(question).filters
    assert (filters.since, filters.until) == (None, None)


@pytest.mark.parametrize("question", ["What happened last year?", "Who won two years ago?", "Who came in March?"])
def test_a_relative_time_is_not_the_fortnight_before_as_of(question):
    assert period_of(question, DAY(2025, 6, 20)) is None

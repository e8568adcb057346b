"""What a user wants a follow-up to be searched as, on invented news. A case lists words that must and must not be in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.followup import make_standalone, needs_context
from kimqa.types import Turn

MAYOR = ("Who is the mayor of Arlen?", "Ines Calder [1].")
MAYOR_SENTENCE = ("Who is the mayor of Arlen?", "Arlen's mayor, Ines Calder, opened the quay on Monday [1].")
RIBBON = (
    "Who cut the ribbon in Arlen?",
    "The mayor, Ines Calder, cut the ribbon at noon before 400 people on Monday [1].",
)
BANKER = ("Who heads the Orvan central bank?", "Tomas Lind.")
GOVERNOR = ("Who is the governor of Velm?", "Paul Oster [1].")
MEETING = ("Whom did Ines Calder meet in Velm?", "She met Governor Paul Oster on Friday [1].")
FERRY = ("What is the name of the new ferry?", "The Silver Gull.")
FERRY_SENTENCE = (
    "What is the name of the new ferry?",
    "The new ferry, the Silver Gull, can carry 400 cars [1].",
)
SOLD = ("Which ferries were sold?", "The Silver Gull and the Grey Heron.")
SUMMIT = ("Where did the Velm summit take place?", "In the old opera house [1].")
COUNT = ("How many ferries ran in 2020?", "Forty ferries ran that year [1].")
OWNED = ("How many ferries does Orvan own?", "Twelve.")
CLOSED = ("Did the Arlen city council close the library?", "Yes: The council closed it in May [1].")
DAM = ("Why did the Orvan dam fail?", "A crack had gone unnoticed for years [1].")
WAGES = ("Did the Orvan railway cut wages?", "Yes: It cut them by 4 percent [1].")
BORN = ("Where was Ines Calder born?", "In Kolm.")
PARTY = (
    "Who leads the Kestrel party?",
    "Kestrel leader Tomas Lind told reporters on Monday that the vote is in May [1].",
)
TUNNEL = ("When did Velm open the tunnel?", "The tunnel was opened in 2018 [1].")
REFUSED_AGE = (
    "How old is she?",
    "The articles do not say. The passages nearest to this question do not mention it.",
)
REFUSED_DOG = (
    "What is the name of the mayor's dog?",
    "The articles do not say. No passage in them answers the question.",
)

FOLLOW_UPS = [
    # pronouns for people
    ([MAYOR], "When was she elected?", ["Ines Calder", "elected"], [" she "]),
    ([MAYOR], "when was she elected", ["Ines Calder", "elected"], [" she "]),
    ([MAYOR], "Did anyone accompany her?", ["Ines Calder"], ["her?"]),
    ([MAYOR_SENTENCE], "Is she married?", ["Is Ines Calder married?"], []),
    ([RIBBON], "What did she thank the divers for?", ["Ines Calder thank the divers"], [" she "]),
    ([BANKER], "How old is he?", ["Tomas Lind", "old"], [" he?"]),
    ([BANKER], "And why did he resign?", ["Tomas Lind", "resign"], [" he "]),
    ([PARTY], "Did he resign?", ["Tomas Lind", "resign"], [" he "]),
    ([MEETING], "Why did they meet?", ["Calder", "Oster"], []),
    # possessives
    ([MAYOR], "What is her husband's name?", ["Ines Calder's husband"], [" her "]),
    ([BANKER], "Where is his office?", ["Tomas Lind's office"], ["his "]),
    ([FERRY], "What is its top speed?", ["Silver Gull's top speed"], [" its "]),
    ([FERRY_SENTENCE], "What did its captain say?", ["Silver Gull", "captain"], []),
    ([MEETING], "What was their agreement?", ["Calder", "Oster", "agreement"], []),
    (
        [("Who signed?", "Ines Calder and Paul Oster signed [1].")],
        "Why did they?",
        ["Calder", "Oster"],
        [" they"],
    ),
    # things, places and what was said
    ([FERRY], "How long is it?", ["Silver Gull", "long"], [" it?"]),
    ([FERRY_SENTENCE], "How long is it?", ["Silver Gull"], []),
    ([SUMMIT], "When was that?", ["Velm summit"], []),
    ([SUMMIT], "Who spoke there?", ["Velm summit"], []),
    ([BORN], "How many people live there?", ["Kolm"], []),
    ([WAGES], "What did the union say about that?", ["wages", "union"], []),
    ([DAM], "When did this happen?", ["dam"], []),
    ([TUNNEL], "Was it expensive?", ["tunnel"], []),
    ([SOLD], "How many of them are still in service?", ["Silver Gull", "Grey Heron"], []),
    ([BORN], "Which country is that town in?", ["Kolm"], []),
    ([DAM], "Who paid for that repair?", ["dam"], []),
    # ellipsis
    ([CLOSED], "Why?", ["library", "close"], []),
    ([DAM], "Tell me more.", ["dam"], []),
    ([SUMMIT], "Who else?", ["Velm summit"], []),
    ([SOLD], "Which of the two is older?", ["Silver Gull"], []),
    ([COUNT], "And in 2021?", ["ferries", "2021"], ["2020"]),
    ([COUNT], "And the year before?", ["ferries", "2020"], []),
    ([OWNED], "And Velm?", ["ferries", "Velm"], []),
    # what about
    ([OWNED], "What about Velm?", ["ferries", "Velm"], []),
    ([OWNED], "How about trains?", ["trains", "Orvan"], []),
    ([COUNT], "What about 2021?", ["ferries", "2021"], ["2020"]),
    ([MAYOR], "What about her deputy?", ["Ines Calder", "deputy"], [" her "]),
    # several turns
    (
        [MAYOR, ("When was she elected?", "In 2019.")],
        "Which party does she belong to?",
        ["Ines Calder", "party"],
        [],
    ),
    ([MAYOR, GOVERNOR], "When was he born?", ["Paul Oster"], ["Calder"]),
    ([FERRY, OWNED, MAYOR], "When was she elected?", ["Ines Calder"], ["Gull", "Orvan"]),
    ([OWNED, ("What about Velm?", "Three.")], "And Arlen?", ["ferries", "Arlen"], []),
    # the same again, of another source, corrected, or in another place
    ([OWNED], "What does the Post say?", ["ferries", "according to the Post"], []),
    ([OWNED], "does the Velm Herald agree?", ["ferries", "according to the Velm Herald"], []),
    ([BANKER, ("Where does Tomas Lind live?", "In Kolm.")], "And in what street?", ["street", "Tomas Lind"], []),
    (
        [("How many ferries are there in Orvan?", "Twelve.")],
        "Sorry, I meant the one in Velm.",
        ["ferries", "in Velm"],
        ["Orvan"],
    ),
    ([("Who won the cup in Orvan?", "Velm.")], "No, not the cup, the league", ["Who won the league"], ["cup"]),
    ([OWNED], "No, I meant trains", ["ferries", "trains"], []),
    # why, where and when of what was just said
    ([CLOSED], "And how come?", ["Why did the Arlen city council close the library?"], []),
    ([("What did Calder give Oster?", "A clock.")], "Where was that?", ["Where did Calder give Oster", "clock"], []),
    # who is meant: titles, given names, and what is no person
    (
        [("Who signed the deal?", "It was signed by Tomas Lind, of Velm Motors, and Marta Quill [1].")],
        "How old is she?",
        ["Marta Quill"],
        ["Lind"],
    ),
    (
        [("What did the mayor of Kolm do?", "The mayor, Nora Vale, asked the minister, Felix Orme, for help [1].")],
        "When did he come?",
        ["Felix Orme"],
        ["Vale", "did Kolm"],
    ),
    (
        [
            ("Who was the captain?", "Captain Leonard Voss [1]."),
            ("Who owned the ship?", "It belonged to Strait Lines [1]."),
        ],
        "Was he hurt?",
        ["Leonard Voss"],
        ["Lines"],
    ),
    ([("When did Tomas Lind arrive?", "He arrived on Tuesday [1].")], "Did he stay?", ["Tomas Lind"], ["Tuesday"]),
    ([("Where did Anton Riesk stay?", "In Luden.")], "and his wife?", ["Where did Anton Riesk's wife stay?"], []),
    # demonstratives and fragments
    ([("Which deal was made?", "The Marn Accord.")], "Who signed that agreement?", ["Marn Accord"], []),
    ([DAM], "who wrote this report?", ["dam"], []),
    ([OWNED], "since when?", ["ferries"], []),
    # refusals in the history
    ([MAYOR, REFUSED_AGE], "Where does she live?", ["Ines Calder"], ["articles", "passages"]),
    ([REFUSED_DOG], "What breed is it?", ["dog"], ["articles", "passage"]),
    ([REFUSED_DOG], "Why?", ["dog"], ["articles", "passage"]),
]

NEW_TOPICS = [
    ([MAYOR], "Who won the Kestrel Cup final?"),
    ([MAYOR], "What did Governor Paul Oster say about his budget?"),
    ([MAYOR], "Is it true that Paul Oster resigned?"),
    ([MAYOR], "Who is Tomas Lind and what did he say?"),
    ([FERRY], "Is it known who set the fire in Velm?"),
    ([FERRY], "How long had it been since Arlen last flooded?"),
    ([FERRY], "How much did the new stadium in Orvan cost?"),
    ([FERRY], "What is the population of Velm?"),
    ([REFUSED_DOG], "When did Velm open the tunnel?"),
    ([DAM], "How many people were on the ferry when the fire broke out?"),
    ([BANKER], "Which minister said that the harbour would reopen?"),
    ([CLOSED], "Were there any injuries when the Silver Gull sank?"),
]


@pytest.mark.parametrize(
    ("turns", "question", "present", "absent"),
    FOLLOW_UPS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_follow_up_can_be_searched_on_its_own(turns, question, present, absent):
    standalone = make_standalone(question, [Turn(*turn) for turn in turns])
    assert [word for word in present if word.casefold() not in standalone.casefold()] == [], standalone
    assert [word for word in absent if word.casefold() in standalone.casefold()] == [], standalone
    assert "[1]" not in standalone


@pytest.mark.parametrize(("turns", "question"), NEW_TOPICS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_new_topic_is_left_alone(turns, question):
    assert make_standalone(question, [Turn(*turn) for turn in turns]) == question


@pytest.mark.parametrize(
    "question", [question for _, question, *_ in FOLLOW_UPS] + [question for _, question in NEW_TOPICS]
)
def test_without_a_history_every_question_is_left_alone(question):
    assert make_standalone(question, ()) == question


@pytest.mark.parametrize(
    ("question", "needs"),
    [
        ("When was she elected?", True),
        ("What about Velm?", True),
        ("Why?", True),
        ("Who else?", True),
        ("Who is the mayor of Arlen?", False),
        ("What did Ines Calder say about her plans?", False),
    ],
)
def test_a_question_that_leans_on_an_earlier_one_is_told_by_its_form(question, needs):
    assert needs_context(question) is needs


sentence = st.lists(
    st.sampled_from(
        [*"he she it they there that this What Who Why about did is Arlen Calder's Ines . ? [1] [ ] ( ) \\1 é".split()]
    ),
    max_size=12,
).map(" ".join)


@given(sentence, st.lists(st.builds(Turn, sentence, sentence), max_size=5))
def test_any_conversation_gives_the_same_question_twice_and_never_an_empty_one(question, turns):
    standalone = make_standalone(question, turns)
    assert standalone == make_standalone(question, turns)
    assert bool(standalone.strip()) == bool(question.strip())


def test_no_history_blows_a_question_up():
    turns = [Turn("Where did the Arlen summit take place?", "In Oslo")]
    for _ in range(4):
        turns.append(Turn(f"Where was {'it ' * 300}held?", "In Oslo"))
    assert len(make_standalone("Where was it it it it it held?", turns)) < 1000
    long = [Turn("Who came?", "A" + "x" * 1900)]
    assert len(make_standalone(f"Why did {'he ' * 600}go", long)) < 3000


MEETING = Turn(
    "Who met Calder?",
    "North Velmish leader Anna Maria Reyes met with Tom Calder in Port Velm, the Post (Velm) said [1].",
)


@pytest.mark.parametrize(
    ("turns", "question", "standalone"),
    [
        ([Turn("What did Calder say about the treaty in 2018?", "He liked it [1].")], "And what did Reyes say?", "What did Reyes say about the treaty in 2018?"),
        ([Turn("Who won the election in Velm?", "Anna Reyes won [1].")], "And in 2018?", "Who won the election in Velm in 2018?"),
        ([Turn("Who gave Anna Reyes the prize?", "The committee [1].")], "Who gave her the money?", "Who gave Anna Reyes the money?"),
        ([Turn("Who owns the club?", "Inter Velm [1].")], "Who founded it?", "Who founded Inter Velm?"),
    ],
)  # fmt: skip
def test_more_follow_ups_take_what_they_need(turns, question, standalone):
    assert make_standalone(question, turns, outlets=("The Post",)) == standalone


@pytest.mark.parametrize(
    "question",
    ["Why are there protests in France?", "Will it rain in London tomorrow?", "Which airline operated the plane that crashed?", "How long does it take to fly to Mars?"],
)  # fmt: skip
def test_an_empty_there_or_it_needs_nothing(question):
    assert make_standalone(question, [MEETING]) == question


@pytest.mark.parametrize(
    ("turns", "question"),
    [
        ([Turn("How many died in the fire?", "97 [1].")], "What caused it?"),
        ([Turn("How strong was the quake in Velm?", "It was strong [1].")], "How many were injured?"),
        ([MEETING], "Did Trump congratulate him?"),
        ([MEETING], "What did Trump say?"),
    ],
)
def test_what_no_word_can_fill_gets_the_last_turn_as_one_bracket(turns, question):
    standalone = make_standalone(question, turns, outlets=("The Post",))
    assert standalone != question
    assert standalone.count("(") == standalone.count(")") <= 1
    assert "[1]" not in standalone


def test_long_turns_of_many_names_are_read_at_once():
    turn = " ".join(f"A{number} met B{number}." for number in range(150))
    assert make_standalone("Why did he go?", [Turn(turn, turn)] * 4)

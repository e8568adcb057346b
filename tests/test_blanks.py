import pytest

from kimqa.blanks import Blank, blanks, names, question_of, says_the_same

SHOWN = "The mayor, Calder, met Lisk in Velm."


@pytest.mark.parametrize(
    ("statement", "parts"),
    [
        ("The mayor, Ines Calder, opened the port of Velm on Monday.", ["Ines Calder", "Velm", "on Monday"]),
        ("According to the Post, 47 boats left.", ["Post", "47"]),
        ("It cost $3.1 million and took two years.", ["$3.1 million", "two"]),
        ("In 2031 a second quay followed.", ["In 2031"]),
        ("Calder’s deputy met the President of Orrin.", ["Calder", "President of Orrin"]),
        ("They met on Monday 4 March 2019.", ["on Monday 4 March 2019"]),
        ("They met on Sept. 4, 2025, and on March 4th.", ["on Sept. 4, 2025", "on March 4th"]),
        ("Five people and twenty-one dogs were found.", ["Five", "twenty-one"]),
        ("It was the 80th anniversary, and the first time.", []),
        ("It rose to £5m, or 12%, over 10km.", ["£5m", "12%"]),
        ("The G20 met over COVID-19 and the F-16.", ["G20", "COVID-19", "F-16"]),
        ("About 1600 people died in the 1990s.", ["1600"]),
        ("Theresa May resigned in May.", ["Theresa May", "in May"]),
        ("On Monday Calder signed.", ["On Monday", "Calder"]),
        ("U.S. President Jo Lisk met J.D. Orme and Mr. Kim.", ["U.S. President Jo Lisk", "J.D. Orme", "Mr. Kim"]),
        ("The US struck, the WHO said.", ["US", "WHO"]),
        ("He told Reuters the Kremlin had agreed.", ["Reuters", "Kremlin"]),
        ("Meanwhile Lisk left, and the Bank of Velm opened.", ["Lisk", "Bank of Velm"]),
        ("Šefčovič met Łukasz in Łódź.", ["Łukasz", "Łódź"]),
        ("Calder met nobody.", ["Calder"]),
        ("Nothing was said.", []),
        ("However, little changed.", []),
        ("", []),
    ],
)
def test_the_parts_of_a_statement_that_can_be_asked_for(statement, parts):
    found = blanks(statement, SHOWN)
    assert [blank.text for blank in found] == parts
    assert all(statement[blank.start : blank.end] == blank.text for blank in found)


def test_of_a_long_text_no_more_than_the_first_parts_are_asked_for():
    assert len(blanks("Aa, Bb. " * 5000)) == 4


def test_names_of_a_text_stand_without_what_opens_the_sentence_and_without_possessives():
    text = "When Mr Darr left, Velm's Harbour Board paid. The Port of Orrin did not."
    assert [text[start:end] for start, end in names(text)] == ["Mr Darr", "Velm", "Harbour Board", "Port of Orrin"]


def test_a_statement_without_a_part_is_a_question_for_it():
    statement = "The mayor, Calder, signed 3 accords on Monday."
    assert [question_of(statement, blank) for blank in blanks(statement)] == [
        "The mayor, who or what, signed 3 accords on Monday?",
        "The mayor, Calder, signed how many accords on Monday?",
        "The mayor, Calder, signed 3 accords when?",
    ]
    assert question_of(statement, blanks(statement)[0], "which") == "The mayor, which, signed 3 accords on Monday?"


@pytest.mark.parametrize(
    ("kind", "part", "answer", "same"),
    [
        ("name", "Calder", "the mayor, Ines Calder", True),
        ("name", "President Lisk", "Davor Lisk", True),
        ("name", "China", "Chinese", True),
        ("name", "US", "the US", True),
        ("name", "North Korea", "South Korea", False),
        ("name", "Kim Jong Un", "Kim Ju Ae", False),
        ("name", "Calder", "her deputy", False),
        ("number", "two", "2", True),
        ("number", "$3.1 million", "$4.4 million", False),
        ("number", "two", "several", None),
        ("date", "on 4 March 2019", "March 4", True),
        ("date", "on 4 March 2019", "9 March 2019", False),
        ("date", "on Monday", "Monday night", True),
        ("date", "on Monday", "Tuesday", False),
        ("date", "on Monday", "yesterday", None),
    ],
)
def test_an_answer_names_the_same_or_something_else_or_cannot_be_compared(kind, part, answer, same):
    assert says_the_same(Blank(0, len(part), part, kind), answer) is same

import pytest

from kimqa.blanks import blanks, question_of


@pytest.mark.parametrize(
    ("statement", "parts"),
    [
        (
            "The mayor, Ines Calder, opened the port of Velm on Monday.",
            [("Ines Calder", "name"), ("Velm", "name"), ("on Monday", "date")],
        ),
        ("According to the Post, 47 boats left.", [("Post", "name"), ("47", "number")]),
        ("It cost $3.1 million and took two years.", [("$3.1 million", "number"), ("two", "number")]),
        ("In 2031 a second quay followed.", [("In 2031", "date"), ("second", "number")]),
        ("Calder’s deputy met the President of Orrin.", [("Calder", "name"), ("President of Orrin", "name")]),
        ("They met on 4 March 2019.", [("on 4 March 2019", "date")]),
        ("Nothing was said.", [("Nothing", "name")]),
        ("", []),
    ],
)
def test_the_parts_of_a_statement_that_can_be_asked_for(statement, parts):
    assert [(blank.text, blank.kind) for blank in blanks(statement)] == parts
    assert all(statement[blank.start : blank.end] == blank.text for blank in blanks(statement))


def test_a_statement_without_a_part_is_a_question_for_it():
    statement = "Calder signed 3 accords on Monday."
    asked = [question_of(statement, blank) for blank in blanks(statement)]
    assert asked == [
        "Who or what signed 3 accords on Monday?",
        "Calder signed how many accords on Monday?",
        "Calder signed 3 accords when?",
    ]
    assert question_of(statement, blanks(statement)[0], "which") == "Which signed 3 accords on Monday?"

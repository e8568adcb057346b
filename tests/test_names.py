"""A part of a name as the answer, and the whole name in the passage."""

import pytest

from kimqa.readers.names import in_full


@pytest.mark.parametrize(
    ("question", "short", "text", "whole"),
    [
        ("Who resigned?", "Reyes", "President Tom Reyes resigned on Monday. Reyes is 63.", "Tom Reyes"),
        ("Who resigned?", "Reyes", "When Reyes left, Mr Reyes said nothing.", "Reyes"),
        ("Who paid for the hall?", "Beethoven", "Ludwig van Beethoven never saw it. Beethoven paid.", "Ludwig van Beethoven"),
        ("Whom did the board choose?", "Blige", "They chose Mary J. Blige. Blige's record helped.", "Mary J. Blige"),
        ("Which golfer won in Velm?", "Johnson", "Dustin Johnson won in Velm, and Johnson wept.", "Dustin Johnson"),
        ("Which of the mayor's children spoke, and who is she?", "Ines", "Ines Calder spoke for the mayor, Ada Calder.", "Ines Calder"),
        ("Which airline leaves Velm?", "United", "United Airlines leaves Velm. United said so.", "United Airlines"),
        ("Which national park is on fire?", "Arlen", "Rangers of Arlen National Park left. Arlen burns.", "Arlen National Park"),
    ],
)  # fmt: skip
def test_one_name_is_completed(question, short, text, whole):
    assert in_full(question, short, text) == whole


@pytest.mark.parametrize(
    ("question", "short", "text"),
    [
        ("Who fell?", "Kim", "Kim Jong Un and his sister Kim Yo Jong were there. Kim fell."),  # which of the two
        ("Who spoke?", "Smith", "Anna Smith met Paul Smith. Smith spoke."),
        ("Which city did she see?", "Velm", "On Velm Bridge she fell. She saw Velm."),  # a bridge is no city
        ("Where did she fall?", "Velm", "On Velm Bridge she fell. She saw Velm."),
        ("Who said so?", "officials", "Velm officials said so."),
        ("Who said so?", "NATO", "NATO Command said so."),
        ("Who spoke?", "Anna Smith", "Anna Smith Reyes spoke."),
        ("Who spoke?", "Reyes", ""),
    ],
)
def test_what_has_several_names_or_is_none_stays(question, short, text):
    assert in_full(question, short, text) == short

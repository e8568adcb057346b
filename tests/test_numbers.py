import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.numbers import number_pairs, numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("two hundred soldiers", {200}),
        ("3.2 million doses for 600 towns", {3_200_000, 600}),
        ("half a dozen men in two dozen boats", {6, 24}),
        ("twenty-five trains", {25}),
        ("the 70th or the second", {70, 2}),
        ("one hundred and fifty-two of them", {152}),
        ("$60bn, or 60 billion dollars", {60_000_000_000}),
        ("in 2019 two people", {2019, 2}),
        ("13,000 km (8,080 miles)", {13000, 8080}),
        ("three million two hundred thousand", {3_200_000}),
        ("no one came", set()),
        ("a thousand of them", {1000}),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text, numbers):
    assert numbers_in(text) == numbers


def test_a_number_goes_with_what_is_counted():
    assert number_pairs("It can fly 13,000 km (8,080 miles).") == {(13000, "km"), (8080, "mile")}
    assert (3, "day") in number_pairs("a three-day visit")


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    assert all(number >= 0 for number in numbers_in(text))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("In 2020 two people died", {2020.0, 2.0}),
        ("In 2020, five million people", {2020.0, 5e6}),
        ("Of the twenty, three were children", {20.0, 3.0}),
        ("between two hundred and three hundred", {200.0, 300.0}),
        ("two hundred and fifty thousand", {250000.0}),
        ("a hundred thousand people", {100000.0}),
        ("a hundred and fifty", {150.0}),
        ("half a million", {500000.0}),
        ("half a dozen", {6.0}),
        ("2½ hours", {2.5}),
        ("two thousand and eighteen", {2018.0}),
    ],
)
def test_numbers_that_stand_side_by_side_stay_apart_and_compound_ones_together(text, numbers):
    assert numbers_in(text) == numbers

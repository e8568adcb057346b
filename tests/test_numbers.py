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

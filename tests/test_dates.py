import datetime

import pytest

from kimqa.dates import dates_in, days_meant, words_meant, year_meant

D = datetime.date
WEDNESDAY = D(2018, 3, 28)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 27 March 2018", {D(2018, 3, 27)}),
        ("on March 27, 2018, and 3rd of May 2019", {D(2018, 3, 27), D(2019, 5, 3)}),
        ("on 1 April", {D(2018, 4, 1)}),
        ("on 31 June 2018", set()),
        ("in March 2018", set()),
    ],
)
def test_days_are_read_where_they_are_named(text, days):
    assert dates_in(text, 2018) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("They met yesterday.", {D(2018, 3, 27)}),
        ("They meet tonight.", {WEDNESDAY}),
        ("They meet tomorrow.", {D(2018, 3, 29)}),
        ("They met on Monday.", {D(2018, 3, 26), D(2018, 4, 2)}),
        ("They met on Wednesday.", {WEDNESDAY, D(2018, 3, 21)}),
        ("They met.", set()),
    ],
)
def test_relative_days_count_from_the_day_of_publication(text, days):
    assert days_meant(text, WEDNESDAY) == days
    assert days_meant(text, None) == set()


def test_months_and_years_that_are_meant_are_said():
    assert {"february", "2018"} <= words_meant("It was launched last month.", WEDNESDAY)
    assert "2017" in words_meant("It was launched last year.", WEDNESDAY)
    assert "2018" in words_meant("It is to open in May.", WEDNESDAY)
    assert {"april"} <= words_meant("It opens next month.", WEDNESDAY)
    assert words_meant("It was launched last year.", None) == set()


@pytest.mark.parametrize(
    ("time", "sentence", "year"),
    [
        ("in 2011", "", 2011),
        ("Thursday", "", 2018),
        ("yesterday", "", 2018),
        ("two years ago", "", 2016),
        ("a year ago", "", 2017),
        ("last year", "", 2017),
        ("next year", "", 2019),
        ("February", "They met in February.", 2018),
        ("December", "They met in December.", 2017),
        ("December", "They will meet in December.", 2018),
        ("in February", "They are to meet in February.", 2019),
        ("in December", "The bridge was opened by the king in December.", 2017),
        ("may resign", "", None),
        ("the fall of the wall", "", None),
        ("twenty-five years ago", "", 1993),
        ("two years before the war", "", None),
        ("last autumn", "", 2017),
        ("last month", "", 2018),
        ("health", "", None),
        ("some years ago", "", None),
    ],
)
def test_the_year_that_a_time_means_counts_from_the_day_of_publication(time, sentence, year):
    assert year_meant(time, WEDNESDAY, sentence) == year


def test_without_a_day_of_publication_only_a_written_year_is_known():
    assert year_meant("in 2011", None) == 2011
    assert year_meant("yesterday", None) is None
    assert year_meant("yesterday", D(2019, 1, 1)) == 2018
    assert year_meant("next month", D(2018, 12, 31)) == 2019


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("They met on Sept. 4, 2025", {datetime.date(2025, 9, 4)}),
        ("on 2018-03-27", {datetime.date(2018, 3, 27)}),
        ("March 25-27", {datetime.date(2018, 3, day) for day in (25, 26, 27)}),
        ("25 to 26 March", {datetime.date(2018, 3, day) for day in (25, 26)}),
        ("may 20 people come", set()),
        ("it may 1,000 times", set()),
    ],
)
def test_short_months_and_spans_of_days_are_read_and_verbs_are_not(text, days):
    assert dates_in(text, 2018) == days


@pytest.mark.parametrize(
    ("time", "sentence", "published", "year"),
    [
        ("in December", "Will Smith was arrested in December.", datetime.date(2018, 3, 28), 2017),
        ("in December", "It closed in December due to floods.", datetime.date(2018, 3, 28), 2017),
        ("in December", "It is to open in December.", datetime.date(2018, 3, 28), 2018),
        ("since January", "She has led since January and will leave.", datetime.date(2018, 11, 3), 2018),
        ("on Friday", "It burned on Friday.", datetime.date(2019, 1, 2), 2018),
        ("last March", "He left last March.", datetime.date(2018, 3, 28), 2017),
        ("next March", "He leaves next March.", datetime.date(2018, 3, 28), 2019),
        ("by July", "The bridge opens by July.", datetime.date(2018, 3, 28), 2018),
        ("twenty five years ago", "It began twenty five years ago.", datetime.date(2018, 3, 28), 1993),
        ("5,000 years ago", "They lived 5,000 years ago.", datetime.date(2018, 3, 28), None),
    ],
)
def test_the_year_is_told_by_the_words_right_before_the_time(time, sentence, published, year):
    assert year_meant(time, published, sentence) == year

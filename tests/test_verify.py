import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.types import Citation, Statement
from kimqa.verify import is_supported, verify


def citation(quote, number=1, *, outlet="The Tidewater Post", title="Harbour reopens", author="Ada Brook"):
    return Citation(number, "a", title, outlet, author, datetime.date(2024, 3, 4), None, quote, 0, len(quote))


RIBBON = "The mayor, Ines Calder, cut the ribbon at noon on Monday after 6 weeks of work that cost $2.3 million."
SPEECH = "“We kept our word,” said Tom Reyes, the deputy mayor of Arlen, who had promised 1,200 jobs by 2026."
DENIAL = "The U.S. envoy did not visit Velm, and the council has not approved the plan."

SUPPORTED = [
    (RIBBON, RIBBON),
    ("Ines Calder cut the ribbon at noon.", RIBBON),
    ("Yes: The mayor, Ines Calder, cut the ribbon at noon on Monday", RIBBON),
    ("The ribbon was cut by Ines Calder.", RIBBON),
    ("The work took 6 weeks.", RIBBON),
    ("The work cost $2.3 million.", RIBBON),
    ("Calder's ribbon cutting was on Monday.", RIBBON),
    ("THE MAYOR CUT THE RIBBON.", "The mayor cut the ribbon."),
    ('Tom Reyes said "We kept our word".', SPEECH),
    ("Tom Reyes, Arlen's deputy mayor, had promised 1,200 jobs.", SPEECH),
    ("The deputy mayor promised jobs by 2026.", SPEECH),
    ("The Tidewater Post reported that Calder cut the ribbon.", RIBBON),
    ("On 4 March 2024 Ada Brook wrote that the mayor cut the ribbon.", RIBBON),
    ("The US envoy did not visit Velm.", DENIAL),
    ("The council has not approved the plan.", DENIAL),
    ("Tom Reyes had promised 1200 jobs.", SPEECH),
    ("The council met on Monday.", "The envoy did not come, but the council met on Monday."),
    ("Calder did not resign.", "Calder refused to resign."),
]
UNSUPPORTED = [
    # another number
    ("The work took 7 weeks.", RIBBON),
    ("The work cost $2.4 million.", RIBBON),
    ("The work cost $23 million.", RIBBON),
    ("The work cost $3 million.", RIBBON),
    ("Tom Reyes had promised 200 jobs.", SPEECH),
    ("Tom Reyes had promised 1,200 jobs by 2027.", SPEECH),
    ("Tom Reyes had promised 12 jobs by 2026.", SPEECH),
    # another name
    ("Tom Reyes cut the ribbon at noon.", RIBBON),
    ("Ines Reyes cut the ribbon at noon on Monday.", RIBBON),
    ("Tom Reyes, the deputy mayor of Velm, had promised jobs.", SPEECH),
    ("The Chinese envoy did not visit Velm.", DENIAL),
    # another day or date
    ("Ines Calder cut the ribbon at noon on Tuesday.", RIBBON),
    ("On 5 March 2024 the mayor cut the ribbon.", RIBBON),
    ("In April 2024 the mayor cut the ribbon.", RIBBON),
    # other words in quotation marks
    ('Tom Reyes said "We broke our word".', SPEECH),
    ("Tom Reyes said “We kept our promise”.", SPEECH),
    # something else altogether
    ("The ferry sank in a storm off the coast.", RIBBON),
    ("Boats cheered.", RIBBON),
    ("The quay was closed because engineers had found cracks in it.", RIBBON),
]
NEGATED = [
    ("The U.S. envoy did visit Velm.", DENIAL),
    ("The council has approved the plan.", DENIAL),
    ("The mayor did not cut the ribbon.", RIBBON),
    ("Calder resigned.", "Calder refused to resign."),
    ("Calder never said so.", "Calder said so."),
]


@pytest.mark.parametrize(("statement", "quote"), SUPPORTED)
def test_what_the_quote_says_is_supported(statement, quote):
    assert is_supported(statement, [citation(quote)])


@pytest.mark.parametrize(("statement", "quote"), UNSUPPORTED)
def test_what_the_quote_does_not_say_is_not_supported(statement, quote):
    assert not is_supported(statement, [citation(quote)])


@pytest.mark.parametrize(("statement", "quote"), NEGATED)
def test_the_opposite_of_what_the_quote_says_is_not_supported(statement, quote):
    assert not is_supported(statement, [citation(quote)])


def test_two_quotes_may_support_a_statement_together():
    both = "Ines Calder cut the ribbon and Tom Reyes promised 1,200 jobs."
    assert is_supported(both, [citation(RIBBON), citation(SPEECH, 2)])
    assert not is_supported(both, [citation(RIBBON)])


def test_a_statement_without_a_citation_is_not_supported():
    assert not is_supported(RIBBON, [])


def test_each_statement_is_checked_against_the_citations_that_it_carries_and_no_others():
    citations = (citation(RIBBON), citation(SPEECH, 2))
    statements = (
        Statement("Ines Calder cut the ribbon.", (1,)),
        Statement("Ines Calder cut the ribbon.", (2,)),
        Statement("Ines Calder cut the ribbon.", ()),
        Statement("Ines Calder cut the ribbon.", (9,)),
    )
    checked = verify(statements, citations)
    assert [statement.supported for statement in checked] == [True, False, False, False]
    assert [(s.text, s.citations) for s in checked] == [(s.text, s.citations) for s in statements]


@given(st.text(min_size=1, max_size=80).filter(str.strip))
def test_every_quote_supports_itself(quote):
    assert is_supported(quote, [citation(quote)])
    assert is_supported(" ".join(quote.split()) or quote, [citation(quote)])


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_number_is_supported_by_itself_and_by_no_other(said, written):
    quote = f"The council paid {written} crowns for the new quay."
    undated = dataclasses.replace(
        citation(quote), published=None
    )  # the day and the year would be numbers that it says too
    assert is_supported(f"The council paid {said} crowns.", [undated]) is (said == written)


def test_the_us_is_a_name_with_its_stops_or_without():
    assert not is_supported("The US struck Iran on Monday.", [citation("Israel struck Iran on Monday.")])
    assert is_supported("On Monday the U.S. struck Iran.", [citation("Iran was struck by the U.S. on Monday.")])

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.cite import cite
from kimqa.errors import ReaderError
from kimqa.types import Article, Draft, DraftSide, DraftStatement, Quote

HARBOUR = Article(
    "harbour",
    "The port reopened. Ines Calder cut the ribbon.",
    "Reopened",
    "The Post",
    "Ada Brook",
    url="https://a.example",
)
GAZETTE = Article("gazette", "Tom Reyes cut it.", "Quay", "Gazette", None, datetime.date(2024, 3, 2))
ARTICLES = {article.id: article for article in (HARBOUR, GAZETTE)}
PORT, RIBBON, REYES = Quote("harbour", 0, 18), Quote("harbour", 19, 46), Quote("gazette", 0, 17)


def cited(*statements, conflicts=()):
    draft = Draft(
        tuple(DraftStatement(f"Statement {n}.", quotes) for n, quotes in enumerate(statements)),
        conflicts=conflicts,
    )
    return cite(draft, ARTICLES.__getitem__)


def test_quotes_are_numbered_in_the_order_of_first_use_and_equal_ones_share_a_number():
    found = cited((RIBBON, PORT), (PORT,), (REYES, RIBBON))
    assert [statement.citations for statement in found.statements] == [(1, 2), (2,), (3, 1)]
    assert [citation.number for citation in found.citations] == [1, 2, 3]


def test_a_quote_given_twice_for_one_statement_is_marked_once():
    assert cited((PORT, RIBBON, PORT)).statements[0].citations == (1, 2)


def test_a_citation_says_what_its_article_says():
    citation = cited((RIBBON,)).citations[0]
    assert citation.quote == "Ines Calder cut the ribbon."
    assert (citation.title, citation.outlet, citation.author) == ("Reopened", "The Post", "Ada Brook")
    assert (citation.published, citation.url) == (None, "https://a.example")


def test_the_sides_of_a_conflict_keep_their_order_and_share_numbers_with_the_statements():
    sides = (DraftSide("Tom Reyes", REYES), DraftSide("Ines Calder", RIBBON))
    found = cited((RIBBON,), conflicts=(sides,))
    assert [(side.short, side.citation.number) for side in found.conflicts[0].sides] == [
        ("Tom Reyes", 2),
        ("Ines Calder", 1),
    ]
    assert [citation.article_id for citation in found.citations] == ["harbour", "gazette"]


def test_a_draft_without_statements_has_no_citations():
    found = cite(Draft(reason="No."), ARTICLES.__getitem__)
    assert (found.statements, found.citations, found.conflicts) == ((), (), ())


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (0, 47), (5, 5), (9, 3), (46, 47)])
def test_a_quote_outside_its_article_is_a_fault_of_the_reader(start, end):
    with pytest.raises(ReaderError, match="outside article 'harbour'"):
        cited((Quote("harbour", start, end),))


@given(st.data())
def test_every_citation_is_the_exact_characters_of_its_article(data):
    text = data.draw(st.text(min_size=1, max_size=50))
    bounds = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda pair: pair[0] < pair[1])
    quotes = [Quote("any", *pair) for pair in data.draw(st.lists(bounds, min_size=1, max_size=8))]
    found = cite(Draft((DraftStatement("Said.", tuple(quotes)),)), lambda _: Article("any", text))
    assert {(c.start, c.end) for c in found.citations} == {(q.start, q.end) for q in quotes}
    assert all(text[c.start : c.end] == c.quote for c in found.citations)
    assert [c.number for c in found.citations] == list(range(1, len(set(quotes)) + 1))

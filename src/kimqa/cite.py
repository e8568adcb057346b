"""From the quotes of a draft to numbered citations and statements that carry their numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from kimqa.errors import ReaderError
from kimqa.types import Article, Citation, Conflict, ConflictSide, Draft, Quote, Statement


@dataclasses.dataclass(frozen=True, slots=True)
class Cited:
    """A draft's statements, the citations that they point to, and its conflicts."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...]


def cite(draft: Draft, article: Callable[[str], Article]) -> Cited:
    """Number the draft's quotes from 1 in the order of first use; equal quotes share a number.

    Every quote is cut out of the article here, so that it is what the article says at those offsets.

    Raises:
        ReaderError: a quote that lies outside its article.
    """
    numbered: dict[Quote, Citation] = {}

    def number(quote: Quote) -> Citation:
        if quote not in numbered:
            numbered[quote] = _citation(len(numbered) + 1, quote, article(quote.article_id))
        return numbered[quote]

    statements = tuple(
        Statement(
            statement.text,
            tuple(dict.fromkeys(number(quote).number for quote in statement.quotes)),
            statement.supported,
        )
        for statement in draft.statements
    )
    conflicts = tuple(
        Conflict(tuple(ConflictSide(side.short, number(side.quote)) for side in sides)) for sides in draft.conflicts
    )
    return Cited(statements, tuple(numbered.values()), conflicts)


def _citation(number: int, quote: Quote, article: Article) -> Citation:
    if not 0 <= quote.start < quote.end <= len(article.text):
        raise ReaderError(
            f"Quote {quote.start} to {quote.end} lies outside article {article.id!r} of {len(article.text)} characters."
        )
    return Citation(
        number=number, article_id=article.id, title=article.title, outlet=article.outlet, author=article.author,
        published=article.published, url=article.url, quote=article.text[quote.start : quote.end], start=quote.start,
        end=quote.end,
    )  # fmt: skip

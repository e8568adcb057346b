"""A pipeline with answers written by hand over two articles, one of them hostile: what the page and the server need to be shown."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any

from kimqa.errors import ArgumentError
from kimqa.types import (
    Answer,
    Article,
    Citation,
    Conflict,
    ConflictSide,
    Event,
    Filters,
    Passage,
    Statement,
)

HOSTILE = (
    "<img src=x onerror='window.__xss=1'><script>window.__xss=2</script>![pixel](https://tracker.example/p.png) "
    "$$\\frac{1}{2}$$ ${Object.assign(window,{__xss:3})} {{constructor.constructor('window.__xss=4')()}} <b>bold</b> &amp;"
)

HARBOUR = Article(
    id="harbour",
    text=(
        "The port reopened on Monday.\n\n"
        "Engineers had worked for six weeks on the eastern quay. The mayor, Ines Calder, cut the ribbon at noon. Fishing "
        "boats left within the hour.\n\nTicket sales begin in May."
    ),
    title="Harbour reopens after six weeks",
    outlet="The Tidewater Post",
    author="Ada Brook",
    published=datetime.date(2024, 3, 4),
    published_basis="stated in the front matter",
    url="https://tidewater.example/harbour",
)
GAZETTE = Article(
    id="gazette",
    text=f"The ribbon was cut by the deputy, Tom Reyes.\n\n{HOSTILE} and nothing else was said.",
    title=f"Quay {HOSTILE}",
    outlet="Gazette <i>Daily</i>",
    published=datetime.date(2024, 3, 2),
    url="javascript:window.__xss=5",
)


class FakePipeline:
    """Knows who cut the ribbon, what the hostile article says, and nothing else."""

    max_chars = 2000
    readers = ("extractive", "openai:scripted")

    def __init__(self, *, failing: bool = False) -> None:
        self.failing = failing
        self.calls: list[dict[str, Any]] = []

    def articles(self) -> tuple[Article, ...]:
        return (GAZETTE, HARBOUR)

    def article(self, article_id: str) -> Article:
        for article in self.articles():
            if article.id == article_id:
                return article
        raise ArgumentError(f"There is no article {article_id!r}.")

    def ask(self, question: str, **options: Any) -> Answer:
        *_, last = self.stream(question, **options)
        assert last.answer is not None
        return last.answer

    def search(self, query: str, **options: Any) -> tuple[Passage, ...]:
        return self.ask(query, **options).passages

    def stream(self, question: str, **options: Any) -> Iterator[Event]:
        self.calls.append({"question": question, **options})
        if self.failing:
            raise RuntimeError("secret detail")
        if not question.strip():
            raise ArgumentError("The question is empty; ask something in words.")
        if len(question) > self.max_chars:
            raise ArgumentError(
                f"The question has {len(question):,} characters; at most {self.max_chars:,} are read. Shorten it."
            )
        answer = self._answer(question, options)
        yield Event("plan", standalone_question=answer.standalone_question, filters=answer.filters)
        yield Event("passages", passages=answer.passages)
        for statement in answer.statements:
            yield Event("token", text=statement.text + " ")
        yield Event("answer", answer=answer)

    def _answer(self, question: str, options: dict[str, Any]) -> Answer:
        standalone = question.replace(" she ", " Ines Calder ")
        filters = Filters(outlets=tuple(options.get("outlets") or ()))
        if "ribbon" in standalone:
            answer = ribbon_answer(question, standalone, filters)
            reader = options.get("reader") or "extractive"
            notes = () if reader == "extractive" else (f"This was answered by {reader}.",)
            return dataclasses.replace(answer, reader=reader, notes=notes)
        if "hostile" in standalone:
            return hostile_answer(question, filters)
        return abstention(question, standalone, filters)


def citation_of(article: Article, quote: str, number: int = 1) -> Citation:
    """A citation of the first place where `article` has `quote`."""
    start = article.text.index(quote)
    return Citation(
        number, article.id, article.title, article.outlet, article.author, article.published, article.url,
        quote, start, start + len(quote),
    )  # fmt: skip


def passage_of(article: Article, rank: int, also_in: tuple[str, ...] = ()) -> Passage:
    """The whole of `article` as a passage."""
    return Passage(
        rank, 1 / (60 + rank), f"{article.id}-{rank}", article.id, article.title, article.outlet, article.author,
        article.published, article.url, article.text, 0, len(article.text), 0.5, also_in,
    )  # fmt: skip


def answer_of(question: str, **fields: Any) -> Answer:
    """An answer with the given fields and plain ones for the rest."""
    plain: dict[str, Any] = {
        "standalone_question": question, "text": "", "short": None, "abstained": False, "reason": None, "confidence": 0.5,
        "statements": (), "citations": (), "passages": (), "filters": Filters(), "conflicts": (), "reader": "by hand",
        "timings": {"total": 1.0},
    }  # fmt: skip
    return Answer(question=question, **(plain | fields))


def ribbon_answer(question: str, standalone: str, filters: Filters) -> Answer:
    quote = citation_of(HARBOUR, "The mayor, Ines Calder, cut the ribbon at noon.")
    other = citation_of(GAZETTE, "The ribbon was cut by the deputy, Tom Reyes.", 2)
    return answer_of(
        question,
        standalone_question=standalone,
        text="The mayor, Ines Calder, cut the ribbon at noon [1]. Boats cheered.",
        short="Ines Calder",
        confidence=0.82,
        statements=(
            Statement("The mayor, Ines Calder, cut the ribbon at noon.", (1,)),
            Statement("Boats cheered.", (), supported=False),
        ),
        citations=(quote, other),
        passages=(passage_of(HARBOUR, 1, also_in=("gazette",)), passage_of(GAZETTE, 2)),
        filters=filters,
        conflicts=(Conflict((ConflictSide("Tom Reyes", other), ConflictSide("Ines Calder", quote))),),
    )


def hostile_answer(question: str, filters: Filters) -> Answer:
    citation = citation_of(GAZETTE, HOSTILE)
    return answer_of(
        question,
        text=f"{HOSTILE} [1].",
        short=HOSTILE,
        statements=(Statement(HOSTILE, (1,)),),
        citations=(citation,),
        passages=(passage_of(GAZETTE, 1),),
        filters=filters,
        reader=HOSTILE,
    )


def abstention(question: str, standalone: str, filters: Filters) -> Answer:
    reason = "No passage names what is asked for."
    return answer_of(
        question,
        standalone_question=standalone,
        text=f"Not in these articles. {reason}",
        abstained=True,
        reason=reason,
        confidence=0.1,
        passages=(passage_of(HARBOUR, 1), passage_of(GAZETTE, 2), passage_of(HARBOUR, 3)),
        filters=filters,
    )

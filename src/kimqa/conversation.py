"""What was asked and answered in one sitting: how it begins, how events advance it, and what it is as history, text and JSON."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from kimqa.types import Answer, Article, Citation, Event, Span

# Two to four capitalised words in a row: in running text, most often a name.
_NAME: Final = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’'-]+(?: [A-ZÀ-ÖØ-Þ][\w’'-]+){1,3}\b")
_SUGGESTIONS: Final = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what became of it.

    `number` counts from 1 within the conversation. Until there is an `answer` or an `error`, the question is being worked
    on: `stage` says on what, `written` holds the words that a language model has given so far, and `withdrawn` where
    those of them stand that turned out not to hold.
    """

    number: int
    question: str
    stage: str = "Searching the articles"
    searched_as: str = ""
    written: str = ""
    withdrawn: tuple[Span, ...] = ()
    answer: Answer | None = None
    error: str | None = None

    @property
    def is_pending(self) -> bool:
        """True while neither an answer nor an error is known."""
        return self.answer is None and self.error is None


def advance(exchange: Exchange, event: Event) -> Exchange:
    """The exchange after one more event of the stream."""
    if event.kind == "plan":
        return dataclasses.replace(exchange, searched_as=event.standalone_question)
    if event.kind == "passages":
        count = len(event.passages)
        stage = f"Reading {count} {'passage' if count == 1 else 'passages'}" if count else "Nothing found, concluding"
        return dataclasses.replace(exchange, stage=stage)
    if event.kind == "token":
        return dataclasses.replace(exchange, stage="Writing", written=exchange.written + event.text)
    if event.kind == "withdrawn":
        start = exchange.written.rfind(event.text)
        place = (Span(start, start + len(event.text)),) if start >= 0 else ()
        return dataclasses.replace(exchange, stage="Checking", withdrawn=(*exchange.withdrawn, *place))
    return dataclasses.replace(exchange, answer=event.answer)


def history_of(exchanges: Sequence[Exchange]) -> tuple[tuple[str, str], ...]:
    """The answered exchanges as (question, answer), oldest first: what a follow-up question may refer to."""
    return tuple((exchange.question, exchange.answer.text) for exchange in exchanges if exchange.answer is not None)


def suggest_questions(articles: Sequence[Article]) -> tuple[str, ...]:
    """Up to four questions to begin with, one an outlet, newest first, about the name that its article has most often."""
    newest = sorted(articles, key=lambda article: (article.published or datetime.date.min, article.id), reverse=True)
    questions: dict[str, str] = {}
    names: set[str] = set()
    for article in newest:
        if len(questions) == _SUGGESTIONS:
            break
        if article.outlet in questions:
            continue
        name = next((name for name in _frequent_names(article) if name not in names), None)
        if name is not None and article.outlet:
            names.add(name)
            questions[article.outlet] = f"What does {article.outlet} report about {name}?"
        elif article.title:
            questions[article.outlet] = f"What is “{article.title}” about?"
    return tuple(questions.values())


def answer_as_text(answer: Answer) -> str:
    """The answer with its sources as plain text, to be pasted elsewhere: quotes are given word for word."""
    if answer.abstained:
        lines = [answer.question, "", f"Not in these articles. {answer.reason or ''}".rstrip(), *answer.notes]
        return "\n".join(lines) + "\n"
    lines = [answer.question, "", answer.text, *answer.notes]
    if answer.citations:
        lines += ["", "Sources", *(_source_line(citation) for citation in answer.citations)]
    return "\n".join(lines) + "\n"


def conversation_as_json(exchanges: Sequence[Exchange]) -> str:
    """The conversation as JSON in ASCII: a list of objects with `question` and either `answer` or `error`."""
    entries = [
        {"question": exchange.question, "answer": exchange.answer.to_dict()}
        if exchange.answer is not None
        else {"question": exchange.question, "error": exchange.error}
        for exchange in exchanges
        if not exchange.is_pending
    ]
    return json.dumps(entries, indent=2)


def _frequent_names(article: Article) -> list[str]:
    prose = [span.of(article.text) for span in article.content] or [article.text]
    return [name for name, _ in Counter(name for text in prose for name in _NAME.findall(text)).most_common(10)]


def _source_line(citation: Citation) -> str:
    published = citation.published.isoformat() if citation.published else "date unknown"
    parts = (citation.outlet, citation.author or "", published, citation.url or "")
    return f"[{citation.number}] {citation.title}. {', '.join(part for part in parts if part)}. “{citation.quote}”"

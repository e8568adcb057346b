"""Turns conversations, answers and articles into HTML in which every character that came from outside is inert text.

Pure functions, no page framework: whatever an article, a question or a model contains goes through `escape`, and the only
markup is what is written here.
"""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from kimqa.conversation import Exchange
from kimqa.text import normalize, paragraphs
from kimqa.types import Answer, Article, Citation, Conflict, Filters, Passage, Span, Statement

# What a page should never receive: control characters (tab and line break excepted) and halves of surrogate pairs.
_MOST_HEADLINES: Final = 3  # offered where the articles do not say
_UNSHOWABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_CITATION_MARK: Final = re.compile(r"\[(\d{1,4})\]")
# A question longer than this is shown cut: the whole of it would push the answer out of sight.
_SHOWN_QUESTION_CHARS: Final = 600
# Characters of a long paragraph that are kept on either side of the quote.
_CONTEXT_CHARS: Final = 700
# A short answer longer than this is set smaller.
_HEADLINE_CHARS: Final = 60
_LISTED_ARTICLES: Final = 200
_CONFIDENCE_WORDS: Final = ((0.75, "High confidence"), (0.5, "Fair confidence"), (0.0, "Low confidence"))


def escape(text: str) -> str:
    """`text` as HTML that shows it and does nothing else; what no page can show becomes U+FFFD."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", text), quote=True)


def date_in_words(date: datetime.date | None) -> str:
    """A date as a newspaper writes it ("4 September 2025"), or "date unknown"."""
    return f"{date.day} {date:%B %Y}" if date else "date unknown"


def render_masthead(articles: Sequence[Article]) -> str:
    """The name of the page and what it covers: how many articles, of how many outlets, from when to when."""
    outlets = {article.outlet for article in articles if article.outlet}
    dates = sorted(article.published for article in articles if article.published)
    scope = f"{_count(len(articles), 'article')} from {_count(len(outlets), 'outlet')}"
    if dates:
        scope += f", {date_in_words(dates[0])} to {date_in_words(dates[-1])}" if dates[0] != dates[-1] else f", {date_in_words(dates[0])}"  # fmt: skip
    return (
        '<header class="masthead"><h1>kimqa</h1>'
        f"<p>Answers you can check, sentence by sentence. <span>{escape(scope)}</span></p></header>"
    )


def render_conversation(exchanges: Sequence[Exchange]) -> str:
    """The questions and answers, oldest first."""
    if not exchanges:
        return (
            '<div class="empty"><p class="lead">Ask what these articles say.</p>'
            "<p>Every sentence of an answer carries a number. Follow it to the paragraph of the article that says so. "
            "What the articles do not say is not answered.</p></div>"
        )
    return "".join(_render_exchange(exchange) for exchange in exchanges)


def render_answer(answer: Answer, number: int) -> str:
    """The answer as shown in the conversation; `number` is that of its exchange and makes its links unique."""
    plan = _render_plan(answer)
    notes = "".join(f'<p class="note" dir="auto">{escape(note)}</p>' for note in answer.notes)
    if answer.abstained:
        return f"{plan}{_render_abstention(answer)}{notes}"
    marked = {citation.number for citation in answer.citations}
    statements = "".join(_render_statement(statement, marked, number) for statement in answer.statements)
    size = "short long" if len(answer.short or "") > _HEADLINE_CHARS else "short"
    short = f'<p class="{size}" dir="auto">{escape(answer.short)}</p>' if answer.short else ""
    conflicts = "".join(_render_conflict(conflict, number) for conflict in answer.conflicts)
    body = f'<p class="statements" dir="auto">{statements or escape(answer.text)}</p>'
    return f"{plan}{short}{body}{conflicts}{notes}{_render_confidence(answer.confidence)}"


def render_evidence(exchanges: Sequence[Exchange], articles: Mapping[str, Article]) -> str:
    """The evidence for every answer, the latest first and open, earlier ones folded.

    Args:
        exchanges: the conversation.
        articles: the articles that the citations name, by id; a missing one is shown by its quote alone.
    """
    answered = [exchange for exchange in reversed(exchanges) if exchange.answer is not None]
    if not answered:
        return '<div class="empty"><h2>Evidence</h2><p>The paragraphs that an answer rests on appear here.</p></div>'
    latest, *earlier = answered
    parts = ["<h2>Evidence</h2>", _render_evidence_of(latest, articles)]
    for exchange in earlier:
        heading = f"<summary>Evidence for <q>{escape(_shorten(exchange.question, 90))}</q></summary>"
        parts.append(f'<details class="earlier">{heading}{_render_evidence_of(exchange, articles)}</details>')
    return "".join(parts)


def render_sources(articles: Sequence[Article]) -> str:
    """The articles of the corpus as a table, newest first, at most the newest two hundred."""
    newest = sorted(articles, key=lambda article: (article.published or datetime.date.min, article.id), reverse=True)
    rows = "".join(_render_source(article) for article in newest[:_LISTED_ARTICLES])
    left_out = len(newest) - _LISTED_ARTICLES
    note = f"<p>and {left_out:,} older articles, which are searched as well.</p>" if left_out > 0 else ""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Published", "Outlet", "Title", "Author", "Date found by", "Words"))  # fmt: skip
    return f'<div class="sources"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{note}</div>'


def _render_exchange(exchange: Exchange) -> str:
    question = _shorten(exchange.question, _SHOWN_QUESTION_CHARS)
    asked = f'<h3 class="question" dir="auto">{escape(question)}</h3>' if question.strip() else ""
    if exchange.answer is not None:
        reply = render_answer(exchange.answer, exchange.number)
    elif exchange.error is not None:
        reply = f'<p class="error"><strong>That did not work.</strong> {escape(_shorten(exchange.error, 600))}</p>'
    else:
        reply = _render_progress(exchange)
    return f'<section class="exchange" id="answer-{exchange.number}" tabindex="-1">{asked}<div class="reply">{reply}</div></section>'


def _render_progress(exchange: Exchange) -> str:
    pieces, position = [], 0
    for place in sorted(exchange.withdrawn):
        start = max(place.start, position)
        if start < place.end:
            pieces += [
                escape(exchange.written[position:start]),
                f"<del>{escape(exchange.written[start : place.end])}</del>",
            ]
            position = place.end
    written = "".join((*pieces, escape(exchange.written[position:])))
    words = f'<p class="statements writing" dir="auto">{written}</p>' if written else ""
    return f'{words}<p class="progress"><span class="pulse" aria-hidden="true"></span>{escape(exchange.stage)} …</p>'


def _render_plan(answer: Answer) -> str:
    """How the question was understood, where that is not what was typed."""
    notes = []
    if normalize(answer.standalone_question) != normalize(answer.question):
        asked = escape(answer.standalone_question)
        notes.append(
            f"searched as: <q>{escape(_shorten(answer.standalone_question, _SHOWN_QUESTION_CHARS))}</q> "
            f'<button type="button" class="correct" data-question="{asked}" aria-label="Correct the question">correct it</button>'
        )
    if not answer.filters.is_open:
        notes.append(f"only: {escape(_filters_in_words(answer.filters))}")
    return f'<p class="plan">{"<br>".join(notes)}</p>' if notes else ""


def _filters_in_words(filters: Filters) -> str:
    parts = []
    if filters.outlets:
        parts.append(" or ".join(filters.outlets))
    if filters.since and filters.until:
        parts.append(f"{date_in_words(filters.since)} to {date_in_words(filters.until)}" if filters.since != filters.until else date_in_words(filters.since))  # fmt: skip
    elif filters.since:
        parts.append(f"since {date_in_words(filters.since)}")
    elif filters.until:
        parts.append(f"until {date_in_words(filters.until)}")
    if filters.article_ids:
        parts.append(_count(len(filters.article_ids), "article"))
    return ", ".join(parts)


def _render_statement(statement: Statement, marked: set[int], exchange: int) -> str:
    """A statement with its marks as links: in place where the text has them, else in front of the full stop."""
    pieces, placed, position = [], set(), 0
    for match in _CITATION_MARK.finditer(statement.text):
        number = int(match.group(1))
        if number in marked:
            pieces += [escape(statement.text[position : match.start()]), _mark(number, exchange)]
            placed.add(number)
            position = match.end()
    rest = statement.text[position:]
    marks = "".join(_mark(number, exchange) for number in statement.citations if number in marked - placed)
    stop = rest[-1:] if marks and rest.endswith((".", "!", "?")) else ""
    text = f"{''.join(pieces)}{escape(rest.removesuffix(stop))}{marks}{stop}"
    if statement.supported:
        return f"<span>{text}</span> "
    return f'<span class="unsupported">{text} <em>not supported by the articles</em></span> '


def _mark(number: int, exchange: int) -> str:
    return f'<a class="mark" href="#cite-{exchange}-{number}" aria-label="Source {number}">[{number}]</a>'


def _render_abstention(answer: Answer) -> str:
    reason = f'<p dir="auto">{escape(answer.reason)}</p>' if answer.reason else ""
    headlines = {passage.article_id: passage for passage in reversed(answer.passages)}
    nearest = [passage for passage in answer.passages if headlines[passage.article_id] is passage][:_MOST_HEADLINES]
    items = "".join(f"<li>{escape(passage.title or passage.article_id)} <small>{_byline(passage)}</small></li>" for passage in nearest)  # fmt: skip
    listed = f'<p class="nearest">Nearest passages, not support:</p><ul>{items}</ul>' if items else ""
    return f'<div class="abstained"><p class="verdict">Not in these articles.</p>{reason}{listed}</div>'


def _render_conflict(conflict: Conflict, exchange: int) -> str:
    sides = "".join(
        f'<li><span class="when">{_byline(side.citation)}</span> <strong dir="auto">{escape(side.short)}</strong>'
        f'{_mark(side.citation.number, exchange)}<blockquote dir="auto">{escape(side.citation.quote)}</blockquote></li>'
        for side in conflict.sides
    )
    return f'<div class="conflict"><p>The sources disagree, oldest first:</p><ol>{sides}</ol></div>'


def _render_confidence(confidence: float) -> str:
    words = next(words for floor, words in _CONFIDENCE_WORDS if confidence >= floor)
    percentage = round(100 * confidence)
    bar = f'<span class="bar" aria-hidden="true"><span style="width:{percentage}%"></span></span>'
    return f'<p class="confidence">{bar}{words}: {percentage} %</p>'


def _render_evidence_of(exchange: Exchange, articles: Mapping[str, Article]) -> str:
    answer = exchange.answer
    assert answer is not None
    if answer.abstained:
        opening = "<p>Nothing in the articles supports an answer to this question.</p>"
    else:
        opening = "".join(_render_card(citation, articles.get(citation.article_id), exchange.number) for citation in answer.citations)  # fmt: skip
    return opening + _render_passages(answer, articles)


def _render_card(citation: Citation, article: Article | None, exchange: int) -> str:
    basis = f'<small class="basis">date {escape(article.published_basis)}</small>' if article and article.published_basis else ""  # fmt: skip
    return (
        f'<article class="card" id="cite-{exchange}-{citation.number}" tabindex="-1">'
        f'<p class="byline"><span class="number">{citation.number}</span>{_byline(citation)}</p>'
        f"<h3>{_link(citation.title or citation.article_id, citation.url)}</h3>"
        f'<blockquote dir="auto">{_quote_in_context(citation, article)}</blockquote>'
        f'<p class="foot">{basis}<a href="#answer-{exchange}">back to the answer</a></p></article>'
    )


def _quote_in_context(citation: Citation, article: Article | None) -> str:
    """The paragraph that holds the quote, the quote highlighted; of a very long paragraph the part around it.

    Where the quote is the whole paragraph, as in much news, the neighbouring paragraphs of prose stand around it, faint.
    """
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        return f"<mark>{escape(citation.quote)}</mark>"
    every = paragraphs(article.text)
    touched = [number for number, span in enumerate(every) if _overlap(span, citation)]
    first, last = touched[0], touched[-1]
    start = max(min(every[first].start, citation.start), citation.start - _CONTEXT_CHARS)
    end = min(max(every[last].end, citation.end), citation.end + _CONTEXT_CHARS)
    before, after = article.text[start : citation.start], article.text[citation.end : end]
    quoted = (
        f"{'… ' if start > every[first].start else ''}{escape(before)}<mark>{escape(citation.quote)}</mark>"
        f"{escape(after)}{' …' if end < every[last].end else ''}"
    )
    if before.strip() or after.strip():
        return quoted
    neighbours = [_neighbour(article, every, number) for number in (first - 1, last + 1)]
    return f"{neighbours[0]}{quoted}{neighbours[1]}"


def _neighbour(article: Article, every: Sequence[Span], number: int) -> str:
    """Paragraph `number` as faint context; nothing where there is none, or where it is no prose."""
    if not 0 <= number < len(every):
        return ""
    span = every[number]
    if article.content and not any(_overlap(span, prose) for prose in article.content):
        return ""
    return f'<span class="around">{escape(_shorten_plainly(span.of(article.text), _CONTEXT_CHARS // 2))}</span>'


def _overlap(span: Span, other: Span | Citation) -> bool:
    return span.start < other.end and span.end > other.start


def _render_passages(answer: Answer, articles: Mapping[str, Article]) -> str:
    if not answer.passages:
        return ""
    items = "".join(_render_passage(passage, articles) for passage in answer.passages)
    name = "Nearest passages, not support" if answer.abstained else "Everything the reader was shown"
    summary = f"<summary>{name} ({len(answer.passages)})</summary>"
    return f'<details class="passages">{summary}<p>Reader: {escape(answer.reader)}</p><ol>{items}</ol></details>'


def _render_passage(passage: Passage, articles: Mapping[str, Article]) -> str:
    same = [articles[name].outlet or name if name in articles else name for name in passage.also_in]
    also = f"<p>The same words also in: {escape(', '.join(same))}</p>" if same else ""
    score = f"score {passage.score:.4f}" if passage.score else "left unread"
    return (
        f'<li value="{passage.rank}"><p class="byline">{_byline(passage)}</p>'
        f'<p class="figures">rank {passage.rank} · {score} · similarity {passage.similarity:.2f}</p>'
        f'<h4>{_link(passage.title or passage.article_id, passage.url)}</h4><blockquote dir="auto">{escape(passage.text)}</blockquote>{also}</li>'
    )


def _render_source(article: Article) -> str:
    cells = (
        f'<td class="date">{escape(date_in_words(article.published))}</td>',
        f"<td>{escape(article.outlet)}</td>",
        f'<td class="title">{_link(article.title or article.id, article.url)}</td>',
        f"<td>{escape(article.author or '')}</td>",
        f"<td>{escape(article.published_basis or '')}</td>",
        f'<td class="words">{_word_count(article):,}</td>',
    )
    return f"<tr>{''.join(cells)}</tr>"


def _byline(source: Citation | Passage) -> str:
    """Outlet, date of publication and author, in that order, as HTML."""
    stamp = f' datetime="{source.published.isoformat()}"' if source.published else ""
    parts = [f'<span class="outlet">{escape(source.outlet or "outlet unknown")}</span>']
    parts.append(f"<time{stamp}>{date_in_words(source.published)}</time>")
    if source.author:
        parts.append(f"<span>{escape(source.author)}</span>")
    return " · ".join(parts)


def _link(text: str, url: str | None) -> str:
    """`text`, as a link where `url` is an ordinary web address; any other scheme stays text."""
    if url is None or not _is_web_address(url):
        return escape(text)
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">{escape(text)}</a>'


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s\x00-\x1f]", url)


def _word_count(article: Article) -> int:
    texts: Iterable[str] = (span.of(article.text) for span in article.content) if article.content else (article.text,)
    return sum(len(text.split()) for text in texts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _shorten_plainly(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else f"{text[:max_chars].rstrip()} …"


def _shorten(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else f"{text[:max_chars].rstrip()} … ({len(text):,} characters)"

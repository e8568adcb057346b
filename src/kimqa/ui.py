"""The page: lays out a conversation and its evidence in Gradio, and passes questions to the pipeline. It decides nothing."""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kimqa.conversation import (
    Exchange,
    advance,
    answer_as_text,
    conversation_as_json,
    history_of,
    suggest_questions,
)
from kimqa.errors import KimqaError
from kimqa.render import escape, render_conversation, render_evidence, render_masthead, render_sources
from kimqa.types import Article

if TYPE_CHECKING:
    import fastapi

    from kimqa.pipeline import Pipeline

_LOGGER: Final = logging.getLogger(__name__)
_FOLDER: Final = Path(__file__).parent
_CONCURRENT_QUESTIONS: Final = 4
_WAITING_QUESTIONS: Final = 64
# A language model writes some fifty words a second; redrawing more often than this only costs the browser.
_REDRAW_SECONDS: Final = 0.1
_IDLE_CONVERSATION_SECONDS: Final = 24 * 3600
_INTERNAL_ERROR: Final = (
    "Something failed inside kimqa. The conversation is kept: try again, or look in the log of the server."
)
# Both run in the browser, so that a conversation is never written to the disk of the server.
_COPY: Final = "(text) => window.kimqa.copy(text)"
_SAVE: Final = "(text) => window.kimqa.save(text, 'kimqa-conversation.json')"

Conversation = tuple[Exchange, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Parts:
    """The components of the page that events read or write."""

    question: Any
    ask: Any
    chips: Any
    chip_buttons: tuple[Any, ...]
    conversation: Any
    evidence: Any
    outlets: Any
    reader: Any
    since: Any
    until: Any
    clear: Any
    copy: Any
    download: Any
    status: Any
    exchanges: Any
    copied: Any
    saved: Any


def mount_page(app: fastapi.FastAPI, pipeline: Pipeline, examples: Sequence[str] = ()) -> fastapi.FastAPI:
    """Serve the page from `app` at "/", with monitoring, error details and records kept in the browser switched off."""
    page = build_page(pipeline, examples)
    import gradio as gr  # five seconds; only the page needs it

    mounted: fastapi.FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=_theme(),
        css_paths=[_FOLDER / "page.css"],
        js=(_FOLDER / "page.js").read_text(encoding="utf-8"),
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size="100kb",
        enable_monitoring=False,
        ssr_mode=False,
    )
    return mounted


def build_page(pipeline: Pipeline, examples: Sequence[str] = ()) -> Any:
    """The page as `gr.Blocks`, with an endpoint `ask` (a question to the answer as a dict) for programs.

    Args:
        pipeline: what answers the questions.
        examples: questions to begin with; without any, they are made from the outlets of the corpus.
    """
    # Gradio reads these when it is imported and when the queue is made: it would call home, and import pandas after the
    # first question to sum up how long each one took.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    import gradio as gr  # five seconds; only the page needs it

    articles, readers = tuple(pipeline.articles()), tuple(pipeline.readers)
    with gr.Blocks(title="kimqa", fill_width=True, analytics_enabled=False) as page:
        parts = _lay_out(articles, tuple(examples) or suggest_questions(articles), readers)
        _connect(parts, pipeline)
        gr.api(_endpoint(pipeline), api_name="ask")  # type: ignore[attr-defined]  # documented, but left out of its __all__
    page.queue(default_concurrency_limit=_CONCURRENT_QUESTIONS, max_size=_WAITING_QUESTIONS)
    return page


def read_examples(path: Path) -> tuple[str, ...]:
    """The questions of a text file, one a line; none when there is no such file."""
    if not path.is_file():
        return ()
    return tuple(
        line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
    )


def converse(
    pipeline: Pipeline, question: str, conversation: Conversation, filters: Mapping[str, Any]
) -> Iterator[Conversation]:
    """The conversation as it grows by one question: first pending, at the end with its answer or its error.

    Nothing that was said before is lost, whatever fails; only a question that was blank goes when the next one comes.
    """
    earlier = tuple(exchange for exchange in conversation if exchange.question.strip())
    current = Exchange(number=conversation[-1].number + 1 if conversation else 1, question=question)
    yield (*earlier, current)
    drawn = time.monotonic()
    try:
        for event in pipeline.stream(question, history=history_of(earlier), **filters):
            current = advance(current, event)
            if event.kind != "token" or time.monotonic() - drawn > _REDRAW_SECONDS:
                drawn = time.monotonic()
                yield (*earlier, current)
    except KimqaError as error:
        yield (*earlier, dataclasses.replace(current, error=str(error)))
    except Exception:  # the last border before the reader: a defect is logged, and the conversation goes on
        _LOGGER.exception("A question could not be answered.")
        yield (*earlier, dataclasses.replace(current, error=_INTERNAL_ERROR))


def _lay_out(articles: Sequence[Article], examples: Sequence[str], readers: Sequence[str]) -> _Parts:
    import gradio as gr

    gr.HTML(render_masthead(articles), elem_id="masthead")
    with gr.Row(elem_id="workspace", equal_height=True):
        with gr.Column(scale=6, min_width=320, elem_id="left"):
            conversation = gr.HTML(render_conversation(()), elem_id="conversation")
            with gr.Row(elem_id="examples") as chips:
                chip_buttons = tuple(gr.Button(text, size="sm", elem_classes="chip") for text in examples)
            with gr.Row(elem_id="asking"):
                question = gr.Textbox(
                    label="Your question", placeholder="Ask what these articles say", elem_id="question",
                    lines=1, max_lines=5, container=False, autofocus=True, scale=1,
                )  # fmt: skip
                ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=0, min_width=88)
            with (
                gr.Accordion(
                    "Narrow the search by outlet or date"
                    if len(readers) == 1
                    else "Narrow the search, choose who answers",
                    open=False,
                    elem_id="filters",
                ),
                gr.Row(),
            ):
                names = sorted({article.outlet for article in articles if article.outlet})
                outlets = gr.Dropdown(names, label="Outlets", multiselect=True, elem_id="outlets", scale=2)
                since = gr.Textbox(label="Published since", max_lines=1, elem_id="since", min_width=140)
                until = gr.Textbox(label="Published until", max_lines=1, elem_id="until", min_width=140)
                reader = gr.Dropdown(list(readers), value=readers[0], label="Answered by", elem_id="reader", visible=len(readers) > 1, min_width=200)  # fmt: skip
            with gr.Row(elem_id="tools"):
                clear = gr.Button("Clear", size="sm", elem_id="clear", scale=0, min_width=0)
                copy = gr.Button("Copy answer with sources", size="sm", elem_id="copy", interactive=False, scale=0, min_width=0)  # fmt: skip
                download = gr.Button("Download conversation", size="sm", elem_id="download", interactive=False, scale=0, min_width=0)  # fmt: skip
        with gr.Column(scale=5, min_width=320, elem_id="right"):
            evidence = gr.HTML(render_evidence((), {}), elem_id="evidence")
    with gr.Accordion("Sources: the articles that are searched", open=False, elem_id="sources"):
        gr.HTML(render_sources(articles))
    # Tells screen readers what has happened, and nothing else: reading out the whole conversation again would bury it.
    # Never {{value}}: Gradio (6.31) runs what Handlebars returns as a JavaScript template, so that ${…} in it is executed.
    status = gr.HTML("", elem_id="status", html_template='<div role="status" aria-live="polite">${value}</div>')
    exchanges = gr.State((), time_to_live=_IDLE_CONVERSATION_SECONDS)
    copied, saved = gr.Textbox(visible=False), gr.Textbox(visible=False)
    return _Parts(
        question=question, ask=ask, chips=chips, chip_buttons=chip_buttons, conversation=conversation, evidence=evidence,
        outlets=outlets, reader=reader, since=since, until=until, clear=clear, copy=copy, download=download, status=status,
        exchanges=exchanges, copied=copied, saved=saved,
    )  # fmt: skip


def _connect(parts: _Parts, pipeline: Pipeline) -> None:
    """Say what happens on each event of the page. Its endpoints are private: programs use `ask`."""
    import gradio as gr

    respond = _responder(parts, pipeline)
    outputs = [
        parts.question, parts.chips, parts.conversation, parts.evidence, parts.status, parts.exchanges, parts.copied,
        parts.copy, parts.download,
    ]  # fmt: skip
    asked = [(parts.question.submit, parts.question), (parts.ask.click, parts.question)]
    asked += [(button.click, button) for button in parts.chip_buttons]
    for listen, source in asked:
        inputs = [source, parts.outlets, parts.since, parts.until, parts.reader, parts.exchanges]
        listen(respond, inputs, outputs, show_progress="hidden", api_visibility="private", concurrency_id="ask")

    def start_again() -> dict[Any, Any]:
        return {
            parts.question: "", parts.chips: gr.update(visible=True), parts.conversation: render_conversation(()),
            parts.evidence: render_evidence((), {}), parts.status: "The conversation is cleared.", parts.exchanges: (),
            parts.copied: "", parts.copy: gr.update(interactive=False), parts.download: gr.update(interactive=False),
        }  # fmt: skip

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    parts.clear.click(start_again, None, outputs, **private)
    parts.copy.click(None, [parts.copied], [parts.status], js=_COPY, **private)
    parts.download.click(conversation_as_json, [parts.exchanges], [parts.saved], **private).then(
        None, [parts.saved], [parts.status], js=_SAVE, **private
    )


def _responder(parts: _Parts, pipeline: Pipeline) -> Callable[..., Iterator[dict[Any, Any]]]:
    """The handler of a question: yields what changes on the page, component by component."""
    import gradio as gr

    def respond(
        question: str, outlets: list[str], since: str, until: str, reader: str, before: Conversation
    ) -> Iterator[dict[Any, Any]]:
        filters = {
            "outlets": tuple(outlets or ()) or None,
            "since": _date_or_none(since),
            "until": _date_or_none(until),
            "reader": reader,
        }
        yield {parts.question: "", parts.chips: gr.update(visible=False)}
        conversation = before
        for conversation in converse(pipeline, question or "", before, filters):
            current = conversation[-1]
            if current.is_pending:
                yield {
                    parts.conversation: render_conversation(conversation),
                    parts.status: escape(current.stage),
                }
        current = conversation[-1]
        changes = {
            parts.conversation: render_conversation(conversation),
            parts.evidence: render_evidence(conversation, _cited_articles(pipeline, conversation)),
            parts.exchanges: conversation,
            parts.status: escape(_announcement(current)),
            parts.download: gr.update(interactive=True),
        }
        if current.answer is not None:
            changes |= {parts.copied: answer_as_text(current.answer), parts.copy: gr.update(interactive=True)}
        else:
            changes |= {parts.question: question.encode(errors="replace").decode()}  # to be mended and asked again
        yield changes

    return respond


def _endpoint(pipeline: Pipeline) -> Callable[[str], dict[str, Any]]:
    import gradio as gr

    def ask(question: str) -> dict:  # type: ignore[type-arg]  # gradio reads the annotation and knows no dict[str, Any]
        """Answer a question; the result has the keys of `Answer.to_dict()`."""
        try:
            return pipeline.ask(question).to_dict()
        except KimqaError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return ask


def _date_or_none(text: str | None) -> str | None:
    return text.strip() or None if text else None


def _cited_articles(pipeline: Pipeline, conversation: Conversation) -> dict[str, Article]:
    """The articles that the answers point at. One that has left the corpus since is left out."""
    answers = [exchange.answer for exchange in conversation if exchange.answer is not None]
    ids = {citation.article_id for answer in answers for citation in answer.citations}
    ids |= {name for answer in answers for passage in answer.passages for name in passage.also_in}
    found = {}
    for name in sorted(ids):
        try:
            found[name] = pipeline.article(name)
        except KimqaError:
            continue
    return found


def _announcement(exchange: Exchange) -> str:
    if exchange.answer is None:
        return f"That did not work. {exchange.error}"
    if exchange.answer.abstained:
        return f"Not in these articles. {exchange.answer.reason or ''}"
    return f"Answered: {exchange.answer.short or exchange.answer.text}"


def _theme() -> Any:
    """Plain, with the fonts of the reader's own system: nothing is fetched. The colours are in page.css."""
    import gradio as gr

    return gr.themes.Base(
        radius_size="sm",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.conversation import (
    Exchange,
    advance,
    answer_as_text,
    conversation_as_json,
    history_of,
    suggest_questions,
)
from kimqa.render import (
    date_in_words,
    escape,
    render_answer,
    render_conversation,
    render_evidence,
    render_masthead,
    render_sources,
)
from kimqa.types import Article, Event, Filters, Span, Statement
from kimqa.ui import converse, read_examples
from tests.fake_pipeline import (
    GAZETTE,
    HARBOUR,
    HOSTILE,
    FakePipeline,
    abstention,
    answer_of,
    citation_of,
    hostile_answer,
    passage_of,
    ribbon_answer,
)

ARTICLES = {article.id: article for article in (HARBOUR, GAZETTE)}
ANYTHING = st.text(st.characters(), max_size=60)  # includes lone surrogates and control characters


class Markup(HTMLParser):
    """What a browser would make of a piece of HTML: its elements, their attributes, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def ribbon(question: str = "Who cut the ribbon?"):
    return ribbon_answer(question, question, Filters())


def answered(answer, number: int = 1) -> Exchange:
    return Exchange(number, answer.question, answer=answer)


def last_of(pipeline, question, before=()):
    *_, last = converse(pipeline, question, before, {})
    return last


# What is shown


@given(ANYTHING)
def test_escaped_text_holds_no_element_and_shows_the_text(text):
    markup = Markup(f"<p>{escape(text)}</p>")
    assert markup.tags == ["p"]
    assert markup.text == re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "\ufffd", text)
    escape(text).encode("utf-8")


@given(ANYTHING, ANYTHING, ANYTHING)
def test_the_elements_of_an_answer_do_not_depend_on_its_texts(question, text, short):
    def page(question: str, text: str, short: str) -> str:
        citation = dataclasses.replace(citation_of(HARBOUR, "Ticket sales begin in May."), title=text, outlet=short)
        answer = answer_of(
            question, text=text, short=short, statements=(Statement(f"{text}#", (1,)),), citations=(citation,),
            passages=(dataclasses.replace(passage_of(HARBOUR, 1), text=text, title=short),), reader=text,
        )  # fmt: skip
        exchanges = (answered(answer),)
        return render_conversation(exchanges) + render_evidence(exchanges, ARTICLES)

    plain = Markup(page("q", "words", "short" if short else ""))
    given_texts = Markup(page(f"q{question}", f"w{text}".replace("[", "("), short))
    assert given_texts.tags == plain.tags
    assert given_texts.attributes == plain.attributes


def test_a_hostile_article_adds_no_element_no_handler_and_no_foreign_address():
    exchanges = (answered(hostile_answer(HOSTILE, Filters())),)
    page = render_conversation(exchanges) + render_evidence(exchanges, ARTICLES) + render_sources((GAZETTE,))
    markup = Markup(page + render_masthead((GAZETTE,)))
    assert not {"img", "script", "b", "i", "iframe"} & set(markup.tags)
    assert not [name for name, _ in markup.attributes if name.startswith("on") or name == "src"]
    assert [value for name, value in markup.attributes if name == "href" and not str(value).startswith("#")] == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.com", "http://", "http://[x", "https://a b", "ftp://x/y"])  # fmt: skip
def test_only_web_addresses_become_links(url):
    assert "<a" not in render_sources((dataclasses.replace(HARBOUR, url=url),))
    assert 'href="https://x.example/?a=1&amp;b=2"' in render_sources((dataclasses.replace(HARBOUR, url="https://x.example/?a=1&b=2"),))  # fmt: skip


def test_an_answer_shows_short_statements_marks_conflict_and_confidence():
    markup = Markup(render_answer(ribbon(), 7))
    assert markup.text.startswith("Ines Calder")
    assert "at noon[1]." in markup.text
    assert "Boats cheered. not supported by the articles" in markup.text
    assert markup.text.index("Tom Reyes") < markup.text.index("High confidence: 82 %")
    assert ("href", "#cite-7-1") in markup.attributes


@pytest.mark.parametrize(("confidence", "words"), [(1.0, "High confidence: 100 %"), (0.6, "Fair confidence: 60 %"), (0.0, "Low confidence: 0 %")])  # fmt: skip
def test_confidence_is_given_in_words_and_as_a_percentage(confidence, words):
    assert words in Markup(render_answer(answer_of("q", confidence=confidence), 1)).text


def test_marks_written_in_the_text_are_linked_in_place_and_not_repeated():
    answer = answer_of(
        "q", statements=(Statement("It opened [1] in May [9].", (1,)),), citations=(citation_of(HARBOUR, "Ticket sales begin in May."),)
    )  # fmt: skip
    markup = Markup(render_answer(answer, 1))
    assert "It opened [1] in May [9]." in markup.text
    assert markup.tags.count("a") == 1


def test_an_abstention_says_so_with_its_reason_and_each_nearest_headline_once():
    text = Markup(render_answer(abstention("q", "q", Filters()), 1)).text
    assert text.startswith("Not in these articles.No passage names what is asked for.")
    assert text.count(HARBOUR.title) == 1
    assert "Nearest passages, not support" in text


def test_the_search_is_shown_only_where_it_differs_from_the_question():
    assert (
        "searched as: Who is Ines?"
        in Markup(render_answer(answer_of("Who is she?", standalone_question="Who is Ines?"), 1)).text
    )
    assert "searched as" not in render_answer(answer_of("Who’s she?", standalone_question="who's  she?"), 1)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(outlets=("Vox", "NPR")), "only: Vox or NPR"),
        (
            Filters(since=datetime.date(2024, 3, 1), until=datetime.date(2024, 3, 31)),
            "only: 1 March 2024 to 31 March 2024",
        ),
        (Filters(since=datetime.date(2024, 3, 1), until=datetime.date(2024, 3, 1)), "only: 1 March 2024"),
        (Filters(since=datetime.date(2024, 3, 1)), "only: since 1 March 2024"),
        (
            Filters(until=datetime.date(2024, 3, 1), article_ids=("a", "b")),
            "only: until 1 March 2024, 2 articles",
        ),
    ],
)
def test_filters_are_shown_in_words(filters, words):
    assert Markup(render_answer(answer_of("q", filters=filters), 1)).text.startswith(words)


def test_a_card_shows_the_paragraph_with_the_quote_marked_and_nothing_of_other_paragraphs():
    html = render_evidence((answered(ribbon(), 3),), ARTICLES)
    card = html[html.index('id="cite-3-1"') : html.index('id="cite-3-2"')]
    assert "<mark>The mayor, Ines Calder, cut the ribbon at noon.</mark> Fishing boats" in card
    assert "reopened on Monday" not in card
    assert '<time datetime="2024-03-04">4 March 2024</time>' in card


def test_a_quote_that_is_a_whole_paragraph_stands_between_its_neighbours_of_prose():
    quote = "Ticket sales begin in May."
    exchanges = (answered(answer_of("q", citations=(citation_of(HARBOUR, quote),))),)
    html = render_evidence(exchanges, ARTICLES)
    assert "Fishing boats left within the hour.</span><mark>Ticket sales begin in May.</mark></blockquote>" in html
    start = HARBOUR.text.index(quote)
    cleaned = dataclasses.replace(HARBOUR, content=(Span(start, start + len(quote)),))
    assert "Fishing boats" not in render_evidence(exchanges, {cleaned.id: cleaned})


def test_a_card_of_an_article_that_has_left_or_changed_shows_the_quote_alone():
    exchanges = (answered(ribbon()),)
    changed = {"harbour": dataclasses.replace(HARBOUR, text="Something else altogether.")}
    for articles in ({}, changed):
        html = render_evidence(exchanges, articles)
        assert "<mark>The mayor, Ines Calder, cut the ribbon at noon.</mark></blockquote>" in html


def test_a_very_long_paragraph_is_cut_around_the_quote():
    text = "before " * 1000 + "THE QUOTE" + " after" * 1000
    article = dataclasses.replace(HARBOUR, text=text)
    answer = answer_of("q", citations=(citation_of(article, "THE QUOTE"),))
    html = render_evidence((answered(answer),), {article.id: article})
    assert "… " in html
    assert " <mark>THE QUOTE</mark> " in html
    assert len(html) < 3000


def test_a_quote_over_two_paragraphs_is_marked_whole():
    quote = HARBOUR.text[: HARBOUR.text.index("quay.")]
    html = render_evidence((answered(answer_of("q", citations=(citation_of(HARBOUR, quote),))),), ARTICLES)
    assert f"<mark>{escape(quote)}</mark>quay. The mayor" in html


def test_the_latest_evidence_is_open_and_earlier_ones_are_folded():
    html = render_evidence((answered(ribbon(), 1), answered(ribbon(), 2)), ARTICLES)
    assert html.index('id="cite-2-1"') < html.index('<details class="earlier">') < html.index('id="cite-1-1"')


def test_everything_the_reader_was_shown_is_listed_with_its_figures():
    text = Markup(render_evidence((answered(ribbon()),), ARTICLES)).text
    assert "Everything the reader was shown (2)" in text
    assert "rank 1 · score 0.0164 · similarity 0.50" in text
    assert f"The same words also in: {GAZETTE.outlet}" in text


def test_sources_are_listed_newest_first_with_words_of_the_prose():
    article = dataclasses.replace(HARBOUR, content=(Span(0, 28),))
    rows = render_sources((GAZETTE, article)).split("<tr>")[2:]
    assert HARBOUR.title in rows[0]
    assert '<td class="words">5</td>' in rows[0]
    assert "stated in the front matter" in rows[0]


def test_a_large_corpus_is_listed_in_part_and_says_so():
    many = tuple(dataclasses.replace(HARBOUR, id=f"{number}") for number in range(1300))
    html = render_sources(many)
    assert html.count("<tr>") == 201
    assert "and 1,100 older articles" in html


def test_a_date_is_written_out():
    assert date_in_words(datetime.date(2025, 9, 4)) == "4 September 2025"
    assert date_in_words(None) == "date unknown"


def test_the_masthead_says_what_is_covered():
    assert "2 articles from 2 outlets, 2 March 2024 to 4 March 2024" in render_masthead((HARBOUR, GAZETTE))
    assert "0 articles from 0 outlets" in render_masthead(())


# How a conversation goes on


def test_a_question_is_pending_until_it_is_answered():
    states = list(converse(FakePipeline(), "Who cut the ribbon?", (), {}))
    assert [state[-1].is_pending for state in states] == [True] * (len(states) - 1) + [False]
    assert states[-1][-1].answer.short == "Ines Calder"


def test_history_and_filters_reach_the_pipeline():
    pipeline = FakePipeline()
    first = last_of(pipeline, "Who cut the ribbon?")
    *_, last = converse(pipeline, "When did she come?", first, {"outlets": ("Vox",), "since": None, "until": None})
    assert pipeline.calls[-1]["history"] == (("Who cut the ribbon?", first[0].answer.text),)
    assert pipeline.calls[-1]["outlets"] == ("Vox",)
    assert [exchange.number for exchange in last] == [1, 2]


def test_a_user_error_is_shown_and_loses_nothing():
    pipeline = FakePipeline()
    first = last_of(pipeline, "Who cut the ribbon?")
    failed = last_of(pipeline, "w" * 20_000, first)
    assert failed[:1] == first
    assert "has 20,000 characters" in render_conversation(failed)
    assert history_of(failed) == history_of(first)
    assert len(render_conversation(failed)) < len(render_conversation(first)) + 2000


def test_an_unforeseen_error_is_logged_and_shown_without_its_details(caplog):
    first = last_of(FakePipeline(), "Who cut the ribbon?")
    failed = last_of(FakePipeline(failing=True), "Why?", first)
    assert failed[:1] == first
    assert "secret" not in render_conversation(failed)
    assert "secret detail" in caplog.text


def test_a_blank_question_is_gone_when_the_next_one_comes():
    pipeline = FakePipeline()
    blank = last_of(pipeline, "  ")
    assert blank[0].error is not None
    assert [exchange.question for exchange in last_of(pipeline, "Who cut the ribbon?", blank)] == [
        "Who cut the ribbon?"
    ]


def test_words_of_a_model_appear_as_they_come_and_withdrawn_ones_are_struck_out():
    exchange = Exchange(1, "q")
    for event in (
        Event("token", text="True. "),
        Event("token", text="<b>False</b>. "),
        Event("withdrawn", text="<b>False</b>."),
    ):
        exchange = advance(exchange, event)
    assert "True. <del>&lt;b&gt;False&lt;/b&gt;.</del>" in render_conversation((exchange,))


def test_what_is_written_again_after_a_break_is_not_struck_out_with_what_was_withdrawn():
    exchange = Exchange(1, "q")
    for event in (Event("token", text="The mayor "), Event("withdrawn", text="The mayor "), Event("token", text="The mayor left.")):  # fmt: skip
        exchange = advance(exchange, event)
    assert "<del>The mayor </del>The mayor left." in render_conversation((exchange,))


def test_a_note_is_shown_with_an_answer_and_with_an_abstention_and_copied():
    answer = dataclasses.replace(
        last_of(FakePipeline(), "Who cut the ribbon?")[0].answer, notes=("The model <b>failed</b>.",)
    )
    abstained = dataclasses.replace(last_of(FakePipeline(), "Why?")[0].answer, notes=("The model failed.",))
    assert '<p class="note" dir="auto">The model &lt;b&gt;failed&lt;/b&gt;.</p>' in render_answer(answer, 1)
    assert "The model failed." in render_answer(abstained, 1)
    assert "The model <b>failed</b>." in answer_as_text(answer)
    assert "The model failed." in answer_as_text(abstained)


def test_the_copied_text_names_every_source_and_quotes_it():
    text = answer_as_text(ribbon())
    assert (
        "[1] Harbour reopens after six weeks. The Tidewater Post, Ada Brook, 2024-03-04, https://tidewater.example/harbour."
        in text
    )
    assert "“The mayor, Ines Calder, cut the ribbon at noon.”" in text
    assert (
        answer_as_text(abstention("q", "q", Filters()))
        == "q\n\nNot in these articles. No passage names what is asked for.\n"
    )


def test_the_conversation_as_json_has_answers_and_errors_and_survives_lone_surrogates():
    exchanges = (answered(ribbon("\ud800")), Exchange(2, "", error="empty"), Exchange(3, "pending"))
    entries = json.loads(conversation_as_json(exchanges).encode("utf-8"))
    assert entries[0]["answer"]["short"] == "Ines Calder"
    assert entries[1:] == [{"question": "", "error": "empty"}]


def test_suggestions_name_outlets_and_what_their_articles_are_about():
    assert suggest_questions((GAZETTE, HARBOUR))[0] == "What does The Tidewater Post report about Ines Calder?"
    assert suggest_questions((Article("a", "no names here", title="On tides"),)) == ("What is “On tides” about?",)
    assert suggest_questions(()) == ()


def test_examples_are_read_one_a_line(tmp_path):
    (tmp_path / "examples.txt").write_text("Who?\n\n  When? \n", encoding="utf-8")
    assert read_examples(tmp_path / "examples.txt") == ("Who?", "When?")
    assert read_examples(tmp_path / "none.txt") == ()


def test_importing_the_page_module_does_not_import_gradio():
    code = "import sys, kimqa.ui; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

import dataclasses
import datetime
import json
import shutil
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kimqa
from kimqa.chunk import cut, describe
from kimqa.clean import mark_prose
from kimqa.errors import ArgumentError, CorpusError, IndexMismatchError, KimqaError
from kimqa.pipeline import Parts, Pipeline, Request
from kimqa.readers.extractive import ExtractiveReader
from kimqa.readers.prompts import REFUSAL
from kimqa.readers.span_model import Reading, Span
from kimqa.retrieve import HybridRetriever
from kimqa.settings import Settings
from kimqa.store import FILE_NAME, Store
from kimqa.text import words
from kimqa.types import Answer, Draft, DraftStatement, Quote
from kimqa.vectorstore import ExactIndex
from tests.fakes import HashingEncoder
from tests.strategies import articles, texts

RIBBON = "Who cut the ribbon in Arlen?"
TRAIN = "Where did the freight train leave the rails?"
UNKNOWN = "Who won the chess tournament in Reykjavik?"
ANY_QUESTION = [
    RIBBON, TRAIN, UNKNOWN, "Was anybody hurt when the train derailed?", "Which people spoke at the port?", "Why?",
    "How do the reports on the train differ?", "Why did Tom Reyes stay away?", "Who came with Kim to Beijing in 2025?",
    "Did Kim travel by train?", "누가 왔나요?", "Wer hat das Band durchgeschnitten?", "<b>Who</b> cut the ribbon?", "2025",
]  # fmt: skip


def without_timings(answer):
    return dataclasses.replace(answer, timings={})


def check_invariants(answer, article_of):
    """What holds for every answer, whatever was asked."""
    assert answer.text.strip()
    assert 0.0 <= answer.confidence <= 1.0
    assert [passage.rank for passage in answer.passages] == list(range(1, len(answer.passages) + 1))
    for shown in (*answer.passages, *answer.citations):
        said = shown.quote if hasattr(shown, "quote") else shown.text
        assert article_of(shown.article_id).text[shown.start : shown.end] == said
    cited = [*answer.citations, *(side.citation for conflict in answer.conflicts for side in conflict.sides)]
    for citation in cited:
        assert any(
            passage.article_id == citation.article_id and passage.start <= citation.start < citation.end <= passage.end
            for passage in answer.passages
        )
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    numbers = {citation.number for citation in answer.citations}
    assert all(set(statement.citations) <= numbers for statement in answer.statements)
    for conflict in answer.conflicts:
        days = [side.citation.published for side in conflict.sides]
        assert days == sorted(days, key=lambda day: (day is None, day or datetime.date.max))
        assert {side.citation.number for side in conflict.sides} <= numbers
    if answer.abstained:
        assert (answer.statements, answer.citations, answer.conflicts, answer.short) == ((), (), (), None)
        assert answer.reason
        assert answer.text.startswith(REFUSAL)
    else:
        assert answer.statements
        assert answer.citations
        assert answer.reason is None
    plain = answer.to_dict()
    assert json.loads(json.dumps(plain)) == plain


def test_an_answer_has_every_field_of_the_contract(pipeline):
    answer = pipeline.ask(RIBBON)
    assert not answer.abstained
    assert "Ines Calder" in answer.short
    assert answer.text == "The mayor, Ines Calder, cut the ribbon at noon in front of about 400 people [1]."
    assert [(s.text, s.citations, s.supported) for s in answer.statements] == [
        (answer.text.replace(" [1]", ""), (1,), True)
    ]
    citation = answer.citations[0]
    assert (citation.number, citation.article_id, citation.outlet) == (1, "harbour", "The Tidewater Post")
    assert (citation.author, citation.published) == ("Ada Brook", datetime.date(2024, 3, 4))
    assert citation.url == "https://tidewater.example/harbour"
    assert pipeline.article("harbour").text[citation.start : citation.end] == citation.quote
    assert (answer.question, answer.standalone_question) == (RIBBON, RIBBON)
    assert (answer.reader, answer.reason, answer.conflicts) == ("extractive", None, ())
    assert answer.filters.is_open
    assert answer.timings.keys() == {"plan", "encode", "search", "read", "verify", "total"}
    assert all(milliseconds >= 0 for milliseconds in answer.timings.values())


def test_what_the_corpus_does_not_say_is_an_answer_that_abstains(pipeline):
    answer = pipeline.ask(UNKNOWN)
    assert answer.abstained
    assert "Reykjavik" in answer.reason
    assert answer.passages


@pytest.mark.parametrize("question", ANY_QUESTION)
def test_the_invariants_hold_whatever_is_asked(pipeline, question):
    check_invariants(pipeline.ask(question), pipeline.article)


@pytest.mark.parametrize("question", [RIBBON, UNKNOWN])
def test_the_same_question_gives_the_same_answer(pipeline, question):
    assert without_timings(pipeline.ask(question)) == without_timings(pipeline.ask(question))


def test_several_threads_may_ask_at_once(pipeline):
    alone, together = without_timings(pipeline.ask(RIBBON)), []
    threads = [
        threading.Thread(target=lambda: together.append(without_timings(pipeline.ask(RIBBON)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone] * 4


def test_chunks_and_prose_are_where_they_say_they_are(pipeline):
    for passage in pipeline.search("Kim Arlen train", top_k=100):
        article = pipeline.article(passage.article_id)
        assert article.text[passage.start : passage.end] == passage.text
    for article in pipeline.articles():
        assert article.content == tuple(sorted(article.content))
        assert all(one.end <= other.start for one, other in zip(article.content, article.content[1:], strict=False))


def test_a_stream_ends_with_the_answer_that_ask_gives(pipeline):
    events = list(pipeline.stream(RIBBON))
    assert [event.kind for event in events] == ["plan", "passages", "token", "answer"]
    assert events[0].standalone_question == RIBBON
    assert events[0].filters.is_open
    assert "".join(event.text for event in events if event.kind == "token").strip() == events[-1].answer.text
    assert without_timings(events[-1].answer) == without_timings(pipeline.ask(RIBBON))
    assert {p.chunk_id for p in events[1].passages} == {p.chunk_id for p in events[-1].answer.passages}


def test_a_search_gives_the_nearest_passages(pipeline):
    passages = pipeline.search("freight train Kolm", top_k=3)
    assert len(passages) == 3
    assert passages[0].article_id in ("train-news", "train-radio")
    assert [passage.rank for passage in passages] == [1, 2, 3]


def test_one_story_in_two_outlets_is_shown_once(pipeline):
    answer = pipeline.ask(TRAIN, top_k=20)
    shown = [p for p in answer.passages if p.article_id.startswith("train-")]
    assert len(shown) == 1
    assert {shown[0].article_id, *shown[0].also_in} == {"train-news", "train-radio"}
    assert len(answer.citations) == 1


@pytest.mark.parametrize(
    "name", ["HDN", "harbour daily news", "Harbour Daily News (HDN)", ["HDN"], ("HDN", "Union Radio")]
)
def test_only_the_given_outlets_answer(pipeline, name):
    answer = pipeline.ask(RIBBON, outlets=name)
    assert "Harbour Daily News (HDN)" in answer.filters.outlets
    assert {passage.outlet for passage in answer.passages} <= set(answer.filters.outlets)
    assert answer.abstained


def test_an_outlet_named_as_the_source_limits_the_articles(pipeline):
    answer = pipeline.ask("According to Union Radio, who drove the train?")
    assert answer.filters.outlets == ("Union Radio",)
    assert {passage.article_id for passage in answer.passages} == {"train-radio"}
    assert [passage.also_in for passage in answer.passages] == [()]


@pytest.mark.parametrize(
    ("dates", "allowed"),
    [
        ({"since": "2024-05-09"}, {"train-radio", "2025-09-04-hkfp"}),
        ({"since": "2024-03-04", "until": "2024-05-08"}, {"harbour", "train-news"}),
        ({"as_of": "2018-03-27"}, {"2018-03-27-vox", "2018-03-27-business-insider"}),
        ({"as_of": datetime.date(2024, 5, 8), "since": "2024-01-01"}, {"harbour", "train-news"}),
    ],
)
def test_only_what_was_published_in_time_answers(pipeline, dates, allowed):
    passages = pipeline.search("train", top_k=50, **dates)
    assert {passage.article_id for passage in passages} == allowed


def test_nothing_published_later_than_as_of_is_used(pipeline):
    assert pipeline.ask(RIBBON, as_of="2024-03-04").citations[0].article_id == "harbour"
    earlier = pipeline.ask(RIBBON, as_of="2024-03-03")
    assert all(passage.published <= datetime.date(2024, 3, 3) for passage in earlier.passages)
    assert "harbour" not in {citation.article_id for citation in earlier.citations}


def test_filters_that_no_article_fits_give_an_abstention(pipeline):
    answer = pipeline.ask(RIBBON, until="1999-12-31")
    assert answer.abstained
    assert answer.passages == ()
    check_invariants(answer, pipeline.article)


def test_a_year_in_the_question_lifts_articles_of_that_year_and_hides_none(pipeline):
    period = (datetime.date(2019, 1, 1), datetime.date(2019, 12, 31))
    plain = {p.chunk_id for p in pipeline.retriever.search("Kim Beijing visit", top_k=100)}
    dated = pipeline.retriever.search("Kim Beijing visit", period=period, top_k=100)
    assert {p.chunk_id for p in dated} == plain
    assert dated[0].published.year == 2019


@pytest.mark.parametrize("history", [[(RIBBON, "Ines Calder.")], [{"question": RIBBON, "answer": "Ines Calder."}]])
def test_a_follow_up_is_searched_as_a_question_of_its_own(pipeline, history):
    answer = pipeline.ask("What did she thank the divers for?", history=history)
    assert answer.question == "What did she thank the divers for?"
    assert answer.standalone_question == "What did Ines Calder thank the divers for?"
    assert answer.passages[0].article_id == "harbour"


def test_top_k_says_how_many_passages_are_read(pipeline):
    assert len(pipeline.ask(RIBBON, top_k=1).passages) == 1
    assert len(pipeline.ask(RIBBON, top_k=3).passages) == 3
    assert len(pipeline.ask(RIBBON).passages) == 12


BAD_ARGUMENTS = {
    "empty": ("", {}),
    "blank": (" \n\t ", {}),
    "20,000 characters": ("who " * 5000, {}),
    "punctuation only": ("?!…", {}),
    "emoji only": ("😀👍🏽", {}),
    "control characters only": ("\x00\x1b\x07", {}),
    "lone surrogate": ("Who \ud800?", {}),
    "no string": (5, {}),
    "None": (None, {}),
    "huge top_k": (RIBBON, {"top_k": 10**9}),
    "top_k of zero": (RIBBON, {"top_k": 0}),
    "top_k negative": (RIBBON, {"top_k": -1}),
    "top_k as text": (RIBBON, {"top_k": "8"}),
    "top_k as a fraction": (RIBBON, {"top_k": 2.5}),
    "top_k as a truth value": (RIBBON, {"top_k": True}),
    "unknown outlet": (RIBBON, {"outlets": ["Hourly Bugle"]}),
    "outlet with a surrogate": (RIBBON, {"outlets": "\ud800"}),
    "outlets as a number": (RIBBON, {"outlets": 7}),
    "since after until": (RIBBON, {"since": "2025-01-02", "until": "2025-01-01"}),
    "since after as_of": (RIBBON, {"since": "2025-01-02", "as_of": "2025-01-01"}),
    "no such day": (RIBBON, {"since": "2025-02-30"}),
    "no date": (RIBBON, {"until": "yesterday"}),
    "date as a number": (RIBBON, {"as_of": 20250101}),
    "history as text": (RIBBON, {"history": "Who?"}),
    "history as a number": (RIBBON, {"history": 3}),
    "history of one": (RIBBON, {"history": [("Who?",)]}),
    "history of numbers": (RIBBON, {"history": [(1, 2)]}),
    "unknown reader": (RIBBON, {"reader": "oracle"}),
    "reader without a name": (RIBBON, {"reader": ""}),
    "reader of another kind": (RIBBON, {"reader": 5}),
    "unknown option": (RIBBON, {"temperature": 1}),
}


@pytest.mark.parametrize("verb", ["ask", "stream", "search"])
@pytest.mark.parametrize(("question", "options"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS.keys())
def test_a_bad_argument_is_an_error_of_one_line_that_says_what_to_do(pipeline, verb, question, options):
    if verb == "search" and "reader" in options:
        return  # a search has no reader
    with pytest.raises(KimqaError) as caught:
        result = getattr(pipeline, verb)(question, **options)
        list(result) if verb == "stream" else None
    message = str(caught.value)
    message.encode()
    assert len(message) < 400
    assert "\n" not in message


HONEST = {
    "HTML": "<img src=x onerror=alert(1)>",
    "another language": "Wer hat gestern im Bundestag gesprochen?",
    "unspaced script": "北京昨天发生了什么",
    "right to left": "من فاز في المباراة؟",
    "query syntax": 'ribbon AND "NEAR(" OR * ^ {a} -- ; DROP TABLE articles',
    "template syntax": "{question} {{x}} ${y} %s",
    "nonsense": "asdf qwer zxcv?",
}


@pytest.mark.parametrize("question", HONEST.values(), ids=HONEST.keys())
def test_an_odd_question_gets_an_honest_abstention(pipeline, question):
    answer = pipeline.ask(question)
    assert answer.abstained
    assert answer.question == question
    check_invariants(answer, pipeline.article)


@pytest.mark.parametrize("question", ["why why", "why " * 499, "hello", "who?", "x", "x" * 2000])
def test_a_question_that_names_nothing_in_the_corpus_gets_an_honest_abstention(pipeline, question):
    assert pipeline.ask(question).abstained


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts.map(lambda text: text[:120]), st.lists(st.tuples(texts, texts), max_size=2))
def test_any_question_is_answered_or_refused_but_never_breaks(pipeline, question, history):
    try:
        answer = pipeline.ask(question, history=history, top_k=2)
    except ArgumentError:
        return
    check_invariants(answer, pipeline.article)


class Claims:
    """A reader that claims what it was told to, resting on the first passage."""

    name = "claims"

    def __init__(self, *claims):
        self.claims = claims

    def read(self, question, passages):
        first = passages[0]
        quote = Quote(first.article_id, first.start, first.end)
        return Draft(tuple(DraftStatement(claim, (quote,)) for claim in self.claims), short="x", confidence=0.9)


def test_a_reader_may_be_passed_as_an_object(pipeline):
    answer = pipeline.ask(RIBBON, reader=Claims("Ines Calder cut the ribbon."))
    assert (answer.reader, answer.text) == ("claims", "Ines Calder cut the ribbon [1].")
    assert answer.statements[0].supported


def test_what_no_passage_supports_is_dropped_and_alone_makes_an_abstention(pipeline):
    mixed = pipeline.ask(RIBBON, reader=Claims("Ines Calder cut the ribbon.", "Paul Oster sang for 90 minutes."))
    assert [(statement.text, statement.supported) for statement in mixed.statements] == [
        ("Ines Calder cut the ribbon.", True)
    ]
    assert "Oster" not in mixed.text
    assert mixed.short is None  # "x" stands in no statement that holds
    check_invariants(mixed, pipeline.article)
    false = pipeline.ask(RIBBON, reader=Claims("Paul Oster sang for 90 minutes."))
    assert false.abstained
    check_invariants(false, pipeline.article)


def test_it_composes_as_a_langchain_runnable(pipeline):
    chain = pipeline.as_runnable()
    assert "Ines Calder" in chain.invoke(RIBBON).short
    assert chain.invoke(Request(RIBBON, top_k=2)).passages[1:]
    shorts = (chain | (lambda answer: answer.short)).batch([RIBBON, TRAIN])
    assert "Ines Calder" in shorts[0]
    assert "Kolm" in shorts[1]


def test_articles_are_those_of_the_corpus_in_the_order_of_their_ids(pipeline):
    found = pipeline.articles()
    assert [article.id for article in found] == sorted(article.id for article in found)
    assert {"harbour", "train-news", "train-radio"} < {article.id for article in found}
    assert len(found) == 8
    with pytest.raises(ArgumentError, match="no-such"):
        pipeline.article("no-such")


def test_without_a_corpus_asking_says_what_to_do_and_writes_nothing(tmp_path):
    opened = Pipeline.open(Settings(home=tmp_path))
    assert not opened.is_built
    with pytest.raises(CorpusError, match="kimqa sync"):
        opened.ask(RIBBON)
    assert list(tmp_path.iterdir()) == []


def test_an_index_that_is_missing_is_built_by_sync_and_used_at_once(built, tmp_path):
    shutil.copytree(built.vectorstore_folder, tmp_path / "vectorstore", ignore=shutil.ignore_patterns("kimqa.sqlite*", "chroma", "current"))  # fmt: skip
    opened = Pipeline.open(Settings(home=tmp_path, threads=1))
    report = opened.sync(built.corpus_folder)
    assert len(report.added) == 8
    assert opened.is_built
    assert "Ines Calder" in opened.ask(RIBBON).text


def test_an_index_of_other_settings_names_the_command_that_mends_it(built):
    with pytest.raises(IndexMismatchError, match="kimqa sync"):
        Pipeline.open(dataclasses.replace(built, max_chunk_words=90))


def test_the_functions_of_the_module_use_the_index_of_the_settings(built, monkeypatch):
    monkeypatch.setenv("KIMQA_HOME", str(built.home))
    options = {
        "outlets": ["The Tidewater Post"],
        "since": "2024-01-01",
        "until": "2024-12-31",
        "as_of": "2024-12-31",
        "top_k": 2,
    }
    answer = kimqa.ask(RIBBON, history=(), reader="extractive", **options)
    assert isinstance(answer, Answer)
    assert {passage.article_id for passage in answer.passages} == {"harbour"}
    *_, last = kimqa.stream(RIBBON, history=(), reader="extractive", **options)
    assert without_timings(last.answer) == without_timings(answer)
    assert [p.article_id for p in kimqa.search(RIBBON, **options)] == ["harbour"]
    with pytest.raises(KimqaError):
        kimqa.ask("")
    with pytest.raises(KimqaError):
        kimqa.search("")
    with pytest.raises(KimqaError):
        next(kimqa.stream(""))


class AnySpan:
    """A model for which every passage answers: with its second word, or with its second and fourth."""

    threshold = 0.1

    def read(self, question, passages):
        return tuple(self._reading(number, passage.text) for number, passage in enumerate(passages))

    def confidence(self, log_odds, span_score):
        return span_score

    def _reading(self, number, text):
        starts = [at for at in range(len(text)) if text[at].strip() and (at == 0 or not text[at - 1].strip())]
        spans = tuple(Span(at, at + 1, text[at], 0.5) for at in starts[1:4:2] or starts[:1])
        return Reading(0.5 + 0.4 / (number + 1), 0.0, spans, (), 0.6 if number % 2 else 0.3, 0.3, 0.1)


def assembled(store, encoder):
    """The pipeline over articles in a store of its own, with stand-ins for both models."""
    retriever = HybridRetriever(source=store, index=ExactIndex(*store.vectors()), encoder=encoder)
    return Pipeline(Settings(), Parts(store, encoder, retriever), readers={"extractive": ExtractiveReader(AnySpan())})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(articles(), min_size=1, max_size=4, unique_by=lambda article: article.id), st.data())
def test_the_invariants_hold_on_any_articles(tmp_path_factory, corpus, data):
    encoder = HashingEncoder()
    path = tmp_path_factory.mktemp("generated") / FILE_NAME
    with Store.open(path, create=True) as store:
        for article in map(mark_prose, corpus):
            chunks = cut(article, min_words=10, max_words=30)
            assert all(article.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
            header = describe(article)
            vectors = encoder.encode([chunk.text for chunk in chunks])
            store.write_article(
                article,
                header=header,
                chunks=chunks,
                vectors=vectors,
                digest="1",
                encoder=encoder.fingerprint,
            )
        pipeline = assembled(store, encoder)
        told = [word for article in corpus for word in words(article.text)] or ["ferry"]
        question = data.draw(st.sampled_from(["Who {}?", "Did {} come?", "Which people {}?", "How do {} differ?"]))
        question = question.format(" ".join(data.draw(st.lists(st.sampled_from(told), min_size=1, max_size=5))))
        answer = pipeline.ask(question)
        check_invariants(answer, pipeline.article)
        assert {passage.article_id for passage in answer.passages} <= {article.id for article in corpus}
        assert without_timings(pipeline.ask(question)) == without_timings(answer)
        for article in corpus:
            assert store.article(article.id).text == article.text

"""A scripted server, driven through the real client of the OpenAI protocol: what users see of a model and of its faults."""

import contextvars
import dataclasses
import json
import re
import time
from pathlib import Path

import pytest

from kimqa.errors import ModelError
from kimqa.pipeline import Pipeline
from kimqa.readers.generative import GenerativeReader
from kimqa.readers.models import ModelOptions, load_chat_model
from kimqa.readers.prompts import REFUSAL
from kimqa.text import normalize
from kimqa.types import Turn
from tests.model_server import Reply, serving
from tests.test_pipeline import RIBBON, UNKNOWN, check_invariants

TRUE = "The mayor, Ines Calder, cut the ribbon at noon [1]."
NAME = "openai:scripted"
INJECTIONS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "injections.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def asking(built, pipeline):
    """Makes pipelines whose reader is a scripted server; index and shipped models are those of `pipeline`, loaded once."""

    def make(server, **settings):
        chosen = dataclasses.replace(built, reader=NAME, base_url=server.base_url, **settings)
        shared = {"extractive": pipeline._extractive()}
        return Pipeline(chosen, pipeline._parts(), readers=shared, judge=pipeline._judging())

    return make


def test_a_model_answers_and_its_statement_rests_on_the_sentence_that_says_so(asking):
    with serving(TRUE) as server:
        pipeline = asking(server)
        answer = pipeline.ask(RIBBON)
    check_invariants(answer, pipeline.article)
    assert answer.text == TRUE
    assert (answer.reader, answer.notes, answer.abstained) == (NAME, (), False)
    assert "Ines Calder, cut the ribbon at noon" in answer.citations[0].quote
    assert "Tom Reyes" not in answer.citations[0].quote
    assert {"write", "ground"} <= answer.timings.keys()


def test_what_reaches_the_model_is_what_the_answer_lists(asking):
    with serving(TRUE) as server:
        answer = asking(server).ask(RIBBON, as_of="2024-06-01")
        system, user = (message["content"] for message in server.requests[0]["messages"])
    assert REFUSAL in system
    assert "1 June 2024" in system
    for number, passage in enumerate(answer.passages, start=1):
        assert f"\n[{number}] {passage.outlet}" in user
        assert passage.text in user
    assert user.count("[") >= len(answer.passages)
    assert RIBBON in user


def test_a_small_budget_leaves_the_last_passages_out_whole_and_the_answer_lists_the_rest(asking):
    with serving(TRUE) as server:
        answer = asking(server, max_prompt_tokens=1000).ask(RIBBON, top_k=20)
        user = server.requests[0]["messages"][1]["content"]
    assert 1 <= len(answer.passages) < 8
    assert all(passage.text in user for passage in answer.passages)
    assert user.count("</passage-") == len(answer.passages)


def test_the_gate_comes_first_and_no_model_is_called_where_nothing_answers(asking):
    with serving(TRUE) as server:
        answer = asking(server).ask(UNKNOWN)
        assert server.requests == []
    assert answer.abstained
    assert answer.reader == "extractive"


def test_a_statement_that_no_passage_supports_is_left_out_and_the_user_is_told(asking):
    with serving(f"{TRUE} Paul Oster sang an aria for 90 minutes [1].") as server:
        answer = asking(server).ask(RIBBON)
    assert answer.text == TRUE
    assert answer.notes == ("One statement of the language model was left out: no passage supports it.",)


def test_an_unsupported_statement_is_shown_marked_where_the_settings_say_so(asking):
    with serving(f"{TRUE} Paul Oster sang an aria for 90 minutes [1].") as server:
        answer = asking(server, unsupported="mark").ask(RIBBON)
    assert [statement.supported for statement in answer.statements] == [True, False]
    assert answer.statements[1].citations == ()
    assert answer.text.endswith("for 90 minutes [not supported by the articles].")


@pytest.mark.parametrize("unsupported", ["drop", "mark"])
def test_with_nothing_supported_the_answer_abstains(asking, unsupported):
    with serving("Paul Oster sang an aria for 90 minutes [1].") as server:
        answer = asking(server, unsupported=unsupported).ask(RIBBON)
    assert answer.abstained
    assert answer.citations == ()
    assert "No statement of the language model is supported" in answer.reason


def test_a_refusal_of_the_model_is_an_abstention(asking):
    with serving(REFUSAL) as server:
        answer = asking(server).ask(RIBBON)
    assert answer.abstained
    assert answer.reader == NAME
    assert answer.text == f"{REFUSAL} The language model found no answer in the passages."


def test_a_statement_without_marks_gets_the_passage_that_supports_it(asking):
    with serving("The mayor, Ines Calder, cut the ribbon at noon.") as server:
        answer = asking(server).ask(RIBBON)
    assert answer.text == TRUE


def test_unknown_marks_do_not_pass_as_evidence(asking):
    with serving("The mayor, Ines Calder, cut the ribbon at noon [77].") as server:
        answer = asking(server).ask(RIBBON)
    assert "[77]" not in answer.text
    assert answer.citations


# What goes wrong, what the server does, and what the user is told of it.
FAULTS = {
    "key refused": ([Reply("bad key sk-secret", status=401)], "refused the key (status 401)", 1),
    "no permission": ([Reply("no", status=403)], "refused the key (status 403)", 1),
    "unknown model": ([Reply("no such model", status=404)], "is not known to its server (status 404)", 1),
    "rate limit without end": ([Reply("slow down", status=429, headers={"retry-after": "0"})], "takes no more requests for now (status 429", 3),
    "rate limit beyond the deadline": ([Reply("slow down", status=429, headers={"retry-after": "3600"})], "asks to wait 3600 seconds", 1),
    "server error": ([Reply("oops", status=500)], "failed on its server (status 500)", 3),
    "overloaded": ([Reply("busy", status=503)], "is overloaded (status 503)", 3),
    "cut in mid-stream": ([Reply(TRUE, cut=3)], "broke off the connection", 3),
    "empty": ([Reply("")], "wrote nothing that could be an answer", 3),
    "only white space": ([Reply(" \n \n")], "wrote nothing that could be an answer", 3),
    "malformed events": ([Reply(body=b'data: {"choices": [{"delta": \n\n')], "not in the form of its protocol", 3),
    "no events": ([Reply(body=b"<html>gateway</html>")], "sent no answer", 3),
    "only thoughts": ([Reply("<think>Let me see. Passage 1 says")], "used all its tokens for thinking", 1),
    "prompt too long": ([Reply("context length exceeded", status=413)], "could not take the prompt (status 413)", 1),
    "bad request": ([Reply("what?", status=400)], "did not accept the request (status 400)", 1),
}  # fmt: skip


@pytest.mark.parametrize(("replies", "told", "requests"), FAULTS.values(), ids=FAULTS)
def test_a_fault_gives_the_extractive_answer_with_a_note(asking, replies, told, requests):
    begun = time.monotonic()
    with serving(*replies) as server:
        answer = asking(server, deadline_seconds=20).ask(RIBBON)
        assert len(server.requests) == requests
    assert answer.reader == "extractive"
    assert answer.short == "Ines Calder"
    assert len(answer.notes) == 1
    assert answer.notes[0].startswith(f"The language model {NAME} ")
    assert told in answer.notes[0]
    assert answer.notes[0].endswith("This is the extractive answer.")
    assert "sk-secret" not in json.dumps(answer.to_dict())
    assert time.monotonic() - begun < 20


LATE = {
    "silent": Reply(TRUE, delay=30),
    "slow": Reply(TRUE * 50, pause=0.3),
    "without end": Reply(TRUE, endless=True, pause=0.01),
}


@pytest.mark.parametrize("reply", LATE.values(), ids=LATE)
def test_no_model_holds_an_answer_up_beyond_the_deadline(asking, reply):
    with serving(reply) as server:
        pipeline = asking(server, deadline_seconds=2, max_answer_tokens=100_000)
        begun = time.monotonic()
        answer = pipeline.ask(RIBBON)
        took = time.monotonic() - begun
    assert took < 6  # the deadline, and a slow machine
    assert answer.reader == "extractive"
    assert "in time" in answer.notes[0] or "within" in answer.notes[0]


def test_checking_what_a_model_wrote_keeps_to_the_deadline_too(asking):
    marks = "".join(f"[{number}]" for number in range(1, 9))
    many = " ".join(f"Ines Calder cut the ribbon at noon with {n} divers from Kolm {marks}." for n in range(2, 14))
    with serving(many) as server:
        pipeline = asking(server, deadline_seconds=1)
        begun = time.monotonic()
        answer = pipeline.ask(RIBBON)
        took = time.monotonic() - begun
    assert took < 6
    check_invariants(answer, pipeline.article)


@pytest.mark.parametrize("said", ["No [1].", "... [1].", "Kim [1].", "ሰዎች ፩ [1]."])
def test_what_says_nothing_is_no_statement(asking, said):
    with serving(said) as server:
        answer = asking(server, model_retries=0).ask(RIBBON)
    assert answer.abstained or answer.reader == "extractive"


def test_a_model_that_repeats_itself_without_end_is_cut_at_its_limit(asking):
    with serving(Reply(f"{TRUE} ", endless=True)) as server:
        answer = asking(server, max_answer_tokens=50).ask(RIBBON)
    assert answer.text == TRUE


def test_a_server_that_is_not_there_is_said_to_be_out_of_reach(asking):
    with serving(TRUE) as server:
        pipeline = asking(server, model_retries=0)
    answer = pipeline.ask(RIBBON)
    assert "cannot be reached" in answer.notes[0]


def test_a_passing_fault_is_tried_again_and_the_wait_that_was_asked_for_is_kept(asking):
    with serving(Reply("wait", status=429, headers={"retry-after": "1"}), Reply("oops", status=502), TRUE) as server:
        begun = time.monotonic()
        answer = asking(server).ask(RIBBON)
        assert len(server.requests) == 3
    assert time.monotonic() - begun >= 1
    assert (answer.text, answer.notes) == (TRUE, ())


def test_a_stream_tells_plan_passages_tokens_and_last_the_verified_answer(asking):
    with serving(f"{TRUE} Paul Oster sang an aria for 90 minutes [1].") as server:
        events = list(asking(server).stream(RIBBON))
    kinds = [event.kind for event in events]
    assert kinds[:2] == ["plan", "passages"]
    assert kinds[-2:] == ["withdrawn", "answer"]
    written = "".join(event.text for event in events if event.kind == "token")
    assert written.startswith(TRUE)
    assert events[-2].text == "Paul Oster sang an aria for 90 minutes [1]."
    assert events[-2].text in written
    assert events[-1].answer.text == TRUE


def test_what_a_broken_stream_had_shown_is_withdrawn_before_the_next_try(asking):
    with serving(Reply("The mayor was replaced by", cut=3), TRUE) as server:
        events = list(asking(server).stream(RIBBON))
    told = [(event.kind, event.text) for event in events if event.kind in ("token", "withdrawn")]
    assert ("withdrawn", "The mayor was ") in told
    assert events[-1].answer.text == TRUE


def test_thoughts_without_a_beginning_are_withdrawn_when_their_end_comes(asking):
    with serving(f"Passage 2 is about a train.</think>{TRUE}") as server:
        events = list(asking(server).stream(RIBBON))
    told = [(event.kind, event.text) for event in events if event.kind in ("token", "withdrawn")]
    withdrawn = "".join(text for kind, text in told if kind == "withdrawn")
    assert "Passage 2 is about a" in withdrawn
    assert events[-1].answer.text == TRUE


def test_thoughts_are_not_shown(asking):
    with serving(f"<think>Passage 2 is about a train. Ignore it.</think>{TRUE}") as server:
        events = list(asking(server).stream(RIBBON))
    written = "".join(event.text for event in events if event.kind == "token")
    assert "train" not in written
    assert events[-1].answer.text == TRUE


TRUE_ALL_THE_SAME = {"inj-05", "inj-22"}  # what the model was made to say is true, only its marks or links are not


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection["id"])
def test_a_model_that_obeys_an_injection_gets_nothing_unsupported_through(asking, injection):
    obeyed = injection["obeyed"]
    with serving(obeyed) as server:
        pipeline = asking(server)
        where = injection["where"]
        question = injection["text"][:1900] if where == "question" else RIBBON
        history = [(injection["text"], injection["text"])] if where == "history" else ()
        answer = pipeline.ask(question, history=history)
    check_invariants(answer, pipeline.article)
    assert not re.search(r"https?:|<img|sk-|system prompt|<passage", answer.text)
    if injection["id"] in TRUE_ALL_THE_SAME:
        return
    said = normalize(f"{answer.text} {answer.short or ''}")
    for sentence in re.split(r"(?<=[.!?])\s+", obeyed):
        plain = normalize(re.sub(r"\[\d+\]", "", sentence)).strip(" .")
        assert not plain or plain not in said


def test_an_article_cannot_close_its_fence(asking):
    with serving(TRUE) as server:
        asking(server).ask(RIBBON)
        system, user = (message["content"] for message in server.requests[0]["messages"])
    fence = system[system.index("<passage-") :][: len("<passage-00000000>")]
    assert user.count(fence) == user.count(fence.replace("<", "</"))


def test_a_chat_model_of_langchain_may_be_passed_itself(pipeline):
    with serving(TRUE) as server:
        model = load_chat_model(NAME, ModelOptions(base_url=server.base_url))
        answer = pipeline.ask(RIBBON, reader=model)
    assert (answer.text, answer.reader) == (TRUE, "scripted")


def test_a_follow_up_is_rewritten_by_the_model_and_held_to_what_was_said(asking):
    history = [("Who cut the ribbon in Arlen?", "The mayor, Ines Calder, cut the ribbon at noon [1].")]
    with serving("Whom did Ines Calder thank at the ribbon cutting in Arlen?", TRUE) as server:
        answer = asking(server).ask("Whom did she thank?", history=history)
        assert len(server.requests) == 2
    assert answer.standalone_question == "Whom did Ines Calder thank at the ribbon cutting in Arlen?"


@pytest.mark.parametrize(
    "said", ["When did Angela Merkel cut the ribbon?", "She did it at noon.\nSo there.", "", "x" * 5000]
)
def test_a_rewriting_that_is_not_faithful_gives_way_to_the_rule(asking, said):
    history = [("Who cut the ribbon in Arlen?", "Ines Calder")]
    with serving(said, TRUE) as server:
        answer = asking(server).ask("When did she cut the ribbon?", history=history)
    assert answer.standalone_question == "When did Ines Calder cut the ribbon?"


def test_the_rewriting_takes_a_part_of_the_time_only():
    with serving(Reply("x", delay=30)) as server:
        reader = GenerativeReader(load_chat_model(NAME, ModelOptions(base_url=server.base_url)))
        begun = time.monotonic()
        assert reader.rewrite("And why?", [Turn("Who?", "He.")], deadline=begun + 4) is None
        assert time.monotonic() - begun < 3


def test_a_conversation_survives_a_fault(asking):
    with serving(TRUE, Reply("no", status=401)) as server:
        pipeline = asking(server)
        first = pipeline.ask(RIBBON)
        second = pipeline.ask("Who cut the ribbon at noon in Arlen?", history=[(RIBBON, first.text)])
    assert first.text == TRUE
    assert second.reader == "extractive"
    assert not second.abstained


def test_a_missing_key_is_named_before_anything_is_searched(built):
    pipeline = Pipeline(dataclasses.replace(built, reader=NAME))
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        pipeline.ask(RIBBON)


def test_langchain_s_tracing_stays_off_while_a_model_is_asked(asking, monkeypatch):
    from langchain_core.tracers.langchain import wait_for_all_tracers
    from langsmith.utils import get_env_var

    with serving("ok") as collector, serving(TRUE) as server:
        for name, value in (
            ("LANGSMITH_TRACING", "true"),
            ("LANGSMITH_API_KEY", "x"),
            ("LANGSMITH_ENDPOINT", collector.base_url),
        ):
            monkeypatch.setenv(name, value)
        get_env_var.cache_clear()
        try:
            stream, last = asking(server).stream(RIBBON), None
            # As the page does it: every step in a new copy of the context.
            while (event := contextvars.copy_context().run(next, stream, None)) is not None:
                last = event
            wait_for_all_tracers()
        finally:
            monkeypatch.undo()
            get_env_var.cache_clear()
        assert collector.requests == []
    assert last.answer.text == TRUE

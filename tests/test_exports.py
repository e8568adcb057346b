import inspect
import types

import pytest

import kimqa
from kimqa.errors import KimqaError

ASKED = {
    "history": (), "outlets": None, "since": None, "until": None, "as_of": None, "reader": None, "top_k": None,
}  # fmt: skip
SEARCHED = {name: value for name, value in ASKED.items() if name not in ("history", "reader")}
VERBS = [("ask", "question", ASKED), ("stream", "question", ASKED), ("search", "query", SEARCHED)]


def test_the_public_names_are_sorted_few_and_there():
    assert kimqa.__all__ == sorted(kimqa.__all__)
    assert len(kimqa.__all__) == len(set(kimqa.__all__)) <= 30
    assert all(hasattr(kimqa, name) for name in kimqa.__all__)


def test_no_public_name_is_left_out():
    public = {
        name
        for name, value in vars(kimqa).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public == set(kimqa.__all__)


@pytest.mark.parametrize(("verb", "first", "options"), VERBS)
def test_a_verb_takes_its_question_and_the_options_of_the_contract_by_name(verb, first, options):
    parameters = list(inspect.signature(getattr(kimqa, verb)).parameters.values())
    assert (parameters[0].name, parameters[0].default) == (first, inspect.Parameter.empty)
    assert {parameter.name: parameter.default for parameter in parameters[1:]} == options
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters[1:])


def test_the_pipeline_has_the_verbs_of_the_contract():
    for verb in ("open", "sync", "ask", "stream", "search", "articles", "article", "as_runnable", "close"):
        assert callable(getattr(kimqa.Pipeline, verb))
    assert inspect.isgeneratorfunction(kimqa.Pipeline.stream)
    assert list(inspect.signature(kimqa.Pipeline.open).parameters) == ["settings"]
    assert list(inspect.signature(kimqa.Pipeline.sync).parameters)[:2] == ["self", "path"]


@pytest.mark.parametrize(
    ("noun", "fields"),
    [
        (
            kimqa.Answer,
            "text short abstained reason confidence statements citations passages question standalone_question",
        ),
        (kimqa.Answer, "filters conflicts reader timings"),
        (kimqa.Statement, "text citations supported"),
        (kimqa.Citation, "number article_id title outlet author published url quote start end"),
        (kimqa.Passage, "rank score article_id text start end also_in"),
        (kimqa.Filters, "outlets since until"),
        (kimqa.Conflict, "sides"),
        (kimqa.ConflictSide, "short citation"),
        (kimqa.SyncReport, "added changed removed unchanged problems"),
        (kimqa.Event, "kind text standalone_question filters passages answer"),
    ],
)
def test_a_noun_has_the_fields_of_the_contract(noun, fields):
    assert set(fields.split()) <= set(noun.__dataclass_fields__)


def test_every_error_is_a_kimqa_error():
    errors = [value for name in kimqa.__all__ if name.endswith("Error") and (value := getattr(kimqa, name))]
    assert len(errors) == 10
    assert all(issubclass(error, KimqaError) for error in errors)

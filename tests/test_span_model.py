import datetime
import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kimqa.errors import KimqaError, ModelError
from kimqa.readers.span_model import (
    MAX_ANSWER_TOKENS,
    SHIPPED,
    PassageInput,
    Reading,
    SpanModel,
    best_spans,
    snap,
    trim,
)

FERRY = PassageInput(
    text=(
        "The ferry Aldis Queen ran aground off Port Merrin on Thursday with 214 people aboard. Captain Odd Haverstock "
        "blamed a broken rudder. Nobody was hurt, the coastguard said, and tugs are expected to pull the ship free on "
        "Saturday."
    ),
    title="Ferry runs aground off Port Merrin",
    outlet="Norvik Gazette",
    published=datetime.date(2021, 4, 16),
)
BUDGET = PassageInput(
    text=(
        "Parliament passed the budget by 61 votes to 58. Finance Minister Ilka Brandvold called it “a modest step”. "
        "Spending on schools rises by $2.3 billion, or 4.5%."
    ),
    title="Budget passes by three votes",
    outlet="The Harbour Dispatch",
    published=datetime.date(2023, 11, 2),
)
QUESTION = "Who was the captain of the Aldis Queen?"


@pytest.fixture(scope="module")
def model() -> SpanModel:
    return SpanModel.load()


def test_finds_the_answer_and_its_offsets(model: SpanModel) -> None:
    (reading,) = model.read(QUESTION, [FERRY])
    best = reading.spans[0]
    assert "Odd Haverstock" in best.text
    assert FERRY.text[best.start : best.end] == best.text


def test_the_passage_that_answers_comes_before_the_one_that_does_not(model: SpanModel) -> None:
    ferry, budget = model.read(QUESTION, [FERRY, BUDGET])
    assert ferry.answerable_logit > budget.answerable_logit
    assert ferry.answerable > budget.answerable


def test_every_span_quotes_the_text_and_none_overlap(model: SpanModel) -> None:
    passages = [FERRY, BUDGET]
    for question in (
        QUESTION,
        "How much more is spent on schools?",
        "what did brandvold say",
        "Was anyone hurt?",
    ):
        for passage, reading in zip(passages, model.read(question, passages), strict=True):
            assert reading.spans
            for spans, text in ((reading.spans, passage.text), (reading.header_spans, passage.header)):
                assert all(text[span.start : span.end] == span.text for span in spans)
                assert [span.score for span in spans] == sorted((span.score for span in spans), reverse=True)
                taken = sorted((span.start, span.end) for span in spans)
                assert all(end <= start for (_, end), (start, _) in itertools.pairwise(taken))


def test_probabilities_are_probabilities(model: SpanModel) -> None:
    for reading in model.read("Was anyone hurt on the ferry?", [FERRY, BUDGET]):
        assert 0.0 <= reading.answerable <= 1.0
        assert reading.yes + reading.no + reading.not_stated == pytest.approx(1.0, abs=1e-5)
        assert all(0.0 < span.score <= 1.0 for span in reading.spans)
    assert 0.0 < model.threshold < 1.0


def test_the_same_input_gives_the_same_reading(model: SpanModel) -> None:
    assert model.read(QUESTION, [FERRY, BUDGET]) == model.read(QUESTION, [FERRY, BUDGET])
    assert SpanModel.load(threads=1).read(QUESTION, [FERRY]) == model.read(QUESTION, [FERRY])


def test_a_reading_does_not_depend_on_the_passages_beside_it(model: SpanModel) -> None:
    together = model.read(QUESTION, [BUDGET, FERRY, BUDGET])
    alone = [model.read(QUESTION, [passage])[0] for passage in (BUDGET, FERRY, BUDGET)]
    assert list(together) == alone


def test_no_passages_give_no_readings(model: SpanModel) -> None:
    assert model.read(QUESTION, []) == ()


def test_finds_an_answer_anywhere_in_a_very_long_passage(model: SpanModel) -> None:
    filler = "The council met again on Monday and discussed the usual matters of the season. " * 60
    for text in (FERRY.text + " " + filler, filler + FERRY.text + " " + filler, filler + FERRY.text):
        (reading,) = model.read(QUESTION, [PassageInput(text)])
        best = reading.spans[0]
        assert "Odd Haverstock" in best.text
        assert text[best.start : best.end] == best.text


def test_windows_cover_every_token_of_the_passage(model: SpanModel) -> None:
    for count in (1, 250, 310, 311, 312, 500, 1000):
        text = "word " * count
        windows = model._windows([2000] * 5, PassageInput(text))
        assert {offset for window in windows for offset in window.passage} == {
            (5 * at, 5 * at + 4) for at in range(count)
        }
        assert all(len(window.ids) <= 320 for window in windows)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "👩‍👩‍👧 Captain Odd Haverstock 🚢 blamed a broken rudder 🇳🇴.",
        "Captain\x00 Odd\x07 Haver\u00adstock\u200b blamed a broken\u2028rudder",
        "Capta\u0301in Odd Haverstöck ﬁled the report",
        "船長は舵の故障を非難した。",
        "a" * 5000,
    ],
)
def test_offsets_hold_for_unusual_characters(model: SpanModel, text: str) -> None:
    (reading,) = model.read("Who blamed 🚢 the\x00 rudder?", [PassageInput(text)])
    assert isinstance(reading, Reading)
    assert all(text[span.start : span.end] == span.text and span.text.strip() for span in reading.spans)


@pytest.mark.parametrize("question", ["", "?", "who " * 2000])
def test_reads_questions_of_any_length(model: SpanModel, question: str) -> None:
    assert len(model.read(question, [FERRY])) == 1


def test_a_very_long_title_leaves_room_for_the_passage(model: SpanModel) -> None:
    passage = PassageInput(FERRY.text, title="A title without end " * 100)
    (reading,) = model.read(QUESTION, [passage])
    assert reading.spans


def test_the_header_says_outlet_day_and_title() -> None:
    assert FERRY.header == "Norvik Gazette, Friday 16 April 2021. Ferry runs aground off Port Merrin\n"
    assert PassageInput("text").header == ""
    assert PassageInput("text", title="Title").header == "Title\n"
    assert PassageInput("text", published=datetime.date(2021, 4, 16)).header == "Friday 16 April 2021\n"


def test_best_spans_prefers_likely_ranges_and_keeps_to_the_longest_answer() -> None:
    text = " ".join(f"w{at:03}" for at in range(100))
    offsets = [(5 * at, 5 * at + 4) for at in range(100)]
    start, end = np.full(100, -10.0, dtype=np.float32), np.full(100, -10.0, dtype=np.float32)
    start[10], end[12], end[80] = -0.1, -1.0, -0.2
    best = best_spans(text, offsets, start, end)[0]
    assert best.text == "w010 w011 w012"
    assert best.score == pytest.approx(np.exp(-1.1))
    assert best.text.count(" ") < MAX_ANSWER_TOKENS


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("rises by $2.3 billion now", "3 bill", "$2.3 billion"),
        ("or 4.5% more", "4", "4.5%"),
        ("a broken rudder.", "udd", "rudder"),
        ("cost 1,400 marks", "400", "1,400"),
    ],
)
def test_snap_widens_to_whole_words_and_numbers(text: str, part: str, expected: str) -> None:
    start = text.index(part)
    begin, end = snap(text, start, start + len(part))
    assert text[begin:end] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" a broken rudder, ", "a broken rudder"),
        ("“a modest step”.", "a modest step"),
        ('called it "a modest step', 'called it "a modest step'),
        ("the U.S.", "the U.S."),
        ("Monday.", "Monday"),
        ("(in Bled", "in Bled"),
        ("the union (HavenBond)", "the union (HavenBond)"),
        ("...", ""),
    ],
)
def test_trim_takes_punctuation_from_the_ends(text: str, expected: str) -> None:
    start, end = trim(text, 0, len(text))
    assert text[start:end] == expected


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json"])
def test_an_altered_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "reader"))
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(ModelError, match=f"{name} has SHA-256 .* expects"):
        SpanModel.load(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no usable reader\.json"):
        SpanModel.load(tmp_path)
    shutil.copy(SHIPPED / "reader.json", tmp_path)
    with pytest.raises(KimqaError, match=r"lacks .*reader\.onnx"):
        SpanModel.load(tmp_path)


def test_a_manifest_without_digests_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reader.json").write_text(json.dumps({"files": {}}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"no usable reader\.json"):
        SpanModel.load(tmp_path)


def test_the_shipped_model_is_small_enough() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 25_000_000


def test_reading_does_not_import_torch() -> None:
    code = (
        "import sys; from kimqa.readers.span_model import PassageInput, SpanModel;"
        "SpanModel.load(threads=1).read('Who?', [PassageInput('Somebody.')]);"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

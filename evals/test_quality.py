"""Floors of the evaluation: what `pytest evals/` holds kimqa to."""

from __future__ import annotations

import pytest

from evals.baseline import Baseline, read_baseline
from evals.run import Evaluation

METRICS = sorted(read_baseline().floors)


def test_floors_are_for_the_data_at_hand(evaluation: Evaluation, floors: Baseline) -> None:
    expected = (floors.gold_digest, floors.corpus_digest)
    assert (evaluation.gold_digest, evaluation.corpus_digest) == expected, (
        "The gold questions or the corpus changed since the floors were set. If that is wanted and the floors still hold, "
        "run pytest evals/ --raise-floors, which records the new data."
    )


@pytest.mark.parametrize("metric", METRICS)
def test_figure_is_not_below_its_floor(metric: str, evaluation: Evaluation, floors: Baseline) -> None:
    set_name, _, figure_name = metric.partition("/")
    summary = next(summary for summary in evaluation.summaries if summary.name == set_name)
    figure = summary.figure(figure_name)
    floor = floors.floors[metric].floor
    assert round(figure.value, 4) >= floor, (  # floors are kept in four places
        f"{metric} is {figure.value:.4f} over {figure.count} questions, below its floor of {floor}. Mend what made it "
        f"fall; lowering takes pytest evals/ --lower-floor '{metric}' --reason TEXT."
    )


def test_every_quote_is_exactly_the_article_text(evaluation: Evaluation) -> None:
    altered = [outcome.gold.id for outcome in evaluation.outcomes if not outcome.faithful]
    assert not altered, f"the answers to these questions cite what their article does not say: {altered}"


def test_no_refusal_carries_a_citation(evaluation: Evaluation) -> None:
    carrying = [o.gold.id for o in evaluation.outcomes if o.answer.abstained and o.answer.citations]
    assert not carrying, f"these refusals carry citations as if they were support: {carrying}"


def test_every_answer_given_has_a_citation(evaluation: Evaluation) -> None:
    bare = [o.gold.id for o in evaluation.outcomes if not o.answer.abstained and not o.answer.citations]
    assert not bare, f"these answers cite nothing: {bare}"

"""What the verifier lets through of statements that a language model might write."""

from __future__ import annotations

import pytest

from evals import statements
from kimqa import Pipeline, load_settings

# What was reached in November 2026 (0.522 and 0.122), less two statements of ninety. The bar of the project, 0.95 caught at
# 0.05 dropped, is not met: a model of 23 million parameters hardly tells a denial, a role or a plan told as done from the truth.
LEAST_CAUGHT = 0.50
MOST_DROPPED = 0.145


@pytest.fixture(scope="session")
def judged(request: pytest.FixtureRequest) -> list[statements.Judged]:
    if request.config.option.reader or request.config.option.gold:
        pytest.skip("the verifier is the same whatever reader is evaluated")
    settings = load_settings()
    Pipeline.build(settings)
    pipeline = Pipeline.open(settings)
    found = statements.judge_all({article.id: article for article in pipeline.articles()})
    request.config.stash[statements.TABLE] = statements.table(found)
    return found


def test_false_statements_are_caught(judged: list[statements.Judged]) -> None:
    assert statements.caught(judged) >= LEAST_CAUGHT


def test_true_statements_are_kept(judged: list[statements.Judged]) -> None:
    assert statements.dropped(judged) <= MOST_DROPPED

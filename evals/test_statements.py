"""What the verifier lets through of statements that a language model might write."""

from __future__ import annotations

import pytest

from evals import statements
from kimqa import Pipeline, load_settings

# What was reached in November 2026 (0.711 at 0.067, blind 0.767 at 0.183; with sums in fp32 0.750), less two statements.
# The bar of the project, 0.95 caught at 0.05 dropped, is not met: a model of 27 million parameters hardly tells a role or
# a plan told as done from the truth.
LEAST_CAUGHT = {"adversarial": 0.688, "blind": 0.733}
MOST_DROPPED = {"adversarial": 0.09, "blind": 0.201}


@pytest.fixture(scope="session")
def judged(request: pytest.FixtureRequest) -> dict[str, list[statements.Judged]]:
    if request.config.option.reader or request.config.option.gold:
        pytest.skip("the verifier is the same whatever reader is evaluated")
    settings = load_settings()
    Pipeline.build(settings)
    pipeline = Pipeline.open(settings)
    articles = {article.id: article for article in pipeline.articles()}
    found = {name: statements.judge_all(articles, name) for name in statements.SETS}
    request.config.stash[statements.TABLE] = [line for name in found for line in statements.table(name, found[name])]
    return found


@pytest.mark.parametrize("name", statements.SETS)
def test_false_statements_are_caught(name: str, judged: dict[str, list[statements.Judged]]) -> None:
    assert statements.caught(judged[name]) >= LEAST_CAUGHT[name]


@pytest.mark.parametrize("name", statements.SETS)
def test_true_statements_are_kept(name: str, judged: dict[str, list[statements.Judged]]) -> None:
    assert statements.dropped(judged[name]) <= MOST_DROPPED[name]

"""The archives of the benchmark are data: what can be wrong with them is told here, their answers are not asked for."""

import pytest

from evals import archives
from evals.gold import TYPES, load_gold
from kimqa.corpus import iter_corpus
from kimqa.types import Article


@pytest.mark.parametrize("name", [*archives.DEVELOPMENT, *archives.BLIND])
def test_every_quote_of_an_archive_stands_in_its_article_and_every_type_is_asked(name):
    folder = archives.FOLDER / name
    texts = {article.id: article.text for article in iter_corpus(folder / "corpus") if isinstance(article, Article)}
    questions = load_gold([folder / "gold.jsonl"], texts)
    assert (len(texts), len(questions)) == (6, 115)
    assert {question.type for question in questions} == set(TYPES)


@pytest.mark.parametrize("name", archives.DEVELOPMENT)
def test_the_further_questions_quote_their_articles_too(name):
    folder = archives.FOLDER / name
    texts = {article.id: article.text for article in iter_corpus(folder / "corpus") if isinstance(article, Article)}
    questions = load_gold([folder / "more.jsonl"], texts)
    assert len(questions) == 60
    assert sum(question.type == "comparison" for question in questions) == 22

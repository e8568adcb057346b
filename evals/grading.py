"""A gold question, the answer given and the articles' texts come in; a graded outcome goes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Final

from evals import metrics
from evals.citations import citation_precision, citation_recall
from evals.gold import Evidence, GoldQuestion
from kimqa.types import Answer, Citation, Passage

_YES_NO: Final = ("yes", "no")


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked and graded.

    `problem` says why the answer is wrong, empty when it is right. `retrieved_relevant` tells of every passage, in the
    order of retrieval, whether it overlaps a gold quote; `read_relevant` the same in the order of the reader's judgement,
    `cited_relevant` of every citation, by number. `recalled` tells of every statement whether its citations support it,
    `needed` of every citation of a statement whether it is needed for that.
    """

    gold: GoldQuestion
    answer: Answer
    problem: str
    retrieved_relevant: tuple[bool, ...]
    read_relevant: tuple[bool, ...]
    cited_relevant: tuple[bool, ...]
    recalled: tuple[bool, ...]
    needed: tuple[bool, ...]
    faithful: bool
    short_exact: float
    short_f1: float
    milliseconds: float

    @property
    def right(self) -> bool:
        """Whether the answer is right, by the rules of the gold set."""
        return not self.problem

    @property
    def words(self) -> int:
        """Length of the answer's text in words, citation marks not counted."""
        return len(metrics.without_marks(self.answer.text).split())


def grade(gold: GoldQuestion, answer: Answer, texts: Mapping[str, str], milliseconds: float = 0.0) -> Outcome:
    """Grade `answer` against `gold`; `texts` holds the articles' texts by id."""
    short = metrics.straighten(answer.short or "") if not answer.abstained else ""
    answers = [metrics.straighten(text) for text in gold.answers]
    cited_relevant = tuple(
        any(_overlaps(citation, item, texts) for item in gold.evidence)
        for citation in sorted(answer.citations, key=lambda citation: citation.number)
    )
    return Outcome(
        gold=gold,
        answer=answer,
        problem=_problem(gold, answer, any(cited_relevant)),
        retrieved_relevant=relevance(gold, sorted(answer.passages, key=lambda passage: passage.rank), texts),
        read_relevant=relevance(gold, answer.passages, texts),
        cited_relevant=cited_relevant,
        recalled=citation_recall(answer),
        needed=citation_precision(answer),
        faithful=all(is_faithful(citation, texts) for citation in all_citations(answer)),
        short_exact=metrics.best_over_answers(metrics.exact_match, short, answers),
        short_f1=metrics.best_over_answers(metrics.token_f1, short, answers),
        milliseconds=milliseconds,
    )


def relevance(gold: GoldQuestion, passages: Iterable[Passage], texts: Mapping[str, str]) -> tuple[bool, ...]:
    """Of every passage, in the order given, whether it overlaps a gold quote of the same article.

    A passage that stands for a near-identical one in the gold article is relevant when it contains the quote.
    """
    return tuple(
        any(_overlaps(passage, item, texts) or _repeats(passage, item) for item in gold.evidence)
        for passage in passages
    )


def all_citations(answer: Answer) -> tuple[Citation, ...]:
    """The citations of the statements and those of the sides of every conflict."""
    return answer.citations + tuple(side.citation for conflict in answer.conflicts for side in conflict.sides)


def is_faithful(citation: Citation, texts: Mapping[str, str]) -> bool:
    """Whether the quote is not empty and is exactly what the article has at the citation's offsets."""
    text = texts.get(citation.article_id, "")
    in_range = 0 <= citation.start < citation.end <= len(text)
    return in_range and text[citation.start : citation.end] == citation.quote


def told(answer: Answer) -> str:
    """What the user is told, and what is graded: the short answer and the text, without citation marks."""
    return "\n".join(part for part in (answer.short or "", metrics.without_marks(answer.text)) if part)


def _problem(gold: GoldQuestion, answer: Answer, cites_evidence: bool) -> str:
    """Why the answer is wrong; empty when it is right."""
    if answer.abstained:
        return "refused, though the articles answer" if gold.is_answerable else ""
    if gold.type in ("unanswerable", "off_topic"):
        return "answered, though no article says"
    text = told(answer)
    unwanted = [key for key in gold.must_not_include if metrics.contains(text, key)]
    if unwanted:
        return f"contains {unwanted[0]!r}, which only a wrong answer would"
    if gold.type == "false_premise" and not cites_evidence:
        return "neither refused nor corrected with the evidence"
    word, key = _first_word(answer.short or answer.text), _yes_no_key(gold)
    if key and word in _YES_NO:
        return "" if word == key else f"says {word!r}, but the key is {key!r}"
    missing = [group for group in gold.must_include if not metrics.contains_keys(text, [group])]
    return f"lacks {' / '.join(missing[0])}" if missing else ""


def _yes_no_key(gold: GoldQuestion) -> str:
    """The word that answers a yes/no question; empty for other questions."""
    word = _first_word(gold.answers[0]) if gold.type == "yesno" else ""
    return word if word in _YES_NO else ""


def _first_word(text: str) -> str:
    return metrics.normalize_answer(metrics.without_marks(text).partition(" ")[0])


def _overlaps(found: Passage | Citation, item: Evidence, texts: Mapping[str, str]) -> bool:
    """Whether `found` shares a character with the gold quote, wherever the quote stands in its article."""
    if found.article_id != item.article_id:
        return False
    text, start = texts[item.article_id], -1
    while (start := text.find(item.quote, start + 1)) >= 0:
        if found.start < start + len(item.quote) and start < found.end:
            return True
    return False


def _repeats(passage: Passage, item: Evidence) -> bool:
    plain_quote, plain_text = (metrics.straighten(text).casefold() for text in (item.quote, passage.text))
    return item.article_id in passage.also_in and plain_quote in plain_text

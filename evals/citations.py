"""An answer comes in; which of its statements their citations support, and which citations are needed, goes out.

Citation recall and precision as ALCE defines them (Gao, Yen, Yu and Chen, "Enabling Large Language Models to Generate Text
with Citations", EMNLP 2023, section 3). Where ALCE asks a large entailment model, kimqa's own verifier is asked, and a
statement that stands word for word in its citations counts as supported by them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from kimqa.readers.load import load_judge
from kimqa.support import support_of
from kimqa.text import normalize
from kimqa.types import Answer, Citation, Judge, Passage

Supports = Callable[[str, Sequence[Citation]], bool]
"""Whether citations together support a statement."""


def supports(statement: str, citations: Sequence[Citation]) -> bool:
    """Whether the quotes say the statement word for word, or the verifier finds that they support it."""
    if not citations:
        return False
    said = normalize(statement).rstrip(".")
    if any(said in normalize(citation.quote) for citation in citations):
        return True
    return support_of(statement, [_passage(citation) for citation in citations], judge()).holds


def citation_recall(answer: Answer, supported_by: Supports = supports) -> tuple[bool, ...]:
    """Of every statement, whether its citations together support it; one without citations is not supported."""
    numbered = {citation.number: citation for citation in answer.citations}
    return tuple(
        supported_by(statement.text, [numbered[number] for number in statement.citations])
        for statement in answer.statements
    )


def citation_precision(answer: Answer, supported_by: Supports = supports) -> tuple[bool, ...]:
    """Of every citation of every statement, whether it is needed.

    It is not when the statement is unsupported, or when it does not support the statement alone and the others do
    without it.
    """
    numbered = {citation.number: citation for citation in answer.citations}
    needed = []
    for statement, recalled in zip(answer.statements, citation_recall(answer, supported_by), strict=True):
        cited = [numbered[number] for number in statement.citations]
        for citation in cited:
            others = [other for other in cited if other is not citation]
            useless = (
                bool(others) and not supported_by(statement.text, [citation]) and supported_by(statement.text, others)
            )
            needed.append(recalled and not useless)
    return tuple(needed)


@functools.cache
def judge() -> Judge:
    """The verifier that kimqa ships."""
    return load_judge()


def _passage(citation: Citation) -> Passage:
    return Passage(
        1, 1.0, str(citation.number), citation.article_id, citation.title, citation.outlet, citation.author,
        citation.published, citation.url, citation.quote, citation.start, citation.end,
    )  # fmt: skip

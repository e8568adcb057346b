"""`ask`, `stream` and `search` on the default index, which is built the first time it is needed."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from kimqa.pipeline import Pipeline
from kimqa.settings import Settings, load_settings
from kimqa.types import Answer, Event, Passage

_Date = datetime.date | str | None

_open: Final[dict[Settings, Pipeline]] = {}
_lock: Final = threading.Lock()


def ask(
    question: str,
    *,
    history: Sequence[Any] = (),
    outlets: Iterable[str] | str | None = None,
    since: _Date = None,
    until: _Date = None,
    as_of: _Date = None,
    reader: Any = None,
    top_k: int | None = None,
) -> Answer:
    """Answer a question from the corpus, with citations.

    Args:
        question: in words, at most `max_question_chars` characters.
        history: earlier turns, oldest first: (question, answer) pairs or mappings with those keys.
        outlets: only these may answer; full names or short forms.
        since: the first day of publication that may answer.
        until: the last one.
        as_of: the day to answer as of; nothing published later is used.
        reader: a reader's name or object; default from the settings.
        top_k: how many passages to read at most, 1 to 100.

    Raises:
        KimqaError: an argument, the settings or the index cannot be used. "Not in the corpus" is no error but an
            answer with `abstained=True`.
    """
    return default_pipeline().ask(
        question,
        history=history,
        outlets=outlets,
        since=since,
        until=until,
        as_of=as_of,
        reader=reader,
        top_k=top_k,
    )


def stream(
    question: str,
    *,
    history: Sequence[Any] = (),
    outlets: Iterable[str] | str | None = None,
    since: _Date = None,
    until: _Date = None,
    as_of: _Date = None,
    reader: Any = None,
    top_k: int | None = None,
) -> Iterator[Event]:
    """As `ask`, in events: the plan, the passages, tokens, and last the whole `Answer`."""
    return default_pipeline().stream(
        question,
        history=history,
        outlets=outlets,
        since=since,
        until=until,
        as_of=as_of,
        reader=reader,
        top_k=top_k,
    )


def search(
    query: str,
    *,
    outlets: Iterable[str] | str | None = None,
    since: _Date = None,
    until: _Date = None,
    as_of: _Date = None,
    top_k: int | None = None,
) -> tuple[Passage, ...]:
    """The passages nearest to a query, best first. Arguments and errors as for `ask`."""
    return default_pipeline().search(query, outlets=outlets, since=since, until=until, as_of=as_of, top_k=top_k)


def default_pipeline(settings: Settings | None = None) -> Pipeline:
    """The pipeline of the settings, opened once."""
    chosen = settings or load_settings()
    with _lock:
        if chosen not in _open:
            _open[chosen] = Pipeline.open(chosen)
        return _open[chosen]

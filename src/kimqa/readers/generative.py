"""A question and passages go to a language model; a draft whose statements point at the passages it names comes back."""

from __future__ import annotations

import contextlib
import datetime
import logging
import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langsmith.run_helpers import tracing_context

from kimqa.readers.faults import Fault, ModelFaultError, fault_of
from kimqa.readers.marks import WrittenStatement, parse_written, visible_part
from kimqa.readers.models import ModelOptions, local_tokens
from kimqa.readers.prompts import REFUSAL, answer_prompt, count_tokens, fit_passages, rewrite_prompt
from kimqa.types import Draft, DraftStatement, Event, Passage, Quote, Turn

_log: Final = logging.getLogger("kimqa")
_FIRST_PAUSE: Final = 0.5  # seconds before the second try, doubled for each one after it
_LONGEST_PAUSE: Final = 20.0
_CHARS_PER_TOKEN: Final = 8  # more than any text has; a model that writes on after its limit is cut there
_REWRITE_SHARE: Final = 0.25  # of the time that is left for the answer
_MAX_QUESTION_CHARS: Final = 600
_LATE: Final = TimeoutError()

Writing = Generator[Event, None, Draft]
"""Events while a model writes (`token`, and `withdrawn` where it broke off), and at the end its draft."""


class GenerativeReader:
    """Asks a LangChain chat model. What it writes is not trusted: see `kimqa.ground`."""

    def __init__(self, model: BaseChatModel, name: str | None = None, options: ModelOptions | None = None) -> None:
        self._model = model
        self._options = options or ModelOptions()
        self._name = name or name_of(model)
        self._count, self._room = local_tokens(model)

    @property
    def name(self) -> str:
        """What `Answer.reader` says: the name of the model."""
        return self._name

    def read(self, question: str, passages: Sequence[Passage]) -> Draft:
        """The whole draft at once.

        Raises:
            ModelFaultError: the model gave no usable answer.
        """
        writing = self.write(question, passages)
        while True:
            try:
                next(writing)
            except StopIteration as end:
                draft: Draft = end.value
                return draft

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        *,
        today: datetime.date | None = None,
        deadline: float | None = None,
    ) -> Writing:
        """What the model writes, as it comes, and then the draft of it.

        A request that fails for a passing reason is sent again, and what it had written is withdrawn.

        Args:
            question: as it stands on its own.
            passages: best first; those that do not fit into the prompt are left out, the last ones first.
            today: the day to answer as of.
            deadline: by when it must have ended, on the clock of `time.monotonic`.

        Raises:
            ModelFaultError: the model gave no usable answer.
        """
        by = deadline if deadline is not None else time.monotonic() + self._options.timeout
        budget = min(self._options.max_prompt_tokens, self._room - self._options.max_answer_tokens)
        shown = fit_passages(question, passages, budget, self._count or count_tokens)
        if not shown:
            raise ModelFaultError(Fault(f"was not asked: no passage fits into {max(0, budget)} tokens"))
        messages = _messages(answer_prompt(question, shown, today))
        tries = 0
        while True:
            written: list[str] = []
            try:
                yield from self._tokens(messages, by, written)
                return _draft("".join(written), shown)
            except Exception as error:  # every provider has classes of its own, with no common base
                fault = fault_of(error)
                _log.info("%s %s", self._name, fault.reason, exc_info=not isinstance(error, ModelFaultError))
                seen = visible_part("".join(written))
                if seen.strip():
                    yield Event("withdrawn", text=seen)
                tries += 1
                pause = _pause(fault, tries)
                if not fault.passing or tries > self._options.retries or time.monotonic() + pause >= by:
                    raise ModelFaultError(fault) from error
            time.sleep(pause)

    def rewrite(self, question: str, turns: Sequence[Turn], *, deadline: float) -> str | None:
        """The last question of a conversation so that it stands on its own, or None if the model gives none in time."""
        by = time.monotonic() + _REWRITE_SHARE * max(0.0, deadline - time.monotonic())
        try:
            said = "".join(self._chunks(_messages(rewrite_prompt(question, turns)), by, _MAX_QUESTION_CHARS * 4))
        except Exception as error:  # as above; the rule's question is there instead
            _log.info("%s %s", self._name, fault_of(error).reason)
            return None
        lines = [line.strip().strip("\"'“”*") for line in visible_part(said).splitlines() if line.strip()]
        return lines[0] if len(lines) == 1 and len(lines[0]) <= _MAX_QUESTION_CHARS else None

    def _tokens(self, messages: list[BaseMessage], by: float, written: list[str]) -> Iterator[Event]:
        """The model's text as events; `written` takes the whole of it. Thoughts that came without a beginning are withdrawn."""
        shown = ""
        for text in self._chunks(messages, by, self._options.max_answer_tokens * _CHARS_PER_TOKEN):
            written.append(text)
            visible = visible_part("".join(written))
            if not visible.startswith(shown):
                yield Event("withdrawn", text=shown)
                shown = ""
            if len(visible) > len(shown):
                yield Event("token", text=visible[len(shown) :])
                shown = visible

    def _chunks(self, messages: list[BaseMessage], by: float, max_chars: int) -> Iterator[str]:
        """The model's text as it comes, read in a thread of its own, so that a silent model cannot hold the answer up.

        Ends at `max_chars` characters.

        Raises:
            ModelFaultError: the time is up.
        """
        arrived: queue.Queue[str | BaseException | None] = queue.Queue()
        stopped = threading.Event()

        def pump() -> None:
            try:
                # LangChain's tracing would send articles and questions to a service.
                with tracing_context(enabled=False), contextlib.closing(_stream(self._model, messages)) as stream:
                    for chunk in stream:
                        if stopped.is_set():
                            return
                        arrived.put(str(chunk.text))
                arrived.put(None)
            except BaseException as error:
                arrived.put(error)

        begun = time.monotonic()
        threading.Thread(target=pump, name="kimqa-model", daemon=True).start()
        received = 0
        try:
            while received < max_chars:
                left = by - time.monotonic()  # a model that writes without end may not use more either
                try:
                    item = arrived.get(timeout=left) if left > 0 else _LATE
                except queue.Empty:
                    item = _LATE
                if item is _LATE:
                    raise ModelFaultError(Fault(f"did not answer within {max(1, round(by - begun))} seconds"))
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise item
                received += len(item)
                yield item
        finally:
            stopped.set()


def name_of(model: BaseChatModel) -> str:
    """What a chat model is called: by itself, or else by its class."""
    for attribute in ("model_name", "model", "model_id"):
        value = getattr(model, attribute, None)
        if isinstance(value, str) and value:
            return value
    return type(model).__name__


def _stream(model: BaseChatModel, messages: list[BaseMessage]) -> Any:
    return model.stream(messages)  # a generator, though LangChain's type says less


def _messages(prompt: tuple[str, str]) -> list[BaseMessage]:
    return [SystemMessage(prompt[0]), HumanMessage(prompt[1])]


def _pause(fault: Fault, tries: int) -> float:
    return fault.wait if fault.wait is not None else min(_FIRST_PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE)


def _draft(text: str, shown: tuple[Passage, ...]) -> Draft:
    written = parse_written(text, len(shown), refusal=REFUSAL)
    if written.is_refusal:
        return Draft(reason="The language model found no answer in the passages.", passages=shown, written=text)
    if not written.statements:
        if "<think" in text.lower() and "</think" not in text.lower():
            raise ModelFaultError(Fault("used all its tokens for thinking: raise max_answer_tokens"))
        raise ModelFaultError(Fault("wrote nothing that could be an answer", passing=True))
    statements = tuple(_statement(statement, shown) for statement in written.statements)
    return Draft(statements, passages=shown, written=text)


def _statement(written: WrittenStatement, shown: Sequence[Passage]) -> DraftStatement:
    named = [shown[number - 1] for number in written.marks]
    return DraftStatement(written.text, tuple(Quote(p.article_id, p.start, p.end) for p in named))

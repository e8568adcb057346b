"""The one place where the stages meet: a question goes in, a checked answer comes out."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from langchain_core.runnables import Runnable, RunnableLambda
from langsmith.run_helpers import tracing_context

from kimqa.cite import cite
from kimqa.conclude import conclude, mark, supported_part
from kimqa.encoders import load_encoder
from kimqa.errors import ArgumentError, IndexMismatchError, IndexMissingError, StoreError
from kimqa.ground import ground
from kimqa.progress import show_progress
from kimqa.question import Plan, period_of, plan_question
from kimqa.readers.comparing import questions_in
from kimqa.readers.extractive import ExtractiveReader
from kimqa.readers.faults import ModelFaultError
from kimqa.readers.generative import GenerativeReader
from kimqa.readers.load import as_reader, load_extractive, load_judge, load_model_reader
from kimqa.readers.models import ModelOptions
from kimqa.retrieve import HybridRetriever
from kimqa.settings import Settings, load_settings
from kimqa.store import FILE_NAME, Store
from kimqa.sync import Progress, rebuild_vectors, sync
from kimqa.types import Answer, Article, Draft, Encoder, Event, Judge, Passage, Reader, SyncReport
from kimqa.vectorstore import ChromaIndex
from kimqa.verify import verify

_MAX_TOP_K: Final = 100
_log: Final = logging.getLogger("kimqa")


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """A question with everything that may be said about how to answer it."""

    question: str
    history: Sequence[Any] = ()
    outlets: Any = None
    since: Any = None
    until: Any = None
    as_of: Any = None
    reader: Any = None
    top_k: int | None = None
    article_ids: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class _State:
    """What is known of an answer after each stage."""

    request: Request
    plan: Plan
    passages: tuple[Passage, ...] = ()
    draft: Draft = dataclasses.field(default_factory=Draft)
    reader: str = ""
    deadline: float = 0.0
    is_grounded: bool = False
    notes: tuple[str, ...] = ()
    timings: tuple[tuple[str, float], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """What answers from one built index, opened."""

    store: Store
    encoder: Encoder
    retriever: HybridRetriever


class Pipeline:
    """Answers questions from one index. Safe to use from several threads."""

    def __init__(
        self, settings: Settings, parts: Parts | None = None, *, readers: Mapping[str, Reader] | None = None,
        judge: Judge | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self._opened = parts
        self._readers = dict(readers or {})
        self._judge = judge
        self._lock = threading.RLock()
        self._loading = threading.Lock()  # of language models, so that nobody else waits for one

    @classmethod
    def open(cls, settings: Settings | None = None) -> Pipeline:
        """Open the index that the settings point to. One that is not there yet is built by `sync` or the first question.

        Raises:
            IndexMismatchError, IndexDamagedError: each names the command that mends it.
        """
        pipeline = cls(settings or load_settings())
        with contextlib.suppress(IndexMissingError):
            pipeline._opened = pipeline._open()
        return pipeline

    @property
    def is_built(self) -> bool:
        """Whether there is an index to answer from."""
        return self._opened is not None

    @property
    def retriever(self) -> HybridRetriever:
        """The search, which is a LangChain retriever too."""
        return self._parts().retriever

    @property
    def readers(self) -> tuple[str, ...]:
        """The readers that the page offers, the default first."""
        return self.settings.readers

    @staticmethod
    def build(settings: Settings, *, corpus: Path | None = None, progress: Progress | None = None) -> SyncReport:
        """Make the index equal to the corpus folder, whether or not there is one yet."""
        return sync(
            corpus or settings.corpus_folder,
            settings.vectorstore_folder,
            encoder_name=settings.encoder,
            min_words=settings.min_chunk_words,
            max_words=settings.max_chunk_words,
            ef_search=settings.ef_search,
            settings_fingerprint=settings.index_fingerprint,
            threads=settings.threads,
            progress=progress,
        )

    def sync(self, path: Path | str | None = None, *, progress: Progress | None = None) -> SyncReport:
        """Make the index equal to a folder of articles (default: the corpus of the settings), and use it from now on."""
        report = self.build(self.settings, corpus=Path(path) if path is not None else None, progress=progress)
        with self._lock:
            # Store and Chroma see by themselves what changed, so that answers under way are not disturbed.
            stale = self._opened and self._opened.encoder.fingerprint != self._opened.store.manifest()["encoder"]
            if self._opened is None or stale:
                self._opened = self._open()
        return report

    def close(self) -> None:
        """Release the files. The next question opens them again."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.retriever.index.close()
            opened.store.close()

    def articles(self) -> tuple[Article, ...]:
        """Every article of the index, ordered by id."""
        return tuple(self._parts().store.articles())

    def article(self, article_id: str) -> Article:
        """One article.

        Raises:
            ArgumentError: there is none of that id.
        """
        return self._parts().store.article(article_id)

    def ask(self, question: str, **options: Any) -> Answer:
        """Answer a question; options are the fields of `Request`."""
        with tracing_context(enabled=False):  # LangChain's tracing would send articles and questions to a service
            answer = self.as_runnable().invoke(_request(question, options))
        assert isinstance(answer, Answer)
        return answer

    def stream(self, question: str, **options: Any) -> Iterator[Event]:
        """The same answer as a sequence of events, the last one carrying it."""
        with tracing_context(enabled=False):
            state = self._planned(_request(question, options))
            yield Event("plan", standalone_question=state.plan.standalone_question, filters=state.plan.filters)
            state = self._retrieved(state)
            yield Event("passages", passages=state.passages)
            state = yield from self._drafting(state)
            answer = self._answered(state)
            if not state.is_grounded:
                for statement in answer.statements:
                    yield Event("token", text=mark(statement) + " ")
            yield Event("answer", answer=answer)

    def search(self, query: str, **options: Any) -> tuple[Passage, ...]:
        """The passages nearest to a query, best first; options as for `ask`."""
        state = self._retrieved(self._planned(_request(query, options), answers=False))
        # The small reader ranks better than either index (hit@1 on held-out stories: 0.49 before reading, 0.66 after).
        return self._extractive().read(state.plan.standalone_question, state.passages, to_the_end=True).passages

    def as_runnable(self) -> Runnable[Any, Answer]:
        """The answering path as a LangChain `Runnable`, from a question (or a `Request`) to an `Answer`."""
        stages: list[Callable[[Any], Any]] = [self._planned, self._retrieved, self._drafted, self._answered]
        first, *rest = (RunnableLambda(stage, name=stage.__name__.strip("_")) for stage in stages)
        chain: Runnable[Any, Any] = first
        for stage in rest:
            chain = chain | stage
        return chain

    def _planned(self, request: Request | str, *, answers: bool = True) -> _State:
        asked = request if isinstance(request, Request) else Request(request)
        _check_top_k(asked.top_k)
        started = time.perf_counter()
        reader = self._reader(asked.reader) if answers else None  # one that cannot be loaded is known before the search
        deadline = time.monotonic() + self.settings.deadline_seconds
        rewrite = functools.partial(reader.rewrite, deadline=deadline) if isinstance(reader, GenerativeReader) else None
        plan = plan_question(
            asked.question, history=asked.history, known_outlets=self._parts().store.outlets(), outlets=asked.outlets,
            since=asked.since, until=asked.until, as_of=asked.as_of, max_chars=self.settings.max_question_chars,
            rewrite=rewrite,
        )  # fmt: skip
        if asked.article_ids:
            plan = dataclasses.replace(plan, filters=dataclasses.replace(plan.filters, article_ids=asked.article_ids))
        return _timed(_State(asked, plan, deadline=deadline), "plan", started)

    def _retrieved(self, state: _State) -> _State:
        plan, started = state.plan, time.perf_counter()
        asked = questions_in(plan.standalone_question)
        vectors = self._parts().encoder.encode(asked)
        state, started = _timed(state, "encode", started), time.perf_counter()
        periods, top_k = [period_of(part, plan.today) for part in asked], state.request.top_k
        found = self.retriever.search_each(asked, filters=plan.filters, periods=periods, vectors=vectors, top_k=top_k)
        return _timed(dataclasses.replace(state, passages=found), "search", started)

    def _drafted(self, state: _State) -> _State:
        drafting = self._drafting(state)
        while True:
            try:
                next(drafting)
            except StopIteration as end:
                drafted: _State = end.value
                return drafted

    def _drafting(self, state: _State) -> Generator[Event, None, _State]:
        """Events while the answer is written, then the state with the draft."""
        reader = self._reader(state.request.reader)
        asks_model = isinstance(reader, GenerativeReader)
        asked, given = state.plan.standalone_question, state.passages
        started = time.perf_counter()
        draft = self._extractive().read(asked, given, to_the_end=True) if asks_model else reader.read(asked, given)
        name = reader.name if draft.statements or not asks_model else ExtractiveReader.name
        told, shown = () if asks_model else draft.notes, draft.passages or state.passages
        state = dataclasses.replace(state, draft=draft, passages=shown, reader=name, notes=(*state.notes, *told))
        state = _timed(state, "read", started)
        # The gate: where the small reader finds nothing that answers, no model is asked.
        if isinstance(reader, GenerativeReader) and draft.statements:
            state = yield from self._writing(state, reader)
        return state

    def _writing(self, state: _State, reader: GenerativeReader) -> Generator[Event, None, _State]:
        """The state with what a language model says in place of the draft, as far as the passages support it."""
        started = time.perf_counter()
        question, today = state.plan.standalone_question, state.plan.today or datetime.date.today()
        try:
            draft = yield from reader.write(question, state.passages, today=today, deadline=state.deadline)
        except ModelFaultError as error:
            note = f"The language model {reader.name} {error.fault.reason}. This is the extractive answer."
            return dataclasses.replace(
                _timed(state, "write", started), reader=ExtractiveReader.name, notes=(*state.notes, note)
            )
        state = _timed(state, "write", started)
        started = time.perf_counter()
        grounded = ground(
            draft, state.draft, self._judging(), deadline=state.deadline,
            keep_unsupported=self.settings.unsupported == "mark",
        )  # fmt: skip
        for text in grounded.withdrawn:
            yield Event("withdrawn", text=text)
        state = dataclasses.replace(
            state,
            draft=grounded.draft,
            passages=draft.passages,
            notes=(*state.notes, *grounded.notes),
            is_grounded=True,
        )
        return _timed(state, "ground", started)

    def _answered(self, state: _State) -> Answer:
        started = time.perf_counter()
        article = self._parts().store.article
        cited = cite(state.draft, article)
        if not state.is_grounded:
            statements = verify(cited.statements, cited.citations)
            if not all(statement.supported for statement in statements):
                state = dataclasses.replace(state, draft=supported_part(state.draft, statements))
                cited = cite(state.draft, article)
        timings = dict(_timed(state, "verify", started).timings)
        timings["total"] = round(sum(timings.values()), 3)
        return conclude(
            state.plan, state.draft, cited, passages=state.passages, reader=state.reader, timings=timings,
            notes=state.notes,
        )  # fmt: skip

    def _parts(self) -> Parts:
        """The opened index; built first when there is none."""
        with self._lock:
            if self._opened is None:
                try:
                    self._opened = self._open()
                except IndexMissingError:
                    self.build(self.settings, progress=show_progress)
                    self._opened = self._open()
            return self._opened

    def _open(self) -> Parts:
        settings, folder = self.settings, self.settings.vectorstore_folder
        store = Store.open(folder / FILE_NAME)
        if store.manifest().get("settings_fingerprint") != settings.index_fingerprint:
            store.close()
            raise IndexMismatchError(
                f"The index in {folder} was built with other settings (encoder or chunk size). "
                "Run `kimqa sync` to build it again with the present ones."
            )
        # The encoder loads while Chroma is imported.
        try:
            with ThreadPoolExecutor(1) as pool:
                loading = pool.submit(load_encoder, settings.encoder, folder=folder, threads=settings.threads)
                index = _open_index(settings)
                encoder = loading.result()
        except BaseException:
            store.close()
            raise
        retriever = HybridRetriever(
            source=store, index=index, encoder=encoder, candidates=settings.candidates, top_k=settings.top_k
        )
        return Parts(store, encoder, retriever)

    def _reader(self, reader: Any) -> Reader:
        if reader is not None and not isinstance(reader, str):
            return as_reader(reader, self._model_options())
        name = reader if reader is not None else self.settings.reader
        if name == ExtractiveReader.name:
            return self._extractive()
        with self._loading:
            if name not in self._readers:
                self._readers[name] = load_model_reader(name, self._model_options())
            return self._readers[name]

    def _extractive(self) -> ExtractiveReader:
        """The small reader, which also ranks what is found and says whether a language model is asked at all."""
        with self._lock:
            if ExtractiveReader.name not in self._readers:
                least, threads = self.settings.min_confidence, self.settings.threads
                self._readers[ExtractiveReader.name] = load_extractive(threads=threads, min_confidence=least)
            reader = self._readers[ExtractiveReader.name]
        assert isinstance(reader, ExtractiveReader)
        return reader

    def _judging(self) -> Judge:
        gate = self._extractive()
        with self._lock:
            self._judge = self._judge or load_judge(gate, threads=self.settings.threads)
            return self._judge

    def _model_options(self) -> ModelOptions:
        settings = self.settings
        return ModelOptions(
            base_url=settings.base_url,
            max_prompt_tokens=settings.max_prompt_tokens,
            max_answer_tokens=settings.max_answer_tokens,
            timeout=settings.deadline_seconds,
            retries=settings.model_retries,
        )


def _open_index(settings: Settings) -> ChromaIndex:
    """The vector index; a damaged one is built again from the stored vectors."""
    folder = settings.vectorstore_folder
    try:
        return ChromaIndex.open(folder)
    except StoreError as error:
        _log.warning("%s Building it again from the stored vectors.", error)
        rebuild_vectors(folder, ef_search=settings.ef_search)
        return ChromaIndex.open(folder)


def _request(question: str, options: dict[str, Any]) -> Request:
    try:
        return Request(question, **{name: value for name, value in options.items() if value is not None})
    except TypeError as error:
        names = ", ".join(field.name for field in dataclasses.fields(Request)[1:])
        raise ArgumentError(f"An option is unknown ({error}). The options are: {names}.") from error


def _check_top_k(top_k: Any) -> None:
    if top_k is None:
        return
    if isinstance(top_k, bool) or not isinstance(top_k, int) or not 1 <= top_k <= _MAX_TOP_K:
        raise ArgumentError(f"top_k is {top_k!r:.40}; pass a whole number from 1 to {_MAX_TOP_K}.")


def _timed(state: _State, stage: str, started: float) -> _State:
    milliseconds = round(1000 * (time.perf_counter() - started), 3)
    return dataclasses.replace(state, timings=(*state.timings, (stage, milliseconds)))

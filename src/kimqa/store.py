"""Articles, chunks and vectors in, the same out again and keyword matches: the source of truth, one SQLite file.

Everything else in the index folder is derived from this file and can be built anew from it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np

from kimqa.errors import ArgumentError, IndexDamagedError, IndexMissingError, StoreError
from kimqa.folder import make_folder
from kimqa.keywords import terms
from kimqa.types import Article, Chunk, Filters, Match, Span, Vectors

FILE_NAME: Final = "kimqa.sqlite"
_SCHEMA_VERSION: Final = 1  # raise when the tables change: an older file is then built anew by `kimqa sync`

# The keyword table keeps no second copy of the text: it reads chunks, and the triggers keep the two equal within
# the transaction (sqlite.org/fts5.html, external content tables).
_SCHEMA: Final = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, digest TEXT NOT NULL, title TEXT NOT NULL, outlet TEXT NOT NULL, author TEXT, published TEXT,
    published_basis TEXT, url TEXT, content TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE chunks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article_id TEXT NOT NULL REFERENCES articles(id),
    position INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, header TEXT NOT NULL
);
CREATE INDEX chunks_of_article ON chunks(article_id, position);
CREATE TABLE vectors (
    number INTEGER PRIMARY KEY REFERENCES chunks(number) ON DELETE CASCADE, encoder TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE VIRTUAL TABLE keywords USING fts5(
    header, text, content='chunks', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
    INSERT INTO keywords(rowid, header, text) VALUES (new.number, new.header, new.text);
END;
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO keywords(keywords, rowid, header, text) VALUES ('delete', old.number, old.header, old.text);
END;
"""

_VARIABLES: Final = 30_000  # below SQLite's limit of 32766 values in one statement
_MAX_SCORED: Final = 20_000
"""A term in more chunks than this, or in most of them, is left out when rarer ones remain: BM25 gives it next to no
weight, and the cost of a query grows with the matching rows (325 ms at 100,000 chunks for common words, 10 without)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored."""

    articles: int
    chunks: int


class Store:
    """The stored corpus. Readers may share one object among threads: every thread gets its own connection.

    Open it with `Store.open`. While another process writes, readers see each article either as it was or as it is.
    """

    def __init__(self, path: Path, *, writable: bool) -> None:
        self._path = path
        self._writable = writable
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Store:
        """The store in the file `path`: read-only, or for writing and made if need be when `create`.

        Raises:
            IndexMissingError: there is none, or the first sync never came to its end.
            IndexDamagedError: the file is no store of this version of kimqa.
        """
        if not create and not path.is_file():
            raise IndexMissingError(f"{path} does not exist: no index has been built yet. Run `kimqa sync`.")
        if create:
            make_folder(path.parent)
        store = cls(path, writable=create)
        try:
            if create:
                store._make_tables()
            store._check()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
            self._local = threading.local()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def articles(self) -> Iterator[Article]:
        """All articles, by id."""
        for row in self._rows(f"SELECT {_ARTICLE_COLUMNS} FROM articles ORDER BY id"):
            yield _article(row)

    def article(self, article_id: str) -> Article:
        """The article with this id.

        Raises:
            ArgumentError: there is none.
        """
        for row in self._rows(f"SELECT {_ARTICLE_COLUMNS} FROM articles WHERE id = ?", (article_id,)):
            return _article(row)
        raise ArgumentError(f"There is no article {article_id!r} in the index. `kimqa info` lists the articles.")

    def count(self) -> Counts:
        """How many articles and chunks there are."""
        statement = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks)"
        return next(Counts(*row) for row in self._rows(statement))

    def outlets(self) -> tuple[str, ...]:
        """The outlets, sorted."""
        return tuple(
            row[0] for row in self._rows("SELECT DISTINCT outlet FROM articles WHERE outlet != '' ORDER BY outlet")
        )

    def article_digests(self) -> dict[str, str]:
        """Article ids, sorted, and the digest each was written with."""
        return dict(self._rows("SELECT id, digest FROM articles ORDER BY id"))

    def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """The chunks with these ids, in the order asked for.

        Ids that are no longer there are left out: the vector index may be one sync behind for a moment.
        """
        found: dict[str, Chunk] = {}
        for part in _parts(chunk_ids):
            query = f'SELECT id, article_id, start, "end", text FROM chunks WHERE id IN ({_marks(part)})'
            found |= {row[0]: Chunk(*row) for row in self._rows(query, part)}
        return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]

    def beside(self, chunk_ids: Sequence[str], step: int) -> dict[str, Chunk]:
        """By chunk id the next chunk of the same article (`step` 1) or the one before (-1), where there is one."""
        found: dict[str, Chunk] = {}
        for part in _parts(chunk_ids):
            query = (
                'SELECT c.id, n.id, n.article_id, n.start, n."end", n.text FROM chunks c JOIN chunks n '
                f"ON n.article_id = c.article_id AND n.position = c.position + {int(step)} WHERE c.id IN ({_marks(part)})"
            )
            found |= {row[0]: Chunk(*row[1:]) for row in self._rows(query, part)}
        return found

    def chunk_ids(self, filters: Filters) -> list[str] | None:
        """The sorted ids of the chunks that may answer; None when all may.

        An article without a date is left out as soon as one of the dates is given.
        """
        if filters.is_open:
            return None
        condition, values = _condition(filters)
        query = f"SELECT c.id FROM chunks c JOIN articles a ON a.id = c.article_id WHERE {condition} ORDER BY c.id"
        return [row[0] for row in self._rows(query, values)]

    def keyword_search(self, query: str, top_k: int, filters: Filters) -> list[Match]:
        """The chunks that hold words of `query`, best first by BM25, ties by id; nothing for a query without words.

        Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009.
        """
        expression = self._expression(query)
        if not expression or top_k < 1:
            return []
        condition, values = _condition(filters)
        wanted = "JOIN chunks c USING (number) JOIN articles a ON a.id = c.article_id AND " + condition
        # The ids, by which ties are broken, are fetched for the best alone: at 100,000 chunks that is 8 ms instead of 46.
        statement = f"""
            WITH found AS MATERIALIZED (
                SELECT number, score FROM (
                    SELECT rowid AS number, -bm25(keywords) AS score FROM keywords WHERE keywords MATCH ?
                ) {"" if filters.is_open else wanted}
            ), last AS (SELECT score FROM found ORDER BY score DESC LIMIT 1 OFFSET ?)
            SELECT chunks.id, found.score FROM found JOIN chunks USING (number)
            WHERE found.score >= coalesce((SELECT score FROM last), 0) ORDER BY found.score DESC, chunks.id LIMIT ?"""
        return [Match(*row) for row in self._rows(statement, (expression, *values, top_k - 1, top_k))]

    def vectors(self, chunk_ids: Sequence[str] | None = None) -> tuple[list[str], Vectors]:
        """Chunk ids and their vectors as one matrix, rows in the order of the ids; all of them, by id, when none are given."""
        query = "SELECT c.id, v.vector FROM chunks c JOIN vectors v USING (number)"
        ids: list[str] = []
        joined = bytearray()  # grows in place: with a million chunks there is room for one copy only
        if chunk_ids is None:
            for chunk_id, blob in self._rows(f"{query} ORDER BY c.id"):
                ids.append(chunk_id)
                joined += blob
        else:
            found: dict[str, bytes] = {}
            for part in _parts(chunk_ids):
                found |= dict(self._rows(f"{query} WHERE c.id IN ({_marks(part)})", part))
            ids = [chunk_id for chunk_id in chunk_ids if chunk_id in found]
            joined += b"".join(found[chunk_id] for chunk_id in ids)
        return ids, np.frombuffer(joined, dtype="<f4").reshape(len(ids), -1 if ids else 0)

    def is_sound(self) -> bool:
        """Whether SQLite's own check of the file finds nothing. Reads all of it."""
        return [row[0] for row in self._rows("PRAGMA quick_check(1)")] == ["ok"]

    def manifest(self) -> dict[str, str]:
        """What is known of the whole index: schema, encoder, settings, corpus digest, generation."""
        return dict(self._rows("SELECT key, value FROM manifest"))

    def write_manifest(self, entries: Mapping[str, str]) -> None:
        """Set these entries, in one transaction; the others stay."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", entries.items())

    def write_article(
        self,
        article: Article,
        *,
        header: str,
        chunks: Sequence[Chunk],
        vectors: Vectors,
        digest: str,
        encoder: str,
    ) -> None:
        """Store an article with its chunks and their vectors, replacing what was there, in one transaction.

        `header` is what every chunk of the article is found by beside its own text; `digest` stands for everything that
        went into what is stored, `encoder` is the fingerprint of the one that made the vectors.
        """
        rows = np.ascontiguousarray(vectors, dtype="<f4")
        content = json.dumps([[span.start, span.end] for span in article.content])
        published = article.published.isoformat() if article.published else None
        with self._transaction() as connection:
            _delete(connection, article.id)
            connection.execute(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (article.id, digest, article.title, article.outlet, article.author, published, article.published_basis,
                 article.url, content, article.text),
            )  # fmt: skip
            for position, (chunk, vector) in enumerate(zip(chunks, rows, strict=True)):
                cursor = connection.execute(
                    'INSERT INTO chunks (id, article_id, position, start, "end", text, header) VALUES (?, ?, ?, ?, ?, ?, ?)',
                    (chunk.id, article.id, position, chunk.start, chunk.end, chunk.text, header),
                )
                connection.execute(
                    "INSERT INTO vectors VALUES (?, ?, ?)", (cursor.lastrowid, encoder, vector.tobytes())
                )

    def remove_article(self, article_id: str) -> None:
        """Remove an article with its chunks and vectors, in one transaction; nothing happens when it is not there."""
        with self._transaction() as connection:
            _delete(connection, article_id)

    def _expression(self, query: str) -> str:
        """The query in the language of FTS5: every word quoted, joined by OR, very common words left out."""
        asked = list(dict.fromkeys(terms(query)))
        if not asked:
            return ""
        most = min(self.count().chunks // 2, _MAX_SCORED)
        rare = [term for term in asked if self._is_rare(term, most)]
        if rare or most < _MAX_SCORED:
            return " OR ".join(rare or asked)
        # Only common words in a large corpus: all of them, or scoring takes seconds.
        return " AND ".join(asked)

    def _is_rare(self, term: str, most: int) -> bool:
        statement = "SELECT count(*) FROM (SELECT 1 FROM keywords WHERE keywords MATCH ? LIMIT ?)"
        return all(0 < count <= most for (count,) in self._rows(statement, (term, most + 1)))

    def _make_tables(self) -> None:
        with self._guard():
            connection = self._connect()
            connection.execute("PRAGMA journal_mode = WAL")
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                connection.executescript(
                    f"BEGIN; {_SCHEMA} INSERT INTO manifest VALUES ('schema', '{_SCHEMA_VERSION}'); COMMIT;"
                )

    def _check(self) -> None:
        tables = {row[0] for row in self._rows("SELECT name FROM sqlite_master")}
        if not self._writable and not tables:
            raise IndexMissingError(f"{self._path} is empty: the index was never finished. Run `kimqa sync`.")
        version = self.manifest().get("schema") if "manifest" in tables else None
        if version != str(_SCHEMA_VERSION):
            raise IndexDamagedError(f"{self._path} is no index of this version of kimqa (schema {version}, expected {_SCHEMA_VERSION}). Run `kimqa sync`, which builds it anew.")  # fmt: skip
        if not self._writable and "corpus" not in self.manifest():
            raise IndexMissingError(f"{self._path} is unfinished: no sync has come to its end yet. Run `kimqa sync`.")

    def _connect(self) -> sqlite3.Connection:
        """The connection of the current thread."""
        existing = getattr(self._local, "connection", None)
        if existing is not None:
            return existing  # type: ignore[no-any-return]
        mode = "rwc" if self._writable else "ro"
        # A WAL file is read through files beside it; where none can be made the database cannot change either.
        frozen = "" if self._writable or os.access(self._path.parent, os.W_OK) else "&immutable=1"
        address = f"{self._path.resolve().as_uri()}?mode={mode}{frozen}"
        connection = sqlite3.connect(address, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        with self._lock:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection
        self._local.connection = connection
        return connection

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard():
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        with self._guard():
            yield from self._connect().execute(statement, values)

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """SQLite's errors as kimqa's."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self._path} could not be used: {error}. Check that the folder may be written to, that the disk is not full and that no other sync is running.") from error  # fmt: skip
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(
                f"{self._path} cannot be read: {error}. Run `kimqa sync`, which builds it anew."
            ) from error


_ARTICLE_COLUMNS: Final = "id, text, title, outlet, author, published, published_basis, url, content"


def _article(row: Sequence[Any]) -> Article:
    article_id, text, title, outlet, author, published, basis, url, content = row
    date = datetime.date.fromisoformat(published) if published else None
    spans = tuple(Span(start, end) for start, end in json.loads(content))
    return Article(article_id, text, title, outlet, author, date, basis, url, spans)


def _delete(connection: sqlite3.Connection, article_id: str) -> None:
    connection.execute("DELETE FROM chunks WHERE article_id = ?", (article_id,))
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _condition(filters: Filters) -> tuple[str, list[str]]:
    """`filters` as an SQL condition on articles `a`, and its values."""
    parts, values = ["1"], list(filters.outlets)
    if filters.outlets:
        parts.append(f"a.outlet IN ({_marks(filters.outlets)})")
    if filters.article_ids:
        parts.append(f"a.id IN ({_marks(filters.article_ids)})")
        values.extend(filters.article_ids)
    if filters.since is not None:
        parts.append("a.published >= ?")  # ISO dates sort as text, and a missing one compares as false
        values.append(filters.since.isoformat())
    if filters.until is not None:
        parts.append("a.published <= ?")
        values.append(filters.until.isoformat())
    return " AND ".join(parts), values


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + _VARIABLES] for start in range(0, len(values), _VARIABLES))

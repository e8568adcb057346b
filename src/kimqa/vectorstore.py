"""Chunk ids and vectors in, nearest chunks out: Chroma through LangChain, or exact comparison with NumPy.

Chroma is derived from the store and never the only home of anything. It lives in generations: `chroma/<generation>/` is
built aside, probed in a process of its own, sealed, and then named in the file `current` by one atomic switch. Nobody
writes into a sealed generation; the one before stays for readers that have not yet seen the switch. A Chroma folder cut
short by a kill or a full disk does not raise when it is opened, it takes the interpreter down
(github.com/chroma-core/chroma/issues/7238): so the seal is compared before any generation is opened.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from kimqa.errors import IndexDamagedError, IndexMissingError, StoreError
from kimqa.types import Match, Vectors

_CURRENT: Final = "current"
_SEAL: Final = "kimqa.json"
_COLLECTION: Final = "chunks"
_BATCH: Final = 5_000  # Chroma 1.5 refuses more than 5461 records in one call
_FLUSH: Final = 50_000  # vectors between two writes of Chroma's graph; every write rewrites all of it
_MAX_IDS: Final = 1_000  # ids in one query: measured 2 ms at 100 and 5 ms at 1,000 of 2,500 chunks, refused at 40,000
_PROBES: Final = 20
_PROBE_SECONDS: Final = 600.0
_MIN_SELF_SIMILARITY: Final = 0.999  # a stored vector's similarity to itself, float32 rounding apart


class ExactIndex:
    """Compares with every vector: the reference for Chroma's recall, and the way for a small corpus or without Chroma.

    Measured on two cores at 384 dimensions: 1 ms at 10,000 chunks, 14 ms at 100,000.
    """

    def __init__(self, chunk_ids: Sequence[str], vectors: Vectors) -> None:
        self._chunk_ids = list(chunk_ids)
        self._vectors = vectors
        self._rows = {chunk_id: row for row, chunk_id in enumerate(self._chunk_ids)}

    def nearest(self, vector: Vectors, top_k: int, chunk_ids: Sequence[str] | None = None) -> list[Match]:
        """The `top_k` chunks most similar to `vector` (shape (dimension,)), best first, among `chunk_ids` if given."""
        if not self._chunk_ids or top_k < 1:
            return []
        if chunk_ids is None:
            rows, similarities = None, self._vectors @ vector
        else:
            rows = np.array(
                sorted({self._rows[chunk_id] for chunk_id in chunk_ids if chunk_id in self._rows}),
                dtype=np.intp,
            )
            similarities = self._vectors[rows] @ vector
        best = np.arange(len(similarities))
        if top_k < len(similarities):
            # Everything as good as the last one kept, so that ties are broken by id and not by the partition.
            best = np.flatnonzero(similarities >= np.partition(similarities, -top_k)[-top_k])
        return _best_first(
            [Match(self._chunk_ids[i if rows is None else rows[i]], float(similarities[i])) for i in best],
            top_k,
        )


class ChromaIndex:
    """The current generation, opened; another one as soon as `current` names it. Threads may share it.

    Open it with `ChromaIndex.open`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._opened: _Generation | None = None
        self._before: _Generation | None = None

    @classmethod
    def open(cls, root: Path) -> ChromaIndex:
        """The index in the folder `root`.

        Raises:
            IndexMissingError: nothing was built yet.
            IndexDamagedError: the generation is not as it was sealed; build another one from the stored vectors.
        """
        index = cls(root)
        index._generation()
        return index

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            for generation in (self._opened, self._before):
                if generation is not None:
                    generation.close()
            self._opened = self._before = None

    def nearest(self, vector: Vectors, top_k: int, chunk_ids: Sequence[str] | None = None) -> list[Match]:
        """The `top_k` chunks most similar to `vector` (shape (dimension,)), best first, among `chunk_ids` if given.

        Without `chunk_ids` the search is approximate, breadth `ef_search`; few ids are compared one by one, and of many
        more chunks are fetched than asked for and the others left out.
        """
        generation = self._generation()
        if chunk_ids is None or top_k < 1:
            return generation.query(vector, top_k)
        wanted = list(dict.fromkeys(chunk_ids))
        if len(wanted) > _MAX_IDS:
            allowed = set(wanted)
            fetched = generation.query(vector, min(2 * top_k * generation.count // len(wanted) + top_k, _MAX_IDS))
            found = [match for match in fetched if match.chunk_id in allowed]
            if len(found) >= top_k:
                return found[:top_k]
        parts = [wanted[start : start + _MAX_IDS] for start in range(0, len(wanted), _MAX_IDS)]
        return _best_first([match for part in parts for match in generation.query(vector, top_k, part)], top_k)

    def _generation(self) -> _Generation:
        name = current_generation(self._root)
        if self._opened is not None and self._opened.name == name:
            return self._opened
        with self._lock:
            if self._opened is None or self._opened.name != name:
                latest = _Generation(_check_seal(self._root))
                # Another thread may be in the middle of a query on the one before: it is closed one switch later.
                if self._before is not None:
                    self._before.close()
                self._opened, self._before = latest, self._opened
            return self._opened


def current_generation(root: Path) -> str:
    """The name of the generation that readers use.

    Raises:
        IndexMissingError: none has been built yet.
    """
    try:
        return (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexMissingError(
            f"{root / _CURRENT} cannot be read: no vector index has been built. Run `kimqa sync`."
        ) from error


def is_intact(root: Path) -> bool:
    """Whether the current generation is as it was sealed. Does not open it."""
    with contextlib.suppress(StoreError):
        _check_seal(root)
        return True
    return False


def build_generation(root: Path, chunk_ids: Sequence[str], vectors: Vectors, *, ef_search: int) -> str:
    """Build a generation of these chunks, probe it, make it current and remove all but the one before. Its name is new.

    Only one process may build at a time.

    Raises:
        IndexDamagedError: the new generation failed its probe; the one before is still current.
    """
    name = f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    folder = root / "chroma" / name
    folder.mkdir(parents=True)
    try:
        _fill(folder, chunk_ids, vectors, ef_search)
        _probe_apart(folder, chunk_ids, vectors)
        _write_whole(folder / _SEAL, json.dumps({"count": len(chunk_ids), "files": _measure(folder)}, indent=1))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    kept = {name}
    with contextlib.suppress(IndexMissingError):
        kept.add(current_generation(root))
    _write_whole(root / _CURRENT, name + "\n")
    for other in (root / "chroma").iterdir():
        if other.name not in kept:
            shutil.rmtree(other, ignore_errors=True)
    return name


class _Generation:
    """One Chroma folder, opened through LangChain. The only place where a distance becomes a similarity."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._client = _client(folder)
        try:
            self._chroma = _import_chroma().Chroma(
                client=self._client, collection_name=_COLLECTION, create_collection_if_not_exists=False
            )
            self.count = self._client.get_collection(_COLLECTION, embedding_function=None).count()
        except Exception as error:  # Chroma raises several kinds that it does not document
            raise _damaged(folder, str(error)) from error

    def query(self, vector: Vectors, top_k: int, chunk_ids: list[str] | None = None) -> list[Match]:
        most = min(top_k, self.count)
        if most < 1 or chunk_ids == []:
            return []
        among = {} if chunk_ids is None else {"ids": chunk_ids}
        try:
            found = self._chroma.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=most, **among)
        except Exception as error:
            # Chroma gives up when it does not have one of the ids: the store may be one sync ahead.
            known = None if chunk_ids is None else self._chroma.get(ids=chunk_ids, include=[])["ids"]
            if known is not None and len(known) < len(chunk_ids or ()):
                return self.query(vector, top_k, known)
            raise _damaged(Path(self.name), str(error)) from error
        # A similarity may miss its bounds by rounding.
        scores = {document.id: min(1.0, max(-1.0, 1.0 - distance)) for document, distance in found}
        return _best_first([Match(chunk_id, score) for chunk_id, score in scores.items() if chunk_id], top_k)

    def close(self) -> None:
        self._client.close()


def _fill(folder: Path, chunk_ids: Sequence[str], vectors: Vectors, ef_search: int) -> None:
    rows = {chunk_id: row for row, chunk_id in enumerate(chunk_ids)}

    class Stored(_import_chroma().Embeddings):  # type: ignore[misc]  # an import at run time has no type
        """Gives the vectors that the store holds, by chunk id: nothing is encoded here."""

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return vectors[[rows[text] for text in texts]].tolist()  # type: ignore[no-any-return]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    # One write of the graph for every _FLUSH vectors, the last of them at the end: what is not yet written is replayed at
    # the first query of every process, 0.7 ms a vector.
    flush = max(2, len(chunk_ids) // -(-len(chunk_ids) // _FLUSH)) if chunk_ids else 2
    client = _client(folder)
    try:
        chroma = _import_chroma().Chroma(
            client=client,
            collection_name=_COLLECTION,
            embedding_function=Stored(),
            collection_configuration={
                "hnsw": {
                    "space": "cosine",
                    "ef_search": ef_search,
                    "sync_threshold": flush,
                    "batch_size": min(100, flush),
                }
            },
        )
        for start in range(0, len(chunk_ids), _BATCH):
            part = list(chunk_ids[start : start + _BATCH])
            # The id is the document as well: LangChain drops results without one, and the text has its home in the store.
            chroma.add_texts(part, ids=part)
    except Exception as error:  # see _Generation
        raise _damaged(folder, str(error)) from error
    finally:
        client.close()


def _probe_apart(folder: Path, chunk_ids: Sequence[str], vectors: Vectors) -> None:
    """Open the generation in another process, which may die of it."""
    step = max(1, len(chunk_ids) // _PROBES)
    sample = {"folder": str(folder), "count": len(chunk_ids), "vectors": vectors[::step].tolist()}
    command = [sys.executable, "-c", "from kimqa.vectorstore import probe; probe()"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(sample),
            env=environment,
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _damaged(folder, f"the probe took more than {_PROBE_SECONDS:.0f} seconds") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise _damaged(folder, f"the probe ended with status {done.returncode}: {last}")


def probe() -> None:
    """Check the generation that standard input describes: every chunk is there and stored vectors find themselves.

    Runs in a process of its own, started by `build_generation`.
    """
    sample = json.load(sys.stdin)
    generation = _Generation(Path(sample["folder"]))
    if generation.count != sample["count"]:
        raise SystemExit(f"{generation.count} chunks found, {sample['count']} expected")
    for values in sample["vectors"]:
        found = generation.query(np.array(values, dtype=np.float32), 1)
        if not found or found[0].score < _MIN_SELF_SIMILARITY:
            raise SystemExit(f"a stored vector found {found}, not itself")


def _check_seal(root: Path) -> Path:
    """The folder of the current generation, its files as they were sealed."""
    folder = root / "chroma" / current_generation(root)
    try:
        sealed = json.loads((folder / _SEAL).read_text(encoding="utf-8"))["files"]
        measured = {name: value for name, value in _measure(folder).items() if name in sealed}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, f"its seal cannot be read ({error})") from error
    if sealed != measured:
        names = sorted(name for name in sealed.keys() | measured.keys() if sealed.get(name) != measured.get(name))
        raise _damaged(folder, f"changed since it was built: {', '.join(names)}")
    return folder


def _measure(folder: Path) -> dict[str, str]:
    """Size of every file, with a digest of beginning and end of those that Chroma does not touch by opening them."""
    measured = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == _SEAL:
            continue
        size, digest = path.stat().st_size, hashlib.sha256()
        if path.suffix in {".bin", ".pickle"}:
            with path.open("rb") as file:
                digest.update(file.read(65536))
                file.seek(max(0, size - 65536))
                digest.update(file.read(65536))
        measured[path.relative_to(folder).as_posix()] = f"{size} {digest.hexdigest()[:16]}"
    return measured


def _client(folder: Path) -> Any:
    chroma = _import_chroma()

    try:
        return chroma.chromadb.PersistentClient(path=str(folder), settings=chroma.Settings(anonymized_telemetry=False))
    except Exception as error:
        raise _damaged(folder, str(error)) from error


class _Chroma:
    """chromadb and langchain_chroma, imported when first needed: they take a second, and reading an article does not need them."""

    def __init__(self) -> None:
        try:
            import chromadb
            from chromadb.config import Settings
            from langchain_chroma import Chroma
            from langchain_core.embeddings import Embeddings
        except ValueError as error:  # pydantic's and Unicode's: chromadb reads settings while it is imported
            raise StoreError(f"Chroma cannot be imported: {error}. It takes settings from the environment and from a file .env in the working directory; remove the entry named here.") from error  # fmt: skip

        class OwnSettings(Settings):
            """From the arguments alone: Chroma's would also take any MIGRATIONS or ALLOW_RESET from the environment."""

            @classmethod
            def settings_customise_sources(  # type: ignore[override]  # it is only called with keywords
                cls, settings_cls: Any, init_settings: Any, **others: Any
            ) -> tuple[Any, ...]:
                return (init_settings,)

        # One class for all clients: Chroma shares what two clients on a folder open, if their settings are equal.
        self.chromadb, self.Settings, self.Chroma, self.Embeddings = chromadb, OwnSettings, Chroma, Embeddings


@functools.cache
def _import_chroma() -> Any:
    return _Chroma()


def _damaged(folder: Path, found: str) -> IndexDamagedError:
    return IndexDamagedError(f"The vector index {folder.name} cannot be used: {found}. Run `kimqa sync`, which builds it anew from the stored vectors.")  # fmt: skip


def _best_first(matches: list[Match], top_k: int) -> list[Match]:
    return sorted(matches, key=lambda match: (-match.score, match.chunk_id))[:top_k]


def _write_whole(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)

"""A corpus folder in, an index equal to it out, and a report of what was added, changed and removed.

May be killed at any point and run again: every article is one transaction, the vector index is built after them from
what is stored, and the manifest, written last, says what it was built from. The one stage that joins others.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from kimqa.chunk import cut, describe
from kimqa.clean import mark_prose
from kimqa.corpus import digest, iter_corpus
from kimqa.encoders import export_encoder
from kimqa.errors import CorpusError, IndexDamagedError, IndexMismatchError, IndexMissingError
from kimqa.folder import exclusive
from kimqa.store import FILE_NAME, Store
from kimqa.types import Article, Encoder, Problem, SyncReport
from kimqa.vectorstore import build_generation, current_generation, is_intact

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done, how much of it is done, and of how much."""

_log: Final = logging.getLogger("kimqa")
_READING: Final = "reading and encoding articles"
_INDEXING: Final = "building the vector index"
# What turns an article into what is stored. An index made by other code is made anew, article by article.
_RECIPE_FILES: Final = ("text.py", "clean.py", "chunk.py", "sync.py")


@dataclasses.dataclass(frozen=True, slots=True)
class _Recipe:
    """How an article becomes what is stored. `fingerprint` covers all of it but the article."""

    encoder: Encoder
    min_words: int
    max_words: int
    fingerprint: str


def sync(
    corpus: Path,
    root: Path,
    *,
    encoder_name: str,
    min_words: int,
    max_words: int,
    ef_search: int,
    settings_fingerprint: str,
    threads: int = 0,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
    allow_empty: bool = False,
) -> SyncReport:
    """Make the index in the folder `root` equal to the articles of the folder `corpus`.

    A file that cannot be read is reported, and an article that it held before leaves the index: what is answered can be
    looked up in the corpus as it is. A damaged index is built anew. `encoder` is used instead of the named one.

    Raises:
        CorpusError: the folder is missing, or holds no article and `allow_empty` is false; the index stays as it was.
        ModelError: there is no such encoder.
        StoreError: another sync is running, or the index cannot be written.
    """
    started = time.perf_counter()
    problems: list[Problem] = []
    articles = _read(corpus, problems)  # raises for an unusable folder before anything is written
    tell = progress or (lambda step, done, total: None)
    with exclusive(root), _open_store(root) as store:
        chosen = encoder or export_encoder(encoder_name, folder=root, threads=threads)
        recipe = _Recipe(chosen, min_words, max_words, _fingerprint(chosen, min_words, max_words))
        entries = {
            "encoder": chosen.fingerprint,
            "encoder_name": encoder_name,
            "settings_fingerprint": settings_fingerprint,
        }
        if any(store.manifest().get(key) != value for key, value in entries.items()):
            # From here to the end the index is a mixture, which nobody may open.
            store.write_manifest({"settings_fingerprint": ""})
        report = _update(
            store, articles, recipe, tell, total=_count_files(corpus), allow_empty=allow_empty, corpus=corpus
        )
        _derive(store, root, ef_search, entries, tell)
        counts = store.count()
    return dataclasses.replace(
        report,
        problems=tuple(problems),
        articles=counts.articles,
        chunks=counts.chunks,
        seconds=round(time.perf_counter() - started, 3),
    )


def rebuild_vectors(root: Path, *, ef_search: int) -> None:
    """Build the vector index anew from the stored vectors: the cure for a damaged one. Needs neither corpus nor encoder.

    Raises:
        StoreError: there is no finished store, or a sync is running.
    """
    with Store.open(root / FILE_NAME) as store:  # a missing or unfinished store is an error here, and not made
        if not store.manifest().get("settings_fingerprint"):
            raise IndexMismatchError(f"A sync of {root} to other settings did not come to its end. Run `kimqa sync`.")
    with exclusive(root), Store.open(root / FILE_NAME, create=True) as store:
        _derive(store, root, ef_search, {}, lambda step, done, total: None)


def _read(corpus: Path, problems: list[Problem]) -> Iterator[Article]:
    """The articles of the folder; what is none goes to `problems`."""
    found = iter_corpus(corpus)

    def articles() -> Iterator[Article]:
        for one in found:
            if isinstance(one, Problem):
                problems.append(one)
            else:
                yield one

    return articles()


def _update(
    store: Store,
    articles: Iterator[Article],
    recipe: _Recipe,
    tell: Progress,
    *,
    total: int,
    allow_empty: bool,
    corpus: Path,
) -> SyncReport:
    """Store new and changed articles as they are read, and remove the others at the end."""
    stored = store.article_digests()
    seen: set[str] = set()
    added: list[str] = []
    changed: list[str] = []
    for article in articles:
        seen.add(article.id)
        made_of = _digest(digest(article), recipe.fingerprint)
        if stored.get(article.id) != made_of:
            _store_article(store, mark_prose(article), recipe, made_of)
            (changed if article.id in stored else added).append(article.id)
        tell(_READING, len(seen), max(total, len(seen)))
    if not seen and not allow_empty:
        kept = f"The index keeps its {len(stored)} articles. " if stored else ""
        raise CorpusError(f"The corpus folder {corpus} holds no article that can be read. {kept}Put articles (.md, .txt) into it, or name another folder.")  # fmt: skip
    if len(seen) < total:
        tell(_READING, len(seen), len(seen))
    removed = sorted(stored.keys() - seen)
    for article_id in removed:
        store.remove_article(article_id)
    unchanged = len(seen) - len(added) - len(changed)
    return SyncReport(tuple(sorted(added)), tuple(sorted(changed)), tuple(removed), unchanged)


def _store_article(store: Store, article: Article, recipe: _Recipe, made_of: str) -> None:
    header = describe(article)
    chunks = cut(article, min_words=recipe.min_words, max_words=recipe.max_words)
    vectors = recipe.encoder.encode([f"{header}\n{chunk.text}" for chunk in chunks])
    store.write_article(
        article,
        header=header,
        chunks=chunks,
        vectors=vectors,
        digest=made_of,
        encoder=recipe.encoder.fingerprint,
    )


def _derive(store: Store, root: Path, ef_search: int, entries: Mapping[str, str], tell: Progress) -> None:
    """Make the vector index equal to the stored vectors, and write down what it stands for."""
    content = _digest(str(ef_search), *(part for pair in store.article_digests().items() for part in pair))
    manifest = store.manifest()
    if manifest.get("corpus") != content or manifest.get("generation") != _current(root) or not is_intact(root):
        tell(_INDEXING, 0, 1)
        ids, vectors = store.vectors()
        generation = build_generation(root, ids, vectors, ef_search=ef_search)
        store.write_manifest({"generation": generation, "corpus": content, **entries})
        tell(_INDEXING, 1, 1)
    elif any(manifest.get(key) != value for key, value in entries.items()):
        store.write_manifest(entries)


def _open_store(root: Path) -> Store:
    """The store, for writing; a damaged one is replaced by an empty one, for all of it can be made from the corpus."""
    path = root / FILE_NAME
    try:
        store = Store.open(path, create=True)
        if store.is_sound():
            return store
        store.close()
        raise IndexDamagedError(f"{path} fails SQLite's check.")
    except IndexDamagedError as error:
        _log.warning("%s Building the index anew.", error)
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return Store.open(path, create=True)


def _current(root: Path) -> str | None:
    try:
        return current_generation(root)
    except IndexMissingError:
        return None


def _fingerprint(encoder: Encoder, min_words: int, max_words: int) -> str:
    folder = Path(__file__).parent
    code = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _RECIPE_FILES]
    return _digest(encoder.fingerprint, str(min_words), str(max_words), *code)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _count_files(corpus: Path) -> int:
    """About how many articles there will be, for the progress alone."""
    return sum(1 for path in corpus.rglob("*") if path.is_file())

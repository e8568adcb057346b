"""Sync: the index equals the corpus, whatever was there before and wherever the last run was cut off."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kimqa.errors import CorpusError, IndexMissingError, StoreError
from kimqa.store import Store, exclusive
from kimqa.sync import rebuild_vectors, sync
from kimqa.types import Filters, SyncReport
from kimqa.vectorstore import ChromaIndex, ExactIndex, current_generation, is_intact
from tests.fakes import HashingEncoder

CORPUS = Path(__file__).parents[1] / "corpus"
PLACES = ("harbour", "market", "theatre", "museum", "station", "library")


def text(place: str) -> str:
    lead = (
        f"The {place} opened its doors on Monday after three years of work, the mayor said at the ceremony."
    )
    more = [
        f"More than {number} thousand people came to the {place} in the first week of its year."
        for number in range(2, 9)
    ]
    return (
        f"---\ntitle: The {place}\noutlet: Post\npublished: 2020-05-17\n---\n\n"
        + "\n\n".join([lead, *more])
        + "\n"
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for place in PLACES[:4]:
        (folder / f"{place}.md").write_text(text(place), encoding="utf-8")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


def run(corpus: Path, root: Path, **changes: Any) -> SyncReport:
    options: dict[str, Any] = {
        "encoder_name": "hashing", "min_words": 20, "max_words": 40, "ef_search": 100, "settings_fingerprint": "s",
        "encoder": HashingEncoder(),
    }  # fmt: skip
    return sync(corpus, root, **(options | changes))


def dump(root: Path) -> dict[str, object]:
    """What the index says, apart from what may differ between two equal ones: row numbers and generation names."""
    with Store.open(root / "kimqa.sqlite") as store:
        ids, vectors = store.vectors()
        manifest = store.manifest()
        assert manifest.pop("generation") == current_generation(root)
        assert is_intact(root)
        index = ChromaIndex.open(root)
        near = [[match.chunk_id for match in index.nearest(vector, 3)][:1] for vector in vectors]
        index.close()
        return {
            "articles": list(store.articles()),
            "digests": store.article_digests(),
            "chunks": store.chunks(ids),
            "vectors": vectors.tobytes(),
            "manifest": manifest,
            "chroma": near,
            "keywords": [store.keyword_search(place, 50, Filters()) for place in PLACES],
        }


def test_a_first_sync_adds_everything_and_a_second_one_finds_nothing_to_do(corpus, root):
    report = run(corpus, root)
    assert report.added == ("harbour", "market", "museum", "theatre")
    assert (report.articles, report.unchanged) == (4, 0)
    assert report.chunks > 4
    encoder, before = HashingEncoder(), current_generation(root)
    again = run(corpus, root, encoder=encoder)
    assert (again.added, again.changed, again.removed, again.unchanged) == ((), (), (), 4)
    assert (again.articles, again.chunks) == (report.articles, report.chunks)
    assert encoder.encoded == []
    assert current_generation(root) == before


def test_added_changed_and_removed_files_are_followed(corpus, root, tmp_path):
    run(corpus, root)
    (corpus / "harbour.md").unlink()
    (corpus / "station.md").write_text(text("station"), encoding="utf-8")
    (corpus / "market.md").write_text(text("market").replace("Monday", "Friday"), encoding="utf-8")
    encoder = HashingEncoder()
    report = run(corpus, root, encoder=encoder)
    assert (report.added, report.changed, report.removed, report.unchanged) == (
        ("station",),
        ("market",),
        ("harbour",),
        2,
    )
    assert not any("museum" in encoded for encoded in encoder.encoded)
    run(corpus, tmp_path / "fresh")
    assert dump(root) == dump(tmp_path / "fresh")


def test_changed_metadata_alone_is_a_change(corpus, root):
    run(corpus, root)
    (corpus / "market.md").write_text(text("market").replace("Post", "Times"), encoding="utf-8")
    assert run(corpus, root).changed == ("market",)
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.outlets() == ("Post", "Times")


def test_a_renamed_file_is_one_removed_and_one_added(corpus, root):
    run(corpus, root)
    (corpus / "market.md").rename(corpus / "bazaar.md")
    report = run(corpus, root)
    assert (report.added, report.removed) == (("bazaar",), ("market",))


def test_two_articles_with_one_text_are_both_kept(corpus, root):
    shutil.copy(corpus / "market.md", corpus / "copy.md")
    assert run(corpus, root).articles == 5
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.article("copy").text == store.article("market").text


def test_a_file_that_became_unreadable_is_reported_and_its_article_leaves_the_index(corpus, root):
    run(corpus, root)
    (corpus / "market.md").write_bytes(b"\xff\xfe\x00 no text")
    report = run(corpus, root)
    assert report.removed == ("market",)
    assert [problem.file for problem in report.problems] == ["market.md"]
    assert report.articles == 3


@pytest.mark.parametrize(
    "changes", [{"max_words": 60}, {"min_words": 10}, {"encoder": HashingEncoder(32, "hashing-2")}]
)
def test_other_settings_or_another_encoder_make_everything_anew(corpus, root, tmp_path, changes):
    run(corpus, root)
    report = run(corpus, root, settings_fingerprint="other", **changes)
    assert len(report.changed) == 4
    run(corpus, tmp_path / "fresh", settings_fingerprint="other", **changes)
    assert dump(root) == dump(tmp_path / "fresh")


def test_another_breadth_of_search_makes_only_the_vector_index_anew(corpus, root):
    run(corpus, root)
    before, encoder = current_generation(root), HashingEncoder()
    report = run(corpus, root, ef_search=200, encoder=encoder)
    assert report.unchanged == 4
    assert encoder.encoded == []
    assert current_generation(root) != before


def test_an_empty_folder_does_not_wipe_an_index_unless_that_is_meant(corpus, root):
    run(corpus, root)
    for file in corpus.iterdir():
        file.unlink()
    with pytest.raises(CorpusError, match="keeps its 4 articles"):
        run(corpus, root)
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.count().articles == 4
    assert len(run(corpus, root, allow_empty=True).removed) == 4
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.count().articles == 0


def test_a_first_sync_of_nothing_says_what_to_do_and_leaves_no_index(tmp_path, root):
    with pytest.raises(CorpusError, match="does not exist"):
        run(tmp_path / "nowhere", root)
    assert not root.exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"\.md"):
        run(tmp_path / "empty", root)
    with pytest.raises(IndexMissingError):
        Store.open(root / "kimqa.sqlite")


def test_two_syncs_at_once_are_refused(corpus, root):
    with exclusive(root), pytest.raises(StoreError, match="Another sync"):
        run(corpus, root)
    assert run(corpus, root).articles == 4


def test_progress_goes_up_and_ends_where_it_said(corpus, root):
    (corpus / "notes.pdf").write_text("no article", encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    run(corpus, root, progress=lambda *step: told.append(step))
    by_step = {step: [(done, total) for name, done, total in told if name == step] for step, _, _ in told}
    assert len(by_step) == 2
    for counts in by_step.values():
        assert [done for done, _ in counts] == sorted(done for done, _ in counts)
        assert [done == total for done, total in counts].count(True) == 1
        assert counts[-1][0] == counts[-1][1]


# Damage and kills


def damage_the_database(root: Path) -> None:
    content = bytearray((root / "kimqa.sqlite").read_bytes())
    content[4096:12288] = b"\xff" * 8192
    (root / "kimqa.sqlite").write_bytes(content)


def replace_the_database(root: Path) -> None:
    (root / "kimqa.sqlite").write_text("no database", encoding="utf-8")


def remove_the_database(root: Path) -> None:
    (root / "kimqa.sqlite").unlink()


def remove_chroma(root: Path) -> None:
    shutil.rmtree(root / "chroma")


def cut_chroma_short(root: Path) -> None:
    path = next((root / "chroma" / current_generation(root)).rglob("data_level0.bin"))
    path.write_bytes(path.read_bytes()[:100])


def remove_the_pointer(root: Path) -> None:
    (root / "current").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        damage_the_database,
        replace_the_database,
        remove_the_database,
        remove_chroma,
        cut_chroma_short,
        remove_the_pointer,
    ],
)
def test_a_damaged_index_is_mended_by_the_next_sync(corpus, root, tmp_path, damage):
    run(corpus, root)
    sound = dump(root)
    damage(root)
    run(corpus, root)
    assert dump(root) == sound


def test_a_damaged_vector_index_is_rebuilt_from_the_stored_vectors_alone(corpus, root):
    run(corpus, root)
    sound = dump(root)
    shutil.rmtree(corpus)
    remove_chroma(root)
    rebuild_vectors(root, ef_search=100)
    assert dump(root) == sound
    with pytest.raises(IndexMissingError):
        rebuild_vectors(root / "nowhere", ef_search=100)


KILLED = """
import os, signal, sys
from pathlib import Path
from kimqa.sync import sync
from tests.fakes import HashingEncoder

told = 0

def progress(step, done, total):
    global told
    told += 1
    if told == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

sync(Path(sys.argv[1]), Path(sys.argv[2]), encoder_name="hashing", min_words=20, max_words=40, ef_search=100,
     settings_fingerprint="s", encoder=HashingEncoder(), progress=progress)
"""


def start(corpus: Path, root: Path, step: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", KILLED, str(corpus), str(root), str(step)]
    return subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})


def change(corpus: Path) -> None:
    (corpus / "harbour.md").unlink()
    (corpus / "station.md").write_text(text("station"), encoding="utf-8")
    (corpus / "market.md").write_text(text("market").replace("Monday", "Friday"), encoding="utf-8")


@pytest.mark.parametrize(
    "step", [1, 3, 5, 6]
)  # after the first article, in the middle, before and after the vector index
@pytest.mark.parametrize("first", [True, False], ids=["first sync", "update"])
def test_a_sync_killed_at_any_step_is_completed_by_the_next_one(corpus, root, tmp_path, step, first):
    if not first:
        run(corpus, root)
        change(corpus)
    assert start(corpus, root, step).wait() == -signal.SIGKILL
    run(corpus, root)
    run(corpus, tmp_path / "fresh")
    assert dump(root) == dump(tmp_path / "fresh")


def test_a_sync_killed_at_random_moments_is_completed_by_the_next_one(corpus, root, tmp_path):
    moments = random.Random(7)
    for number in range(4):
        (corpus / f"late-{number}.md").write_text(
            text(PLACES[number]).replace("Monday", f"day {number}"), encoding="utf-8"
        )
        process = start(corpus, root, 1_000)
        time.sleep(moments.uniform(0.6, 2.5))
        process.kill()
        process.wait()
    run(corpus, root)
    run(corpus, tmp_path / "fresh")
    assert dump(root) == dump(tmp_path / "fresh")


def test_a_mixture_of_two_encoders_cannot_pass_for_either(corpus, root):
    run(corpus, root)

    class Stopping(HashingEncoder):
        def encode(self, texts):
            if len(self.encoded) > 3:
                raise KeyboardInterrupt
            return super().encode(texts)

    with pytest.raises(KeyboardInterrupt):
        run(corpus, root, encoder=Stopping(32, "hashing-2"), settings_fingerprint="other")
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.manifest()["settings_fingerprint"] not in ("s", "other")


def test_readers_go_on_while_a_sync_writes(corpus, root):
    run(corpus, root)
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        with Store.open(root / "kimqa.sqlite") as store:
            index, vector = ChromaIndex.open(root), HashingEncoder().encode(["The museum opened"])[0]
            while not stop.is_set():
                try:
                    found = [match.chunk_id for match in index.nearest(vector, 5)]
                    assert store.chunks(found)
                    assert store.keyword_search("museum", 5, Filters())
                except BaseException as error:
                    failures.append(error)
                    return
            index.close()

    reader = threading.Thread(target=read)
    reader.start()
    change(corpus)
    run(corpus, root)
    (corpus / "library.md").write_text(text("library"), encoding="utf-8")
    run(corpus, root)
    stop.set()
    reader.join()
    assert failures == []


# The shipped corpus


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shipped")
    sync(
        CORPUS, root, encoder_name="all-MiniLM-L6-v2", min_words=60, max_words=120, ef_search=400, settings_fingerprint="s"
    )  # fmt: skip
    return root


def test_recall_at_10_on_the_shipped_corpus(shipped):
    with Store.open(shipped / "kimqa.sqlite") as store:
        ids, vectors = store.vectors()
    between = vectors[:-1] + vectors[1:]
    exact, chroma = ExactIndex(ids, vectors), ChromaIndex.open(shipped)
    shared = [
        len(
            {m.chunk_id for m in exact.nearest(vector, 10)} & {m.chunk_id for m in chroma.nearest(vector, 10)}
        )
        for vector in np.concatenate([vectors, between / np.linalg.norm(between, axis=1, keepdims=True)])
    ]
    chroma.close()
    assert sum(shared) / (10 * len(shared)) >= 0.99


def test_every_chunk_of_the_shipped_corpus_is_its_article_s_characters(shipped):
    with Store.open(shipped / "kimqa.sqlite") as store:
        for chunk in store.chunks(store.vectors()[0]):
            assert store.article(chunk.article_id).text[chunk.start : chunk.end] == chunk.text


def test_an_unchanged_corpus_is_synced_without_the_heavy_libraries(shipped):
    script = f"""
import sys
from pathlib import Path
from kimqa.sync import sync
report = sync(Path({str(CORPUS)!r}), Path({str(shipped)!r}), encoder_name="all-MiniLM-L6-v2", min_words=60, max_words=120,
              ef_search=400, settings_fingerprint="s")
assert report.unchanged == report.articles > 0, report
print(sorted({{"torch", "chromadb", "sentence_transformers", "transformers", "langchain_chroma"}} & sys.modules.keys()))"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_stored_files_hold_no_text_of_a_removed_article_in_chroma(corpus, root):
    run(corpus, root)
    for path in (root / "chroma").rglob("*"):
        assert not path.is_file() or b"opened its doors" not in path.read_bytes()

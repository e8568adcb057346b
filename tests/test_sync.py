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

from kimqa.errors import CorpusError, IndexMismatchError, IndexMissingError, StoreError
from kimqa.folder import exclusive
from kimqa.store import Store
from kimqa.sync import rebuild_vectors, sync
from kimqa.types import Filters, SyncReport
from kimqa.vectorstore import ChromaIndex, ExactIndex, current_generation, is_intact
from tests.fakes import HashingEncoder

PLACES = ("harbour", "market", "theatre", "museum", "station", "library")


def text(place: str) -> str:
    lead = f"The {place} opened its doors on Monday after three years of work, the mayor said at the ceremony."
    more = [
        f"More than {number} thousand people came to the {place} in the first week of its year."
        for number in range(2, 9)
    ]
    return f"---\ntitle: The {place}\noutlet: Post\npublished: 2020-05-17\n---\n\n" + "\n\n".join([lead, *more]) + "\n"


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


def change(corpus: Path) -> None:
    (corpus / "harbour.md").unlink()
    (corpus / "station.md").write_text(text("station"), encoding="utf-8")
    (corpus / "market.md").write_text(text("market").replace("Monday", "Friday"), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with its index, and one that was changed with an index made from nothing, to compare with."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "corpus").mkdir()
    for place in PLACES[:4]:
        (folder / "corpus" / f"{place}.md").write_text(text(place), encoding="utf-8")
    shutil.copytree(folder / "corpus", folder / "changed")
    change(folder / "changed")
    run(folder / "corpus", folder / "index")
    run(folder / "changed", folder / "changed-index")
    return folder


@pytest.fixture
def corpus(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "corpus", tmp_path / "corpus"))


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """The index of `corpus`."""
    return Path(shutil.copytree(made / "index", tmp_path / "index"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A folder without an index."""
    return tmp_path / "new"


def test_a_first_sync_adds_everything_and_a_second_one_finds_nothing_to_do(corpus, new):
    report = run(corpus, new)
    assert report.added == ("harbour", "market", "museum", "theatre")
    assert (report.articles, report.unchanged) == (4, 0)
    assert report.chunks > 4
    encoder, before = HashingEncoder(), current_generation(new)
    again = run(corpus, new, encoder=encoder)
    assert (again.added, again.changed, again.removed, again.unchanged) == ((), (), (), 4)
    assert (again.articles, again.chunks) == (report.articles, report.chunks)
    assert encoder.encoded == []
    assert current_generation(new) == before


def test_added_changed_and_removed_files_are_followed(corpus, root, made):
    change(corpus)
    encoder = HashingEncoder()
    report = run(corpus, root, encoder=encoder)
    assert (report.added, report.changed, report.removed, report.unchanged) == (
        ("station",),
        ("market",),
        ("harbour",),
        2,
    )
    assert not any("museum" in encoded for encoded in encoder.encoded)
    assert dump(root) == dump(made / "changed-index")


def test_changed_metadata_alone_is_a_change(corpus, root):
    (corpus / "market.md").write_text(text("market").replace("Post", "Times"), encoding="utf-8")
    assert run(corpus, root).changed == ("market",)
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.outlets() == ("Post", "Times")


def test_two_articles_with_one_text_are_both_kept(corpus, root):
    shutil.copy(corpus / "market.md", corpus / "copy.md")
    assert run(corpus, root).articles == 5
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.article("copy").text == store.article("market").text


def test_a_file_that_became_unreadable_is_reported_and_its_article_leaves_the_index(corpus, root):
    (corpus / "market.md").write_bytes(b"\xff\xfe\x00 no text")
    report = run(corpus, root)
    assert report.removed == ("market",)
    assert [problem.file for problem in report.problems] == ["market.md"]
    assert report.articles == 3


@pytest.mark.parametrize("changes", [{"max_words": 60}, {"encoder": HashingEncoder(32, "hashing-2")}])
def test_other_settings_or_another_encoder_make_everything_anew(corpus, root, changes):
    encoder = changes.get("encoder", HashingEncoder())
    report = run(corpus, root, settings_fingerprint="other", **(changes | {"encoder": encoder}))
    assert len(report.changed) == 4
    with Store.open(root / "kimqa.sqlite") as store:
        ids, vectors = store.vectors()
        assert (len(encoder.encoded), store.manifest()["settings_fingerprint"]) == (len(ids), "other")
    assert vectors.shape == (report.chunks, encoder.dimension)


def test_another_breadth_of_search_makes_only_the_vector_index_anew(corpus, root):
    before, encoder = current_generation(root), HashingEncoder()
    report = run(corpus, root, ef_search=200, encoder=encoder)
    assert report.unchanged == 4
    assert encoder.encoded == []
    assert current_generation(root) != before


def test_an_empty_folder_does_not_wipe_an_index_unless_that_is_meant(corpus, root):
    for file in corpus.iterdir():
        file.unlink()
    with pytest.raises(CorpusError, match="keeps its 4 articles"):
        run(corpus, root)
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.count().articles == 4
    assert len(run(corpus, root, allow_empty=True).removed) == 4
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.count().articles == 0


def test_a_first_sync_of_nothing_says_what_to_do_and_leaves_no_index(tmp_path, new):
    with pytest.raises(CorpusError, match="does not exist"):
        run(tmp_path / "nowhere", new)
    assert not new.exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=r"\.md"):
        run(tmp_path / "empty", new)
    with pytest.raises(IndexMissingError):
        Store.open(new / "kimqa.sqlite")


def test_two_syncs_at_once_are_refused(corpus, root):
    with exclusive(root), pytest.raises(StoreError, match="Another sync"):
        run(corpus, root)
    assert run(corpus, root).unchanged == 4


def test_progress_goes_up_and_ends_where_it_said(corpus, new):
    (corpus / "notes.pdf").write_text("no article", encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    run(corpus, new, progress=lambda *step: told.append(step))
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


def remove_chroma(root: Path) -> None:
    shutil.rmtree(root / "chroma")


def cut_chroma_short(root: Path) -> None:
    path = next((root / "chroma" / current_generation(root)).rglob("data_level0.bin"))
    path.write_bytes(path.read_bytes()[:100])


def forget_the_generation(root: Path) -> None:  # as after a kill between the switch and the manifest
    with Store.open(root / "kimqa.sqlite", create=True) as store:
        store.write_manifest({"generation": "another"})


@pytest.mark.parametrize(
    "damage",
    [damage_the_database, replace_the_database, remove_chroma, cut_chroma_short, forget_the_generation],
)
def test_a_damaged_index_is_mended_by_the_next_sync(corpus, root, made, damage):
    damage(root)
    run(corpus, root)
    assert dump(root) == dump(made / "index")


def test_a_damaged_vector_index_is_rebuilt_from_the_stored_vectors_alone(root, made):
    remove_chroma(root)
    rebuild_vectors(root, ef_search=100)
    assert dump(root) == dump(made / "index")
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


def test_a_first_sync_killed_half_way_is_no_index_and_is_completed_by_the_next_one(corpus, new, made):
    assert start(corpus, new, 2).wait() == -signal.SIGKILL
    with pytest.raises(IndexMissingError):
        Store.open(new / "kimqa.sqlite")
    run(corpus, new)
    assert dump(new) == dump(made / "index")


@pytest.mark.parametrize("step", [1, 3, 5])  # after the first article, between two, before the vector index
def test_an_update_killed_at_any_step_is_completed_by_the_next_one(corpus, root, made, step):
    change(corpus)
    assert start(corpus, root, step).wait() == -signal.SIGKILL
    run(corpus, root)
    assert dump(root) == dump(made / "changed-index")


def test_an_update_killed_at_random_moments_is_completed_by_the_next_one(corpus, root, made):
    moments = random.Random(7)
    change(corpus)
    for number in range(3):
        (corpus / "museum.md").write_text(text("museum").replace("Monday", f"day {number}"), encoding="utf-8")
        process = start(corpus, root, 1_000)
        time.sleep(moments.uniform(0.5, 3))
        process.kill()
        process.wait()
    (corpus / "museum.md").write_text(text("museum"), encoding="utf-8")
    run(corpus, root)
    assert dump(root) == dump(made / "changed-index")


def test_a_mixture_of_two_encoders_cannot_pass_for_either(corpus, root):
    class Stopping(HashingEncoder):
        def encode(self, texts):
            if len(self.encoded) > 3:
                raise KeyboardInterrupt
            return super().encode(texts)

    with pytest.raises(KeyboardInterrupt):
        run(corpus, root, encoder=Stopping(32, "hashing-2"), settings_fingerprint="other")
    with Store.open(root / "kimqa.sqlite") as store:
        assert store.manifest()["settings_fingerprint"] not in ("s", "other")
    with pytest.raises(IndexMismatchError, match="kimqa sync"):
        rebuild_vectors(root, ef_search=100)


def test_readers_go_on_while_a_sync_writes(corpus, root):
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        with Store.open(root / "kimqa.sqlite") as store:
            index, vector = ChromaIndex.open(root), HashingEncoder().encode(["The museum opened"])[0]
            while not stop.wait(0.001):  # a loop without a pause would starve the sync on one core
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
    stop.set()
    reader.join()
    assert failures == []


def test_chroma_holds_no_text_that_could_be_left_behind_in_it(root):
    for path in (root / "chroma").rglob("*"):
        assert not path.is_file() or b"opened its doors" not in path.read_bytes()


# The shipped corpus with the shipped encoder, as the other tests use it


def test_recall_at_10_on_the_shipped_corpus(built):
    with Store.open(built.vectorstore_folder / "kimqa.sqlite") as store:
        ids, vectors = store.vectors()
    between = vectors[:-1] + vectors[1:]
    questions = np.concatenate([vectors, between / np.linalg.norm(between, axis=1, keepdims=True)])
    exact, chroma = ExactIndex(ids, vectors), ChromaIndex.open(built.vectorstore_folder)
    shared = [
        len({m.chunk_id for m in exact.nearest(q, 10)} & {m.chunk_id for m in chroma.nearest(q, 10)}) for q in questions
    ]
    chroma.close()
    assert len(ids) > 20
    assert sum(shared) / (10 * len(shared)) >= 0.99


def test_every_stored_chunk_is_its_article_s_characters(built):
    with Store.open(built.vectorstore_folder / "kimqa.sqlite") as store:
        for chunk in store.chunks(store.vectors()[0]):
            assert store.article(chunk.article_id).text[chunk.start : chunk.end] == chunk.text


def test_an_unchanged_corpus_is_synced_without_the_heavy_libraries(built):
    script = f"""
import sys
from pathlib import Path
from kimqa.sync import sync
report = sync(Path({str(built.corpus_folder)!r}), Path({str(built.vectorstore_folder)!r}), encoder_name={built.encoder!r},
              min_words={built.min_chunk_words}, max_words={built.max_chunk_words}, ef_search={built.ef_search},
              settings_fingerprint={built.index_fingerprint!r})
assert report.unchanged == report.articles > 0, report
print(sorted({{"torch", "chromadb", "sentence_transformers", "transformers", "langchain_chroma"}} & sys.modules.keys()))"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

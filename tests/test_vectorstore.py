"""Chroma in generations: near to exact search, and never opened when it is not as it was built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kimqa.errors import IndexDamagedError, IndexMissingError
from kimqa.vectorstore import ChromaIndex, ExactIndex, build_generation, current_generation, is_intact
from tests.fakes import random_vectors

COUNT = 2_000
IDS = [f"chunk-{number:04}" for number in range(COUNT)]
VECTORS = random_vectors(COUNT)
QUESTIONS = random_vectors(50, seed=2)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    build_generation(root, IDS, VECTORS, ef_search=400)
    return root


@pytest.fixture(scope="module")
def chroma(built: Path):
    index = ChromaIndex.open(built)
    yield index
    index.close()


def ids(matches) -> list[str]:
    return [match.chunk_id for match in matches]


# Exact search


def test_exact_search_gives_cosines_best_first():
    index = ExactIndex(["a", "b", "c"], np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32))
    matches = index.nearest(np.array([1, 0], dtype=np.float32), 2)
    assert [(match.chunk_id, round(match.score, 6)) for match in matches] == [("a", 1.0), ("b", 0.6)]


def test_exact_search_breaks_ties_by_id_even_at_the_cut():
    index = ExactIndex(["d", "b", "a", "c"], np.array([[1, 0]] * 4, dtype=np.float32))
    assert ids(index.nearest(np.array([1, 0], dtype=np.float32), 2)) == ["a", "b"]


def test_exact_search_among_some_ids_only():
    index = ExactIndex(IDS, VECTORS)
    wanted = [*IDS[100:105], "unknown", IDS[100]]
    assert set(ids(index.nearest(QUESTIONS[0], 50, wanted))) == set(IDS[100:105])
    assert index.nearest(QUESTIONS[0], 5, []) == []


def test_exact_search_of_nothing_finds_nothing():
    assert ExactIndex([], np.empty((0, 0), dtype=np.float32)).nearest(QUESTIONS[0], 5) == []


# Chroma


def test_recall_at_10_of_chroma_against_exact_search(chroma):
    exact = ExactIndex(IDS, VECTORS)
    shared = [len(set(ids(chroma.nearest(q, 10))) & set(ids(exact.nearest(q, 10)))) for q in QUESTIONS]
    assert sum(shared) / (10 * len(QUESTIONS)) >= 0.99


def test_chroma_gives_the_same_cosines_best_first(chroma):
    found = chroma.nearest(QUESTIONS[0], 10)
    exact = {match.chunk_id: match.score for match in ExactIndex(IDS, VECTORS).nearest(QUESTIONS[0], COUNT)}
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(abs(match.score - exact[match.chunk_id]) < 1e-5 for match in found)
    assert chroma.nearest(VECTORS[7], 1)[0].score <= 1.0


@pytest.mark.parametrize("wanted", [0, 3, 900, 1_500, 2_000])
def test_chroma_among_few_and_among_many_ids_finds_what_exact_search_does(chroma, wanted):
    chosen = [*IDS[COUNT - wanted :], "unknown"] if wanted else []
    exact = ids(ExactIndex(IDS, VECTORS).nearest(QUESTIONS[1], 10, chosen))
    assert ids(chroma.nearest(QUESTIONS[1], 10, chosen)) == exact


def test_more_than_there_are_and_none_can_be_asked_for(chroma):
    assert len(chroma.nearest(QUESTIONS[0], 100_000)) == COUNT
    assert chroma.nearest(QUESTIONS[0], 0) == []


def test_several_threads_may_search_at_once(chroma):
    alone = [ids(chroma.nearest(question, 5)) for question in QUESTIONS]
    together: dict[int, list[list[str]]] = {}

    def search(number: int) -> None:
        together[number] = [ids(chroma.nearest(question, 5)) for question in QUESTIONS]

    threads = [threading.Thread(target=search, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(together.values()) == [alone] * 3


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_small_index_and_an_empty_one_work(tmp_path, count):
    build_generation(tmp_path, IDS[:count], VECTORS[:count], ef_search=10)
    index = ChromaIndex.open(tmp_path)
    assert len(index.nearest(QUESTIONS[0], 10)) == count
    index.close()


def test_opening_and_searching_leaves_a_generation_intact(built, chroma):
    chroma.nearest(QUESTIONS[0], 10)
    again = ChromaIndex.open(built)
    again.close()
    assert is_intact(built)


def open_elsewhere(root: Path, folder: Path, **environment: str) -> str:
    script = f"""
from pathlib import Path
import numpy as np
from kimqa.errors import StoreError
from kimqa.vectorstore import ChromaIndex
try:
    print(len(ChromaIndex.open(Path({str(root)!r})).nearest(np.ones(384, dtype=np.float32), 3)))
except StoreError as error:
    print(error)"""
    paths = os.pathsep.join(str(Path(path).resolve()) for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=os.environ | {"PYTHONPATH": paths} | environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_settings_meant_for_others_in_the_environment_change_nothing(built, tmp_path):
    (tmp_path / ".env").write_text("ALLOW_RESET=true\nCHROMA_API_IMPL=chromadb.api.fastapi.FastAPI\n", encoding="utf-8")
    assert open_elsewhere(built, tmp_path, IS_PERSISTENT="false") == "3"


def test_a_setting_with_which_chroma_cannot_be_imported_is_named(built, tmp_path):
    assert "migrations" in open_elsewhere(built, tmp_path, MIGRATIONS="yes please")


# Generations


def test_an_open_index_follows_the_switch_to_a_new_generation(tmp_path):
    first = build_generation(tmp_path, IDS[:5], VECTORS[:5], ef_search=10)
    index = ChromaIndex.open(tmp_path)
    assert set(ids(index.nearest(QUESTIONS[0], 10))) == set(IDS[:5])
    second = build_generation(tmp_path, IDS[5:8], VECTORS[5:8], ef_search=10)
    assert set(ids(index.nearest(QUESTIONS[0], 10))) == set(IDS[5:8])
    third = build_generation(tmp_path, IDS[:2], VECTORS[:2], ef_search=10)
    assert current_generation(tmp_path) == third
    kept = {path.name for path in (tmp_path / "chroma").iterdir()}
    assert kept == {second, third}
    assert first not in kept
    index.close()


def test_what_a_killed_build_left_is_removed_by_the_next_one(tmp_path):
    (tmp_path / "chroma" / "left").mkdir(parents=True)
    name = build_generation(tmp_path, IDS[:3], VECTORS[:3], ef_search=10)
    assert [path.name for path in (tmp_path / "chroma").iterdir()] == [name]


def test_a_build_that_fails_leaves_the_generation_before(tmp_path):
    before = build_generation(tmp_path, IDS[:3], VECTORS[:3], ef_search=10)
    broken = VECTORS[:3].copy()
    broken[1, 0] = np.nan
    with pytest.raises(IndexDamagedError):
        build_generation(tmp_path, IDS[:3], broken, ef_search=10)
    assert current_generation(tmp_path) == before
    assert [path.name for path in (tmp_path / "chroma").iterdir()] == [before]


def test_a_missing_index_names_the_command(tmp_path):
    with pytest.raises(IndexMissingError, match="kimqa sync"):
        ChromaIndex.open(tmp_path)


# Damage: every kind is found before Chroma opens the folder, where some of it would end the process.


def generation(root: Path) -> Path:
    return root / "chroma" / current_generation(root)


def segment(root: Path) -> Path:
    return next(path for path in generation(root).iterdir() if path.is_dir())


def cut_short(root: Path) -> None:
    path = segment(root) / "data_level0.bin"
    path.write_bytes(path.read_bytes()[:5_000])


def change_a_byte_at_the_start(root: Path) -> None:
    path = segment(root) / "header.bin"
    content = bytearray(path.read_bytes())
    content[8] ^= 0xFF
    path.write_bytes(content)


def make_a_sparse_monster(root: Path) -> None:
    with (segment(root) / "link_lists.bin").open("r+b") as file:
        file.truncate(2**40)


def remove_the_segment(root: Path) -> None:
    shutil.rmtree(segment(root))


def remove_the_database(root: Path) -> None:
    (generation(root) / "chroma.sqlite3").unlink()


def remove_the_generation(root: Path) -> None:
    shutil.rmtree(generation(root))


def remove_the_seal(root: Path) -> None:
    (generation(root) / "kimqa.json").unlink()


def break_the_seal(root: Path) -> None:
    (generation(root) / "kimqa.json").write_text("[]", encoding="utf-8")


def point_nowhere(root: Path) -> None:
    (root / "current").write_text("20200101T000000-00000000\n", encoding="utf-8")


def point_outside(root: Path) -> None:
    (root / "current").write_text("..\n", encoding="utf-8")


def empty_the_pointer(root: Path) -> None:
    (root / "current").write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        cut_short, change_a_byte_at_the_start, make_a_sparse_monster, remove_the_segment, remove_the_database,
        remove_the_generation, remove_the_seal, break_the_seal, point_nowhere, point_outside, empty_the_pointer,
    ],
)  # fmt: skip
def test_a_damaged_generation_is_found_before_it_is_opened_and_a_new_one_mends_it(built, tmp_path, damage):
    root = Path(shutil.copytree(built, tmp_path / "copy"))
    assert is_intact(root)
    damage(root)
    assert not is_intact(root)
    with pytest.raises(IndexDamagedError, match="kimqa sync"):
        ChromaIndex.open(root)
    build_generation(root, IDS[:20], VECTORS[:20], ef_search=10)
    index = ChromaIndex.open(root)
    assert len(index.nearest(QUESTIONS[0], 20)) == 20
    index.close()


def test_the_probe_finds_vectors_that_are_not_those_stored(built):
    sample = {"folder": str(generation(built)), "count": COUNT, "vectors": QUESTIONS[:1].tolist()}
    command = [sys.executable, "-c", "from kimqa.vectorstore import probe; probe()"]
    done = subprocess.run(command, input=json.dumps(sample), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not itself" in done.stderr

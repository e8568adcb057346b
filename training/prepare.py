"""The data files come in; training and held-out pairs of one form, with hard negatives, go out."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from training.cloze import cloze
from training.examples import NOT_STATED, Collection, Pair, Passage, split_of, write_lines

NEGATIVES_PER_QUESTION = 3  # candidates kept for each question; an epoch of training draws from them
WORD = re.compile(r"\w+")


def collect(shared: Path, extra: Path) -> tuple[Collection, dict[str, str]]:
    """Reads every data file; returns the collection and the SHA-256 of each file by name."""
    collection = Collection()
    written = shared / "training"
    digests: dict[str, str] = {}
    for files, add in (
        (sorted((shared / "squadshifts").glob("*.json")), collection.add_squadshifts),
        (sorted(written.glob("news-*.jsonl")), collection.add_news),
        (sorted(written.glob("stories-*.jsonl")), collection.add_stories),
        (sorted(written.glob("statements-*.jsonl")), collection.add_statements),
        (sorted(extra.glob("stories-*.jsonl")), collection.add_stories),
        (sorted(extra.glob("statements-*.jsonl")), collection.add_statements),
    ):
        for path in files:
            add(path)
            digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return collection, digests


def mine_negatives(pairs: list[Pair], passages: list[Passage], source: str, seed: int) -> list[Pair]:
    """Pairs each question with similar passages of other groups, as TF-IDF retrieval ranks them.

    Such a passage could answer a general question by chance. So it is taken only if it lacks a rare word of the question
    and every answer; a question without a rare word gets none.
    """
    documents = [f"{passage.title or ''} {passage.text}" for passage in passages]
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    matrix = vectorizer.fit_transform(documents)
    vocabularies = [set(WORD.findall(document.lower())) for document in documents]
    frequency = Counter(word for vocabulary in vocabularies for word in vocabulary)
    rare_at_most = max(5, len(passages) // 200)
    by_id = {passage.id: passage for passage in passages}
    questions: dict[str, list[Pair]] = {}
    for pair in pairs:
        questions.setdefault(pair.question_id, []).append(pair)
    generator = random.Random(seed)
    negatives = []
    for question_id in sorted(questions):
        group = questions[question_id]
        first = group[0]
        own = by_id[first.passage].group
        rare = {word for word in WORD.findall(first.question.lower()) if frequency[word] <= rare_at_most}
        answers = {by_id[pair.passage].text[start:end].lower() for pair in group for start, end in pair.spans}
        similarity = np.asarray((matrix @ vectorizer.transform([first.question]).T).todense())[:, 0]
        ranked = [int(i) for i in np.argsort(-similarity, kind="stable")[:40] if similarity[i] > 0]
        fitting = [
            passages[i]
            for i in ranked
            if passages[i].group != own
            and rare - vocabularies[i]
            and not any(answer in documents[i].lower() for answer in answers)
        ]
        chosen = generator.sample(fitting[:8], min(NEGATIVES_PER_QUESTION, len(fitting[:8])))
        verdict = None if first.verdict is None else NOT_STATED
        negatives += [
            replace(first, passage=passage.id, source=source, spans=(), answerable=False, verdict=verdict)
            for passage in chosen
        ]
    return negatives


def main() -> None:
    """Writes passages.jsonl, pairs-{train,calibration,test}.jsonl, data.json, and the list of held-out ids."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="holds squadshifts/ and training/")
    parser.add_argument("--extra", type=Path, default=Path("training/data"), help="more stories, as JSON Lines")
    parser.add_argument("--work", type=Path, default=Path("training/work"))
    parser.add_argument("--heldout", type=Path, default=Path("training/heldout.json"))
    parser.add_argument("--seed", type=int, default=22)
    arguments = parser.parse_args()

    collection, digests = collect(arguments.shared, arguments.extra)
    passages = collection.passages
    splits = {p.id: split_of(p.group, p.source, arguments.seed) for p in passages.values()}
    parts: dict[str, list[Pair]] = {"train": [], "calibration": [], "test": []}
    for pair in collection.pairs:
        parts[splits[pair.passage]].append(pair)

    learned = [p for p in passages.values() if splits[p.id] == "train"]
    for source, dataset in (("negatives", None), ("squadshifts-negatives", "new_wiki")):
        pairs = [
            pair
            for pair in parts["train"]
            if (pair.source == "squadshifts") == (dataset is not None) and dataset in (None, pair.style)
        ]
        pool = [
            p
            for p in learned
            if (p.source == "squadshifts") == (dataset is not None) and p.id.startswith(dataset or "")
        ]
        parts["train"] += mine_negatives(pairs, pool, source, arguments.seed)

    groups: dict[str, list[Passage]] = {}
    for passage in passages.values():
        groups.setdefault(passage.group, []).append(passage)
    for pairs in parts.values():
        made = [
            question
            for pair in pairs
            for question in cloze(pair, passages[pair.passage], groups[passages[pair.passage].group], arguments.seed)
        ]
        pairs += made

    write_lines(arguments.work / "passages.jsonl", passages.values())
    for name, pairs in parts.items():
        write_lines(arguments.work / f"pairs-{name}.jsonl", pairs)
        counts = Counter(pair.source for pair in pairs)
        print(name, len(pairs), dict(sorted(counts.items())))
    print("answers whose offsets do not fit, left out:", collection.rejected)
    (arguments.work / "data.json").write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")
    heldout = {
        part: sorted({p.group for p in passages.values() if splits[p.id] == part}) for part in ("calibration", "test")
    }
    arguments.heldout.write_text(json.dumps(heldout, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

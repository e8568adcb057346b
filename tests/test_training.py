"""The parts of the recipe that prepare what is learned from; the training itself takes hours and is not run here."""

import pytest
import torch

from kimqa.text import sentences
from training.examples import Collection, Pair, Passage, split_of
from training.features import Variation
from training.mean import mean_of

TEXT = (
    "The port of Velm reopened on Monday. The mayor, Ines Calder, cut the ribbon at noon. Boats left within the hour. "
    "The repair had cost 3.1 million crowns. A second quay will follow in 2031."
)
PASSAGES = {
    "s/p1": Passage("s/p1", "s", "stories", TEXT, "Port reopens", "The Post", "2030-05-06"),
    "s/p2": Passage("s/p2", "s", "stories", TEXT.replace("3.1", "4.4"), "Dearer", "The Herald", "2030-05-07"),
    "t/p1": Passage("t/p1", "t", "stories", "Rain fell on Orrin. It was the third day. Nobody minded."),
}


def pair(passage, *answers, verdict=None):
    text = PASSAGES[passage].text
    spans = tuple((text.index(answer), text.index(answer) + len(answer)) for answer in answers)
    return Pair("What did the repair cost?", passage, "q", "stories", "quantity", spans, bool(spans), verdict)


def test_pieces_of_a_passage_keep_their_answers_and_their_labels():
    pairs = [pair("s/p1", "3.1 million crowns", verdict=0), pair("s/p2", verdict=2)]
    variation, seen = Variation(PASSAGES, "seed"), set()
    for _ in range(200):
        texts = variation.texts(pairs)
        seen.add(len(texts))
        for text in texts:
            found = [text.passage[start:end] for start, end in text.spans]
            assert found == (["3.1 million crowns"] if text.answerable else [])
            assert text.verdict == (0 if text.answerable else 2)
        assert sum(text.answerable for text in texts) == 1
        # a piece in which the answer stands, though it is not marked there, is neither right nor wrong
        assert all(text.answerable or "3.1 million crowns" not in text.passage for text in texts)
    assert {2, 4} <= seen


def test_pieces_are_whole_sentences():
    variation = Variation(PASSAGES, "seed")
    whole = {sentence.of(TEXT).strip() for sentence in sentences(TEXT)}
    pieces = [text.passage for _ in range(50) for text in variation.texts([pair("s/p1", "noon")])]
    ours = [piece for piece in pieces if piece.strip() in TEXT]
    assert any(len(piece) < len(TEXT) for piece in ours)
    for piece in ours:
        assert {sentence.of(piece).strip() for sentence in sentences(piece)} <= whole


def test_what_is_held_out_depends_on_the_group_alone():
    parts = [split_of(f"story-{number}", "stories", 22) for number in range(2000)]
    assert parts == [split_of(f"story-{number}", "stories", 22) for number in range(2000)]
    assert 0.10 < 1 - parts.count("train") / len(parts) < 0.14
    assert parts.count("test") > 80
    assert parts.count("calibration") > 80


def test_an_answer_whose_offset_does_not_fit_is_counted_and_left_out(tmp_path):
    file = tmp_path / "news-x.jsonl"
    file.write_text(
        '{"id": "n1", "passage": "Rain fell.", "title": "t", "outlet": "o", "published": "2030-01-01", "qas": ['
        '{"question": "What fell?", "style": "full", "answers": [{"text": "Rain", "start": 0}]},'
        '{"question": "Where?", "style": "full", "answers": [{"text": "Velm", "start": 3}]},'
        '{"question": "Why?", "style": "why", "answers": []}]}\n',
        encoding="utf-8",
    )
    collection = Collection()
    collection.add_news(file)
    assert [(p.question, p.answerable) for p in collection.pairs] == [("What fell?", True), ("Why?", False)]
    assert collection.rejected == 1


def test_the_mean_of_weights():
    one, other = {"a": torch.tensor([1.0, 2.0])}, {"a": torch.tensor([3.0, 6.0])}
    assert mean_of([one, other])["a"].tolist() == [2.0, 4.0]
    assert mean_of([one, other], [0.75, 0.25])["a"].tolist() == [1.5, 3.0]
    with pytest.raises(ValueError, match="add up to 1"):
        mean_of([one, other], [0.75])
    with pytest.raises(ValueError, match="one network"):
        mean_of([one, {"a": torch.tensor([1.0])}])
    with pytest.raises(ValueError, match="one network"):
        mean_of([])

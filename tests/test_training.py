"""The parts of the recipe that prepare what is learned from; the training itself takes hours and is not run here."""

import math

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kimqa.text import sentences
from training import export, reliability
from training.cloze import cloze
from training.compact import from_packed, rounded_words, to_packed
from training.course import with_twins
from training.deepen import deepened
from training.examples import Collection, Pair, Passage, split_of
from training.features import Batch, Variation
from training.mean import mean_of
from training.metrics import calibration_error
from training.model import ReaderNetwork, Shape, shape_of
from training.restore import read_graph
from training.train import twin_loss

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


def statement(text, verdict, passage="s/p1"):
    return Pair(text, passage, text, "statements", "near", (), verdict != 2, verdict)


def small(layers=2, **options):
    torch.manual_seed(5)
    return ReaderNetwork(
        Shape(vocabulary=80, hidden=24, heads=2, feed_forward=48, layers=layers, positions=40, **options)
    )


def said(network):
    ids = torch.arange(20).reshape(2, 10)
    types = (torch.arange(10) >= 4).long().expand(2, 10)
    with torch.no_grad():
        return network.eval()(ids, torch.ones_like(ids), types)


def test_a_deeper_network_says_the_same_while_its_gates_are_shut_and_counts_its_layers():
    network = small()
    state = deepened(network.state_dict(), [0, 1], gate=0.0)
    shape = shape_of(state)
    assert (shape.layers, shape.gated) == (4, (1, 3))
    deeper = small(4, gated=(1, 3))
    deeper.load_state_dict(state)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(said(network), said(deeper), strict=True))
    deeper.load_state_dict(deepened(network.state_dict(), [0, 1], gate=0.5))
    assert not torch.allclose(said(network)[2], said(deeper)[2], atol=1e-4)
    for after in ([2], [0, 0], [-1]):
        with pytest.raises(ValueError, match="expected layers of 0 to 1"):
            deepened(network.state_dict(), after, gate=0.1)


@given(rows=arrays(np.float32, (3, 8), elements=st.floats(-2, 2, width=32)))
def test_rows_in_four_bits_come_back_within_half_a_step_and_rounding_again_changes_nothing(rows):
    packed = to_packed(rows)
    assert packed.values.shape == (3, 4)
    back = from_packed(packed)
    assert np.all(np.abs(back - rows) <= packed.scales / 2 + 1e-5)
    assert np.allclose(rounded_words(back), back, atol=1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the tracing exporter is on its way out
@pytest.mark.parametrize("rounded", [False, True])
def test_an_exported_graph_says_what_the_network_says_and_gives_its_weights_back(tmp_path, monkeypatch, rounded):
    monkeypatch.setattr(export, "SMALLEST_QUANTIZED", 500)
    network = small(3, gated=(1,))
    torch.nn.init.normal_(network.layers[1].gate)
    if rounded:
        network.words.weight.data = torch.from_numpy(rounded_words(network.words.weight.detach().numpy()))
    export.write_graph(network, tmp_path / "whole.onnx")
    export.quantize(tmp_path / "whole.onnx", tmp_path / "small.onnx")
    stored = {tensor.name for tensor in onnx.load(str(tmp_path / "small.onnx")).graph.initializer}
    assert ("words.weight.packed" in stored, "words.weight.int8" in stored) == (rounded, not rounded)
    ids = np.arange(20).reshape(2, 10)
    types = np.repeat((np.arange(10) >= 4).astype(np.int64)[None], 2, axis=0)
    session = onnxruntime.InferenceSession(str(tmp_path / "small.onnx"))
    found = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types})
    for ours, theirs in zip(said(network), found, strict=True):
        assert np.allclose(ours.numpy(), theirs, atol=0.05)
    weights = read_graph(tmp_path / "small.onnx")["words.weight"]
    assert np.allclose(weights, network.words.weight.detach().numpy(), atol=1e-5 if rounded else 0.03)


def test_a_true_statement_and_the_false_one_after_it_share_a_question():
    pairs = [
        statement("It cost 3.1 million.", 0),
        statement("It cost 4.4 million.", 1),
        statement("It cost 5 million.", 1),
        statement("Calder cut it.", 0),
        statement("A quay will follow.", 0),
        statement("Rain fell.", 2, "t/p1"),
    ]
    names = [pair.question_id for pair in with_twins(pairs)]
    assert names[0] == names[1]
    assert len(set(names)) == 5


def test_the_loss_of_twins_falls_as_the_true_one_rises_above_the_false_one():
    def loss(supported, refuted, questions=(0, 0)):
        empty = torch.zeros(2, 1)
        batch = Batch(torch.tensor(questions), empty, empty, empty, empty, empty, torch.ones(2), torch.tensor([0, 1]))
        return twin_loss(torch.tensor([[supported, 0.0, 0.0], [refuted, 0.0, 0.0]]), batch).item()

    assert loss(3.0, -3.0) < loss(0.0, 0.0) < loss(-3.0, 3.0)
    assert loss(0.0, 0.0, questions=(0, 1)) == 0.0


def test_a_true_statement_is_a_question_for_each_of_its_names_numbers_and_dates():
    fact = "The mayor, Ines Calder, cut the ribbon at noon"
    text = PASSAGES["s/p1"].text
    at = text.index(fact)
    true = Pair("Calder cut a ribbon.", "s/p1", "q", "statements", "near:true", ((at, at + len(fact)),), True, 0)
    asked, other = cloze(true, PASSAGES["s/p1"], [PASSAGES["s/p1"], PASSAGES["t/p1"]], 22)
    assert (asked.answerable, [text[start:end] for start, end in asked.spans]) == (True, ["Ines Calder"])
    assert asked.question in {f"{who} cut a ribbon?" for who in ("Who or what", "Who", "What", "Which")}
    assert (other.passage, other.answerable, other.question_id) == ("t/p1", False, asked.question_id)
    false = Pair("Calder refused to cut a ribbon.", "s/p1", "q", "statements", "near:negation", (), True, 1)
    (asked,) = cloze(false, PASSAGES["s/p1"], [PASSAGES["s/p1"]], 22)
    assert not asked.answerable
    wrong_name = Pair("Velm cut a ribbon.", "s/p1", "q", "statements", "near:name", (), True, 1)
    assert cloze(wrong_name, PASSAGES["s/p1"], [PASSAGES["s/p1"]], 22) == []


def test_confidence_that_is_too_low_is_moved_up_and_a_true_one_stays():
    generator = np.random.default_rng(5)
    true = generator.uniform(0.05, 0.95, 4000)
    right = [bool(value) for value in generator.uniform(size=4000) < true]
    odds = 0.5 * true / (1 - true)
    modest = [float(value) for value in odds / (1 + odds)]
    line = reliability.fit(modest, right)
    assert line == pytest.approx((math.log(2), 1.0), abs=0.15)
    assert calibration_error(moved := reliability.moved(modest, line), right) < calibration_error(modest, right) / 2
    assert reliability.fit(moved, right) == pytest.approx((0.0, 1.0), abs=0.02)
    assert all(0 < value < 1 for value in reliability.moved([0.0, 1.0], line))

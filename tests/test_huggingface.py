"""A tiny transformers model with random weights, made here and driven through the real path in this process."""

import dataclasses

import pytest

from kimqa.errors import ModelError
from kimqa.pipeline import Pipeline
from kimqa.readers.models import ModelOptions, load_chat_model
from tests.test_pipeline import RIBBON, check_invariants

TEMPLATE = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"

pytestmark = pytest.mark.filterwarnings("ignore")  # transformers warns of itself, differently in each version


def write_model(folder, *, template=TEMPLATE):
    """A model of one layer that has learned nothing, and a tokenizer of single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate([*alphabet, "<end>"])}, merges=[]))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<end>", pad_token="<end>")
    tokenizer.chat_template = template
    tokenizer.save_pretrained(str(folder))
    config = GPT2Config(
        vocab_size=len(alphabet) + 1,
        n_positions=20_000,
        n_embd=8,
        n_layer=1,
        n_head=1,
        bos_token_id=256,
        eos_token_id=256,
    )
    GPT2LMHeadModel(config).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model"))


def test_a_model_in_this_process_writes_as_it_goes(model_folder):
    model = load_chat_model(f"huggingface:{model_folder}", ModelOptions(max_answer_tokens=12))
    pieces = [chunk.text for chunk in model.stream([("system", "Be short."), ("human", "Who came?")])]
    assert 1 < len(pieces) <= 14


@pytest.mark.parametrize("is_streamed", [True, False])
def test_a_model_in_this_process_stops_by_itself_when_its_time_is_over(model_folder, is_streamed):
    model = load_chat_model(f"huggingface:{model_folder}", ModelOptions(max_answer_tokens=5000, timeout=0.05))
    asked = [("human", "Who came?")]
    text = "".join(chunk.text for chunk in model.stream(asked)) if is_streamed else model.invoke(asked).text
    assert len(model.tokenizer.encode(text)) < 5000


def test_the_pipeline_asks_it_and_what_it_babbles_does_not_get_through(built, model_folder):
    settings = dataclasses.replace(built, reader=f"huggingface:{model_folder}", max_answer_tokens=16)
    pipeline = Pipeline.open(settings)
    answer = pipeline.ask(RIBBON)
    pipeline.close()
    check_invariants(answer, pipeline.article)
    assert answer.abstained or answer.reader == "extractive"
    assert answer.notes or answer.reason


def test_a_model_that_cannot_be_talked_to_is_refused(tmp_path):
    folder = write_model(tmp_path, template=None)
    with pytest.raises(ModelError, match="no chat template"):
        load_chat_model(f"huggingface:{folder}", ModelOptions())

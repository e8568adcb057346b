"""Names of models: what is loaded for them, and what users are told is missing."""

import importlib.util

import pytest

from kimqa.errors import ArgumentError, ModelError
from kimqa.readers.generative import GenerativeReader
from kimqa.readers.load import load_model_reader
from kimqa.readers.models import PROVIDERS, ModelOptions, load_chat_model
from tests.model_server import serving

KEYS = [variable for provider in PROVIDERS.values() for variable in provider.keys]
NOT_INSTALLED = [name for name, needs in PROVIDERS.items() if importlib.util.find_spec(needs.package.replace("-", "_")) is None]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["oracle", "", ":", "openai:", ":gpt", " : "])
def test_a_name_that_is_none_lists_the_choices(name):
    with pytest.raises(ArgumentError, match=r"extractive, openai:MODEL.*huggingface:MODEL"):
        load_model_reader(name, ModelOptions())


def test_an_unknown_provider_lists_those_there_are():
    with pytest.raises(ArgumentError, match=r"no provider 'delphi'.*anthropic, google_genai"):
        load_chat_model("delphi:oracle", ModelOptions())


@pytest.mark.parametrize("provider", NOT_INSTALLED)
def test_a_missing_extra_gives_the_line_that_installs_it(provider):
    with pytest.raises(ModelError, match=rf"pip install 'kimqa\[{PROVIDERS[provider].extra}\]'"):
        load_chat_model(f"{provider}:some-model", ModelOptions())


def test_a_provider_without_an_extra_names_its_package():
    with pytest.raises(ModelError, match=r"pip install langchain-mistralai"):
        load_chat_model("mistralai:some-model", ModelOptions())


def test_a_missing_key_gives_the_name_of_its_variable():
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        load_chat_model("openai:gpt-4o-mini", ModelOptions())


def test_a_server_of_ones_own_needs_no_key_and_gets_none():
    with serving("Yes.") as server:
        model = load_chat_model("openai:llama", ModelOptions(base_url=server.base_url))
        assert model.invoke("Are you there?").text == "Yes."
        assert server.requests[0]["model"] == "llama"
        assert server.requests[0]["authorization"] == "Bearer none"
        assert server.requests[0]["temperature"] == 0


def test_a_key_that_is_set_is_sent_to_a_server_of_ones_own(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    with serving("Yes.") as server:
        load_chat_model("openai:llama", ModelOptions(base_url=server.base_url)).invoke("Are you there?")
        assert server.requests[0]["authorization"] == "Bearer sk-own"


def test_a_local_folder_that_is_no_model_is_an_error_of_one_line(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded") as error:
        load_chat_model(f"huggingface:{tmp_path}", ModelOptions())
    assert "\n" not in str(error.value)


def test_a_reader_is_called_by_the_name_that_it_was_loaded_by():
    with serving("Yes.") as server:
        reader = load_model_reader("openai:llama", ModelOptions(base_url=server.base_url))
        assert isinstance(reader, GenerativeReader)
        assert reader.name == "openai:llama"

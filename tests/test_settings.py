import dataclasses
from pathlib import Path

import pytest

from kimqa.errors import SettingsError
from kimqa.settings import Settings, default_home, load_settings


def test_defaults_need_no_file_and_no_variable(tmp_path):
    settings = load_settings({}, home=tmp_path)
    assert settings == Settings(home=tmp_path)
    assert settings.corpus_folder == tmp_path / "corpus"
    assert settings.vectorstore_folder == tmp_path / "vectorstore"


def test_loading_settings_makes_no_folder(tmp_path):
    load_settings({}, home=tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_the_checkout_is_the_home_when_the_package_runs_from_one():
    assert (default_home() / "pyproject.toml").is_file()
    assert load_settings({}).home == default_home()


def test_an_argument_beats_a_variable_beats_the_file_beats_the_default(tmp_path):
    (tmp_path / "kimqa.toml").write_text('top_k = 3\ncandidates = 30\nport = 1000\nreader = "extractive"\n')
    environment = {"KIMQA_HOME": str(tmp_path), "KIMQA_CANDIDATES": "40", "KIMQA_PORT": "2000"}
    settings = load_settings(environment, port=3000)
    assert (settings.top_k, settings.candidates, settings.port) == (3, 40, 3000)
    assert settings.ef_search == Settings.__dataclass_fields__["ef_search"].default


def test_other_variables_are_not_read(tmp_path):
    assert load_settings({"TOP_K": "3", "kimqa_top_k": "3"}, home=tmp_path).top_k == 12


def test_an_empty_variable_counts_as_not_set(tmp_path):
    settings = load_settings({"KIMQA_CORPUS": "", "KIMQA_PORT": " ", "KIMQA_HOME": str(tmp_path)})
    assert settings.corpus_folder == tmp_path / "corpus"
    assert settings.port == 7860


def test_paths_are_made_absolute_and_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings = load_settings({"KIMQA_HOME": "~", "KIMQA_CORPUS": "news"})
    assert settings.home == tmp_path
    assert settings.corpus_folder == tmp_path / "news"
    assert isinstance(settings.corpus_folder, Path)


@pytest.mark.parametrize(
    ("environment", "file", "overrides", "named"),
    [
        ({"KIMQA_TOPK": "3"}, "", {}, "KIMQA_TOPK"),
        ({}, "topk = 3", {}, "kimqa.toml"),
        ({}, "", {"topk": 3}, "argument"),
        ({}, "[models]\nname = 1", {}, "models"),
    ],
)
def test_an_unknown_setting_is_rejected_and_the_choices_are_listed(tmp_path, environment, file, overrides, named):
    (tmp_path / "kimqa.toml").write_text(file)
    with pytest.raises(SettingsError, match=named) as caught:
        load_settings(environment, home=tmp_path, **overrides)
    assert "top_k" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top_k", "0"), ("top_k", "101"), ("top_k", "many"), ("top_k", True), ("top_k", 2.5), ("top_k", None),
        ("candidates", "0"), ("ef_search", "-1"), ("port", "65536"), ("port", "-1"), ("threads", "-1"),
        ("min_confidence", "1.5"), ("min_confidence", "nan"), ("deadline_seconds", "0"), ("max_question_chars", "0"),
        ("min_chunk_words", "0"), ("min_chunk_words", "121"), ("max_chunk_words", "1001"), ("reader", 5), ("encoder", []),
    ],
)  # fmt: skip
def test_a_value_out_of_range_or_of_another_kind_is_named(tmp_path, name, value):
    with pytest.raises(SettingsError, match=name):
        load_settings({}, home=tmp_path, **{name: value})


@pytest.mark.parametrize("content", [b"top_k = = 3", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    (tmp_path / "kimqa.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"kimqa\.toml"):
        load_settings({}, home=tmp_path)


def test_numbers_are_read_from_text(tmp_path):
    settings = load_settings({"KIMQA_MIN_CONFIDENCE": "0.25", "KIMQA_THREADS": " 2 "}, home=tmp_path)
    assert (settings.min_confidence, settings.threads) == (0.25, 2)


def test_settings_are_frozen_and_can_be_a_key(tmp_path):
    settings = Settings(home=tmp_path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.top_k = 3
    assert {settings: 1}[Settings(home=tmp_path)] == 1


@pytest.mark.parametrize("change", [{"encoder": "other"}, {"min_chunk_words": 10}, {"max_chunk_words": 200}])
def test_the_fingerprint_changes_with_what_is_stored(tmp_path, change):
    settings = Settings(home=tmp_path)
    assert dataclasses.replace(settings, **change).index_fingerprint != settings.index_fingerprint


@pytest.mark.parametrize("change", [{"top_k": 3}, {"port": 80}, {"reader": "openai:x"}, {"home": Path("/elsewhere")}])
def test_the_fingerprint_does_not_change_with_anything_else(tmp_path, change):
    settings = Settings(home=tmp_path)
    assert dataclasses.replace(settings, **change).index_fingerprint == settings.index_fingerprint

"""One flat, frozen settings object, read from defaults, kimqa.toml and KIMQA_* variables. It builds nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kimqa.errors import SettingsError

_PREFIX: Final = "KIMQA_"
_FILE: Final = "kimqa.toml"
# What changes the stored chunks or vectors. Everything else may change without a rebuild.
_INDEX_FIELDS: Final = ("encoder", "min_chunk_words", "max_chunk_words")


def default_home() -> Path:
    """The checkout that this package runs from, or `~/.kimqa` for an installed wheel."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "src" / "kimqa").is_dir():
        return checkout
    return Path.home() / ".kimqa"


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Paths left None are inside `home`."""

    home: Path = dataclasses.field(default_factory=default_home)
    corpus: Path | None = None
    """Folder of articles; default `home/corpus`."""
    vectorstore: Path | None = None
    """Folder of the built index; default `home/vectorstore`."""
    encoder: str = "all-MiniLM-L6-v2"
    """A sentence-transformers model: a name or a folder."""
    reader: str = "extractive"
    """Who answers: `extractive`, or a language model as "provider:model"."""
    page_readers: str = ""
    """Further readers that the page offers, separated by commas. Whoever can open the page can use them."""
    base_url: str = ""
    """Address of a server that speaks the OpenAI protocol, or of an Ollama; empty: the provider's own."""
    deadline_seconds: float = 60.0
    """Most seconds for one answer. A language model that needs longer is left, and the extractive answer given."""
    model_retries: int = 2
    """How often a request to a language model is sent again after a passing failure."""
    max_prompt_tokens: int = 4000
    """Most tokens of rules, passages and question that a language model is sent; the last passages are left out."""
    max_answer_tokens: int = 2000
    """Most tokens that a language model may write, its thoughts included."""
    unsupported: str = "drop"
    """What becomes of a language model's statements that no passage supports: `drop` or `mark`."""
    min_chunk_words: int = 60
    max_chunk_words: int = 120
    top_k: int = 12
    """Passages shown to the reader."""
    candidates: int = 50
    """Chunks taken from each index before they are joined."""
    ef_search: int = 400
    """Breadth of Chroma's search: higher finds more of the true neighbours, slower."""
    max_question_chars: int = 2000
    min_confidence: float = 0.0
    """Abstain below this confidence, 0 to 1; 0 uses the reader's own calibrated threshold."""
    threads: int = 0
    """Threads for the models; 0: one per core."""
    host: str = "127.0.0.1"
    port: int = 7860

    def __post_init__(self) -> None:
        """Check ranges.

        Raises:
            SettingsError: a value outside its range.
        """
        checks = {
            "min_chunk_words": 1 <= self.min_chunk_words <= self.max_chunk_words,
            "max_chunk_words": self.max_chunk_words <= 1000,
            "top_k": 1 <= self.top_k <= 100,
            "candidates": 1 <= self.candidates <= 1000,
            "ef_search": 1 <= self.ef_search <= 10_000,
            "max_question_chars": self.max_question_chars >= 1,
            "min_confidence": 0.0 <= self.min_confidence <= 1.0,
            "threads": self.threads >= 0,
            "deadline_seconds": 1.0 <= self.deadline_seconds <= 3600.0,
            "model_retries": 0 <= self.model_retries <= 10,
            "max_prompt_tokens": 1000 <= self.max_prompt_tokens <= 1_000_000,
            "max_answer_tokens": 16 <= self.max_answer_tokens <= 100_000,
            "unsupported": self.unsupported in ("drop", "mark"),
            "port": 0 <= self.port <= 65535,
        }
        for name, fits in checks.items():
            if not fits:
                raise SettingsError(f"The setting {name} is {getattr(self, name)!r}, which is out of its range. Change it in {_FILE} or {_PREFIX}{name.upper()}.")  # fmt: skip

    @property
    def corpus_folder(self) -> Path:
        """Where the articles are."""
        return self.corpus if self.corpus is not None else self.home / "corpus"

    @property
    def vectorstore_folder(self) -> Path:
        """Where the built index is."""
        return self.vectorstore if self.vectorstore is not None else self.home / "vectorstore"

    @property
    def readers(self) -> tuple[str, ...]:
        """The readers that the page offers, the default first, each once."""
        further = (name.strip() for name in self.page_readers.split(","))
        return tuple(dict.fromkeys((self.reader, "extractive", *(name for name in further if name))))

    @property
    def examples_file(self) -> Path:
        """Questions that the page offers, one a line: `examples.txt` beside the corpus folder."""
        return self.corpus_folder.parent / "examples.txt"

    @property
    def index_fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when a setting that affects the stored chunks or vectors does."""
        fields = {name: str(getattr(self, name)) for name in _INDEX_FIELDS}
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from, in rising order: defaults, `kimqa.toml` in the home folder, KIMQA_* variables, `overrides`.

    Raises:
        SettingsError: an unknown key, a value of the wrong kind or out of range, a file that is no TOML.
    """
    variables = os.environ if environment is None else environment
    given: dict[str, Any] = {}
    for key, value in variables.items():
        if key.startswith(_PREFIX) and value.strip():  # an empty variable counts as not set, as in most shells
            given[_known(key.removeprefix(_PREFIX).lower(), f"the environment variable {key}")] = value
    home = _convert("home", overrides.get("home") or given.get("home") or default_home())
    filed = {name: _convert(name, value, base=home) for name, value in _read_file(home / _FILE).items()}
    named = given | {_known(key, "an argument"): value for key, value in overrides.items()} | {"home": home}
    return Settings(**filed | {name: _convert(name, value) for name, value in named.items()})


def _read_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as TOML: {error}. Mend or remove the file.") from error
    return {_known(key, str(path)): value for key, value in content.items()}


def _known(name: str, where: str) -> str:
    names = [field.name for field in dataclasses.fields(Settings)]
    if name not in names:
        raise SettingsError(
            f"{where} sets {name!r}, which is no setting. The settings are: {', '.join(sorted(names))}."
        )
    return name


def _convert(name: str, value: Any, *, base: Path | None = None) -> Any:
    """The value in the kind of its setting; a relative path counts from `base`, or the working directory."""
    kind = {field.name: str(field.type) for field in dataclasses.fields(Settings)}[name]
    if value is None and "None" in kind:
        return None
    try:
        if "Path" in kind:
            return (base or Path()).joinpath(Path(str(value)).expanduser()).resolve()
        if kind == "int" and isinstance(value, (str, int)) and not isinstance(value, bool):
            return int(value)
        if kind == "float" and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return float(value)
        if kind == "str" and isinstance(value, str):
            return value.strip()
    except (ValueError, RuntimeError):  # expanduser: there is no such user
        pass
    raise SettingsError(f"The setting {name} is {value!r}, but it should be of the kind {kind}. Mend it and try again.")

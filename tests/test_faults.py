import datetime

import pytest

from kimqa.readers.faults import Fault, ModelFaultError, fault_of


class Response:
    def __init__(self, status, **headers):
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class StatusError(Exception):
    """As the clients of OpenAI and Anthropic raise it."""

    def __init__(self, status, **headers):
        super().__init__("the server said: key sk-123")
        self.response = Response(status, **headers)
        self.status_code = status


class CodedError(Exception):
    """As the client of Google raises it: the status is called a code."""

    def __init__(self, code):
        super().__init__("no")
        self.code = code


class ReadTimeoutError(Exception):
    pass


NOW = datetime.datetime(2026, 1, 1, 12, 0, tzinfo=datetime.UTC)


def chained(outer, inner):
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "passing", "wait"),
    [
        (StatusError(401), False, None),
        (StatusError(403), False, None),
        (StatusError(404), False, None),
        (StatusError(429), True, None),
        (StatusError(429, retry_after="7"), True, 7.0),
        (StatusError(429, retry_after="1.5"), True, 1.5),
        (StatusError(429, retry_after="Thu, 01 Jan 2026 12:00:30 GMT"), True, 30.0),
        (StatusError(429, retry_after="Thu, 01 Jan 2026 11:00:00 GMT"), True, 0.0),
        (StatusError(429, retry_after="soon"), True, None),
        (StatusError(500), True, None),
        (StatusError(529, retry_after="2"), True, 2.0),
        (StatusError(400), False, None),
        (StatusError(408), True, None),
        (CodedError(503), True, None),
        (CodedError("invalid_key"), False, None),
        (ReadTimeoutError("x"), True, None),
        (chained(RuntimeError("x"), TimeoutError()), True, None),
        (chained(RuntimeError("x"), ConnectionRefusedError()), True, None),
        (ConnectionResetError(), True, None),
        (ValueError("x"), False, None),
        (ModelFaultError(Fault("is tired", passing=True, wait=3.0)), True, 3.0),
    ],
)
def test_what_passes_is_told_from_what_does_not(error, passing, wait):
    fault = fault_of(error, now=NOW)
    assert (fault.passing, fault.wait) == (passing, wait)
    assert fault.reason
    assert "sk-123" not in fault.reason


def test_a_circle_of_causes_comes_to_an_end():
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__cause__, other.__cause__ = other, one
    assert fault_of(one).reason == "failed with RuntimeError"

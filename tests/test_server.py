from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from gradio_client import Client

from kimqa.errors import SettingsError
from kimqa.server import serve
from tests.fake_pipeline import HARBOUR, FakePipeline
from tests.serving import make_app, served

PROGRAM = """
from kimqa.server import serve
from tests.fake_pipeline import FakePipeline
serve(FakePipeline(), "127.0.0.1", 0, ready=lambda address: print(address, flush=True))
print("closed", flush=True)
"""


@pytest.fixture(scope="module")
def client():
    with TestClient(make_app(FakePipeline())) as connected:
        yield connected


def test_health_is_reported(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_page_is_at_the_root_and_allowed_to_fetch_only_from_itself(client):
    response = client.get("/")
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy


def test_ask_returns_the_answer_as_a_dict(client):
    response = client.post("/api/ask", json={"question": "Who cut the ribbon?", "outlets": ["The Tidewater Post"]})
    assert response.status_code == 200
    assert response.json() == FakePipeline().ask("Who cut the ribbon?", outlets=["The Tidewater Post"]).to_dict()


def test_ask_passes_every_option_on():
    pipeline = FakePipeline()
    options = {
        "history": [["a", "b"]],
        "since": "2024-01-01",
        "until": "2024-12-31",
        "as_of": "2024-06-01",
        "top_k": 3,
    }
    with TestClient(make_app(pipeline)) as client:
        client.post("/api/ask", json={"question": "Who cut the ribbon?", **options})
    expected = {"question": "Who cut the ribbon?", **options, "history": [("a", "b")], "outlets": None}
    assert pipeline.calls == [expected]


def test_search_returns_passages(client):
    response = client.get("/api/search", params={"query": "ribbon", "outlets": ["x", "y"]})
    assert [passage["article_id"] for passage in response.json()] == [HARBOUR.id, "gazette"]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"question": " "}, "The question is empty"),
        ({"question": "w" * 20_000}, "20,000 characters"),
        ({}, "question: Field required"),
        ({"question": 3}, "question: Input should be a valid string"),
        ({"question": "x", "reader": "openai:any"}, "reader: Extra inputs are not permitted"),
        ({"question": "x", "history": [["a"]]}, "history.0"),
        ({"question": "x", "history": [["a", "b"]] * 201}, "history"),
    ],
)
def test_a_user_error_is_one_line_with_status_422(client, body, part):
    response = client.post("/api/ask", json=body)
    assert response.status_code == 422
    assert part in response.json()["error"]
    assert "\n" not in response.json()["error"]


def test_a_body_that_is_no_json_is_a_user_error(client):
    response = client.post("/api/ask", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert set(response.json()) == {"error"}


@pytest.mark.parametrize("stated", [True, False])
def test_a_body_over_the_limit_is_refused(client, stated):
    content = b"x" * 1_000_001 if stated else iter([b"x" * 600_000] * 2)
    response = client.post("/api/ask", content=content, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert "1,000,000 bytes" in response.json()["error"]


def test_a_lone_surrogate_comes_back_as_it_was_sent(client):
    response = client.post(
        "/api/ask", content=b'{"question": "ribbon \\ud800"}', headers={"content-type": "application/json"}
    )
    assert response.status_code in (200, 422)
    assert response.headers["content-type"] == "application/json"


def test_a_defect_shows_no_details():
    with TestClient(make_app(FakePipeline(failing=True)), raise_server_exceptions=False) as client:
        response = client.post("/api/ask", json={"question": "x"})
    assert response.status_code == 500
    assert "secret" not in response.text


def test_programs_can_ask_through_gradio_and_see_one_endpoint():
    with served(FakePipeline()) as address:
        client = Client(address, verbose=False, analytics_enabled=False)
        try:
            assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/ask"]
            assert client.predict("Who cut the ribbon?", api_name="/ask")["short"] == "Ines Calder"
            with pytest.raises(Exception, match="The question is empty"):
                client.predict(" ", api_name="/ask")
        finally:
            client.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_in_good_order(number):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(["src", ".", os.environ.get("PYTHONPATH", "")]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=Path(__file__).parents[1], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        started = time.monotonic()
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (0, "closed\n", "")
    assert time.monotonic() - started < 10


def test_a_busy_port_is_a_clear_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1, port {port}.*Choose another"):
            serve(FakePipeline(), "127.0.0.1", port, ready=lambda address: pytest.fail(f"ready at {address}"))


def test_an_address_that_is_none_is_a_clear_error():
    with pytest.raises(SettingsError, match="cannot listen on not a host"):
        serve(FakePipeline(), "not a host", 0, ready=lambda address: pytest.fail(f"ready at {address}"))

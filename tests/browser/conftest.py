"""A served page and a real browser that refuses to be fooled: every request it makes is recorded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fake_pipeline import FakePipeline
from tests.serving import served

_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install playwright)")
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if binary is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=binary, args=list(_ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the page with the answers written by hand is served."""
    with served(FakePipeline()) as where:
        yield where


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address in a fresh profile; fails the test if the page asked for anything elsewhere or threw an error."""
    contexts, elsewhere, errors = [], [], []

    def open_it(where: str, *, width: int = 1280, height: int = 800, color_scheme: str = "light") -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=color_scheme)
        contexts.append(context)
        page = context.new_page()
        local = (where, "data:", "blob:")
        page.on(
            "request",
            lambda request: None if request.url.startswith(local) else elsewhere.append(request.url),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(where)
        page.wait_for_selector("#question textarea")
        page.wait_for_function("window.kimqa !== undefined")  # its script runs after the page has its parts
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert errors == []

from __future__ import annotations

import json
from typing import Any

from tests.fake_pipeline import GAZETTE, HARBOUR
from tests.serving import served


def ask(page: Any, question: str) -> Any:
    """Ask and wait until it is answered; returns the last exchange."""
    before = page.locator(".exchange").evaluate_all("all => all.map(one => one.id).at(-1) ?? ''")
    page.fill("#question textarea", question)
    page.click("#ask")
    page.wait_for_function(
        "before => { const last = [...document.querySelectorAll('.exchange')].at(-1);"
        " return last && last.id !== before && !last.querySelector('.progress'); }",
        arg=before,
    )
    return page.locator(".exchange").last


def is_within(page: Any, inner: str, outer: str) -> bool:
    return bool(
        page.evaluate(
            """([inner, outer]) => {
                const a = document.querySelector(inner).getBoundingClientRect();
                const b = document.querySelector(outer).getBoundingClientRect();
                return a.top >= b.top - 1 && a.top < b.bottom && a.left >= b.left - 1 && a.right <= b.right + 1;
            }""",
            [inner, outer],
        )
    )


def test_an_answer_shows_the_quote_highlighted_in_its_paragraph(open_page, address):
    page = open_page(address)
    last = ask(page, "Who cut the ribbon?")
    assert last.locator(".short").inner_text() == "Ines Calder"
    card = page.locator("#cite-1-1")
    assert card.locator("mark").inner_text() == "The mayor, Ines Calder, cut the ribbon at noon."
    assert card.locator("blockquote").inner_text() == HARBOUR.text.split("\n\n")[1]
    assert "4 March 2024" in card.inner_text()


def test_the_enter_key_asks_and_empties_the_field(open_page, address):
    page = open_page(address)
    page.fill("#question textarea", "Who cut the ribbon?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#cite-1-1")
    assert page.input_value("#question textarea") == ""


def test_a_mark_leads_to_its_card_without_moving_the_page(open_page, address):
    page = open_page(address, height=640)
    ask(page, "Who cut the ribbon?")
    ask(page, "hostile?")
    ask(page, "Who cut the ribbon then?")
    page.evaluate("document.getElementById('evidence').scrollTop = 100000")
    assert not is_within(page, "#cite-3-1", "#evidence")
    page.locator("#answer-3 .statements a.mark").first.click()
    page.wait_for_function("document.activeElement.id === 'cite-3-1'")
    page.wait_for_timeout(600)
    assert is_within(page, "#cite-3-1", "#evidence")
    assert page.evaluate("window.scrollY") == 0


def test_a_mark_of_an_earlier_answer_opens_its_folded_evidence(open_page, address):
    page = open_page(address)
    ask(page, "Who cut the ribbon?")
    ask(page, "What colour is the moon?")
    assert not page.locator("#cite-1-1").is_visible()
    page.locator("#answer-1 .statements a.mark").first.click()
    page.wait_for_selector("#cite-1-1", state="visible")


def test_what_the_articles_do_not_say_is_said_to_be_missing(open_page, address):
    last = ask(page := open_page(address), "What colour is the moon?")
    assert "Not in these articles" in last.inner_text()
    assert "Nearest passages, not support" in last.inner_text()
    assert page.locator(".card").count() == 0


def test_nothing_in_a_hostile_article_or_question_is_rendered(open_page, address):
    page = open_page(address)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    hostile = "hostile <img src='https://tracker.example/q.png' onerror='window.__xss=6'> ${alert(7)} {{value}} $$x$$?"
    last = ask(page, hostile)
    assert last.locator(".question").inner_text() == hostile
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.click("#sources > button")
    page.wait_for_selector(".sources table")
    page.wait_for_timeout(300)
    assert page.evaluate("window.__xss") is None
    assert dialogs == []
    assert (
        page.locator(
            "#conversation :is(img, script, b), #evidence :is(img, script, b), .sources :is(img, script, b)"
        ).count()
        == 0
    )
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("#cite-1-1 mark").inner_text() in GAZETTE.text


def test_an_empty_question_gives_a_message_and_loses_nothing(open_page, address):
    page = open_page(address)
    ask(page, "Who cut the ribbon?")
    assert "The question is empty" in ask(page, "   ").inner_text()
    ask(page, "What colour is the moon?")
    assert page.locator(".question").all_inner_texts() == ["Who cut the ribbon?", "What colour is the moon?"]


def test_a_question_that_is_too_long_gives_a_message_and_stays_to_be_shortened(open_page, address):
    page = open_page(address)
    assert "has 20,000 characters" in ask(page, "w" * 20_000).inner_text()
    assert len(page.input_value("#question textarea")) == 20_000
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_an_example_is_asked_by_one_click(open_page, address):
    page = open_page(address)
    text = page.locator(".chip").first.inner_text()
    page.locator(".chip").first.click()
    page.wait_for_selector(".exchange .confidence, .exchange .abstained")
    assert page.locator(".question").inner_text() == text
    assert page.locator(".chip:visible").count() == 0


def test_clear_starts_again(open_page, address):
    page = open_page(address)
    ask(page, "Who cut the ribbon?")
    page.click("#clear")
    page.wait_for_selector(".chip:visible")
    assert page.locator(".exchange, .card").count() == 0


def test_the_conversation_is_downloaded_as_json(open_page, address):
    page = open_page(address)
    ask(page, "Who cut the ribbon?")
    with page.expect_download() as download:
        page.click("#download")
    entries = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [entry["answer"]["short"] for entry in entries] == ["Ines Calder"]


def test_the_answer_is_copied_with_its_sources(open_page, address):
    page = open_page(address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "Who cut the ribbon?")
    page.click("#copy")
    page.wait_for_function("document.querySelector('#status').innerText.includes('copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Ines Calder" in copied
    assert "[1] Harbour reopens after six weeks" in copied


def test_a_chosen_outlet_and_dates_reach_the_search_and_are_shown(open_page, address):
    page = open_page(address)
    page.click("#filters button")
    page.wait_for_selector("#since input[type=date]")
    page.click("#outlets input")
    page.get_by_role("option", name=HARBOUR.outlet).click()
    page.keyboard.press("Escape")
    assert f"only: {HARBOUR.outlet}" in ask(page, "Who cut the ribbon?").inner_text()


def test_the_question_as_searched_can_be_corrected(open_page, address):
    page = open_page(address)
    ask(page, "Who cut the ribbon?")
    last = ask(page, "What did she say about the ribbon?")
    last.locator("button.correct").click()
    assert page.input_value("#question textarea") == "What did Ines Calder say about the ribbon?"


def test_the_reader_that_is_chosen_answers(open_page, address):
    page = open_page(address)
    page.click("#filters button")
    page.click("#reader input")
    page.get_by_role("option", name="openai:scripted").click()
    assert "answered by openai:scripted" in ask(page, "Who cut the ribbon?").inner_text()


def test_a_narrow_screen_stacks_the_columns_without_scrolling_sideways(open_page, address):
    page = open_page(address, width=390, height=844)
    ask(page, "hostile?")
    ask(page, "What colour is the moon?")
    left, right = page.locator("#left").bounding_box(), page.locator("#right").bounding_box()
    assert right["y"] >= left["y"] + left["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_text_is_legible_in_light_and_dark(open_page, address):
    for scheme in ("light", "dark"):
        page = open_page(address, color_scheme=scheme)
        ask(page, "Who cut the ribbon?")
        for selector in (
            ".question",
            ".statements > span",
            ".unsupported",
            ".card blockquote",
            ".card mark",
            ".byline",
            "#ask",
            "#clear",
        ):
            assert contrast(page, selector) >= 4.5, (scheme, selector)


def test_the_controls_have_names_for_screen_readers(open_page, address):
    page = open_page(address)
    assert page.get_by_label("Your question").count() == 1
    assert page.get_by_role("button", name="Ask", exact=True).count() == 1
    ask(page, "Who cut the ribbon?")
    assert page.get_by_role("link", name="Source 1").count() >= 1
    assert page.locator("#status [role=status]").inner_text() == "Answered: Ines Calder"


def test_the_real_pipeline_answers_with_quotes_of_its_articles_and_abstains(open_page, pipeline):
    texts = "\n".join(article.text for article in pipeline.articles())
    with served(pipeline) as where:
        page = open_page(where)
        first = pipeline.articles()[0]
        answered = ask(page, f"What is reported about {first.title}?")
        assert answered.locator(".short, .statements").count() >= 1
        quotes = page.locator(".card mark").all_inner_texts()
        assert quotes
        assert all(quote in texts for quote in quotes)
        assert "Not in these articles" in ask(page, "How do volcanoes on Io taste to a Martian plumber?").inner_text()
        page.click("#sources > button")
        page.wait_for_selector(".sources table")
        assert page.locator(".sources tbody tr").count() == len(pipeline.articles())


def contrast(page: Any, selector: str) -> float:
    """The contrast between the text of an element and what is painted behind it (WCAG 2.2, 1.4.3)."""
    return float(
        page.locator(selector).first.evaluate(
            """element => {
                const channels = color => color.match(/[\\d.]+/g).map(Number);
                const luminance = color => channels(color).slice(0, 3).map(value => value / 255)
                    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
                let behind = element;
                while ((channels(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
                const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(luminance);
                return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
            }"""
        )
    )

"""The console: a world seen and driven from a browser, and by nobody else's page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from emulator.control import console
from emulator.control.console.frame import load_environment
from emulator.control.console.texts import all_texts
from emulator.testing import Seller
from emulator.texts import LANGUAGES
from tests.console.browsing import BASE, CONSOLE, HERE, Browsing, read_text

PAGE = f"{CONSOLE}/default"


def look(seller: Seller, path: str = PAGE, **headers: str) -> TestResponse:
    return Browsing(seller).look(path, **headers)


def press(
    seller: Seller, path: str, headers: dict[str, str] | None = None, /, **form: str
) -> TestResponse:
    return Browsing(seller).press(path, headers, **form)


def test_the_first_page_is_the_default_world(seller: Seller) -> None:
    moved = look(seller, "/_mockseller/console")
    assert (moved.status_code, moved.headers["Location"]) == (303, PAGE)
    page = look(seller).text
    for word in ("small", "Faults", "Accounts", "Journal", "reseller", "1000.00 EUR"):
        assert word in page


def test_the_clock_is_moved_and_the_journal_tells_what_fell_due(seller: Seller) -> None:
    number = seller.order(autoprolong=1)
    assert press(seller, "/clock", do="advance", advance="1 month").status_code == 303
    assert f"prolong service {number} " in read_text(look(seller).text)
    assert press(seller, "/clock", do="freeze").status_code == 303
    assert "frozen" in look(seller).text


def test_a_fault_planned_here_is_the_one_the_control_api_tells(seller: Seller) -> None:
    form = {"what": "delay", "when": "", "func": "soft.*", "account": "", "nth": "2", "times": "",
            "chance": "", "settings": "seconds=2.5"}  # fmt: skip
    assert press(seller, "/faults", None, **form).status_code == 303
    (fault,) = seller.faults.all()
    chosen = (fault["what"], fault["when"], fault["func"], fault["nth"], fault["seconds"])
    assert chosen == ("delay", "before", "soft.*", 2, 2.5)
    assert press(seller, f"/faults/{fault['id']}").status_code == 303
    assert seller.faults.all() == []


def test_an_answer_of_ones_own_is_typed_with_blanks_and_lines(seller: Seller) -> None:
    own = '<doc>\n<total note="a b">5</total></doc>'
    assert press(seller, "/faults", None, what="answer", func="soft", body=own).status_code == 303
    assert seller.call("soft").text == own


def test_a_struck_call_is_seen_with_its_fault(seller: Seller) -> None:
    seller.faults.add("error", func="whoami", type="access")
    seller.call("whoami")
    assert "#1 error before" in look(seller).text
    number = seller.journal.entries()[0]["id"]
    entry = look(seller, f"{PAGE}/journal/{number}").text
    assert "access" in entry
    assert "reseller:***" in entry
    assert "reseller:secret" not in entry


@pytest.mark.parametrize(
    ("path", "form", "line"),
    [
        ("/faults", {"what": "nonsense"}, "there is no fault"),
        ("/faults", {"what": "delay", "settings": "seconds=-1"}, "seconds is not between"),
        ("/clock", {"do": "advance", "advance": "soon"}, "soon"),
        ("/accounts/reseller", {"balance": "much"}, "is not an amount"),
        ("/accounts/nobody", {"balance": "1.00"}, "no account"),
    ],
)
def test_a_bad_wish_is_one_line_on_the_page(
    seller: Seller, path: str, form: dict[str, str], line: str
) -> None:
    answer = press(seller, path, None, **form)
    assert answer.status_code == 400
    assert line in answer.text


def test_money_is_set_here(seller: Seller) -> None:
    assert press(seller, "/accounts/reseller", balance="5.00").status_code == 303
    assert seller.account()["balance"] == "5.00"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_somebody_elses_page_changes_nothing(seller: Seller, headers: dict[str, str]) -> None:
    assert press(seller, "/reset", headers).status_code == 403
    assert press(seller, "/accounts/reseller", headers, balance="1.00").status_code == 403
    assert seller.account()["balance"] == "1000.00"


def test_nobody_looks_in_from_elsewhere(seller: Seller) -> None:
    assert look(seller, Host="evil.example").status_code == 403
    assert look(seller, **{"X-Forwarded-For": "192.0.2.1"}).status_code == 401


def test_what_a_client_sends_is_shown_as_text(seller: Seller) -> None:
    seller.call("soft.edit", elid="<script>alert(1)</script>", licname="<b>x</b>")
    number = seller.journal.entries()[0]["id"]
    for page in (
        look(seller),
        look(seller, f"{PAGE}/journal"),
        look(seller, f"{PAGE}/journal/{number}"),
    ):
        assert "<script>" not in page.text
        assert "<b>x" not in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/_mockseller/console/nosuch",
        f"{PAGE}/journal/99999",
        f"{PAGE}/x/y",
        "/_mockseller/console/a/../b",
    ],
)  # fmt: skip
def test_a_page_that_does_not_exist_is_not_found(seller: Seller, path: str) -> None:
    assert look(seller, path).status_code == 404


def test_the_style_is_served(seller: Seller) -> None:
    style = look(seller, "/_mockseller/console/style.css")
    assert style.mimetype == "text/css"
    assert "body" in style.text


def test_a_form_needs_the_token_of_the_browser_that_sends_it(seller: Seller) -> None:
    browser, other = Browsing(seller), Browsing(seller)
    for token in ("", "0" * 64, other.token(), "\u044f"):
        answer = browser.press("/accounts/reseller", csrf=token, balance="1.00")
        assert answer.status_code == 403, token
        assert "load its page again" in answer.text
    without_cookie = seller.wsgi.test_client(use_cookies=False).post(
        f"{PAGE}/accounts/reseller",
        base_url=BASE,
        data={"csrf": browser.token(), "balance": "1.00"},
        headers=HERE,
    )
    assert without_cookie.status_code == 403
    assert seller.account()["balance"] == "1000.00"


def test_every_form_that_changes_has_a_token() -> None:
    folder = Path(console.__file__).parent / "templates"
    forms = [
        (path.name, form)
        for path in folder.glob("*.html")
        for form in re.findall(r"<form[^>]*method=.post.*?</form>", path.read_text(), re.DOTALL)
    ]
    assert len(forms) > 5
    assert [(name, form) for name, form in forms if "{{ token }}" not in form] == []


def test_language_colours_and_size_are_chosen_once_and_stay(seller: Seller) -> None:
    browser = Browsing(seller)
    assert 'lang="en"' in browser.look().text
    browser.look("?lang=ru&theme=dark&size=large")
    page = browser.look().text
    for words in ('lang="ru"', 'data-theme="dark"', 'data-size="large"', "Аккаунты"):
        assert words in page
    assert 'lang="ru"' in browser.look("?lang=xx&theme=pink").text
    assert 'lang="ru"' in look(seller, **{"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"}).text


def test_every_text_is_there_in_both_languages_and_is_used() -> None:
    folder = Path(console.__file__).parent
    sources = [*folder.glob("*.py"), *folder.glob("templates/*.html")]
    source = "\n".join(path.read_text("utf-8") for path in sources)
    called = set(re.findall(r'text\("(\w+\.\w+)"[,)]', source))
    prefixes = set(re.findall(r'text\("(\w+\.\w*)" ~', source))
    texts = all_texts()
    assert {name for name, words in texts.items() if set(words) != set(LANGUAGES)} == set()
    assert called - set(texts) == set()
    used = {name for name in texts if f'"{name}"' in source or name.startswith(tuple(prefixes))}
    assert set(texts) - used == set()
    for name, words in texts.items():
        places = {lang: set(re.findall(r"{(\w+)}", words[lang])) for lang in LANGUAGES}
        assert places["en"] == places["ru"], name


def test_what_the_pages_load_comes_from_here(seller: Seller) -> None:
    page = look(seller).text
    loaded = re.findall(r'(?:src|href)="([^"#?]+)"', page)
    assert f"{CONSOLE}/htmx.min.js" in loaded
    assert [address for address in loaded if not address.startswith("/_mockseller/")] == []
    script = look(seller, f"{CONSOLE}/htmx.min.js")
    assert script.mimetype == "text/javascript"
    assert "script-src 'self';" in script.headers["Content-Security-Policy"]
    config = re.search(r"htmx-config\" content='([^']+)'", page)
    assert config is not None
    assert json.loads(config[1])["allowEval"] is False


def test_a_refusal_shows_nothing_of_the_server_to_strangers(seller: Seller) -> None:
    answer = look(seller, f"{CONSOLE}/other", Host="evil.example")
    assert answer.status_code == 403
    assert "default" not in re.sub(r'href="[^"]*"', "", answer.text)


def test_no_template_has_a_style_or_a_script_of_its_own() -> None:
    environment = load_environment()
    assert environment.loader is not None
    for name in environment.loader.list_templates():
        source = environment.loader.get_source(environment, name)[0]
        assert re.findall(r"<style|\sstyle=|<script(?! src)|\son\w+=|\|\s*safe", source) == [], name


@pytest.mark.parametrize("number", ["9" * 30, str(2**63)])
def test_a_number_that_no_row_can_have_is_not_found(seller: Seller, number: str) -> None:
    browser = Browsing(seller)
    for path in ("/journal/{}", "/journal/{}/exchange.yaml", "/services/{}"):
        assert browser.look(path.format(number)).status_code == 404, path
    for path in ("/journal/{}/repeat", "/services/{}/key", "/faults/{}"):
        assert browser.press(path.format(number)).status_code == 404, path


ODD = "\"'><b>&{{7*7}}"
"""A text that would end an attribute, open a tag, or be a place in a template."""


def test_every_page_shows_odd_texts_as_texts(seller: Seller) -> None:
    seller.rules(row_changes=True)
    number = seller.order(licname=ODD, remoteid=ODD)
    seller.account("reseller", realname=ODD)
    seller.service(number, remoteid=ODD)
    seller.call(ODD, login=ODD, **{ODD: ODD})
    seller.call("soft.edit", elid=number, licname=ODD, sok="ok")
    browser = Browsing(seller)
    pages = [
        "", "/journal", *(f"/journal/{entry['id']}" for entry in seller.journal.entries()),
        "/services", f"/services/{number}", "/services?search=%22%3E%3Cb%3E", "/money",
        "/journal?func=%22%3E%3Cb%3E&login=%22%3E%3Cb%3E&outcome=%22%3E%3Cb%3E&kind=%22%3E%3Cb%3E",
        "/functions?search=%22%3E%3Cb%3E", "/functions/%22%3E%3Cb%3E", "/money?login=%22%3E%3Cb%3E",
        "/services?type=%22%3E%3Cb%3E&status=%22%3E%3Cb%3E", "?x=%22%3E%3Cb%3E",
        "/panel", f"/panel?license={number}", "/panel?license=%22%3E%3Cb%3E",
        "/functions/soft.edit?step=%22%3E%3Cb%3E", f"{CONSOLE}/_verify?x=%22%3E%3Cb%3E",
    ]  # fmt: skip
    for path in pages:
        page = browser.look(path).text
        assert "<b>" not in page, path
        assert "&amp;49" not in page, path
    tried = browser.press("/functions/soft/call", login=ODD, further=ODD, **{f"value.{ODD}": ODD})
    assert "<b>" not in tried.text


@pytest.mark.parametrize(
    ("referrer", "leads"),
    [
        (f"{BASE}{PAGE}/functions/whoami", f"{PAGE}/functions/whoami?"),
        ("", f"{CONSOLE}?"),
        ("http://127.0.0.1/billmgr", f"{CONSOLE}?"),
        ("http://[", f"{CONSOLE}?"),
    ],
)
def test_after_a_form_the_choices_lead_to_the_page_that_had_it(
    seller: Seller, referrer: str, leads: str
) -> None:
    headers = {**HERE, "Referer": referrer}
    answer = Browsing(seller).press("/functions/whoami/call", headers, login="reseller")
    assert f'href="{leads}lang=ru"' in answer.text


def test_a_russian_text_has_the_dash_of_its_language() -> None:
    assert [name for name, text in all_texts().items() if " - " in text["ru"]] == []


def test_whatever_scrolls_sideways_is_reached_by_the_keyboard_and_named() -> None:
    folder = Path(str(console.__file__)).parent / "templates"
    regions = [
        (path.name, tag)
        for path in folder.glob("*.html")
        for tag in re.findall(r'<div class="wide"[^>]*>', path.read_text())
    ]
    assert len(regions) > 15
    assert [
        each for each in regions if 'tabindex="0" role="region" aria-label="' not in each[1]
    ] == []

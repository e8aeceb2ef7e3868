"""The pages of exercises: a trainee's steps, and the trainer's view of a class."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from emulator.control.console.exercises import LIVE_SECONDS
from emulator.control.console.picture import draw
from emulator.exercises import files
from emulator.testing import Seller
from tests.console.browsing import CONSOLE, Browsing
from tests.exercises.test_files import OWN, write
from tests.exercises.ways import FIRST, RIGHT, lose_order, order, ordered_again

STATE = re.compile(r'<li class="(done|next|waiting|missed)">')
TRAINING = f"{CONSOLE}/_training"


def start(browser: Browsing, exercise: str = "lost-reply") -> None:
    assert browser.press("/exercise/start", None, exercise=exercise).status_code == 303


def states(page: str) -> list[str]:
    return STATE.findall(page)


def test_a_world_without_an_exercise_shows_the_list(seller: Seller) -> None:
    page = Browsing(seller).look("/exercise").text
    for exercise in files.list_exercises(None)[0]:
        assert f'name="exercise" value="{exercise.id}"' in page
        assert exercise.title["en"] in unescape(page)


def test_a_trainee_sees_what_is_done_and_what_it_would_have_cost(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser)
    assert states(browser.look("/exercise").text) == ["next", "waiting", "waiting", "waiting"]
    lose_order(seller)
    page = unescape(browser.look("/exercise").text)
    assert states(page) == ["done", "next", "waiting", "waiting"]
    assert "A real seller would have charged 5.00 EUR." in page
    assert "The money is gone whether or not the answer arrived." in page
    assert 'class="lost"' in page
    start(browser)
    assert states(browser.look("/exercise").text)[0] == "next"


def test_an_exercise_is_done_with_the_forms_of_the_console(seller: Seller) -> None:
    browser = Browsing(seller)

    def send(func: str, **params: object) -> None:
        values = {f"value.{name}": str(value) for name, value in params.items()}
        sent = browser.press(f"/functions/{func}/call", None, login="reseller", **values)
        assert sent.status_code == 200, func

    start(browser)
    send("soft.order.param", **FIRST, remoteid="c-1")
    send("soft", remoteid="c-1")
    (license,) = (row["id"] for row in seller.call("soft").rows() if row["remoteid"] == "c-1")
    send("soft.edit", elid=license)
    send("expense")
    assert states(browser.look("/exercise").text) == ["done"] * 4


def read_form(page: str) -> dict[str, str]:
    """What a browser would send of the form of a function as it is filled."""
    values = dict(re.findall(r'name="(value\.[^"]+)" value="([^"]*)"', unescape(page)))
    for select in re.findall(r"<select .*?</select>", page, re.DOTALL):
        name = re.search(r'name="(value\.[^"]+|login)"', select)
        chosen = re.search(r"<option selected>([^<]*)", select)
        if name and chosen:
            values[name[1]] = chosen[1]
    return values


@pytest.mark.parametrize("exercise", ["first-order", "month-passes", "modules", "price-list"])
def test_the_form_of_a_step_is_filled_so_that_it_does_the_step(
    seller: Seller, exercise: str
) -> None:
    browser = Browsing(seller)
    start(browser, exercise)
    for _ in files.find_exercise(exercise, None).steps:
        page = browser.look("/exercise").text
        link = re.search(r"/default(/functions/([^\"?]+)\?step=[\w-]+)", page)
        if link is None:
            seller.clock.advance("32 days")
            seller.call("whoami")
        else:
            form = read_form(browser.look(link[1]).text)
            browser.press(f"/functions/{link[2]}/call", None, **form)
    assert set(states(browser.look("/exercise").text)) == {"done"}


def test_a_number_that_has_to_be_read_from_a_list_is_not_filled_in(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser, "whmcs-recycles")
    seller.call("soft")
    form = read_form(browser.look("/functions/soft.edit?step=renamed").text)
    filled = (form["value.elid"], form["value.licname"], form["value.sok"], form["login"])
    assert filled == ("", "new-customer", "ok", "reseller")
    for step in ("nosuch", "<b>", "resumed"):
        assert browser.look(f"/functions/soft.resume?step={step}").status_code == 200


def test_a_further_login_works_in_a_form_too(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser, "tickets-and-factors")
    seller.call("soft", login="careful")
    browser.press("/functions/soft/call", None, login="api@careful.example.com")
    assert states(browser.look("/exercise").text)[:2] == ["done", "done"]


@pytest.mark.parametrize("exercise", RIGHT)
def test_every_link_of_an_exercise_leads_to_a_page(seller: Seller, exercise: str) -> None:
    browser = Browsing(seller)
    start(browser, exercise)
    RIGHT[exercise][0](seller)
    done = browser.look("/exercise").text
    start(browser, exercise)
    links = set(re.findall(rf'href="({CONSOLE}/[^"#?]+)"', browser.look("/exercise").text + done))
    links = {link for link in links if "/journal/" not in link}
    assert f"{CONSOLE}/default/exercise/list" in links
    assert [link for link in links if browser.look(link).status_code != 200] == []


def test_a_step_that_went_wrong_says_why(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser)
    ordered_again(seller)
    page = browser.look("/exercise").text
    assert states(page) == ["done", "missed", "waiting", "waiting"]
    assert "You ordered again before you looked." in page


@pytest.mark.parametrize("exercise", RIGHT)
def test_every_exercise_is_shown_in_russian_to_its_end(seller: Seller, exercise: str) -> None:
    browser = Browsing(seller)
    start(browser, exercise)
    do, charged = RIGHT[exercise]
    do(seller)
    page = unescape(browser.look("/exercise?lang=ru").text)
    assert set(states(page)) == {"done"}
    assert f"Настоящий продавец списал бы {charged} EUR." in page
    assert "None" not in page


def test_a_page_asks_for_progress_until_its_time_is_over(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser)
    poll = re.search(r'hx-get="([^"]+)" hx-trigger="every 3s"', browser.look("/exercise").text)
    assert poll is not None
    address = f"/exercise{unescape(poll[1])}"
    assert browser.look(address).status_code == 204
    lose_order(seller)
    assert states(browser.look(address).text)[:2] == ["done", "next"]
    start(browser, "modules")
    assert "who pays whom" in browser.look(address).text.partition('id="exercise"')[2]
    seller.reset()
    assert browser.look(address).status_code == 204
    start(browser)
    seller.time.pass_time(LIVE_SECONDS + 1)
    stopped = browser.look(address)
    assert (stopped.status_code, "hx-get" in stopped.text) == (286, False)


def test_texts_of_a_file_are_shown_as_text(tmp_path: Path) -> None:
    hostile = OWN.replace("en: Look,", "en: '<b>\"Look',").replace("en: call,", "en: '<i>call',")
    write(tmp_path, "own", hostile)
    with Seller(exercises=tmp_path) as seller:
        browser = Browsing(seller)
        start(browser, "own")
        page = browser.look("/exercise").text
        write(tmp_path, "own", "<b>: [")
        broken = browser.look("/exercise")
        listed = browser.look("/exercise/list").text
    assert "&lt;b&gt;&#34;Look" in page
    assert "&lt;i&gt;call" in page
    assert "<b>" not in page + broken.text + listed
    assert broken.status_code == 400
    assert "own.yaml: " in broken.text
    assert "own.yaml: " in listed


def test_an_exercise_that_does_not_exist_is_refused_with_a_line(seller: Seller) -> None:
    refused = Browsing(seller).press("/exercise/start", None, exercise="lost-replay")
    assert refused.status_code == 400
    assert "the nearest is" in refused.text


def test_a_picture_has_every_message_between_its_parties() -> None:
    for exercise in files.list_exercises(None)[0]:
        drawing = draw(exercise.picture, "ru")
        assert len(drawing.messages) == len(exercise.picture.arrows)
        assert all(0 < message.x < drawing.width for message in drawing.messages)
        assert all(0 < message.y < drawing.height for message in drawing.messages)
        assert sum(message.lost for message in drawing.messages) == sum(
            arrow.lost for arrow in exercise.picture.arrows
        )


def press(browser: Browsing, path: str, **form: str) -> tuple[int, str]:
    """Sends a form of the trainer's page; the status and the page or the address it leads to."""
    answer = browser.client.post(
        f"{TRAINING}/{path}",
        base_url="http://127.0.0.1",
        data={"csrf": browser.token(), **form},
        headers={"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"},
    )
    return answer.status_code, answer.headers.get("Location") or answer.text


def test_a_class_is_made_seen_and_ended(seller: Seller) -> None:
    browser = Browsing(seller)
    form = {"class": "spring", "count": "3", "exercise": "late-key"}
    assert press(browser, "create", **form) == (303, f"{TRAINING}?class=spring")
    assert [name for name in seller.worlds.names() if name != "default"] == [
        "spring-01", "spring-02", "spring-03",
    ]  # fmt: skip
    page = browser.look(f"{TRAINING}?class=spring").text
    assert page.count(f'href="{CONSOLE}/spring-') == 3
    assert "Trainees: 3, finished: 0, stuck: 0" in page
    assert press(browser, "start", **{"class": "spring", "exercise": "modules"})[0] == 303
    assert "who pays whom" in browser.look(f"{TRAINING}?class=spring").text
    seller.worlds.reset("spring-02")
    page = unescape(browser.look(f"{TRAINING}?class=spring").text)
    assert 'no exercise was started in the world "spring-02"' in page
    assert browser.look(TRAINING).text.count(f'href="{CONSOLE}/spring-') == 2
    assert press(browser, "remove", **{"class": "spring"})[0] == 303
    assert seller.worlds.names() == ["default"]


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"class": "Spring", "count": "2"}, "is not a name of a class"),
        ({"class": "", "count": "2"}, "is not a name of a class"),
        ({"class": "spring", "count": "0"}, "0 is not between 1 and 60"),
        ({"class": "spring", "count": "many"}, "0 is not between 1 and 60"),
        ({"class": "spring", "count": "2", "exercise": "none"}, "there is no exercise"),
        ({"class": "taken", "count": "2"}, "exists already"),
    ],
)
def test_a_class_that_cannot_be_makes_no_world(
    seller: Seller, form: dict[str, str], line: str
) -> None:
    seller.world("taken-02")
    status, page = press(Browsing(seller), "create", **{"exercise": "late-key", **form})
    assert status == 400
    assert line in unescape(page)
    assert seller.worlds.names() == ["default", "taken-02"]


def test_ending_a_class_removes_no_other_world(seller: Seller) -> None:
    browser = Browsing(seller)
    seller.world("spring-fair")
    for name in ("", "default", "spring"):
        assert press(browser, "remove", **{"class": name})[0] == 400
    assert seller.worlds.names() == ["default", "spring-fair"]


def test_who_makes_no_progress_is_shown_as_stuck(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser, "late-key")
    seller.time.pass_time(4 * 60)
    order(seller)
    seller.time.pass_time(4 * 60)
    seller.call("whoami")
    assert "stuck: 0" in browser.look(TRAINING).text
    assert "stuck: 1" in browser.look(f"{TRAINING}?minutes=4").text
    seller.time.pass_time(60)
    page = browser.look(TRAINING).text
    assert '<tr class="stuck">' in page
    assert "5 min" in page


def test_the_trainers_page_is_sent_again_only_when_it_changed(seller: Seller) -> None:
    browser = Browsing(seller)
    start(browser, "late-key")
    poll = re.search(r'hx-get="([^"]+)" hx-trigger="every 5s"', browser.look(TRAINING).text)
    assert poll is not None
    address = f"{TRAINING}{unescape(poll[1])}"
    assert browser.look(address).status_code == 204
    seller.time.pass_time(60)
    assert "1 min" in browser.look(address).text


def test_the_sheet_has_address_login_and_password_of_each_trainee(seller: Seller) -> None:
    browser = Browsing(seller)
    press(browser, "create", **{"class": "spring", "count": "2", "exercise": "late-key"})
    page = browser.look(f"{TRAINING}/sheet?class=spring").text
    for name in ("spring-01", "spring-02"):
        assert f"<code>http://127.0.0.1/w/{name}/billmgr</code>" in page
    assert page.count("<code>reseller</code>") == 2
    assert "<code>secret</code>" not in page
    browser.press("/exercise/start", None, exercise="late-key")
    alone = browser.look(f"{TRAINING}/sheet").text
    assert alone.count("<code>secret</code>") == 1

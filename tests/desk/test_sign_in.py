"""Nobody comes in without the password, and nobody else's page acts for who is in."""

import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.responses import PlainTextResponse, Response

from connectors.settings.fields import Settings
from connectors.settings.passwords import OF_NOBODY, fits, hashed, people_of, setting_of
from tasks.desk import sign_in
from tasks.desk.frame import Page, Visit, get, post
from tasks.desk.sign_in import COOKIE, LASTS, LOCKED_FOR, MOST_WRONG
from tests.desk.conftest import HASH, HERE, NAME, PASSWORD


def say(visit: Visit) -> Response:
    """Say what was sent, and who did."""
    sent = next(iter(visit.files("file")), None)
    size = f" {sent.filename} {len(sent.file.read())}" if sent else ""
    return PlainTextResponse(f"{visit.who}: {visit.text('word')}{size}")


def show_form(visit: Visit) -> Response:
    return PlainTextResponse(f'<input name="token" value="{visit.token}">')


def burst(visit: Visit) -> Response:
    raise RuntimeError(f"a secret of {visit.who}")


ECHO = Page(
    "試験",
    "/",
    (
        get("/", show_form),
        post("/say", say),
        post("/file", say, 1_000_000),
        get("/burst", burst),
    ),
)


@pytest.fixture
def echo(make_desk):
    made = make_desk(pages=(ECHO,))
    made.sign_in()
    return made


def test_every_page_wants_a_person_and_sends_them_back_where_they_came_from(make_desk):
    desk = make_desk()
    out = desk.browser.get("/runs")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in?next=/runs")

    inside = desk.sign_in(next="/runs")
    assert (inside.status_code, inside.headers["location"]) == (303, "/runs")
    assert NAME in desk.browser.get("/").text
    cookie = inside.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("page", ["/files?kind=shipments", "/stock?sku=KT-04%26A"])
def test_who_signs_in_again_comes_to_the_page_as_it_was_asked_for(make_desk, page: str):
    """A tab of yesterday was led to the form of another kind of file."""
    desk = make_desk()
    sign_in = desk.browser.get(desk.browser.get(page).headers["location"]).text
    way = unescape(sign_in.partition('name="next" value="')[2].partition('"')[0])
    assert desk.sign_in(next=way).headers["location"] == page


def test_a_session_ends_by_its_time_and_by_its_button(desk):
    assert desk.browser.get("/").status_code == 200
    desk.clock.append(desk.clock[-1] + LASTS)
    assert desk.browser.get("/runs").status_code == 303

    desk.sign_in()
    kept = desk.browser.cookies[COOKIE]
    desk.browser.post("/sign-out", headers=desk.headers)
    desk.browser.cookies.set(COOKIE, kept)
    assert desk.browser.get("/runs").status_code == 303


def test_a_form_sent_after_the_end_of_a_session_leads_back_to_its_page(desk):
    desk.clock.append(desk.clock[-1] + LASTS)
    came = {"Referer": f"{HERE}/files?kind=stock"}
    ways = [
        desk.browser.post(path, data={}, headers=desk.headers | came).headers[
            "location"
        ]
        for path in ("/files", "/adjust")
    ]
    assert ways == ["/sign-in?ended=1&next=/files%3Fkind%3Dstock"] * 2
    told = desk.browser.get(ways[0]).text
    assert "何も変更していません" in told
    assert 'name="next" value="/files?kind=stock"' in told
    evil = desk.headers | {"Referer": "https://evil.example//evil.example/"}
    away = desk.browser.post("/adjust", data={}, headers=evil).headers["location"]
    assert away == "/sign-in?ended=1&next=/"


def test_after_five_wrong_passwords_even_the_right_one_waits(make_desk):
    desk = make_desk()
    ends = [desk.sign_in("wrong").status_code for _ in range(20)]
    assert ends == [403] * MOST_WRONG + [429] * (20 - MOST_WRONG)
    assert desk.sign_in().status_code == 429
    desk.clock.append(desk.clock[-1] + LOCKED_FOR)
    assert desk.sign_in().status_code == 303


def test_unknown_names_fill_no_memory_and_lock_nobody_else(make_desk, monkeypatch):
    monkeypatch.setattr(sign_in, "OF_NOBODY", HASH)  # as good, and cheap
    desk = make_desk()
    ends = [desk.sign_in(name=f"x{n}").status_code for n in range(MOST_WRONG + 1)]
    assert ends == [403] * MOST_WRONG + [429]
    assert desk.sign_in().status_code == 303


@pytest.mark.parametrize(
    "way", ["//evil.example", "https://evil.example", "/\\evil", "/\t/evil.example"]
)
def test_sign_in_leads_to_no_foreign_page(make_desk, way):
    assert make_desk().sign_in(next=way).headers["location"] == "/"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:4200", None]
)
def test_a_foreign_page_cannot_send_a_form(make_desk, origin):
    desk = make_desk()
    desk.headers = {"Origin": origin} if origin else {}
    assert desk.sign_in().status_code == 403


def test_a_name_pointed_at_this_machine_is_not_ours(desk):
    answer = desk.browser.get("/runs", headers={"Host": "evil.example:8790"})
    assert answer.status_code == 421
    assert NAME not in answer.text


def test_a_form_needs_the_token_of_its_session(echo):
    def sent(token: str) -> int:
        form = {"token": token, "word": "a"}
        return echo.browser.post("/say", data=form, headers=echo.headers).status_code

    before = echo.token("/")
    assert [sent(""), sent("guessed"), sent(before)] == [403, 403, 200]
    echo.sign_in()
    assert sent(before) == 403


def test_a_form_may_be_as_large_as_its_door_and_no_larger(echo):
    def sent(path: str, size: int) -> tuple[int, str]:
        files = {"file": ("../../注文.csv", b"x" * size)}
        answer = echo.send(path, "/", files=files, word="a")
        return answer.status_code, answer.text[:200]

    assert sent("/file", 900_000) == (200, f"{NAME}: a ../../注文.csv 900000")
    assert sent("/file", 1_100_000)[0] == 413
    assert sent("/say", 100_000)[0] == 413


def test_200_mb_are_refused_without_being_kept(desk):
    piece = b"x" * 1_000_000
    answer = desk.browser.post(
        "/sign-in",
        content=(piece for _ in range(200)),
        headers=desk.headers | {"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert "100MB" in answer.text


def test_every_answer_forbids_scripts_and_styles_within_pages(echo):
    pages = [
        "/",
        "/sign-in",
        "/nothing",
        "/burst",
        "/static/desk.css",
        "/static/../app",
    ]
    for path in pages:
        headers = echo.browser.get(path).headers
        assert "'unsafe-inline'" not in headers["content-security-policy"], path
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["cache-control"] == "no-store", path


def test_an_error_is_told_in_japanese_and_nothing_of_it_is_shown(echo, caplog):
    answer = echo.browser.get("/burst")
    assert "in burst" in caplog.text
    assert NAME not in caplog.text
    assert answer.status_code == 500
    assert "対処" in answer.text
    assert "a secret" not in answer.text
    missing = echo.browser.get("/nothing")
    assert (missing.status_code, "メニューから" in missing.text) == (404, True)


def test_a_page_of_an_error_has_the_menu_that_it_tells_of(desk, make_desk):
    for path, status in (("/nothing", 404), ("/matters/none", 404), ("/stock", 503)):
        answer = desk.browser.get(path)
        assert answer.status_code == status
        assert 'aria-label="メニュー"' in answer.text, path
        assert f"<span>{NAME}</span>" in answer.text, path
    assert "まだデータがありません" in answer.text
    assert str(desk.home) not in answer.text
    stranger = make_desk().browser.get("/nothing")
    assert (stranger.status_code, 'メニュー"' in stranger.text) == (404, False)


def test_a_hash_is_of_one_password_and_survives_its_setting():
    another = hashed("another one", b"another 16 bytes")
    assert fits(PASSWORD, HASH)
    assert fits("another one", another)
    assert not fits(PASSWORD + " ", HASH)
    assert not fits("x" * 1000, HASH)
    assert not fits(PASSWORD, "scrypt:nonsense")
    assert OF_NOBODY.split(":")[:4] == another.split(":")[:4]  # takes as long
    assert not fits("", OF_NOBODY)
    people = {NAME: HASH, "佐藤": another}
    assert people_of(setting_of(people)) == people
    assert not re.search(r"[$\s'\"\\#]", setting_of(people))


@pytest.mark.parametrize("wrong", ["山田", "山田=secret", f"a={HASH},a={HASH}"])
def test_a_setting_of_people_that_is_none_is_refused_without_being_quoted(wrong):
    with pytest.raises(ValueError, match="make desk-password") as refused:
        Settings(desk_people=wrong, _env_file=None)
    assert "secret" not in str(refused.value)


def test_a_session_lasts_a_working_day():
    assert timedelta(hours=8) < LASTS < timedelta(hours=24)

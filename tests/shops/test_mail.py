"""Sending the application over real SMTP: taken once, or a reason and what to do."""

import socket
import time
import traceback
from contextlib import contextmanager
from email import message_from_bytes, policy
from threading import Event, Thread

import pytest
from pydantic import SecretStr

from connectors.mail import (
    MailNotSent,
    MailOutcomeUnknown,
    MailTrouble,
    Security,
    SmtpServer,
    send,
    written,
)
from data.model.shops.application import application_mail
from tasks.setup.services import free_port
from tests.shops.made import NINE, PERSONAL, an_application, at
from tests.shops.mail_server import (
    PASSWORD,
    USER,
    Mailbox,
    certificate,
    known,
    smtp_server,
)

MAIL = application_mail(an_application())
SENDER, RECIPIENT = "desk@juchu.example", "api@mall.example"


def a_server(port: int, **varied) -> SmtpServer:
    usual = {"security": Security.NONE, "sender": SENDER, "recipient": RECIPIENT}
    return SmtpServer(host="127.0.0.1", port=port, **(usual | varied))


def with_login(port: int, password: str = PASSWORD, **varied) -> SmtpServer:
    return a_server(port, user=USER, password=SecretStr(password), **varied)


def trouble(server: SmtpServer, **how) -> MailTrouble:
    with pytest.raises(MailTrouble) as caught:
        send(MAIL, server, NINE, **how)
    return caught.value


@pytest.fixture(scope="module")
def contexts(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("certificate"))


@contextmanager
def dripping(first: bytes):
    """A server that says a few bytes for ever and never ends a line."""
    stop = Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            line, _ = door.accept()
            with line:
                line.sendall(first)
                while not stop.wait(0.05):
                    try:
                        line.sendall(b"x")
                    except OSError:
                        return

        thread = Thread(target=serve)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)


def test_the_mail_arrives_as_it_was_written():
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        send(MAIL, a_server(port), NINE)

    (envelope,) = mailbox.letters
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [RECIPIENT])
    assert (letter["Subject"], letter["From"], letter["To"]) == (
        "楽天API利用申請",
        SENDER,
        RECIPIENT,
    )
    assert letter["Date"] == "Tue, 24 Nov 2026 09:00:00 +0900"
    assert letter.get_content().replace("\r\n", "\n") == MAIL.body


def test_the_same_mail_has_the_same_message_id_whenever_it_is_sent():
    server = a_server(25)
    first, again = (
        message_from_bytes(written(MAIL, server, when)) for when in (NINE, at(5))
    )
    other = written(application_mail(an_application(login_id="x")), server, NINE)

    assert first["Message-ID"] == again["Message-ID"]
    assert first["Message-ID"] != message_from_bytes(other)["Message-ID"]


def test_a_login_goes_over_starttls(contexts):
    serving, trusting = contexts
    mailbox = Mailbox()
    how = {"authenticator": known, "auth_required": True, "require_starttls": True}
    with smtp_server(mailbox, tls_context=serving, **how) as port:
        server = with_login(port, security=Security.STARTTLS)
        send(MAIL, server, NINE, trusted=trusting)

    assert len(mailbox.letters) == 1


def test_tls_from_the_first_byte_works_too(contexts):
    serving, trusting = contexts
    mailbox = Mailbox()
    with smtp_server(mailbox, ssl_context=serving) as port:
        server = a_server(port, security=Security.SSL)
        send(MAIL, server, NINE, trusted=trusting)

    assert len(mailbox.letters) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.SSL])
def test_a_certificate_nobody_vouches_for_gets_no_mail(contexts, security):
    serving, _ = contexts
    mailbox = Mailbox()
    how = "tls_context" if security is Security.STARTTLS else "ssl_context"
    with smtp_server(mailbox, **{how: serving}) as port:
        told = trouble(a_server(port, security=security))

    assert isinstance(told, MailNotSent)
    assert "JUCHU_SMTP_SECURITY" in told.advice
    assert mailbox.letters == []


def test_a_server_without_starttls_gets_neither_password_nor_mail():
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        told = trouble(with_login(port, security=Security.STARTTLS))

    assert isinstance(told, MailNotSent)
    assert "STARTTLS" in str(told)
    assert mailbox.letters == []


def test_a_wrong_password_is_told_without_it(contexts):
    serving, trusting = contexts
    how = {"authenticator": known, "auth_required": True}
    with smtp_server(Mailbox(), tls_context=serving, **how) as port:
        server = with_login(port, "CANARY-WRONG", security=Security.STARTTLS)
        told = trouble(server, trusted=trusting)

    assert isinstance(told, MailNotSent)
    assert "[535]" in str(told)
    assert "JUCHU_SMTP_USER" in told.advice
    assert "CANARY" not in "".join(traceback.format_exception(told))


@pytest.mark.parametrize(
    ("answers", "setting"),
    [
        ({"mail": f"550 no {SENDER} {PASSWORD}"}, "JUCHU_SMTP_FROM"),
        ({"rcpt": f"550 no {RECIPIENT} {PASSWORD}"}, "JUCHU_SMTP_TO"),
        ({"data": f"554 not this {MAIL.body.splitlines()[-3]}"}, "もう一度実行"),
    ],
)
def test_a_refusal_is_told_by_its_code_and_what_to_check(answers, setting):
    with smtp_server(Mailbox(**answers)) as port:
        told = trouble(a_server(port))

    text = "".join(traceback.format_exception(told))
    assert isinstance(told, MailNotSent)
    assert "[55" in text
    assert setting in told.advice
    assert [word for word in (*PERSONAL, PASSWORD, RECIPIENT) if word in text] == []


@pytest.mark.parametrize("answer", ["hang up", "well, perhaps"])
def test_a_server_that_does_not_answer_to_the_mail_may_have_sent_it(answer):
    with smtp_server(Mailbox(data=answer)) as port:
        told = trouble(a_server(port))

    assert isinstance(told, MailOutcomeUnknown)
    assert "送信済みかもしれません" in told.advice


def test_no_server_is_told_with_the_settings_to_check():
    told = trouble(a_server(free_port()))

    assert isinstance(told, MailNotSent)
    assert "JUCHU_SMTP_HOST" in told.advice


@pytest.mark.parametrize("first", [b"", b"220 hello\r\n250-"])
def test_a_server_that_drips_is_left_when_the_time_is_over(first):
    began = time.monotonic()
    with dripping(first) as port:
        told = trouble(a_server(port), deadline_s=0.3)

    assert isinstance(told, MailNotSent)
    assert time.monotonic() - began < 3


def test_no_trouble_carries_what_caused_it():
    told = trouble(a_server(free_port()))

    assert (told.__cause__, told.__context__) == (None, None)


def test_neither_the_server_nor_the_mail_shows_its_secret():
    shown = f"{with_login(25)!r} {MAIL!r}"

    assert [word for word in (*PERSONAL, PASSWORD) if word in shown] == []


@pytest.mark.parametrize(
    ("varied", "setting"),
    [
        ({"host": "mail.mihon.example"}, "SECURITY"),
        ({"host": "192.0.2.1"}, "SECURITY"),
        ({"user": USER}, "PASSWORD"),
        ({"user": USER, "password": SecretStr("合言葉")}, "半角"),
        ({"sender": "desk"}, "FROM"),
        ({"recipient": "a@b.example\r\nBcc: c@d.example"}, "TO"),
        ({"recipient": "a@b.example, c@d.example"}, "TO"),
    ],
)
def test_a_setting_that_could_not_work_or_is_not_safe_is_named(varied, setting):
    usual = {"host": "127.0.0.1", "port": 25, "sender": SENDER, "recipient": RECIPIENT}
    with pytest.raises(ValueError, match=setting) as caught:
        SmtpServer(**(usual | {"security": Security.NONE} | varied))

    assert "合言葉" not in str(caught.value)

"""Mail: into the box of this machine, or by a service, and what is known when that fails."""

from __future__ import annotations

import json
import smtplib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from mikomi.hub.kit import environment, mailbox, mailing, smtp


@pytest.mark.django_db
def test_mail_without_a_server_is_kept_where_a_page_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST", 2)
    box = mailbox.MailBoxBackend()
    for number in range(3):
        box.send_messages(
            [EmailMessage(f"件名 {number}", "本文", "mikomi@works.example", ["mori@works.example"])]
        )
    assert [one.subject for one in mailbox.mails()] == ["件名 2", "件名 1"]
    assert mailbox.mails()[0].to == "mori@works.example"


class Postmark(BaseHTTPRequestHandler):
    """Answers as postmarkapp.com/developer/api/email-api says."""

    seen: ClassVar[list[tuple[str, str, dict]]] = []
    status = 200

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.path, self.headers["X-Postmark-Server-Token"], said))
        told = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": said["To"]}
        if self.status != 200:
            told = {"ErrorCode": 10, "Message": "Bad or missing API token."}
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def postmark() -> Iterator[str]:
    Postmark.seen, Postmark.status = [], 200
    server = HTTPServer(("127.0.0.1", 0), Postmark)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_gets_the_mail_with_its_key(postmark: str) -> None:
    told = environment.smtp({"MIKOMI_SMTP_URL": "postmark://tok-1@?from=mikomi@works.example"})
    backend = import_string(told["BACKEND"])(**told["OPTIONS"], api_url=postmark)
    mail = EmailMessage("件名", "本文", "mikomi@works.example", ["mori@works.example"])
    assert backend.send_messages([mail]) == 1
    path, token, said = Postmark.seen[0]
    assert (path, token, said["Subject"], said["TextBody"]) == ("/email", "tok-1", "件名", "本文")
    Postmark.status = 401
    with pytest.raises(Exception, match="401") as refused:
        backend.send_messages([mail])
    assert mailing.fate_after(refused.value) == "again"


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (ConnectionRefusedError(111, "refused"), "again"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "again"),
        (smtplib.SMTPRecipientsRefused({"a@works.example": (550, b"no such user")}), "refused"),
        (smtplib.SMTPRecipientsRefused({"a@works.example": (451, b"later")}), "again"),
        (smtplib.SMTPServerDisconnected("gone"), "unknown"),
        (TimeoutError(), "unknown"),
    ],
)
def test_only_what_surely_was_not_taken_is_sent_again(error: Exception, fate: str) -> None:
    assert mailing.fate_after(error) == fate


def test_a_server_that_is_not_reached_has_taken_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mail = EmailMessage("件名", "本文", "mikomi@works.example", ["mori@works.example"])
    for url, more in (
        (f"smtp://127.0.0.1:{port}", {}),
        ("postmark://tok-1@?from=mikomi@works.example", {"api_url": f"http://127.0.0.1:{port}/"}),
    ):
        told = environment.smtp({"MIKOMI_SMTP_URL": url})
        backend = import_string(told["BACKEND"])(alias="default", **told["OPTIONS"], **more)
        with pytest.raises(Exception, match="refused") as error:
            backend.send_messages([mail])
        assert mailing.fate_after(error.value) == "again"


def test_a_server_that_takes_calls_and_says_nothing_has_taken_nothing() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        told = environment.smtp({"MIKOMI_SMTP_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}"})
        backend = import_string(told["BACKEND"])(alias="default", **(told["OPTIONS"] | {"timeout": 0.2}))
        mail = EmailMessage("件名", "本文", "mikomi@works.example", ["mori@works.example"])
        with pytest.raises(smtp.NotOpenedError) as error:
            backend.send_messages([mail])
    assert mailing.fate_after(error.value) == "again"

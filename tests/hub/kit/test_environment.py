from __future__ import annotations

from pathlib import Path

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.kit import environment

FOLDER = Path("/srv/mikomi")


def test_without_variables_all_stands_in_the_data_folder() -> None:
    database = environment.database({}, FOLDER)
    assert (database["ENGINE"], database["NAME"]) == (
        "django.db.backends.sqlite3",
        "/srv/mikomi/mikomi.sqlite3",
    )
    assert environment.data_folder({}) == Path.cwd() / "mikomi-data"
    assert environment.hosts({}) == environment.Hosts(("localhost", "127.0.0.1", "[::1]"), (), False)


def test_sqlite_waits_for_other_writers_instead_of_failing() -> None:
    options = environment.database({}, FOLDER)["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


def test_a_postgres_url_is_taken_apart() -> None:
    url = "postgres://mi%40ko:se%3Acret@db.example:6543/leads?sslmode=require"
    database = environment.database({"MIKOMI_DATABASE_URL": url}, FOLDER)
    assert [database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "leads",
        "mi@ko",
        "se:cret",
        "db.example",
        "6543",
    ]
    assert database["OPTIONS"]["sslmode"] == "require"


def test_a_postgres_socket_is_named_in_the_query() -> None:
    url = "postgres://mikomi@/leads?host=/run/postgresql"
    database = environment.database({"MIKOMI_DATABASE_URL": url}, FOLDER)
    assert (database["HOST"], database["USER"]) == ("/run/postgresql", "mikomi")
    assert "host" not in database["OPTIONS"]


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "postgres://host/", "sqlite://host/x", "sqlite:///", "postgres://h:port/x"]
)
def test_a_database_url_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(MikomiError, match="MIKOMI_DATABASE_URL"):
        environment.database({"MIKOMI_DATABASE_URL": url}, FOLDER)


def test_an_https_host_makes_cookies_secure() -> None:
    hosts = environment.hosts({"MIKOMI_HOSTS": "https://mikomi.example.com, 10.0.0.5"})
    assert hosts.secure
    assert hosts.names[-2:] == ("mikomi.example.com", "10.0.0.5")
    assert hosts.origins == ("https://mikomi.example.com", "http://10.0.0.5")


@pytest.mark.parametrize("entry", ["ftp://x", "https://x/path", "https://"])
def test_a_host_that_is_none_is_refused(entry: str) -> None:
    with pytest.raises(MikomiError, match="MIKOMI_HOSTS"):
        environment.hosts({"MIKOMI_HOSTS": entry})


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(MikomiError, match="32 characters"):
        environment.secret_key({"MIKOMI_SECRET_KEY": "short"}, FOLDER)


def test_smtp_urls_choose_the_encryption() -> None:
    start = environment.smtp({"MIKOMI_SMTP_URL": "smtp://u:p@mail.example"})["OPTIONS"]
    assert (start["port"], start["use_tls"], start["use_ssl"]) == (587, True, False)
    tls = environment.smtp({"MIKOMI_SMTP_URL": "smtps://mail.example:4650"})["OPTIONS"]
    assert (tls["port"], tls["use_tls"], tls["use_ssl"]) == (4650, False, True)
    with pytest.raises(MikomiError, match="MIKOMI_SMTP_URL"):
        environment.smtp({"MIKOMI_SMTP_URL": "mail.example"})


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", "mikomi@localhost"),
        ("smtp://mail.example", "mikomi@mail.example"),
        ("smtp://hana%40example.com:p@mail.example", "hana@example.com"),
        ("smtp://u:p@mail.example?from=sales@example.com", "sales@example.com"),
    ],
)
def test_mail_has_a_sender(url: str, address: str) -> None:
    assert environment.sender({"MIKOMI_SMTP_URL": url}) == address


def test_samples_are_shown_where_they_are_asked_for() -> None:
    assert not environment.samples({})
    assert not environment.samples({"MIKOMI_SAMPLES": "0"})
    assert environment.samples({"MIKOMI_SAMPLES": "1"})
    with pytest.raises(MikomiError, match="MIKOMI_SAMPLES"):
        environment.samples({"MIKOMI_SAMPLES": "yes"})


def test_without_a_mail_server_mail_stays_on_this_machine() -> None:
    assert environment.smtp({})["BACKEND"] == environment.MAIL_BOX


def test_a_mail_service_is_named_by_its_address_with_its_key() -> None:
    told = environment.smtp({"MIKOMI_SMTP_URL": "mailgun://key-1@works.example?from=mikomi@works.example"})
    assert told["BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert told["OPTIONS"] == {"api_key": "key-1", "sender_domain": "works.example"}
    for wrong in ("postmark://", "postmark://token@", "mailgun://key@?from=a@works.example"):
        with pytest.raises(MikomiError, match="MIKOMI_SMTP_URL"):
            environment.smtp({"MIKOMI_SMTP_URL": wrong})


def test_links_in_mails_lead_to_where_people_reach_the_pages() -> None:
    assert (
        environment.own_url({"MIKOMI_OWN_URL": "https://mikomi.works.example/"})
        == "https://mikomi.works.example"
    )
    assert environment.own_url({"MIKOMI_HOSTS": "https://a.example,b.example"}) == "https://a.example"
    with pytest.raises(MikomiError, match="MIKOMI_OWN_URL"):
        environment.own_url({"MIKOMI_OWN_URL": "mikomi.works.example"})

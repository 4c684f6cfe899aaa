"""What the surroundings say: the `MIKOMI_…` variables, each read by a function that fails loudly.

MIKOMI_DATA           the data folder; without it `mikomi-data` in the current folder
MIKOMI_DATABASE_URL   postgres://user:password@host:5432/name or sqlite:///file; without it SQLite in
                      the data folder
MIKOMI_SECRET_KEY     signs sessions and links, 32 characters or more; without it made once and kept in
                      the data folder
MIKOMI_HOSTS          names the pages are reached by, separated by commas, https:// before one where TLS
                      stands in front; without it this machine only
MIKOMI_OWN_URL        where people reach the pages, for links in mails and alerts; without it the first
                      of MIKOMI_HOSTS, else where it is served
MIKOMI_SMTP_URL       smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465 (TLS),
                      or a service: postmark://KEY@, sendgrid://KEY@, brevo://KEY@, resend://KEY@,
                      sparkpost://KEY@, mailersend://KEY@, mailgun://KEY@domain;
                      ?from=mikomi@example.com names the sender; without it mail is kept in the mail box
                      of the pages and never leaves this machine
MIKOMI_SAMPLES        1 shows every component of the pages under /_kit/, for those who work on them
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from mikomi.core.words import MikomiError, Words

ASSETS = Path(__file__).parent.parent / "assets"
"""Where the built style sheet and scripts lie; the web server mounts it under /static."""
DATA_FOLDER = "mikomi-data"
DATABASE_FILE = "mikomi.sqlite3"
SECRET_FILE = "secret_key"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_SECRET = 32

SQLITE_OPTIONS: dict[str, Any] = {
    # With Django's own settings three writers soon meet "database is locked"; with these they wait.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;"
        "PRAGMA synchronous=FULL;"
        "PRAGMA mmap_size=268435456;"
        "PRAGMA journal_size_limit=67108864;"
        "PRAGMA wal_autocheckpoint=20000;"
        "PRAGMA cache_size=-65536;"
        "PRAGMA temp_store=MEMORY;"
    ),
}

POSTGRES_OPTIONS: dict[str, Any] = {
    # Compiling a query costs more than it saves in queries as short as ours.
    "options": "-c jit=off",
}


@dataclass(frozen=True, slots=True)
class Hosts:
    """By which names the pages may be asked for, and whether all of them are behind TLS."""

    names: tuple[str, ...]
    origins: tuple[str, ...]
    secure: bool


def data_folder(environment: Mapping[str, str]) -> Path:
    """The data folder, absolute; it need not exist yet."""
    asked = environment.get("MIKOMI_DATA", "").strip()
    return Path(asked or DATA_FOLDER).expanduser().absolute()


def _wrong(variable: str, ja: str, en: str) -> MikomiError:
    return MikomiError(Words(f"環境変数 {variable} が正しくありません。{ja}", f"{variable} is wrong: {en}"))


def _split(variable: str, url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise _wrong(variable, "URL として読めません", f"not a URL ({error})") from error


def database(environment: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Django's settings of the one database. SQLite in `folder` unless `MIKOMI_DATABASE_URL` is set."""
    url = environment.get("MIKOMI_DATABASE_URL", "").strip()
    if not url:
        return _sqlite(folder / DATABASE_FILE)
    parts, port = _split("MIKOMI_DATABASE_URL", url)
    if parts.scheme == "sqlite":
        if parts.netloc or len(parts.path) < 2:
            raise _wrong(
                "MIKOMI_DATABASE_URL",
                "sqlite:///ファイル名 の形で書いてください",
                "write sqlite:///FILE",
            )
        return _sqlite(Path(unquote(parts.path[1:])).absolute())
    if parts.scheme in ("postgres", "postgresql"):
        name = unquote(parts.path[1:])
        if not name:
            raise _wrong(
                "MIKOMI_DATABASE_URL",
                "データベース名がありません。"
                "postgres://ユーザー:パスワード@ホスト:5432/名前 の形で書いてください",
                "it names no database; write postgres://user:password@host:5432/name",
            )
        # As in libpq, `?host=/run/postgresql` names the folder of a socket.
        more = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or "") or more.pop("host", ""),
            "PORT": str(port or "") or more.pop("port", ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**POSTGRES_OPTIONS, **more},
        }
    raise _wrong(
        "MIKOMI_DATABASE_URL",
        "postgres:// か sqlite:/// で始めてください",
        "it must begin with postgres:// or sqlite:///",
    )


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def secret_key(environment: Mapping[str, str], folder: Path) -> str:
    """`MIKOMI_SECRET_KEY`, else the key kept in `folder`, else one that lasts as long as the process.

    The last is for tests and tools, which have no data folder; `kit.folder.prepare` writes the
    key before anything is served.
    """
    asked = environment.get("MIKOMI_SECRET_KEY", "")
    if asked:
        if len(asked) < SHORTEST_SECRET:
            raise _wrong(
                "MIKOMI_SECRET_KEY",
                f"{SHORTEST_SECRET}文字以上にしてください",
                f"it must have {SHORTEST_SECRET} characters or more",
            )
        return asked
    file = folder / SECRET_FILE
    return file.read_text("utf-8").strip() if file.is_file() else secrets.token_urlsafe(48)


def hosts(environment: Mapping[str, str]) -> Hosts:
    """Names from `MIKOMI_HOSTS`, besides those of this machine."""
    names: list[str] = []
    origins: list[str] = []
    secure = False
    for entry in environment.get("MIKOMI_HOSTS", "").split(","):
        entry = entry.strip()
        if not entry:
            continue
        parts, port = _split("MIKOMI_HOSTS", entry if "://" in entry else f"http://{entry}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise _wrong(
                "MIKOMI_HOSTS",
                "mikomi.example.com か https://mikomi.example.com の形で、カンマで区切って書いてください",
                "write mikomi.example.com or https://mikomi.example.com, separated by commas",
            )
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        names.append(name)
        origins.append(f"{parts.scheme}://{name}" + (f":{port}" if port else ""))
        secure = secure or parts.scheme == "https"
    return Hosts((*LOCAL_HOSTS, *names), tuple(origins), secure)


def own_url(environment: Mapping[str, str]) -> str:
    """Where people reach the pages, without a slash at its end."""
    asked = environment.get("MIKOMI_OWN_URL", "").strip().rstrip("/")
    if not asked:
        return next(iter(hosts(environment).origins), "http://localhost:8000")
    parts, _port = _split("MIKOMI_OWN_URL", asked)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong(
            "MIKOMI_OWN_URL",
            "https://mikomi.example.com の形で書いてください",
            "write https://mikomi.example.com",
        )
    return asked


MAIL_BOX = "mikomi.hub.kit.mailbox.MailBoxBackend"
MAIL_SERVICES = {
    "brevo": ("brevo", "api_key"),
    "mailersend": ("mailersend", "api_token"),
    "mailgun": ("mailgun", "api_key"),
    "postmark": ("postmark", "server_token"),
    "resend": ("resend", "api_key"),
    "sendgrid": ("sendgrid", "api_key"),
    "sparkpost": ("sparkpost", "api_key"),
}
"""Services that django-anymail speaks to: its backend, and how that calls the key."""


def smtp(environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings for sending mail: into the mail box unless `MIKOMI_SMTP_URL` is set."""
    url = environment.get("MIKOMI_SMTP_URL", "").strip()
    if not url:
        return {"BACKEND": MAIL_BOX}
    parts, port = _split("MIKOMI_SMTP_URL", url)
    if parts.scheme in MAIL_SERVICES:
        return _service(parts)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise _wrong(
            "MIKOMI_SMTP_URL",
            "smtp://ユーザー:パスワード@ホスト:587 か、postmark://キー@ のようにサービスを書いてください",
            "write smtp://user:password@host:587, or a service as postmark://KEY@",
        )
    tls = parts.scheme == "smtps"
    return {
        "BACKEND": "mikomi.hub.kit.smtp.SmtpBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": port or (465 if tls else 587),
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_ssl": tls,
            "use_tls": not tls,
            "timeout": 20,
        },
    }


def _service(parts: SplitResult) -> dict[str, Any]:
    backend, key = MAIL_SERVICES[parts.scheme]
    sends_as = parts.scheme == "mailgun"
    if not parts.username or (sends_as and not parts.hostname) or "from" not in dict(parse_qsl(parts.query)):
        wanted = f"{parts.scheme}://KEY@{'example.com' if sends_as else ''}?from=mikomi@example.com"
        raise _wrong("MIKOMI_SMTP_URL", f"{wanted} の形で書いてください", f"write {wanted}")
    options: dict[str, Any] = {key: unquote(parts.username)}
    if sends_as:
        options["sender_domain"] = parts.hostname
    return {"BACKEND": f"anymail.backends.{backend}.EmailBackend", "OPTIONS": options}


def samples(environment: Mapping[str, str]) -> bool:
    """Whether the sample pages are served."""
    asked = environment.get("MIKOMI_SAMPLES", "").strip()
    if asked not in ("", "0", "1"):
        raise _wrong("MIKOMI_SAMPLES", "1 か 0 にしてください", "write 1 or 0")
    return asked == "1"


def sender(environment: Mapping[str, str]) -> str:
    """The address our own mail comes from: `?from=` of `MIKOMI_SMTP_URL`, else its user."""
    url = environment.get("MIKOMI_SMTP_URL", "").strip()
    parts, _port = _split("MIKOMI_SMTP_URL", url)
    asked = dict(parse_qsl(parts.query)).get("from", "") or unquote(parts.username or "")
    if "@" in asked:
        return asked
    return f"mikomi@{parts.hostname or 'localhost'}"

"""`mikomi invite`: an account for one more person, and the link that lets them in."""

from __future__ import annotations

import argparse
import os

from mikomi.cli.main import Parser
from mikomi.cli.serve import add_data_argument
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit import environment, folder
from mikomi.hub.kit.boot import boot, load
from mikomi.hub.kit.migrating import migrate

SUMMARY = Words(
    "人を招く：アカウントを作り、ログインするリンクを出す", "let one more person in: account and login link"
)


ROLES = ("admin", "marketer", "manager", "sales", "viewer")


def add_arguments(parser: Parser) -> None:
    """Declares the options."""
    parser.add_argument(
        "email", metavar="EMAIL", help=Words("その人のメールアドレス", "the person's mail address")
    )
    parser.add_argument(
        "--name",
        help=Words(
            "画面に出す名前（なければアドレスの @ の前）", "shown on pages (default: what stands before @)"
        ),
    )
    parser.add_argument(
        "--role",
        choices=ROLES,
        help=Words(
            "役割（なければ sales、まだ管理者がいなければ admin）。もういる人の役割も変える",
            "the role (default: sales, or admin while there is no admin); changes it for who is here already",
        ),
    )
    parser.add_argument(
        "--reset-two-steps",
        action="store_true",
        help=Words(
            "2段階のログインを外す（スマートフォンも予備のコードもなくしたとき）",
            "take the second step of the login away (phone and spare codes are lost)",
        ),
    )
    parser.add_argument(
        "--url",
        default="",
        help=Words(
            "画面のアドレス（なければ MIKOMI_HOSTS の最初、それもなければ http://127.0.0.1:8000）",
            "where the pages are (default: the first of MIKOMI_HOSTS, else http://127.0.0.1:8000)",
        ),
    )
    add_data_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Prints a link that lets the person in once within 24 hours; 0."""
    data = (args.data or environment.data_folder(os.environ)).expanduser().absolute()
    if folder.about(data) is None:
        raise MikomiError(
            Words(
                f"{data} に Mikomi のデータはありません。--data で指定してください",
                f"there is no data of Mikomi in {data}; name the folder with --data",
            )
        )
    migrate(boot(data))
    email = _address(args.email)
    accounts = load("mikomi.hub.accounts.services")
    queries = load("mikomi.hub.accounts.queries")
    user = queries.find_user(email)
    role = load("mikomi.hub.accounts.types").Role
    people = load("mikomi.hub.accounts.people")
    if user is None:
        asked = role(args.role) if args.role else (role.SALES if queries.people(role.ADMIN) else role.ADMIN)
        with load("django.db.transaction").atomic():
            user = accounts.create_user(email, args.name or email.partition("@")[0], role=asked)
            load("mikomi.hub.accounts.audit").record(
                None,
                "people.invited",
                f"user:{user.pk}",
                Words(
                    f"端末から {email} のアカウントを作った", f"Made an account for {email} from a terminal"
                ),
            )
    else:
        people.let_back(user, None)
        if args.role:
            people.set_role(user, role(args.role), None)
    if args.reset_two_steps:
        load("mikomi.hub.accounts.two_steps").reset(user, None)
    origins = environment.hosts(os.environ).origins
    base = (args.url or (origins[0] if origins else "http://127.0.0.1:8000")).rstrip("/")
    link = f"{base}/login/by-link/{accounts.make_login_link(user)}/"
    words = Words(
        f"このリンクを {email} の人に渡してください（24時間、1回だけ有効）:\n  {link}\n"
        "ログインしたら、自分の設定でパスワードを決めてもらってください",
        f"Give this link to {email} (good once, for 24 hours):\n  {link}\n"
        "Once logged in, they choose a password in their settings",
    )
    print(words.text(args.language))
    return 0


def _address(text: str) -> str:
    try:
        load("django.core.validators").validate_email(text)
    except load("django.core.exceptions").ValidationError as error:
        raise MikomiError(
            Words(f"「{text}」はメールアドレスではありません", f"{text!r} is no mail address")
        ) from error
    return text.strip().lower()

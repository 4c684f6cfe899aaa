"""外部送信: what the tags really in use send, to whom and for what, in words for a site's visitors.

電気通信事業法 27条の12 and its ordinance (電気通信事業法施行規則 22条の2の27 to 29) want for each piece
of information that a page makes a browser send: what is sent, the name of who receives it, and for what
it is used. 27条の12 binds those who offer others one of four kinds of service; a company's page about
itself is not among them, and shows the same voluntarily.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mikomi.core.words import Words

SERVICES: dict[str, Words] = {
    "messages": Words(
        "会員どうしのメッセージやメールなど、ほかの人どうしの通信を取り次ぐ",
        "passes messages between other people, such as members' messages or mail",
    ),
    "platform": Words(
        "SNS、掲示板、動画共有、ショッピングモール、オークションなど、ほかの人が投稿や出品をする場を提供する",
        "gives others a place to post or sell: social media, forums, video sharing, marketplaces, auctions",
    ),
    "search": Words("ほかのサイトを探すオンライン検索を提供する", "searches other sites"),
    "information": Words(
        "ニュース、天気、路線、地図、動画配信など、いろいろな情報を人々に知らせることを事業にしている",
        "informs the public as its business: news, weather, routes, maps, video",
    ),
}
"""The services of 施行規則 22条の2の27, each as the question that a marketer can answer."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One piece of information: what is sent, and for what it is used."""

    what: Words
    purpose: Words


_INTEREST = Words(
    "関心のある内容を知り、ご案内に役立てるため", "to learn what interests you and tell you of it"
)
_ALWAYS = (
    Sent(
        Words("接続元の IP アドレス、ブラウザの種類、日時", "IP address, kind of browser, time"),
        Words("機械による閲覧を除くため、不正な送信を防ぐため", "to leave out machines and stop misuse"),
    ),
)
_BY_OPTION: dict[str, Sent] = {
    "page": Sent(
        Words(
            "見たページのアドレスと題、直前のページ、広告の目印（utm など）",
            "address and title of the page seen, the page before it, marks of advertisements (such as utm)",
        ),
        Words(
            "関心のある内容を知り、ご案内に役立てるため", "to learn what is of interest and inform about it"
        ),
    ),
    "download": Sent(
        Words("ダウンロードした資料の名前", "names of documents downloaded"),
        Words(
            "関心のある内容を知り、ご案内に役立てるため", "to learn what is of interest and inform about it"
        ),
    ),
    "outbound": Sent(
        Words("クリックした外部リンクのアドレス", "addresses of links to other sites that were clicked"),
        Words("サイトの使われ方を知り、改善するため", "to learn how the site is used and improve it"),
    ),
    "time": Sent(
        Words("ページを見ていた時間と、どこまで読んだか", "how long and how far a page was read"),
        Words("サイトの使われ方を知り、改善するため", "to learn how the site is used and improve it"),
    ),
    "forms": Sent(
        Words("フォームに入力して送信した項目", "what was entered and sent in forms"),
        Words("お問い合わせにお答えし、ご連絡するため", "to answer inquiries and get in touch"),
    ),
}
_COOKIE = Sent(
    Words("ブラウザを見分ける番号（Cookie）", "a number that tells browsers apart (cookie)"),
    Words("再び訪れたことを知るため", "to recognise who visits again"),
)
_AGREED = Sent(
    Words("同意なさったこと（Cookie）", "that you agreed (cookie)"),
    Words("同意を覚え、ほかの方に及ぼさないため", "to remember it, and not take it for another person's"),
)


def sent_by(options: Mapping[str, Any]) -> list[Sent]:
    """What the tag of a source with these options sends."""
    collect = options.get("collect", {})
    found = [sent for key, sent in _BY_OPTION.items() if collect.get(key)]
    if options.get("cookie") != "none":
        found.append(_COOKIE)
    if options.get("cookie") == "first_party" and options.get("consent") == "wait":
        found.append(_AGREED)
    return [*found, *_ALWAYS]


def is_duty(services: Collection[str]) -> bool:
    """Whether 27条の12 binds a site that offers these of `SERVICES`."""
    return any(service in SERVICES for service in services)

"""Why something is believed to be a machine's: the closed list, in words, with how certain each is.

Certainty is in percent: how surely a machine did it, or is not to count. What is at `COUNTS_BELOW` or above
does not count. At exactly `UNDECIDED` nobody can say: a program fetched it in the name of a reader who may,
or may not, have been there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mikomi.core.words import Words

COUNTS_BELOW = 50
UNDECIDED = 50


class Reason(StrEnum):
    """The codes that are stored with events; never renamed."""

    CRAWLER = "crawler"
    AI_CRAWLER = "ai_crawler"
    LINK_PREVIEW = "link_preview"
    MONITORING = "monitoring"
    SECURITY_SCANNER = "security_scanner"
    MAIL_SCANNER = "mail_scanner"
    HEADLESS = "headless"
    PROGRAM = "program"
    PRIVACY_PROXY = "privacy_proxy"
    IMAGE_PROXY = "image_proxy"
    DATACENTER = "datacenter"
    PREFETCH = "prefetch"
    HEAD = "head"
    TRAP = "trap"
    BURST = "burst"
    SPEED = "speed"
    MANY_BROWSERS = "many_browsers"
    OWN_STAFF = "own_staff"
    OWN_BROWSER = "own_browser"
    OWN_MAIL = "own_mail"
    PITCH = "pitch"
    TOLD = "told"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reason is called, how it is said in a sentence, and its certainty in percent."""

    name: Words
    said: Words
    certainty: int


VERDICTS: dict[Reason, Verdict] = {
    Reason.CRAWLER: Verdict(
        Words("検索エンジンなどの巡回", "Crawlers"),
        Words("検索エンジンなどの巡回プログラムと判断しました", "Judged to be a crawler"),
        99,
    ),
    Reason.AI_CRAWLER: Verdict(
        Words("AIの巡回", "AI crawlers"),
        Words("AIサービスの巡回プログラムと判断しました", "Judged to be the crawler of an AI service"),
        99,
    ),
    Reason.LINK_PREVIEW: Verdict(
        Words("リンクのプレビュー", "Link previews"),
        Words("リンクのプレビューを作る機械と判断しました", "Judged to be a machine that previews links"),
        97,
    ),
    Reason.MONITORING: Verdict(
        Words("サイトの監視", "Monitoring"),
        Words("サイトを監視する機械と判断しました", "Judged to be a machine that watches the site"),
        98,
    ),
    Reason.SECURITY_SCANNER: Verdict(
        Words("安全性の検査", "Security scanners"),
        Words("サイトの安全性を調べる機械と判断しました", "Judged to be a security scanner"),
        97,
    ),
    Reason.MAIL_SCANNER: Verdict(
        Words("メール検査", "Mail scanners"),
        Words("メール検査の機械と判断しました", "Judged to be a mail scanner"),
        95,
    ),
    Reason.HEADLESS: Verdict(
        Words("自動操作のブラウザ", "Automated browsers"),
        Words("自動操作のブラウザと判断しました", "Judged to be an automated browser"),
        98,
    ),
    Reason.PROGRAM: Verdict(
        Words("プログラム", "Programs"),
        Words("ブラウザではないプログラムと判断しました", "Judged to be a program, not a browser"),
        95,
    ),
    Reason.PRIVACY_PROXY: Verdict(
        Words("Appleのメールプライバシー保護", "Apple Mail Privacy"),
        Words(
            "Appleが代わりに開いたので、本人が読んだかは分かりません",
            "Apple opened it; nobody can say whether the person did",
        ),
        UNDECIDED,
    ),
    Reason.IMAGE_PROXY: Verdict(
        Words("画像の代理取得", "Image proxies"),
        Words(
            "メールサービスが画像を取りに来たので、本人が読んだかは分かりません",
            "A mail service fetched the pictures; nobody can say whether the person did",
        ),
        UNDECIDED,
    ),
    Reason.DATACENTER: Verdict(
        Words("データセンターからのアクセス", "Data centres"),
        Words("データセンターからのアクセスと判断しました", "Judged to come from a data centre"),
        70,
    ),
    Reason.PREFETCH: Verdict(
        Words("先読み", "Prefetches"),
        Words("ブラウザの先読みと判断しました", "Judged to be a prefetch, not a look"),
        90,
    ),
    Reason.HEAD: Verdict(
        Words("中身を読まない確認", "Checks without reading"),
        Words("中身を読まない確認（HEAD）と判断しました", "Judged to be a check (HEAD) that reads nothing"),
        95,
    ),
    Reason.TRAP: Verdict(
        Words("見えないリンク", "Hidden links"),
        Words(
            "人には見えないリンクを開いた機械と判断しました",
            "Judged to be a machine: it opened a hidden link",
        ),
        97,
    ),
    Reason.BURST: Verdict(
        Words("1秒以内に複数", "Several within a second"),
        Words("1秒以内に複数を開いた機械と判断しました", "Judged to be a machine: several within a second"),
        85,
    ),
    Reason.SPEED: Verdict(
        Words("人にはできない速さ", "Faster than people"),
        Words("人にはできない速さと判断しました", "Judged to be faster than any person"),
        85,
    ),
    Reason.MANY_BROWSERS: Verdict(
        Words("1か所から同時に多くのブラウザ", "Many browsers at once"),
        Words(
            "1つの接続元から同時に開かれたので、機械と判断しました",
            "Judged to be one machine: opened from one address at once",
        ),
        90,
    ),
    Reason.OWN_STAFF: Verdict(
        Words("自社からのアクセス", "Our own offices"),
        Words("自社からのアクセスなので、数えません", "From our own office, so it does not count"),
        100,
    ),
    Reason.OWN_BROWSER: Verdict(
        Words("自社の人のブラウザ", "Browsers of our own people"),
        Words(
            "自社の人のブラウザ（Mikomi にログインしたか、除くとした）なので、数えません",
            "From a browser of our own people (logged in to Mikomi, or left out), so it does not count",
        ),
        100,
    ),
    Reason.OWN_MAIL: Verdict(
        Words("自社の人のメールアドレス", "Mail addresses of our own people"),
        Words(
            "Mikomi を使う人のメールアドレスなので、数えません",
            "The mail address of somebody who uses Mikomi, so it does not count",
        ),
        100,
    ),
    Reason.PITCH: Verdict(
        Words("営業目的の送信", "Sales pitches"),
        Words("営業目的の送信なので、数えません", "A sales pitch, so it does not count"),
        100,
    ),
    Reason.TOLD: Verdict(
        Words("取り込み元の判断", "As the source said"),
        Words("取り込み元が機械の動きとしていました", "The source said that it was a machine"),
        100,
    ),
    Reason.BY_HAND: Verdict(
        Words("手で判断", "By hand"),
        Words("手で機械の動きとしました", "Said by hand to be a machine"),
        100,
    ),
}


def certainty(reason: Reason | str) -> int:
    """How certain a reason is, in percent; 0 for a code that is none."""
    return VERDICTS[Reason(reason)].certainty if reason in _CODES else 0


def reason_name(code: str) -> Words:
    """What a reason is called; a code that is none as it stands."""
    return VERDICTS[Reason(code)].name if code in _CODES else Words(code, code)


def reason_said(code: str) -> Words:
    """A reason as a sentence; a general one for a code that is none."""
    if code in _CODES:
        return VERDICTS[Reason(code)].said
    return Words("機械の動きと判断しました", "Judged to be a machine")


_CODES = frozenset(Reason)

"""What people of the product are and may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto

from mikomi.core.words import Words


class Role(StrEnum):
    """What a person does here; each has one."""

    ADMIN = "admin"
    MARKETER = "marketer"
    MANAGER = "manager"
    SALES = "sales"
    VIEWER = "viewer"


class Capability(Flag):
    """What one must be able to do for a page. Several joined by `|`: any one of them is enough."""

    READ = auto()
    """See leads, companies, lists and what the program makes of them."""
    CONTACT = auto()
    """Work with leads one by one: results, notes, values, stages, seats at a seminar."""
    MARKET = auto()
    """Set everything up: imports, segments, scores, journey, what is collected, settings."""
    LEAD_TEAM = auto()
    """Guide the sales team: owners, capacity, calendar, everybody's work."""
    ADMINISTER = auto()
    """People of the product, their roles, the audit log, requests of the law on personal data."""


ROLE_NAMES: dict[Role, Words] = {
    Role.ADMIN: Words("管理者", "Admin"),
    Role.MARKETER: Words("マーケティング担当", "Marketer"),
    Role.MANAGER: Words("営業マネージャー", "Sales manager"),
    Role.SALES: Words("営業", "Sales"),
    Role.VIEWER: Words("閲覧のみ", "Viewer"),
}
"""What the roles are called, the widest first."""

ROLE_WORDS: dict[Role, Words] = {
    Role.ADMIN: Words(
        "すべてができます。人を招く、役割を決める、監査記録を見る、個人情報の請求に応じる",
        "May do everything: invite people, give roles, read the audit log, answer requests on personal data",
    ),
    Role.MARKETER: Words(
        "しくみを整えます。取り込み、セグメント、スコア、ジャーニー、フォーム、設定",
        "Sets everything up: imports, segments, scores, journey, forms, settings",
    ),
    Role.MANAGER: Words(
        "営業の担当、件数、予定を決め、全員の状況を見ます",
        "Decides on owners, capacity and calendar of sales, and sees everybody's work",
    ),
    Role.SALES: Words(
        "リードと会社を見て（自分の担当だけに絞ることもできます）、結果、メモ、項目を書きます",
        "Sees leads and companies (all, or where restricted their own), and writes results, notes and values",
    ),
    Role.VIEWER: Words("見るだけで、何も変えません", "Reads, and changes nothing"),
}
"""What each may do, in one sentence."""

CAPABILITY_WORDS: dict[Capability, Words] = {
    Capability.READ: Words(
        "リード、会社、一覧、スコアとジャーニーを見る", "see leads, companies, lists, scores and the journey"
    ),
    Capability.CONTACT: Words(
        "リードと会社に、結果、メモ、項目の値、ステージを書く",
        "write results, notes, values and stages of leads and companies",
    ),
    Capability.MARKET: Words(
        "取り込み、セグメント、スコア、ジャーニー、フォーム、計測と設定を変える",
        "change imports, segments, scores, the journey, forms, what is collected and settings",
    ),
    Capability.LEAD_TEAM: Words(
        "引き渡しの決まりを変え、多くのリードをまとめて直す、統合する、書き出す",
        "change the rules of hand-offs, and edit, merge and export many leads at once",
    ),
    Capability.ADMINISTER: Words(
        "人を招く、役割を変える、操作の記録を見る、個人情報の求めに応じる、連携先を決める",
        "invite people, change roles, read the audit log, answer requests on personal data, set channels",
    ),
}
"""What each capability is for, as a person would say it."""

_READER = Capability.READ
_SALES = _READER | Capability.CONTACT

GIVEN: dict[Role, Capability] = {
    Role.ADMIN: _SALES | Capability.MARKET | Capability.LEAD_TEAM | Capability.ADMINISTER,
    Role.MARKETER: _SALES | Capability.MARKET,
    Role.MANAGER: _SALES | Capability.LEAD_TEAM,
    Role.SALES: _SALES,
    Role.VIEWER: _READER,
}
"""What each role is able to do."""


@dataclass(frozen=True, slots=True)
class May:
    """What the reader of a page may do: templates hide the rest."""

    able: Capability

    @property
    def contact(self) -> bool:
        """Whether results, notes and values may be written."""
        return bool(self.able & Capability.CONTACT)

    @property
    def market(self) -> bool:
        """Whether imports, segments, scores, journey, forms and settings may be changed."""
        return bool(self.able & Capability.MARKET)

    @property
    def lead_team(self) -> bool:
        """Whether owners, capacity and calendar of sales may be changed."""
        return bool(self.able & Capability.LEAD_TEAM)

    @property
    def tidy(self) -> bool:
        """Whether many leads may be changed, merged, put away or written to a file at once."""
        return bool(self.able & (Capability.MARKET | Capability.LEAD_TEAM))

    @property
    def administer(self) -> bool:
        """Whether people, the audit log and requests on personal data are theirs."""
        return bool(self.able & Capability.ADMINISTER)


NOBODY = May(Capability(0))
"""What a visitor who is not logged in may do."""

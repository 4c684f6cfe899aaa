"""Why something about a hand-off is refused, in words."""

from __future__ import annotations

from datetime import date

from mikomi.core.words import Words
from mikomi.hub.kit import formats

GONE = Words(
    "この引き渡しは見つかりません。一覧から開き直してください",
    "this hand-off is not there; open it anew from the list",
)
ENDED = Words(
    "この引き渡しはもう終わっています。続けるには、もう一度引き渡してください",
    "this hand-off has ended already; hand the lead over again to go on",
)
NOT_OURS = Words(
    "このリードはこの引き渡しの会社の人ではありません。画面を読み直してください",
    "this lead is none of the people of this hand-off; load the page again",
)
LONG_NOTE = Words(
    "メモが長すぎます。1万文字までにして、長い資料はファイルとして添えてください",
    "the note is too long: keep it to 10,000 characters and attach longer papers as a file",
)
FUTURE = Words(
    "連絡した日時が先の日になっています。時計を確かめてください",
    "the contact lies in the future; check the clock",
)
LONG_PAST = Words(
    "連絡した日時が昔すぎます。引き渡しの前日より後の日時にしてください",
    "the contact lies too long ago; it must be later than the day before the hand-off",
)
BAD_DATE = Words(
    "次の日付は、明日から2年以内で選んでください",
    "choose a next date from tomorrow up to two years from now",
)
NO_REASON = Words("理由を選んでください", "choose a reason")
NO_PERSON = Words(
    "その人には引き渡せません（退職したか、役割が「閲覧のみ」です）。ほかの人を選んでください",
    "that person cannot take it (they left, or may only read); choose somebody else",
)
CLOSED_LEAD = Words(
    "対象外にしたリードです。引き渡すには、リードのページで「もう一度対象にする」を押してください",
    "this lead was marked as not for us; to hand it over, open it again on its page",
)
SOON_AGAIN = Words(
    "再検討で引き渡してから30日たっていません", "it was handed over as reconsidering less than 30 days ago"
)
KEPT_OUT = Words("除外か「対応しない」の対象です", "kept out of calls by an exclusion or a priority")
LEAD_GONE = Words("リードがもうありません", "the lead is not there any more")
DEAL_ENDED = Words("会社の商談が終わりました", "the company's deal has ended")
NOBODYS = Words(
    "担当がまだ決まっていません。催促の代わりに、引き渡しのページで担当を決めてください",
    "nobody has this yet; instead of a reminder, choose an owner on the page of the hand-off",
)
YOUR_OWN = Words(
    "自分の担当です。連絡したら、結果を押してください",
    "it is your own; contact them and press what came of it",
)
IN_TIME = Words("期限はまだ過ぎていません", "its time is not over yet")
URGED = Words(
    "この1時間のうちに催促しています。返事がないときは、少し待つか、担当を変えてください",
    "a reminder went out within this hour; wait a little, or give it to somebody else",
)
UNDONE = Words("この結果は、もう取り消してあります", "this result was taken back already")
NOT_LAST = Words(
    "この結果のあとに別の結果があります。新しいものから順に取り消してください",
    "there are later results; take the latest one back first",
)
GOES_ON = Words(
    "この会社の新しい引き渡しが始まっているので、取り消せません。新しい引き渡しで続けてください",
    "a new hand-off of this company is open, so this cannot be taken back; go on with the new one",
)
NOT_CLOSED = Words("このリードは対象外ではありません", "this lead is not marked as not for us")


def not_yours(name: str) -> Words:
    """For a result of somebody who is neither the owner nor leads the team."""
    return Words(
        f"担当は{name}さんです。二重の連絡を防ぐため、自分で続けるときは「引き継ぐ」を選んでください",
        f"{name} looks after this; to go on yourself, take it over, so that nobody calls twice",
    )


def not_before(day: date) -> Words:
    """For a lead that is to be looked at again on a later day."""
    return Words(
        f"{day.year}年{day.month}月{day.day}日にもう一度見る約束です",
        f"it is to be looked at again on {formats.day(day, 'en', day, weekday=False, year=True)}",
    )

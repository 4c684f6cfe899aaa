"""What is said when a lead that is 対象外 asks for something: it stays away from Today, but not unheard."""

from __future__ import annotations

from django.conf import settings

from mikomi.core.words import Words
from mikomi.hub.accounts.queries import able_people
from mikomi.hub.accounts.types import Capability
from mikomi.hub.alerts.recording import tell_person, tell_team
from mikomi.hub.alerts.telling import data_of, named
from mikomi.hub.alerts.types import Told
from mikomi.hub.handoff import queries as handoffs
from mikomi.hub.handoff.types import KIND_WORDS, Kind, ResultView, Standing
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person

WHAT = "handoff_asked_again"
_TITLE = Words("再問い合わせ", "Asked again")
_ANYTHING = Words("問い合わせ", "an inquiry")
_OPEN = Words("リードのページを開く", "Open the lead's page")


def tell(handoff: int, user: int | None, lead: int, asked: str, *, occasion: str) -> int:
    """Tells whoever leads the team, or where nobody does `user`, the last owner, that a lead which a result
    of the hand-off closed `asked` for something. Says how many alerts were made."""
    standing, person = handoffs.handoff(handoff), people.person(lead)
    if standing is None or person is None:
        return 0
    key = f"{WHAT}:{lead}:{occasion[:8]}"
    to = able_people(Capability.LEAD_TEAM) or ([] if user is None else [user])
    in_both = {code: say(standing, person, asked, code) for code, _name in settings.LANGUAGES}
    told = [tell_person(one, "urgent", key, in_both, handoff=handoff, lead=lead) for one in to]
    told.append(tell_team("urgent", key, in_both, handoff=handoff, lead=lead))
    return sum(one is not None for one in told)


def say(standing: Standing, person: Person, asked: str, language: str) -> Told:
    """What it says in `language`, with the way to open the lead again."""
    ja = language == "ja"
    closed = _closed_by(standing, person.number)
    kind = KIND_WORDS[closed.kind if closed else Kind.REJECTED].text(language)
    what = asked or _ANYTHING.text(language)
    sentence = (
        f"「{what}」を送信。結果が「{kind}」のリードなので、今日の画面には出していません。"
        "応じるときは、リードのページで「もう一度対象にする」を押してから引き渡してください。"
        if ja
        else f"Sent “{what}”. The lead's result was “{kind}”, so it is not on Today. "
        "To answer, press “Open again” on the lead's page, then hand it over."
    )
    told = [
        ("前の結果" if ja else "Result before", kind),
        ("理由" if ja else "Reason", closed.reason if closed else ""),
        ("前の担当" if ja else "Owner before", standing.owner_name),
        ("メール" if ja else "Mail", person.email),
    ]
    who = " ".join(part for part in (person.company, named(person, language)) if part)
    member = next((one for one in standing.members if one.lead == person.number), standing.members[0])
    data = data_of(WHAT, "urgent", standing, member, person, "") | {"asked": asked}
    return Told(
        title=f"{_TITLE.text(language)}: {who}",
        sentence=sentence,
        facts=tuple((name, value) for name, value in told if value),
        url=data["url"],
        url_label=_OPEN.text(language),
        event=WHAT.replace("_", ".", 1),
        data=data,
        language=language,
    )


def _closed_by(standing: Standing, lead: int) -> ResultView | None:
    closing = (Kind.REJECTED, Kind.WRONG_PERSON)
    return next(
        (
            one
            for one in handoffs.results_of(standing.number)
            if one.lead == lead and one.kind in closing and not one.undone
        ),
        None,
    )

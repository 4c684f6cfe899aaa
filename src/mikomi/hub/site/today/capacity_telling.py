"""Telling those who may change it that the capacity asks for another threshold: once for each proposal."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from mikomi.hub.accounts.queries import able_people
from mikomi.hub.accounts.types import Capability
from mikomi.hub.alerts.recording import tell_person, tell_team
from mikomi.hub.alerts.types import Told
from mikomi.hub.kit import formats
from mikomi.hub.site.today.capacity import Proposal


def tell(told: Proposal) -> int:
    """Tells marketers, managers and admins, and channels that hear it; how many were told now."""
    key = f"threshold:{told.part}:{told.present:g}:{told.proposed:g}:{told.capacity}"
    people = dict.fromkeys([*able_people(Capability.MARKET), *able_people(Capability.LEAD_TEAM)])
    in_both = {code: say(told, code) for code, _name in settings.LANGUAGES}
    made = [tell_person(one, "proposal", key, in_both) for one in people]
    made.append(tell_team("proposal", key, in_both))
    return sum(one is not None for one in made)


def say(told: Proposal, language: str) -> Told:
    """What the alert says in `language`."""
    ja = language == "ja"
    present, proposed = (formats.number(one) for one in (told.present, told.proposed))
    now, then = (formats.number(round(one, 1), 1) for one in (told.a_day_now, told.a_day_then))
    url = settings.OWN_URL + reverse("site:capacity")
    return Told(
        title=f"しきい値の提案: {present}点から{proposed}点"
        if ja
        else f"Proposed threshold: {proposed} instead of {present}",
        sentence=f"1日{told.capacity}件に合わせた提案です。過去8週の新しいホットは1営業日あたり{now}件、変えると{then}件です。"
        "自動では変わりません。"
        if ja
        else f"It fits {told.capacity} contacts a day. In the past 8 weeks {now} got hot a working day;"
        f" with it {then} would have. Nothing changes by itself.",
        url=url,
        url_label="提案を見る" if ja else "See the proposal",
        event="threshold.proposed",
        data={
            "kind": "proposal",
            "present": told.present,
            "proposed": told.proposed,
            "capacity": told.capacity,
            "url": url,
        },
        language=language,
    )

"""Who a visitor is: decided from what the browser's person said or did, one claim after another.

A form, a login or an identify call is sure. A mail's link is sure only in a browser that was seen with
the person before; elsewhere it is a guess (推定) until a form, or the link of a second mail, confirms it.
One link in several browsers was most likely passed on: it speaks for the company, for nobody in person.
Two people at one browser are never made one: the second begins a visitor of their own, and what came
before stays where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

PASSED_ON = 2
"""So many browsers that were never seen with the person, on one link: it was passed on."""

_KEY = re.compile(r"visitor:(\d{1,9}):((.+?)/(\d{1,9})|.+)", re.DOTALL)

type How = Literal["form", "identify", "login", "mail"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A browser's person is said to be `lead` (a number that stands now) at `at` (µs UTC), by `how`;
    for `mail`, by the link of the sending `mail`."""

    browser: tuple[int, str]
    at: int
    lead: int
    how: How
    mail: str = ""


@dataclass(slots=True)
class Known:
    """A visitor while claims are settled. `lead` and `certainty` as in `models.Visitor`; `lead` stands
    now. `id` is None for one that begins here. `changed`: it is to be written."""

    browser: tuple[int, str]
    generation: int
    since: int
    lead: int | None = None
    certainty: str = ""
    how: str = ""
    joined: bool = False
    id: int | None = None
    changed: bool = False

    def take(self, lead: int | None, certainty: str, how: str) -> None:
        """Writes down who it is believed to be."""
        if (self.lead, self.certainty, self.how) != (lead, certainty, how):
            self.lead, self.certainty, self.how, self.changed = lead, certainty, how, True


@dataclass(slots=True)
class Minds:
    """All that is known of the browsers that claims speak of.

    `visitors`: by browser, oldest generation first. `uses`: which browsers used which mail's link, by
    (mail, lead).
    """

    visitors: dict[tuple[int, str], list[Known]]
    uses: dict[tuple[str, int], set[tuple[int, str]]] = field(default_factory=dict)
    fresh_uses: list[Claim] = field(default_factory=list)

    def settle(self, claims: Iterable[Claim]) -> None:
        """Takes claims in, in the order of their time."""
        for claim in sorted(claims, key=lambda c: c.at):
            if claim.how == "mail":
                self._by_mail(claim)
            else:
                self._for_sure(claim)

    def changed(self) -> Iterator[Known]:
        """The visitors to be written."""
        return (v for visitors in self.visitors.values() for v in visitors if v.changed)

    def _at(self, claim: Claim) -> Known:
        """The visitor that was at the browser at the time of the claim."""
        visitors = self.visitors.setdefault(claim.browser, [])
        if not visitors:
            visitors.append(Known(claim.browser, 0, 0, changed=True))
        return next((v for v in reversed(visitors) if v.since <= claim.at), visitors[0])

    def _for_sure(self, claim: Claim) -> None:
        now = self._at(claim)
        if now.certainty == "sure" and now.lead != claim.lead:
            later = self.visitors[claim.browser][-1]
            if later is not now:
                # A claim that came late: the browser has passed on to someone else since.
                return
            now = self._begin(claim)
        if now.certainty != "sure":
            now.take(claim.lead, "sure", claim.how)

    def _begin(self, claim: Claim) -> Known:
        visitors = self.visitors[claim.browser]
        begun = Known(claim.browser, visitors[-1].generation + 1, claim.at, changed=True)
        visitors.append(begun)
        return begun

    def _by_mail(self, claim: Claim) -> None:
        now = self._at(claim)
        users = self.uses.setdefault((claim.mail, claim.lead), set())
        if claim.browser not in users:
            users.add(claim.browser)
            self.fresh_uses.append(claim)
        if now.certainty == "sure":
            # Someone else's link on a browser that is known: nothing says that its person left.
            if now.lead != claim.lead and self._seen_with(claim.browser, claim.lead):
                self._for_sure(claim)
            return
        if self._seen_with(claim.browser, claim.lead):
            now.take(claim.lead, "sure", "mail")
            return
        strangers = [b for b in users if not self._seen_with(b, claim.lead)]
        if len(strangers) >= PASSED_ON:
            for browser in strangers:
                for visitor in self.visitors.get(browser, []):
                    if visitor.certainty in ("", "guess") and visitor.lead in (None, claim.lead):
                        visitor.take(claim.lead, "forwarded", "mail")
            return
        if now.certainty == "forwarded":
            return
        confirmed = now.lead == claim.lead and self._mails_of(claim.browser, claim.lead) >= 2
        now.take(claim.lead, "sure" if confirmed else "guess", "mail")

    def _seen_with(self, browser: tuple[int, str], lead: int) -> bool:
        return any(v.certainty == "sure" and v.lead == lead for v in self.visitors.get(browser, []))

    def _mails_of(self, browser: tuple[int, str], lead: int) -> int:
        return sum(browser in users for (_, whose), users in self.uses.items() if whose == lead)


def subject_key(source: int, anonymous: str, generation: int) -> str:
    """The key that a visitor's events are stored under."""
    return f"visitor:{source}:{anonymous}" + (f"/{generation}" if generation else "")


def browsers_of(key: str) -> list[tuple[int, str, int]]:
    """Which visitors a key may be of: source, anonymous id and generation. None where it is no visitor's;
    two where an id may end as a later visitor's key does."""
    found = _KEY.fullmatch(key)
    if found is None:
        return []
    source, whole, anonymous, generation = found.groups()
    named = [(int(source), whole, 0)]
    return named if anonymous is None else [*named, (int(source), anonymous, int(generation))]

"""The rules of duplicates written down once more, slowly: every lead against every other, in plain Python."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import polars as pl

from mikomi.core.matching.coding import COLLEAGUES, CROWD, ROLES, SHARED_NAMES
from mikomi.core.matching.levels import Level, Reason
from mikomi.core.names.spelling import SMALL_KANA, katakana, likened

type Lead = dict[str, Any]


def all_pairs(leads: list[Lead]) -> dict[tuple[int, int], tuple[int, int]]:
    """(first, second) to (level, reasons) of all pairs that are one."""
    found = {}
    for a, b in combinations(sorted(leads, key=lambda lead: lead["lead"]), 2):
        level, reasons = judge(a, b, leads)
        if level:
            found[a["lead"], b["lead"]] = level, int(reasons)
    return found


def carriers(leads: list[Lead], column: str, value: str) -> tuple[bool, bool]:
    """Whether `value` is carried by many different names, and by many leads."""
    held = [lead for lead in leads if value == lead[column] or value in (lead["phones"] or ())]
    names = {lead["name_key"] for lead in held if lead["name_key"]}
    return len(names) > SHARED_NAMES, len(held) > CROWD


def is_small(a: Lead, b: Lead, leads: list[Lead]) -> bool:
    """Whether the company that a and b share is one of few leads."""
    shared = [
        column for column in ("company_key", "corporate_number") if a[column] and a[column] == b[column]
    ]
    return any(sum(lead[column] == a[column] for lead in leads) <= COLLEAGUES for column in shared)


def script(name: str) -> str:
    if name.isascii():
        return "latin"
    return "kana" if re.fullmatch(r"[ぁ-ゖァ-ヺー]+", name) else "kanji"


def spoken(lead: Lead) -> str | None:
    name = lead["name_key"]
    kana = lead["kana_key"] or (name if name and script(name) == "kana" else None)
    if not kana:
        return None
    large = {ord(small): letter for small, letter in SMALL_KANA.items()} | {ord(" "): None, ord("・"): None}
    return katakana(pl.Series([kana]))[0].translate(large)


def edits(a: str, b: str) -> bool:
    """Whether a and b are one put-in, left-out, replaced or swapped letter apart, by trying all of them."""
    if len(a) == len(b):
        differing = [k for k in range(len(a)) if a[k] != b[k]]
        if len(differing) <= 1:
            return True
        k, m = differing[0], differing[-1]
        return len(differing) == 2 and m == k + 1 and a[k] == b[m] and a[m] == b[k]
    shorter, longer = sorted((a, b), key=len)
    return any(shorter == longer[:k] + longer[k + 1 :] for k in range(len(longer)))


def relate(a: Lead, b: Lead) -> tuple[str, bool]:
    x, y, kx, ky = a["name_key"], b["name_key"], spoken(a), spoken(b)
    if x and x == y:
        return "same", True
    differ = bool(kx and ky and kx != ky)
    if not x or not y:
        if kx and kx == ky:
            return "kana", True
        return ("other" if differ else "unknown"), False
    near = script(x) == script(y) and min(len(x), len(y)) >= 3 and max(len(x), len(y)) <= 40 and edits(x, y)
    one, two = likened(pl.Series([x, y]))
    if kx and kx == ky:
        return "kana", near or script(x) != script(y) or one == two
    if one == two and not differ:
        return "alike", True
    shorter, longer = sorted((x, y), key=len)
    families = a["family"], b["family"]
    if len(shorter) < len(longer) and longer.startswith(shorter):
        same_family = bool(families[0]) and families[0] == families[1]
        if (len(shorter) >= 2 or same_family) and not (all(families) and not same_family):
            return "part", near
    if near and not (differ and script(x) == "kanji"):
        return "near", True
    return ("unknown" if script(x) != script(y) and not differ else "other"), False


def is_whole(lead: Lead) -> bool:
    if lead["family"] or lead["given"]:
        return bool(lead["family"] and lead["given"])
    name = lead["name_key"] or ""
    if name and script(name) == "kanji" and len(name) == 3:
        return len(spoken(lead) or "") >= 6
    return bool(name) and len(name) >= {"latin": 8, "kana": 6, "kanji": 4}[script(name)]


def judge(a: Lead, b: Lead, leads: list[Lead]) -> tuple[int, Reason]:
    relation, close = relate(a, b)
    good = relation in ("same", "kana", "alike")
    whole = is_whole(a) or is_whole(b)

    def equal(column: str) -> bool:
        return bool(a[column]) and a[column] == b[column]

    def differ(column: str) -> bool:
        return bool(a[column] and b[column]) and a[column] != b[column]

    same_company = equal("corporate_number") or (equal("company_key") and not differ("corporate_number"))
    other_company = differ("corporate_number") or (differ("company_key") and not equal("corporate_number"))
    forms = {form for lead in (a, b) if (form := lead["company_form"])}
    like_company = not same_company and not differ("corporate_number") and equal("company_core")
    like_company = like_company and len(forms) <= 1
    same_mail = equal("email")
    same_domain = equal("company_domain")
    other_mail = same_domain and not same_mail
    levels = [0]
    reasons = Reason(0)

    if same_mail:
        shared, crowded = carriers(leads, "email", a["email"])
        role = a["email"].partition("@")[0] in ROLES
        nameless = not any(lead["name_key"] or lead["kana_key"] for lead in (a, b))
        reasons |= Reason.SAME_MAIL
        if shared or role:
            reasons |= Reason.SHARED_MAIL
        if shared:
            levels.append(2 if relation == "same" and whole else 1 if good else 0)
        elif good or nameless or not crowded:
            if relation == "same":
                levels.append(2 if role and not whole else 3)
            elif relation == "other":
                levels.append(1)
            elif relation == "near":
                levels.append(1 if role else 2)
            elif role or (other_company and not good):
                levels.append(2)
            else:
                levels.append(3)

    own = switchboard = False
    for number in set(a["phones"] or ()) & set(b["phones"] or ()) - {""}:
        shared, crowded = carriers(leads, "phones", number)
        switchboard |= shared
        own |= not shared and (good or not crowded)
    contrary = other_company or other_mail
    if own:
        if relation == "same" and whole:
            levels.append(2 if contrary else 3)
        elif good:
            levels.append(1 if contrary else 2)
        elif relation in ("near", "part") or (relation == "unknown" and not other_company):
            levels.append(1)
    elif switchboard and good:
        levels.append(2 if relation == "same" and whole and not contrary else 1)
    if own or switchboard:
        reasons |= Reason.SAME_PHONE if own else Reason.SAME_PHONE | Reason.SHARED_PHONE

    if same_company:
        if good:
            levels.append(2 if close and whole and not other_mail else 1)
        elif relation == "near" and not other_mail and is_small(a, b, leads):
            levels.append(1)
    elif whole and (
        (same_domain and relation == "same") or (like_company and good and close and not other_mail)
    ):
        levels.append(1)

    told = {
        "same": Reason.SAME_NAME,
        "kana": Reason.SAME_KANA,
        "alike": Reason.ALIKE_NAME,
        "near": Reason.NEAR_NAME,
        "part": Reason.PART_NAME,
        "other": Reason.OTHER_NAME,
    }
    reasons |= told.get(relation, Reason(0))
    for said, reason in (
        (good and not whole, Reason.SHORT_NAME),
        (equal("company_key"), Reason.SAME_COMPANY),
        (like_company, Reason.LIKE_COMPANY),
        (equal("corporate_number"), Reason.SAME_CORPORATE_NUMBER),
        (same_domain, Reason.SAME_DOMAIN),
        (other_mail, Reason.OTHER_MAIL),
        (other_company, Reason.OTHER_COMPANY),
    ):
        if said:
            reasons |= reason
    level = max(levels)
    return (int(Level(level)), reasons) if level else (0, Reason(0))

"""The compiled part: pairs out of sorted blocks, names that differ in one letter, the judgement of a pair."""

from __future__ import annotations

import numpy as np
from numba import njit

from mikomi.core.matching.coding import CROWDED, KANJI, LARGE, ROLE, SHARED
from mikomi.core.matching.levels import Level, Reason

SAME, SPOKEN, ALIKE, NEAR, PART, UNKNOWN, OTHER = range(7)
"""How two names stand to each other, from the same to clearly different."""

SHORTEST_NEAR, LONGEST_NEAR = 3, 40
"""One letter more or less says little in names shorter than this; longer ones are not compared."""

_SURE, _LIKELY, _MAYBE = int(Level.SURE), int(Level.LIKELY), int(Level.MAYBE)
_SAME_MAIL, _SAME_PHONE, _SAME_NAME = int(Reason.SAME_MAIL), int(Reason.SAME_PHONE), int(Reason.SAME_NAME)
_SAME_KANA, _ALIKE_NAME, _NEAR_NAME = int(Reason.SAME_KANA), int(Reason.ALIKE_NAME), int(Reason.NEAR_NAME)
_PART_NAME, _SAME_COMPANY = int(Reason.PART_NAME), int(Reason.SAME_COMPANY)
_SAME_NUMBER, _SAME_DOMAIN = int(Reason.SAME_CORPORATE_NUMBER), int(Reason.SAME_DOMAIN)
_SHARED_MAIL, _SHARED_PHONE = int(Reason.SHARED_MAIL), int(Reason.SHARED_PHONE)
_OTHER_NAME, _OTHER_MAIL = int(Reason.OTHER_NAME), int(Reason.OTHER_MAIL)
_OTHER_COMPANY, _SHORT_NAME = int(Reason.OTHER_COMPANY), int(Reason.SHORT_NAME)
_LIKE_COMPANY = int(Reason.LIKE_COMPANY)


@njit(cache=True, nogil=True)
def pair_runs(keys, rows, most, chain):
    """Pairs (smaller row, larger row) of equal keys; both arrays are sorted by key, then row.

    Runs longer than `most` give each row with the next one where `chain`, else nothing.
    """
    size = len(keys)
    count = 0
    first = np.empty(0, np.int32)
    second = np.empty(0, np.int32)
    for fill in range(2):
        if fill == 1:
            first = np.empty(count, np.int32)
            second = np.empty(count, np.int32)
        at = 0
        start = 0
        while start < size:
            stop = start + 1
            while stop < size and keys[stop] == keys[start]:
                stop += 1
            if stop - start <= most:
                for i in range(start, stop):
                    for j in range(i + 1, stop):
                        if rows[i] != rows[j]:
                            if fill == 1:
                                first[at] = min(rows[i], rows[j])
                                second[at] = max(rows[i], rows[j])
                            at += 1
            elif chain:
                for i in range(start, stop - 1):
                    if rows[i] != rows[i + 1]:
                        if fill == 1:
                            first[at] = min(rows[i], rows[i + 1])
                            second[at] = max(rows[i], rows[i + 1])
                        at += 1
            start = stop
        count = at
    return first, second


@njit(cache=True, nogil=True)
def near_keys(where, state, name, letters, letters_from):
    """Keys under which names of one place meet that differ in one letter: the name without each letter.

    `where[i]`: the company of row i, or -1; those whose `state` is large are left out. Returns keys and
    rows; a key is met by chance too.
    """
    count = 0
    for i in range(len(name)):
        if where[i] >= 0 and name[i] >= 0 and not state[where[i]] & LARGE:
            length = letters_from[name[i] + 1] - letters_from[name[i]]
            if SHORTEST_NEAR <= length <= LONGEST_NEAR:
                count += length + 1
    keys = np.empty(count, np.uint64)
    rows = np.empty(count, np.int32)
    at = 0
    base = np.uint64(1099511628211)
    for i in range(len(name)):
        if where[i] < 0 or name[i] < 0 or state[where[i]] & LARGE:
            continue
        start, stop = letters_from[name[i]], letters_from[name[i] + 1]
        if not SHORTEST_NEAR <= stop - start <= LONGEST_NEAR:
            continue
        for left_out in range(start - 1, stop):
            key = (np.uint64(where[i]) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
            for k in range(start, stop):
                if k != left_out:
                    key = (key ^ np.uint64(letters[k])) * base
            keys[at] = key ^ (key >> np.uint64(29))
            rows[at] = i
            at += 1
    return keys, rows


@njit(cache=True, nogil=True)
def one_edit(letters, a_from, a_to, b_from, b_to):
    """Whether one letter put in, left out, replaced, or two swapped turn one text into the other."""
    while a_from < a_to and b_from < b_to and letters[a_from] == letters[b_from]:
        a_from += 1
        b_from += 1
    while a_from < a_to and b_from < b_to and letters[a_to - 1] == letters[b_to - 1]:
        a_to -= 1
        b_to -= 1
    a, b = a_to - a_from, b_to - b_from
    if a <= 1 and b <= 1:
        return True
    swapped = a == 2 and b == 2
    return swapped and letters[a_from] == letters[b_from + 1] and letters[a_from + 1] == letters[b_from]


@njit(cache=True, nogil=True)
def relate_names(a, b, name, alike, kana, family, letters, letters_from, script):
    """How the names of rows `a` and `b` stand to each other, and whether one letter parts them."""
    na, nb, ka, kb = name[a], name[b], kana[a], kana[b]
    if na >= 0 and na == nb:
        return SAME, True
    unlike = ka >= 0 and kb >= 0 and ka != kb
    if na < 0 or nb < 0:
        if ka >= 0 and ka == kb:
            return SPOKEN, True
        return (OTHER if unlike else UNKNOWN), False
    a_from, a_to, b_from, b_to = (
        letters_from[na],
        letters_from[na + 1],
        letters_from[nb],
        letters_from[nb + 1],
    )
    shorter, longer = min(a_to - a_from, b_to - b_from), max(a_to - a_from, b_to - b_from)
    near = (
        script[na] == script[nb]
        and shorter >= SHORTEST_NEAR
        and longer <= LONGEST_NEAR
        and one_edit(letters, a_from, a_to, b_from, b_to)
    )
    if ka >= 0 and ka == kb:
        return SPOKEN, near or script[na] != script[nb] or alike[a] == alike[b]
    if alike[a] == alike[b] and not unlike:
        return ALIKE, True
    if shorter >= 2 or (family[a] >= 0 and family[a] == family[b]):
        part = shorter < longer
        for k in range(shorter):
            part = part and letters[a_from + k] == letters[b_from + k]
        # 佐藤 is part of 佐藤健; 小林 is no part of 小林田健, where the families are known.
        if part and not (family[a] >= 0 and family[b] >= 0 and family[a] != family[b]):
            return PART, near
    if near and not (unlike and script[na] == KANJI):
        return NEAR, True
    if script[na] != script[nb] and not unlike:
        return UNKNOWN, False
    return OTHER, False


@njit(cache=True, nogil=True)
def judge_pairs(
    first,
    second,
    mail,
    domain,
    name,
    alike,
    kana,
    family,
    company,
    core,
    form,
    corporate,
    full,
    phone,
    phone_from,
    mail_state,
    phone_state,
    company_state,
    corporate_state,
    letters,
    letters_from,
    script,
    level,
    reasons,
):
    """Fills `level` (0: no pair) and `reasons` of each pair of rows; docs/reference/duplicates.md."""
    for p in range(len(first)):
        a, b = first[p], second[p]
        relation, close = relate_names(a, b, name, alike, kana, family, letters, letters_from, script)
        good = relation <= ALIKE
        whole = full[a] == 1 or full[b] == 1
        nameless = name[a] < 0 and name[b] < 0 and kana[a] < 0 and kana[b] < 0
        same_number = corporate[a] >= 0 and corporate[a] == corporate[b]
        other_number = corporate[a] >= 0 and corporate[b] >= 0 and corporate[a] != corporate[b]
        same_key = company[a] >= 0 and company[a] == company[b]
        other_key = company[a] >= 0 and company[b] >= 0 and company[a] != company[b]
        same_company = same_number or (same_key and not other_number)
        other_company = other_number or (other_key and not same_number)
        # 株式会社北浜 and 北浜株式会社 are two companies, and often one that somebody wrote wrongly.
        like_company = (
            not same_company
            and not other_number
            and core[a] >= 0
            and core[a] == core[b]
            and (form[a] < 0 or form[b] < 0 or form[a] == form[b])
        )
        same_mail = mail[a] >= 0 and mail[a] == mail[b]
        same_domain = domain[a] >= 0 and domain[a] == domain[b]
        other_mail = same_domain and not same_mail
        own_phone, shared_phone = False, False
        i, j = phone_from[a], phone_from[b]
        while i < phone_from[a + 1] and j < phone_from[b + 1]:
            if phone[i] == phone[j]:
                if phone_state[phone[i]] & SHARED:
                    shared_phone = True
                elif good or not phone_state[phone[i]] & CROWDED:
                    own_phone = True
                i += 1
                j += 1
            elif phone[i] < phone[j]:
                i += 1
            else:
                j += 1
        found = 0
        shared_mail = False
        if same_mail:
            state = mail_state[mail[a]]
            shared_mail = state & (SHARED | ROLE) != 0
            counts = good or nameless or not state & CROWDED
            if state & SHARED:
                if relation == SAME and whole:
                    found = _LIKELY
                elif good:
                    found = _MAYBE
            elif not counts:
                found = 0
            elif relation == SAME and (whole or not state & ROLE):
                found = _SURE
            elif relation == OTHER or (relation == NEAR and state & ROLE):
                found = _MAYBE
            elif relation == NEAR or state & ROLE or (other_company and not good):
                found = _LIKELY
            else:
                found = _SURE
        if own_phone:
            if relation == SAME and whole:
                found = max(found, _LIKELY if other_company or other_mail else _SURE)
            elif good:
                found = max(found, _MAYBE if other_company or other_mail else _LIKELY)
            elif relation != OTHER and not (relation == UNKNOWN and other_company):
                found = max(found, _MAYBE)
        elif shared_phone and good:
            strong = relation == SAME and whole and not other_company and not other_mail
            found = max(found, _LIKELY if strong else _MAYBE)
        if same_company:
            few = (same_key and not company_state[company[a]] & LARGE) or (
                same_number and not corporate_state[corporate[a]] & LARGE
            )
            if good and close and whole and not other_mail:
                found = max(found, _LIKELY)
            elif good or (relation == NEAR and few and not other_mail):
                found = max(found, _MAYBE)
        elif whole and (
            (same_domain and relation == SAME) or (like_company and good and close and not other_mail)
        ):
            found = max(found, _MAYBE)
        level[p] = found
        if found == 0:
            continue
        bits = 0
        if same_mail:
            bits |= _SAME_MAIL
        if shared_mail:
            bits |= _SHARED_MAIL
        if own_phone or shared_phone:
            bits |= _SAME_PHONE
        if shared_phone and not own_phone:
            bits |= _SHARED_PHONE
        if relation == SAME:
            bits |= _SAME_NAME
        elif relation == SPOKEN:
            bits |= _SAME_KANA
        elif relation == ALIKE:
            bits |= _ALIKE_NAME
        elif relation == NEAR:
            bits |= _NEAR_NAME
        elif relation == PART:
            bits |= _PART_NAME
        elif relation == OTHER:
            bits |= _OTHER_NAME
        if good and not whole:
            bits |= _SHORT_NAME
        if same_key:
            bits |= _SAME_COMPANY
        if like_company:
            bits |= _LIKE_COMPANY
        if same_number:
            bits |= _SAME_NUMBER
        if same_domain:
            bits |= _SAME_DOMAIN
        if other_mail:
            bits |= _OTHER_MAIL
        if other_company:
            bits |= _OTHER_COMPANY
        reasons[p] = bits

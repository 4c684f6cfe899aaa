"""Derived values of everybody, worked out again once the rules have changed.

What is derived from a value is written with it (`following`). Where the rules that derive are others than
those that all leads were gone through with last, or nobody was ever, all leads are gone through.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

import phonenumbers
import polars as pl

from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.kit.jobs import enqueue
from mikomi.hub.kit.setwise import fetch
from mikomi.hub.people.dated import origin
from mikomi.hub.people.following import derive_again
from mikomi.hub.people.models import Derivation
from mikomi.hub.people.value_sources import AUTOMATIC

LEADS_A_STEP = 20_000
RULES = 1
"""Goes up with every change of the code that derives (`core.values.titles`, `core.names`)."""
_TABLES = (
    ("mikomi.core.values", ("ranks.txt", "departments.txt")),
    ("mikomi.core.names", ("units.txt", "legal_forms.txt", "latin_forms.txt", "places.txt", "kanji.txt")),
)


@cache
def rules_version() -> str:
    """What tells the rules of now from those of another release: their code, tables and library."""
    digest = hashlib.sha256(f"{RULES} {phonenumbers.__version__}".encode())
    for package, names in _TABLES:
        for name in names:
            digest.update(resources.files(package).joinpath(name).read_bytes())
    return digest.hexdigest()


def is_due() -> bool:
    """Whether leads have values that were derived by other rules, or were there before any were."""
    return not Derivation.objects.filter(pk=1, version=rules_version()).exists()


def derive_all() -> int:
    """Goes through all leads; how many changed. Step after step, going on where an earlier try stopped."""
    version = rules_version()
    changed = 0
    while is_due():
        with changing() as number:
            state, _made = Derivation.objects.select_for_update().get_or_create(pk=1)
            if state.working != version:
                state.working, state.upto = version, 0
            leads = fetch(
                f"select id from people_lead where id > %s order by id limit {LEADS_A_STEP}",
                {"lead": pl.Int32},
                [state.upto],
            )["lead"]
            if leads.is_empty():
                state.version = version
            else:
                state.upto = int(leads[-1])
                moved = derive_again(leads, origin(AUTOMATIC))
                mark_changed(moved, number, activity=False)
                changed += len(moved)
            state.save()
            enqueue("site.score_changed", once=True)
    return changed

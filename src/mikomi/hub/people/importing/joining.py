"""Campaigns (施策) that the leads of a file can join: the part above this one knows them, and tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time

import polars as pl
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.setwise import fetch, staged
from mikomi.hub.people.models import Import

type Teller = Callable[[], Iterable[tuple[int, str]]]

_tellers: list[Teller] = []


def tell_campaigns(teller: Teller) -> None:
    """Has `teller` asked for the campaigns that can be joined: number and name, the latest first."""
    _tellers[:] = [teller]


def campaigns() -> list[tuple[int, str]]:
    """The campaigns that can be joined: number and name."""
    return [pair for teller in _tellers for pair in teller()]


def campaign_named(text: str) -> int:
    """The number of the campaign of this name, or with this number. Raises `MikomiError` where there is
    none, or where several have the name."""
    asked = text.strip()
    known = campaigns()
    found = [number for number, name in known if name.casefold() == asked.casefold()]
    found = found or [number for number, _ in known if str(number) == asked]
    if len(found) == 1:
        return found[0]
    names = "、".join(f"{name}（{number}）" for number, name in known[:20])
    english = ", ".join(f"{name} ({number})" for number, name in known[:20])
    if found:
        raise MikomiError(
            Words(
                f"施策「{asked}」はいくつもあります。番号で指定してください（{names}）",
                f"several campaigns are called {asked}; name one by its number ({english})",
            )
        )
    raise MikomiError(
        Words(
            f"施策「{asked}」がありません。画面の「施策」で作ってください（今あるもの：{names or 'なし'}）",
            f"there is no campaign {asked}; make it on the page Campaigns (there are: {english or 'none'})",
        )
    )


def imports_that_join() -> pl.DataFrame:
    """The imports whose leads join a campaign: `campaign`, `ref` (the import) and `at` (µs UTC)."""
    held = Import.objects.filter(options__has_key="campaign", kind=Import.Kind.LEADS)
    rows = [
        (int(options["campaign"]), number, _microseconds(day, at))
        for number, options, day, at in held.values_list("pk", "options", "known_from", "started_at")
    ]
    return pl.DataFrame(rows, schema={"campaign": pl.Int32, "ref": pl.Int64, "at": pl.Int64}, orient="row")


def _microseconds(day: date | None, at: datetime) -> int:
    """The day of which the file tells, if it does, else when it was read."""
    told = at if day is None else timezone.make_aware(datetime.combine(day, time()))
    return round(told.timestamp() * 1_000_000)


def leads_of_imports(imports: pl.Series, leads: pl.Series | None = None) -> pl.DataFrame:
    """The leads (`number`) that each of these imports (`ref`) named; `leads`: only those among them."""
    with transaction.atomic(), staged(imports.unique().alias("import").to_frame(), "files"):
        schema = {"ref": pl.Int64, "number": pl.Int32}
        named = "s.import_id = f.\"import\" and s.scope = 'lead'"
        begin = 'select f."import", s.subject from files f cross join'
        if leads is None:
            return fetch(f"{begin} people_importedsubject s where {named}", schema)
        with staged(leads.unique().alias("lead").to_frame(), "asked"):
            return fetch(
                f"{begin} asked l cross join people_importedsubject s where {named} and s.subject = l.lead",
                schema,
            )

"""What an import that is taken back leaves to others: to the same file imported again, or to files that name
the same people and companies."""

from __future__ import annotations

import polars as pl

from mikomi.core.words import Words
from mikomi.hub.activity import taking_back as facts
from mikomi.hub.activity.changes import changing
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.models import Import, Scope

_NAMED = (
    "select o.subject as lead, min(o.import_id) as heir from people_importedsubject o"
    " where o.scope = %s and not o.made and o.import_id <> %s and o.subject in (select lead from leaving)"
    " group by o.subject"
)
"""Those of the table `leaving` that other imports name, and the first of these."""


def same_file_later(record: Import) -> Import | None:
    """A later import of the same bytes, read in the same way, that stands."""
    later = Import.objects.filter(
        kind=record.kind,
        sha256=record.sha256,
        known_from=record.known_from,
        encoding=record.encoding,
        status=Import.Status.DONE,
        pk__gt=record.pk,
    ).exclude(sha256="")
    if record.status != Import.Status.UNDOING or record.kind == Import.Kind.OPTOUTS:
        return None
    return next((other for other in later.order_by("pk") if other.options == record.options), None)


def hand_over(record: Import, heir: Import) -> Words:
    """The same file was imported again: what it brought is that import's from now on. What is said of it."""
    with changing():
        pair = [heir.pk, record.pk]
        facts.hand_over(record.pk, heir.pk)
        run("update people_change set import_id = %s where import_id = %s", pair)
        labels = ("people_leadtag", "people_listmember", "people_pastlabel")
        for table in (*labels, "people_companyalias", "consent_basis"):
            run(f"update {table} set import_id = %s where import_id = %s", pair)
        run(
            "insert into people_importedsubject (import_id, scope, subject, made, confirmed, at)"
            " select %s, scope, subject, true, '', 0 from people_importedsubject"
            " where import_id = %s and made"
            " on conflict (import_id, scope, subject) do update set made = true",
            pair,
        )
        run("delete from people_importedsubject where import_id = %s", [record.pk])
        made, mine = dict(heir.report.get("made") or {}), record.report.get("made") or {}
        made |= {kind: sorted({*made.get(kind, ()), *numbers}) for kind, numbers in mine.items()}
        heir.report = heir.report | {"made": made}
        heir.save(update_fields=["report"])
    return Words(
        f"同じファイルがあとで（取り込み {heir.pk}）もう一度取り込まれているため、"
        "内容はそちらの取り込みのものとして残しました。消すには、そちらも元に戻してください",
        f"the same file was imported again later (import {heir.pk}): what it brought now belongs to"
        " that one; undo it, too, to take it away",
    )


def named_elsewhere(scope: Scope, number: int) -> pl.DataFrame:
    """`lead`, `heir` of those in the table `leaving` that other imports name."""
    schema = {"lead": pl.Int32, "heir": pl.Int32}
    return fetch(_NAMED, schema, [scope.value, number])


def leave_to_heirs(handed: pl.DataFrame, number: int) -> None:
    """Leads of which no later file says anything (it kept what was known) would be left without a value:
    what the import said of them becomes that file's, and it counts as naming their companies."""
    with staged(handed, "handed"):
        silent = fetch(
            "select h.lead, h.heir from handed h where not exists (select 1 from people_change c"
            " where c.scope = 'lead' and c.subject = h.lead and c.import_id <> %s)"
            " and not exists (select 1 from people_importedsubject o where o.scope = 'lead'"
            " and o.subject = h.lead and o.import_id <> %s and o.confirmed <> '')",
            {"lead": pl.Int32, "heir": pl.Int32},
            [number, number],
        )
    if silent.is_empty():
        return
    with staged(silent, "silent"):
        run(
            "update people_change set import_id = (select s.heir from silent s where s.lead = subject)"
            " where scope = 'lead' and import_id = %s and subject in (select lead from silent)",
            [number],
        )
        run(
            "insert into people_importedsubject (import_id, scope, subject, made, confirmed, at)"
            " select distinct s.heir, 'company', l.company_id, false, '', 0 from silent s"
            " join people_lead l on l.id = s.lead where l.company_id is not null on conflict do nothing"
        )


def let_others_have_made(number: int) -> None:
    """What other imports name and is still there counts as made by the first of them: it goes with that."""
    for scope in (Scope.LEAD, Scope.COMPANY):
        made = fetch(
            "select subject from people_importedsubject where import_id = %s and scope = %s and made",
            {"lead": pl.Int32},
            [number, scope.value],
        )
        with staged(made, "leaving"):
            heirs = fetch(_NAMED, {"lead": pl.Int32, "heir": pl.Int32}, [scope.value, number])
        with staged(heirs, "heirs"):
            run(
                "update people_importedsubject set made = true where scope = %s and exists"
                " (select 1 from heirs h where h.lead = subject and h.heir = import_id)",
                [scope.value],
            )

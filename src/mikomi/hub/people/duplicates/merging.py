"""Making two leads one: the part of it that is people's. `site.actions.merge_leads` puts all together.

The lead that goes keeps its tags and lists, too (`people.same.merging`); `parting` is the way back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from mikomi.hub.activity import queries as facts
from mikomi.hub.activity.changes import changing, mark_changed
from mikomi.hub.activity.services import repoint_subjects
from mikomi.hub.kit.setwise import run
from mikomi.hub.people.dated import SUBJECT, origin, write_values
from mikomi.hub.people.duplicates.leads import LEADS, OTHER_MAIL
from mikomi.hub.people.fields import make_fields
from mikomi.hub.people.following import follow
from mikomi.hub.people.models import Exclusion, Lead, Merge, Scope
from mikomi.hub.people.models.same import MatchKey, MatchPhone
from mikomi.hub.people.same.merging import begin_batch, put_together, take_two
from mikomi.hub.people.value_sources import LEAD_MERGE


def merge(
    kept: int,
    gone: int,
    take: Collection[str] | None = None,
    *,
    by_id: int | None = None,
    run_id: int | None = None,
) -> int:
    """Makes lead `gone` a part of lead `kept`; the number of the merge.

    `take`: the fields whose value comes from `gone` (None: those that `kept` has none of). One
    transaction. Raises `MikomiError` where one of them is out, or both are one.
    """
    with changing() as number:
        one, other = take_two(LEADS, kept, gone)
        batch = begin_batch(_called(one), _called(other), 2, by_id)
        before = put_together(LEADS, kept, gone) | {
            "created_at": one.created_at.isoformat() if one.created_at else None,
            "owner": owner_of(one),
            "subjects": facts.subjects_of(gone),
            "exclusions": _copy_exclusions(gone, kept, batch.at, by_id),
        }
        for table, name in (("people_leadtag", "tag"), ("people_listmember", '"list"')):
            copy_marks(table, name, gone, kept, batch.pk)
        run(
            "insert into people_pastlabel (kind, label, lead, since, until, batch_id)"
            " select kind, label, %s, since, until, %s from people_pastlabel where lead = %s",
            [kept, batch.pk, gone],
        )
        _write_values(one, other, take, batch.pk, by_id)
        repoint_subjects(pl.Series("subject", before["subjects"], pl.Int32), kept)
        Lead.objects.filter(pk=kept).update(
            created_at=min(filter(None, (one.created_at, other.created_at)), default=None),
            owner_id=owner_of(one) or owner_of(other),
        )
        MatchKey.objects.filter(lead=gone).delete()
        MatchPhone.objects.filter(lead=gone).delete()
        mark_changed(pl.Series("lead", [kept, gone], pl.Int32), number, activity=True)
        made = Merge.objects.create(
            batch=batch.pk, kept=kept, gone=gone, before=before, at=batch.at, run=run_id
        )
    return made.pk


def copy_marks(
    table: str, name: str, gone: int, kept: int, batch: int, only: Sequence[int] | None = None
) -> None:
    """Gives lead `kept` the tags or lists (`table`, its column `name`) of lead `gone` that it has not."""
    some = "" if only is None else f" and g.{name} in ({', '.join(map(str, only)) or 'null'})"
    run(
        f"insert into {table} (lead, {name}, batch_id, at, by_id)"
        f" select %s, g.{name}, %s, g.at, g.by_id from {table} g where g.lead = %s{some}"
        " on conflict do nothing",
        [kept, batch, gone],
    )


def owner_of(lead: Lead) -> int | None:
    """The number of the person who looks after a lead."""
    return lead.owner.pk if lead.owner else None


def mails_of(values: dict[str, str]) -> list[str]:
    """All addresses among a lead's values, the first one first."""
    others = (mail.strip() for mail in values.get(OTHER_MAIL, "").split(","))
    return list(dict.fromkeys(filter(None, (values.get("email", "").strip(), *others))))


def _write_values(
    one: Lead, other: Lead, take: Collection[str] | None, batch: int, by_id: int | None
) -> None:
    wanted = LEADS.filled(one.attributes, other.attributes) if take is None else take
    values = {
        f: other.attributes[f]
        for f in LEADS.choosable(other.attributes)
        if f in wanted and other.attributes[f]
    }
    first = values.get("email") or one.attributes.get("email", "")
    every = dict.fromkeys((*mails_of(one.attributes), *mails_of(other.attributes)))
    known = {first.lower()}
    others = [mail for mail in every if not (mail.lower() in known or known.add(mail.lower()))]
    if others and ", ".join(others) != one.attributes.get(OTHER_MAIL, ""):
        values[OTHER_MAIL] = ", ".join(others)
    if not values:
        return
    make_fields(values)
    told = origin(LEAD_MERGE, batch_id=batch, by_id=by_id)
    frame = pl.DataFrame(
        {SUBJECT: [one.pk]} | {f: [v] for f, v in values.items()}, schema_overrides={SUBJECT: pl.Int32}
    )
    follow(write_values(Scope.LEAD, frame, list(values), told), told)


def _copy_exclusions(gone: int, kept: int, now: object, by_id: int | None) -> list[int]:
    """Whoever was kept out of something stays so: the safe side."""
    lead = Exclusion.Target.LEAD
    held = {
        (reason, tuple(effects))
        for reason, effects in Exclusion.objects.filter(
            target=lead, value=str(kept), ended_at=None
        ).values_list("reason", "keeps_out")
    }
    made = []
    for row in Exclusion.objects.filter(target=lead, value=str(gone), ended_at=None):
        if (row.reason, tuple(row.keeps_out)) not in held:
            made.append(
                Exclusion.objects.create(
                    reason=row.reason,
                    target=lead,
                    value=str(kept),
                    keeps_out=row.keeps_out,
                    note=row.note,
                    at=now,
                    by_id=by_id,
                ).pk
            )
    return made


def _called(lead: Lead) -> str:
    own = lead.attributes
    parts = filter(None, (own.get("family_name"), own.get("given_name")))
    return own.get("name") or " ".join(parts) or own.get("email") or lead.key

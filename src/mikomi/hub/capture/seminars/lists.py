"""Lists of who attended, imported as any list of people: what they say of a seminar's applications."""

from __future__ import annotations

import polars as pl
from django.db import transaction

from mikomi.hub.activity import deeds
from mikomi.hub.activity.queries import instant
from mikomi.hub.capture.models import Application, Seminar
from mikomi.hub.people import queries as people
from mikomi.hub.people.importing.attending import KINDS, list_of

APPLY, ATTEND = KINDS.values()
State = Application.State


def applicants_of(key: str) -> pl.DataFrame:
    """Who applied to the seminar with this key: `lead` (key), `name`, `company`, as they wrote them."""
    rows = list(
        Application.objects.filter(seminar__key=key, lead__isnull=False).values_list(
            "lead", "name", "company"
        )
    )
    stands = people.standing_numbers({lead for lead, *_told in rows})
    keys = people.keys_of_leads(set(stands.values()))
    return pl.DataFrame(
        [(keys[stands[lead]], name, company) for lead, name, company in rows if lead in stands],
        schema={"lead": pl.String, "name": pl.String, "company": pl.String},
        orient="row",
    ).unique("lead", maintain_order=True)


def take_list(number: int) -> None:
    """Import `number` has brought a seminar's list: who is in it applied or came. Twice is once."""
    key, leads = list_of(number)
    with transaction.atomic():
        seminar = Seminar.objects.select_for_update().filter(key=key).first()
        if seminar is None:
            return
        applied, came = (_times(leads, kind, key) for kind in (APPLY, ATTEND))
        rows = list(Application.objects.filter(seminar=seminar, lead__isnull=False))
        # Of who cancelled and applied anew, the later application is meant.
        rows.sort(key=lambda row: (row.state != State.CANCELLED, row.pk))
        stands = people.standing_numbers({row.lead for row in rows if row.lead})
        known = {stands[row.lead]: row for row in rows if row.lead in stands}
        changed = []
        for lead, at in came.items():
            if lead in known and known[lead].came_at is None:
                known[lead].came_at, known[lead].came_import = instant(at), number
                changed.append(known[lead])
        Application.objects.bulk_update(changed, ["came_at", "came_import"], batch_size=500)
        new = [lead for lead in {**applied, **came} if lead not in known]
        Application.objects.bulk_create(_rows(seminar, new, applied, came, number), batch_size=500)


def take_list_back(number: int, heir: int | None = None) -> None:
    """Import `number` was taken back: what it said of applications goes, or is import `heir`'s from now on,
    which brought the same file."""
    with transaction.atomic():
        brought = Application.objects.filter(import_id=number)
        said = Application.objects.filter(came_import=number)
        if heir is not None:
            brought.update(import_id=heir)
            said.update(came_import=heir)
            return
        # Who was marked by somebody else since stays.
        brought.filter(came_at=None).delete()
        brought.filter(came_import=number).delete()
        brought.update(import_id=None)
        said.update(came_at=None, came_import=None)


def forget(leads: list[int]) -> None:
    """Deletes what leads (numbers) that are erased applied to and came to."""
    Application.objects.filter(lead__in=leads).delete()


def _times(leads: pl.Series, kind: str, key: str) -> dict[int, int]:
    return dict(deeds.first_times(leads, kind, key).sort("lead").iter_rows())


def _rows(
    seminar: Seminar, leads: list[int], applied: dict[int, int], came: dict[int, int], number: int
) -> list[Application]:
    """Applications of people who are in the list alone."""
    told = people.attribute_frame(lead_ids=leads) if leads else pl.DataFrame()
    names = {row["number"]: row for row in told.iter_rows(named=True)}
    return [
        Application(
            seminar=seminar,
            lead=lead,
            name=people.full_name({k: v for k, v in names.get(lead, {}).items() if isinstance(v, str)}),
            company=names.get(lead, {}).get("company") or "",
            email=names.get(lead, {}).get("email") or "",
            state=State.APPLIED if lead in applied else State.WALK_IN,
            applied_at=instant(applied[lead]) if lead in applied else None,
            came_at=instant(came[lead]) if lead in came else None,
            import_id=number,
            came_import=number if lead in came else None,
        )
        for lead in leads
    ]

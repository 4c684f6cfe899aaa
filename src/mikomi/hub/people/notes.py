"""Notes on leads and companies: what people wrote down, who and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.setwise import run, staged
from mikomi.hub.people.companies import key_of
from mikomi.hub.people.models import Company, Lead, Note, Scope

LONGEST = 10_000
"""Characters of a note."""

KEPT = timedelta(days=1)
"""So long a deleted note or file can be brought back."""

GONE = Words(
    "このメモはもうありません。ほかの人が消したか、リードが消去されています。",
    "This note is gone: somebody deleted it, or its lead was erased.",
)


class OvertakenError(MikomiError):
    """Somebody else has changed the note since it was read. `text`: what it says now."""

    def __init__(self, text: str, by: str) -> None:
        super().__init__(
            Words(
                f"あなたが書いているあいだに、{by or 'ほかの人'}がこのメモを書き換えました。"
                "今の内容を確かめて、もう一度保存してください。",
                f"{by or 'Somebody else'} changed this note while you were writing."
                " Look at what it says now, and save again.",
            )
        )
        self.text = text


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as pages show it. `lead`: the lead it is shown with, 0 for a company's.

    `by`, `edited_by`: people's names, "" where the account is gone. `former`: what the lead or company was
    called that the note was written of, where that was merged into another since. `version` tells whether it
    was changed: it goes back with an edit.
    """

    number: int
    lead: int
    text: str
    at: datetime
    by: str
    edited_at: datetime | None
    edited_by: str
    former: str

    @property
    def version(self) -> str:
        """Another one after every edit."""
        return (self.edited_at or self.at).isoformat()


def notes_of(scope: Scope | str, subject: int, most: int | None = None) -> list[NoteView]:
    """The notes of a lead or a company, newest first, `most` at the most."""
    rows = _there().filter(scope=scope, subject=subject)
    return _shown(rows if most is None else rows[:most])


def notes_among(
    leads: Sequence[int], since: datetime | None, until: datetime | None, most: int
) -> list[NoteView]:
    """The notes of many leads from `since` on and before `until`, newest first, `most` at the most."""
    rows = _there().filter(scope=Scope.LEAD, subject__in=leads)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return _shown(rows[:most])


def subject_of(number: int) -> tuple[str, int] | None:
    """Of what a note is, also one that was taken away: `lead` or `company` and its number."""
    return Note.objects.filter(pk=number).values_list("scope", "subject").first()


def note_count(scope: Scope | str, subject: int) -> int:
    """How many notes a lead or a company has."""
    return Note.objects.filter(scope=scope, subject=subject, deleted_at=None).count()


def write_note(scope: Scope | str, subject: int, text: str, by: int | None) -> int:
    """Writes a note; its number. Raises `MikomiError` for an empty or too long text and where the
    lead or company is gone."""
    said = _checked(text)
    with transaction.atomic():
        stays = whose(scope, subject)
        note = Note.objects.create(
            scope=scope, subject=stays, written_of=subject, text=said, at=timezone.now(), by_id=by
        )
    return note.pk


def record_notes(frame: pl.DataFrame, by: int | None) -> int:
    """Writes notes that came from elsewhere: `scope`, `key` (of the lead, or the company's name), `text`,
    `at` (UTC); how many. Those of leads and companies that are not known are left out."""
    company = pl.col("scope") == Scope.COMPANY.value
    keys = frame.with_columns(pl.when(company).then(key_of(frame["key"])).otherwise("key").alias("key"))
    with transaction.atomic(), staged(keys.select("scope", "key", "text", "at"), "written"):
        return run(
            "insert into people_note (scope, subject, written_of, text, at, by_id)"
            " select w.scope, coalesce(l.id, c.merged_into, c.id), coalesce(l.id, c.id), w.text, w.at, %s"
            " from written w"
            " left join people_lead l on w.scope = 'lead' and l.key = w.key"
            " left join people_company c on w.scope = 'company' and c.key = w.key"
            " where coalesce(l.id, c.id) is not null",
            [by],
        )


def edit_note(number: int, text: str, version: str, by: int | None) -> None:
    """Gives a note another text. Raises `MikomiError` where it is gone, and `OvertakenError` where it
    is not the `version` any more that the person read."""
    said = _checked(text)
    with transaction.atomic():
        note = Note.objects.select_for_update().filter(pk=number, deleted_at=None).first()
        if note is None:
            raise MikomiError(GONE)
        if (note.edited_at or note.at).isoformat() != version:
            by_now = note.edited_by
            raise OvertakenError(note.text, by_now.name if by_now else "")
        if note.text != said:
            Note.objects.filter(pk=number).update(text=said, edited_at=timezone.now(), edited_by_id=by)


def delete_note(number: int) -> bool:
    """Takes a note off its page; `restore_note` brings it back within a day."""
    there = Note.objects.filter(pk=number, deleted_at=None)
    return bool(there.update(deleted_at=timezone.now()))


def restore_note(number: int) -> bool:
    """Brings a deleted note back."""
    return bool(Note.objects.filter(pk=number, deleted_at__isnull=False).update(deleted_at=None))


def sweep_notes(now: datetime) -> None:
    """Forgets notes that were deleted long enough ago."""
    Note.objects.filter(deleted_at__lt=now - KEPT).delete()


def whose(scope: Scope | str, subject: int) -> int:
    """The lead or company that what is added to `subject` belongs to: of one that was merged into
    another, that one. Raises `MikomiError` where there is none. In a transaction."""
    if scope == Scope.COMPANY:
        held = Company.objects.select_for_update().filter(pk=subject).first()
    else:
        held = Lead.objects.select_for_update().filter(pk=subject).first()
    if held is None:
        raise MikomiError(
            Words(
                "このリードまたは会社は、もうありません。消去されています。",
                "This lead or company is gone: it was erased.",
            )
        )
    return held.merged_into or held.pk


def _there() -> QuerySet[Note]:
    return Note.objects.filter(deleted_at=None).select_related("by", "edited_by").order_by("-at", "-pk")


def _shown(rows: QuerySet[Note]) -> list[NoteView]:
    notes = list(rows)
    former = _former([note for note in notes if note.written_of != note.subject])
    return [
        NoteView(
            number=note.pk,
            lead=note.subject if note.scope == Scope.LEAD else 0,
            text=note.text,
            at=note.at,
            by=note.by.name if note.by else "",
            edited_at=note.edited_at,
            edited_by=note.edited_by.name if note.edited_by else "",
            former=former.get((note.scope, note.written_of), ""),
        )
        for note in notes
    ]


def _former(moved: Sequence[Note]) -> dict[tuple[str, int], str]:
    """What the leads and companies were called that these notes were written of."""
    if not moved:
        return {}
    leads, companies = ({n.written_of for n in moved if n.scope == s} for s in (Scope.LEAD, Scope.COMPANY))
    found = {(Scope.LEAD.value, lead.pk): _called(lead) for lead in Lead.objects.filter(pk__in=leads)}
    names = Company.objects.filter(pk__in=companies).values_list("pk", "name")
    return found | {(Scope.COMPANY.value, pk): name for pk, name in names}


def _called(lead: Lead) -> str:
    own = lead.attributes
    parts = filter(None, (own.get("family_name"), own.get("given_name")))
    return own.get("name") or " ".join(parts) or own.get("email") or lead.key


def _checked(text: str) -> str:
    said = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not said:
        raise MikomiError(Words("メモが空です。何か書いてください。", "The note is empty. Write something."))
    if len(said) > LONGEST:
        raise MikomiError(
            Words(
                f"メモは{LONGEST:,}文字までです（今は{len(said):,}文字）。分けて書いてください。",
                f"A note may have {LONGEST:,} characters (it has {len(said):,}). Write it in parts.",
            )
        )
    return said

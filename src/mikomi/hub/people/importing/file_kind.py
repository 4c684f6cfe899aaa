"""What a file holds, where the person leaves that to the program."""

from __future__ import annotations

from pathlib import Path

from mikomi.core.tabular.forms import recognise
from mikomi.core.tabular.read import open_table
from mikomi.core.tabular.survey import seems_to_hold
from mikomi.core.words import MikomiError
from mikomi.hub.people import uploads
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.models import Import

OPEN = (Import.Status.UPLOADED, Import.Status.CHECKED, Import.Status.FAILED)


def kind_of_file(path: Path) -> str:
    """The kind of import that the headers of a file speak for; leads where they say nothing. A list of
    who attended holds people first."""
    try:
        columns = list(open_table(path).columns)
    except MikomiError:
        return Import.Kind.LEADS
    form = recognise(columns)
    if form is not None:
        return Import.Kind.LEADS if form.attendance is not None else form.kind
    content = seems_to_hold(columns)
    return Import.Kind.LEADS if content == "unknown" else content


def read_as_it_is(record: Import) -> None:
    """Reads an upload that was taken for leads as what it is."""
    kind = kind_of_file(uploads.path_of(record))
    if kind == record.kind:
        return
    ours = Import.objects.filter(
        pk=record.pk,
        status__in=(Import.Status.UPLOADED, Import.Status.CHECKED, Import.Status.FAILED),
        cursor=0,
    )
    if ours.update(kind=kind):
        record.refresh_from_db()
        uploads.set_options(record, Options())

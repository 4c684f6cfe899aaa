"""What a file holds, where the person leaves that to the program."""

from __future__ import annotations

from pathlib import Path

from mikomi.core.tabular.forms import recognise
from mikomi.core.tabular.read import open_table
from mikomi.core.tabular.survey import seems_to_hold
from mikomi.core.words import MikomiError
from mikomi.hub.people.models import Import


def kind_of_file(path: Path) -> str:
    """The kind of import that the headers of a file speak for; leads where they say nothing. A list of
    who attended holds people first. Opening a workbook reads it whole, so this is the checker's work."""
    try:
        columns = list(open_table(path).columns)
    except MikomiError:
        return Import.Kind.LEADS
    form = recognise(columns)
    if form is not None:
        return Import.Kind.LEADS if form.attendance is not None else form.kind
    content = seems_to_hold(columns)
    return Import.Kind.LEADS if content == "unknown" else content

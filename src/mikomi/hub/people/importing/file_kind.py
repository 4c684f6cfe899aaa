"""What a file holds, where the person leaves that to the program."""

from __future__ import annotations

from pathlib import Path

from mikomi.core.tabular.forms import recognise
from mikomi.core.tabular.read import open_table
from mikomi.core.tabular.survey import content_of, seems_to_hold
from mikomi.core.words import MikomiError
from mikomi.hub.people.models import Import


def kind_of_file(path: Path) -> str:
    """The kind of import that the headers of a file speak for; leads where they say nothing. Opening a
    workbook reads it whole, so this is the checker's work."""
    try:
        columns = list(open_table(path).columns)
    except MikomiError:
        return Import.Kind.LEADS
    content = content_of(recognise(columns)) or seems_to_hold(columns)
    return Import.Kind.LEADS if content == "unknown" else content

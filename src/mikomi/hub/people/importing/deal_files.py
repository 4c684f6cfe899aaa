"""Lists of deals out of SFA."""

from __future__ import annotations

from pathlib import Path

from django.utils import timezone

from mikomi.core.tabular.forms_of_deals import SFA
from mikomi.core.tabular.read import read_table
from mikomi.core.tabular.rejects import join_rejects
from mikomi.core.words import MikomiError, Words
from mikomi.hub.people.deals.reading import COLUMNS, read_deals
from mikomi.hub.people.importing.columns import map_columns
from mikomi.hub.people.importing.options import Options
from mikomi.hub.people.importing.rows import Rows
from mikomi.hub.people.importing.sheets import SAMPLE, Sheet, opened, seen, zone
from mikomi.hub.people.models import Import

OTHER = "file"
"""The SFA of lists that no known program writes."""


def read_deal_file(path: Path, options: Options, *, encoding: str | None = None) -> Sheet:
    """Reads a list of deals as chosen. Raises `MikomiError` in words for one that is none."""
    reader = opened(path, options, encoding)
    names = list(reader.columns)
    table = read_table(
        path,
        encoding=encoding,
        delimiter=options.delimiter,
        header=options.header,
        header_lines=options.header_lines,
        sheet=options.sheet,
    )
    sample = table.frame.head(SAMPLE)
    mapping = map_columns(names, sample, Import.Kind.DEALS, options, has_header=reader.has_header)
    found = mapping.fields()
    if not {"stage", "is_won", "is_closed"} & found.keys():
        raise MikomiError(_missing(path, names, Words("商談の段階（フェーズ、ステータスなど）", "the stage")))
    if not {"company", "email", "lead"} & found.keys():
        raise MikomiError(
            _missing(path, names, Words("会社名かメールアドレス", "the company or a mail address"))
        )
    sfa = SFA.get(mapping.form.key, OTHER) if mapping.form else OTHER
    frame, rejected, findings = read_deals(table, found, sfa, zone(), timezone.localdate(), str(path))
    rows = Rows()
    rows.add(frame)
    return Sheet(
        kind=Import.Kind.DEALS,
        path=path,
        data=rows,
        rejected=rejected,
        columns=seen(mapping.columns, sample, frozenset(COLUMNS)),
        key_header=found.get("deal") or found.get("deal_name") or "",
        format=reader.format,
        encoding=reader.encoding,
        delimiter=reader.delimiter,
        has_header=reader.has_header,
        mapping=mapping,
        header_lines=reader.header_lines,
        sheet=reader.sheet,
        sheets=reader.sheets,
        findings=findings,
        held_back=join_rejects([]),
        by_mail="email" in found,
    )


def _missing(path: Path, names: list[str], what: Words) -> Words:
    shown = ", ".join(names[:12])
    return Words(
        f"{path.name}: {what.ja}の列がありません。商談の一覧には必要です（いまの列: {shown}）",
        f"{path.name}: no column tells {what.en}, which a list of deals needs (there are: {shown})",
    )

"""Reading people's files: encodings, headers, dates, rejects.

    leads = read_leads("leads.csv")
    events = read_events("events/", "Asia/Tokyo")
    folded = fold_events(events, "Asia/Tokyo")         # in mikomi.core.events

Nothing is guessed: a row that cannot be read is in `.rejected` with its line and the reason.
"""

from mikomi.core.tabular.facts import (
    Events,
    Outcomes,
    canonical_result,
    find_files,
    read_events,
    read_outcomes,
)
from mikomi.core.tabular.findings import Finding, join_findings
from mikomi.core.tabular.forms import (
    FORMS,
    Form,
    Hint,
    Likeness,
    fingerprint,
    form_of,
    likenesses,
    recognise,
)
from mikomi.core.tabular.headers import SYNONYMS, canonical, resolve
from mikomi.core.tabular.leads import Leads, read_leads
from mikomi.core.tabular.mending import mendable_rows
from mikomi.core.tabular.proposals import Proposal, propose
from mikomi.core.tabular.read import open_table, read_table
from mikomi.core.tabular.rejects import (
    REJECTED_SCHEMA,
    join_rejects,
    no_rejects,
    reject_rows,
    text_of_rows,
    write_rejected,
)
from mikomi.core.tabular.survey import Column, Survey, survey_file
from mikomi.core.tabular.table import Chunk, Progress, Reader, Table
from mikomi.core.tabular.times import check_zone, parse_dates, parse_times

__all__ = [
    "FORMS",
    "REJECTED_SCHEMA",
    "SYNONYMS",
    "Chunk",
    "Column",
    "Events",
    "Finding",
    "Form",
    "Hint",
    "Leads",
    "Likeness",
    "Outcomes",
    "Progress",
    "Proposal",
    "Reader",
    "Survey",
    "Table",
    "canonical",
    "canonical_result",
    "check_zone",
    "find_files",
    "fingerprint",
    "form_of",
    "join_findings",
    "join_rejects",
    "likenesses",
    "mendable_rows",
    "no_rejects",
    "open_table",
    "parse_dates",
    "parse_times",
    "propose",
    "read_events",
    "read_leads",
    "read_outcomes",
    "read_table",
    "recognise",
    "reject_rows",
    "resolve",
    "survey_file",
    "text_of_rows",
    "write_rejected",
]

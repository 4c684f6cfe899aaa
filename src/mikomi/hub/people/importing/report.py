"""What `Import.report` and `Import.undo_report` hold: the names that pages read, all JSON values.

A sentence is `{"ja": …, "en": …}`.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from mikomi.core.words import Words


class Sentence(TypedDict):
    """One sentence in both languages."""

    ja: str
    en: str


class ColumnReport(TypedDict):
    """A column of the file. `field` "" is left out; `custom`: a field of its own or a new one.
    `certainty` (`sure`, `likely`, `unsure`), `by` and `reason` say why it is proposed; `chosen`: the
    person said so. `samples`: the first values. `odd`: how many cells do not fit the field, `example`
    the first of them."""

    header: str
    field: str
    custom: bool
    sample: str
    odd: int
    example: str
    samples: list[str]
    certainty: str
    by: str
    reason: Sentence
    warnings: list[Sentence]
    chosen: bool


class Problem(TypedDict):
    """A cell that does not fit. `what`: `left_out` (the row was taken without it), `mended` (it was
    put right: `reason` says how) or `rejected` (the whole row)."""

    line: int
    header: str
    field: str
    value: str
    reason: Sentence
    what: str


class FormReport(TypedDict):
    """The form that the file has. `kind`: which import it usually is. `basis`: what its addresses may
    rest on (`consent`, `card`, `deal`, ""), to be confirmed."""

    key: str
    name: Sentence
    kind: str
    basis: str
    hints: list[Sentence]
    attendance: bool


class SameFile(TypedDict):
    """An earlier import of the very same bytes. `at`: ISO 8601 with offset; `by`: a name or ""."""

    number: int
    at: str
    by: str
    status: str


class CheckReport(TypedDict):
    """What `uploads.check` writes into `Import.report`.

    Counts are rows. `steps`: what `Import.cursor` counts to. `names` and `first`: the fields and values
    of the first sound rows, `first_lines` their lines, `first_problems` what is wrong in them as
    (row, column, sentence). `problems`: the first cells that do not fit, `problem_cells` and
    `problem_rows` how many there are. `rejects`: the first rejected rows (line, reason_ja, reason_en,
    row). `remembered`: the mapping is that of an earlier file of the form. `resumed`: storing was cut
    off and went on. `opt_outs`: addresses of a leads file that are recorded as refusing. `grounds`: the
    columns that seem to say on what ground there is mail (`days`: ground -> header, `kind`: header or "");
    `basis`: with which ground it was read (`GivenBasis.as_checked`), `based`: how many addresses get which.
    """

    size: int
    new: int
    changed: int
    unchanged: int
    conflicts: int
    steps: int
    format: str
    encoding: str | None
    delimiter: str | None
    has_header: bool
    header_lines: list[int]
    sheet: str | None
    sheets: list[str]
    columns: list[ColumnReport]
    column_count: int
    findings: list[dict[str, Any]]
    form: FormReport | None
    remembered: bool
    same_file: SameFile | None
    names: list[str]
    first: list[list[str]]
    first_lines: list[int]
    first_problems: list[list[Any]]
    problems: list[Problem]
    problem_cells: int
    problem_rows: int
    rejects: list[dict[str, Any]]
    opt_outs: int
    grounds: dict[str, Any]
    basis: dict[str, Any]
    based: dict[str, int]
    resumed: NotRequired[bool]


class UndoReport(TypedDict):
    """What `uploads.undo` writes into `Import.undo_report`.

    `leads`, `companies`: taken away. `values`: how many leads and companies got back what was known
    before. `kept`: the first leads and companies that stayed although the import made them, and why;
    `kept_leads`, `kept_companies` how many. `handed_leads`, `handed_companies`: that stayed as those of other
    imports that name them. `stayed`: the first values that somebody wrote later, so that they stay;
    `stayed_values` how many. `confirmed`: how many values stay since a later
    file says the same. `fields`: of its own that went; `fields_left`: the keys of those in which others have
    values. `sentences`: all of it to be read.
    """

    leads: int
    companies: int
    values: int
    tags: int
    lists: int
    bases: int
    refusals_stay: int
    events: int
    outcomes: int
    kept: list[dict[str, Any]]
    kept_leads: int
    kept_companies: int
    handed_leads: int
    handed_companies: int
    stayed: list[dict[str, Any]]
    stayed_values: int
    confirmed: int
    fields: int
    fields_left: list[str]
    sentences: list[Sentence]


def sentence(words: Words) -> Sentence:
    """`words` as JSON."""
    return {"ja": words.ja, "en": words.en}

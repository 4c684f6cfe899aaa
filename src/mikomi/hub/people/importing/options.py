"""What a person chose for a file: how it is read, what its columns become, what all its leads get.

`Import.options` and `FileForm.options` hold it as JSON; what is not there is left to the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

from mikomi.core.values.fields import KINDS
from mikomi.core.words import MikomiError, Words

type Conflict = Literal["overwrite", "keep", "fill"]
CONFLICTS: tuple[str, ...] = get_args(Conflict.__value__)
"""Where a lead is known already: `overwrite` takes the file's values, `keep` leaves the lead as it is,
`fill` takes values only where nothing is known."""

BASIS_KINDS = ("consent", "card", "deal", "published")
EACH = "each"
"""In `GivenBasis.kind`: a column of the file says row by row which ground it is."""
OWN_FIELD = "+"
"""In `Options.columns`: the column becomes a field of its own, called as its header."""


@dataclass(frozen=True, slots=True)
class NewField:
    """A field made on the way. `key` is what `Options.columns` names; `choices`: labels, for choices."""

    key: str
    label: str
    kind: str = "text"
    scope: Literal["lead", "company"] = "lead"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenBasis:
    """The ground on which the addresses of a file may be written to, and how we know; see `consent`.

    `column`: the header of the column that says since when, row by row; `since` None with it.
    `kind_column`: with the kind `EACH`, the header of the column that says which ground it is; `wording`
    then counts for those who consented, `url` for published addresses. A row whose day or kind is
    missing or unreadable gets no ground: none is guessed.
    """

    kind: str
    since: date | None
    how: str
    wording: str = ""
    url: str = ""
    column: str = ""
    kind_column: str = ""

    def as_checked(self) -> dict[str, Any]:
        """What of it shows in the check of a file, as JSON: nothing where it is the same for all rows."""
        if not self.column and not self.kind_column:
            return {}
        since = None if self.since is None else self.since.isoformat()
        columns = {"kind": self.kind, "since": since, "column": self.column, "of": self.kind_column}
        given = {"wording": bool(self.wording), "url": bool(self.url)}
        return columns | (given if self.kind == EACH else {})


@dataclass(frozen=True, slots=True)
class Options:
    """All that can be chosen. None and "": found by the program.

    `columns`: header -> field key, "" leaves the column out, `OWN_FIELD` makes a field of it; headers
    that are not named get what is proposed. `owner`: the name of the salesperson, `source`: where the
    leads come from; both are written where the file itself says nothing. `seminar` and `held_at` (ISO
    text, local) belong to lists of who attended; in a list of people with a `seminar` (the key of its
    events), `listed` says what being listed means where no column does: "" attended, "applied" applied.
    `campaign`: the number of the one that all leads join.
    """

    delimiter: str | None = None
    sheet: str | None = None
    header: bool | None = None
    header_lines: tuple[int, ...] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[NewField, ...] = ()
    conflict: Conflict = "overwrite"
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    source: str = ""
    owner: str = ""
    basis: GivenBasis | None = None
    seminar: str = ""
    held_at: str = ""
    campaign: int | None = None
    listed: str = ""

    @property
    def remembered(self) -> Options:
        """What holds for the next file of the same form, too: never its tags, source or consent."""
        return replace(Options(), columns=self.columns, fields=self.fields, conflict=self.conflict)


NOTHING = Options()


def dump(options: Options) -> dict[str, Any]:
    """`options` as JSON values, without what was not chosen."""
    told = asdict(options)
    if options.basis is not None:
        since = options.basis.since
        told["basis"]["since"] = None if since is None else since.isoformat()
    told["fields"] = [asdict(new) | {"choices": list(new.choices)} for new in options.fields]
    return {name: _plain(value) for name, value in told.items() if value not in (None, "", (), [], {})}


def parse(told: Mapping[str, Any]) -> Options:
    """Options out of JSON values. Raises `MikomiError` in words for what is none."""
    try:
        lines = told.get("header_lines")
        return Options(
            delimiter=told.get("delimiter") or None,
            sheet=told.get("sheet") or None,
            header=told.get("header"),
            header_lines=None if not lines else tuple(int(line) for line in lines),
            columns={str(header): str(key) for header, key in (told.get("columns") or {}).items()},
            fields=tuple(_new_field(new) for new in told.get("fields") or ()),
            # `_one_of` gives one of the literals or raises.
            conflict=_one_of(told.get("conflict") or "overwrite", CONFLICTS),  # pyright: ignore[reportArgumentType]
            tags=_names(told.get("tags")),
            lists=_names(told.get("lists")),
            source=str(told.get("source") or "").strip(),
            owner=str(told.get("owner") or "").strip(),
            basis=_basis(told["basis"]) if told.get("basis") else None,
            seminar=str(told.get("seminar") or "").strip(),
            held_at=str(told.get("held_at") or "").strip(),
            campaign=int(told["campaign"]) if told.get("campaign") else None,
            listed=str(told.get("listed") or "").strip(),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MikomiError(
            Words(
                f"取り込みの設定が読めません（{error}）。選びなおしてください",
                f"the settings of the import cannot be read ({error}); choose them again",
            )
        ) from error


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _names(given: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in given or () if (name := str(text).strip())))


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r}: {', '.join(allowed)}")
    return value


def _new_field(told: Mapping[str, Any]) -> NewField:
    label = str(told["label"]).strip()
    key = str(told.get("key") or label).strip()
    if not key:
        raise ValueError("label")
    return NewField(
        key=key,
        label=label or key,
        kind=_one_of(str(told.get("kind") or "text"), KINDS),
        # As above: one of the literals.
        scope=_one_of(str(told.get("scope") or "lead"), ("lead", "company")),  # pyright: ignore[reportArgumentType]
        choices=_names(told.get("choices")),
    )


def _basis(told: Mapping[str, Any]) -> GivenBasis:
    column, since = str(told.get("column") or ""), told.get("since")
    if since is None and not column:
        raise ValueError("since")
    kind_column = str(told.get("kind_column") or "")
    kind = _one_of(str(told["kind"]), (*BASIS_KINDS, EACH))
    if (kind == EACH) != bool(kind_column):
        raise ValueError("kind_column")
    return GivenBasis(
        kind=kind,
        since=since if since is None or isinstance(since, date) else date.fromisoformat(str(since)),
        column=column,
        kind_column=kind_column,
        how=str(told.get("how") or "").strip(),
        wording=str(told.get("wording") or "").strip(),
        url=str(told.get("url") or "").strip(),
    )

"""Lists in the address bar: query parameters to a `ListQuery` and back.

`q` text; `heat`, `fit`, `engagement` (repeatable numbers), `active` (7, 30, 90, none), `owner`,
`industry`, `status` (repeatable); `tag`, `list`, `campaign`, `segment` (repeatable numbers); `stage`
(repeatable keys of the journey, `none`: nowhere); `f.KEY` a field (a text
in it, or choices; `f.KEY.from`, `f.KEY.to`: a range); `view` the number of a saved view; `sort` (a `-`
before it: downwards); `after` or `before`, a place as JSON; `from`, the number of the first row. What
cannot be read is left out, never an error: addresses are kept and shared.
"""

from __future__ import annotations

import json
from datetime import date

from django.http import QueryDict

from mikomi.core.journey.map import KEY_PATTERN
from mikomi.hub.people.field_tests import ANY_OF, RANGED, FieldTest, TestedField, tested_fields
from mikomi.hub.site import statuses
from mikomi.hub.site.lists.pages import FIRST_DOWN, SORTS
from mikomi.hub.site.rows.cells import RECENT_DAYS
from mikomi.hub.site.types import Cursor, Filters, ListQuery

RECENCY = {"none": 0} | {str(days): level for days, level in zip(RECENT_DAYS, (4, 3, 2), strict=True)}
PLACE = ("after", "before", "from", "page")
LONGEST_TEXT = 200
OF_FIELD, FROM, TO = "f.", ".from", ".to"
LARGEST = 2**63 - 1
TEXT_SORTS = frozenset({"kana", "company", "title", "department", "industry", "owner"})


def read(given: QueryDict, *, size: int, sort: str = "rank") -> ListQuery:
    """The list that the address asks for."""
    asked = given.get("sort", "")
    name = asked.removeprefix("-")
    known = name in SORTS
    order = name if known else sort
    return ListQuery(
        filters=Filters(
            heat=_numbers(given, "heat", 4),
            fit_grade=_numbers(given, "fit", 3),
            engagement_grade=_numbers(given, "engagement", 3),
            recency=RECENCY.get(given.get("active", "")),
            owner=tuple(given.getlist("owner")),
            industry=tuple(given.getlist("industry")),
            status=statuses.codes(given.getlist("status")),
        ),
        text=given.get("q", "").replace("\0", "")[:LONGEST_TEXT].strip(),
        sort=order,
        descending=known and asked.startswith("-"),
        cursor=_cursor(given, order),
        size=size,
        tags=_labels(given, "tag"),
        lists=_labels(given, "list"),
        campaigns=_labels(given, "campaign"),
        segments=_labels(given, "segment"),
        stages=_stages(given),
        tests=_tests(given),
    )


def with_values(given: QueryDict, name: str, *values: str) -> str:
    """The address with the values of one parameter replaced, from the list's beginning."""
    query = _from_start(given)
    query.setlist(name, list(values)) if values else query.pop(name, None)
    return f"?{query.urlencode()}"


def sorted_by(given: QueryDict, query: ListQuery, sort: str) -> str:
    """The address of the list in another order; the present one turned round."""
    down = not query.descending if query.sort == sort else sort in FIRST_DOWN
    return with_values(given, "sort", f"-{sort}" if down else sort)


def at_place(given: QueryDict, cursor: Cursor, first: int) -> str:
    """The address of another page of the list; `first` is the number of its first row."""
    query = _from_start(given)
    query["before" if cursor.backwards else "after"] = json.dumps([cursor.value, cursor.tie])
    query["from"] = str(max(first, 1))
    return f"?{query.urlencode()}"


def first_row(given: QueryDict) -> int:
    """The number of the page's first row, from 1."""
    text = given.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _from_start(given: QueryDict) -> QueryDict:
    query = given.copy()
    for name in PLACE:
        query.pop(name, None)
    return query


def _numbers(given: QueryDict, name: str, highest: int) -> tuple[int, ...]:
    allowed = {str(number) for number in range(highest + 1)}
    return tuple(sorted({int(text) for text in given.getlist(name) if text in allowed}))


def _labels(given: QueryDict, name: str) -> tuple[int, ...]:
    numbers = {int(text) for text in given.getlist(name) if text.isascii() and text.isdigit()}
    return tuple(sorted(number for number in numbers if number < 2**31))


def _stages(given: QueryDict) -> tuple[str, ...]:
    return tuple(sorted({key for key in given.getlist("stage") if KEY_PATTERN.fullmatch(key)}))


def _tests(given: QueryDict) -> tuple[FieldTest, ...]:
    """What is asked of fields: `f.KEY` (a text, or choices), `f.KEY.from` and `f.KEY.to`."""
    asked = {
        name.removeprefix(OF_FIELD).removesuffix(FROM).removesuffix(TO)
        for name in given
        if name.startswith(OF_FIELD)
    }
    if not asked:
        return ()
    return tuple(filter(None, (_test(given, field) for field in tested_fields() if field.key in asked)))


def _test(given: QueryDict, field: TestedField) -> FieldTest | None:
    name = OF_FIELD + field.key
    shared = field.of_company
    values = tuple(text for text in (one.replace("\0", "").strip() for one in given.getlist(name)) if text)
    if field.kind in ANY_OF:
        return FieldTest(field.key, field.kind, shared, values=values) if values else None
    if field.kind in RANGED:
        fits = _is_day if field.kind == "date" else _is_typed_number
        least, most = (text if fits(text := given.get(name + end, "").strip()) else "" for end in (FROM, TO))
        return FieldTest(field.key, field.kind, shared, least=least, most=most) if least or most else None
    return FieldTest(field.key, field.kind, shared, text=values[-1][:LONGEST_TEXT]) if values else None


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_typed_number(text: str) -> bool:
    try:
        return _is_number(float(text))
    except ValueError:
        return False


def _cursor(given: QueryDict, sort: str) -> Cursor | None:
    backwards = "before" in given
    try:
        value, tie = json.loads(given.get("before" if backwards else "after", ""))
    except (ValueError, TypeError):
        return None
    fits = _is_text(value) if sort in TEXT_SORTS else _is_number(value)
    fits = fits and (_is_text(tie) if SORTS[sort] == "key" else _is_number(tie) and isinstance(tie, int))
    return Cursor(value, tie, backwards) if fits else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _is_number(value: object) -> bool:
    """A number that the database's columns can be compared with; JSON also reads NaN and 1e999."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -LARGEST < value < LARGEST

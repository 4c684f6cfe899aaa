"""Lists as people keep them: filters, order and columns under a name, for oneself or for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts.queries import setting
from mikomi.hub.accounts.services import set_setting
from mikomi.hub.site.lists.address import PLACE
from mikomi.hub.site.lists.columns import PARAM
from mikomi.hub.site.models import SavedView

OPEN, INSIDE = "view", "in"
"""`view=3` opens a view as it is kept; what is changed after carries `in=3`. 0 is no view."""
DEFAULT = "lists.view"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list page shows: the address as it is meant, and the view it began with, if any.
    `changed`: it is not what the view keeps any more."""

    given: QueryDict
    view: SavedView | None
    changed: bool


def views_of(person: Any) -> QuerySet[SavedView]:
    """The views that a person sees: their own and those that others share, in their order."""
    return (
        SavedView.objects.filter(Q(owner=person) | Q(shared=True))
        .select_related("owner")
        .order_by("place", "pk")
    )


def open_list(person: Any, asked: QueryDict) -> Shown:
    """The list that an address asks for; without any wish, the person's default view."""
    number = asked.get(OPEN) or ("" if asked else str(setting(person, DEFAULT, "") or ""))
    if number:
        view = _view(person, number)
        given = QueryDict(view.query if view else "", mutable=True)
        given[INSIDE] = str(view.pk if view else 0)
        return Shown(given, view, changed=False)
    view = _view(person, asked.get(INSIDE, ""))
    if view is None:
        return Shown(asked, None, changed=False)
    columns = asked.getlist(PARAM)
    changed = kept_query(asked) != view.query or bool(columns and columns != view.columns)
    return Shown(asked, view, changed)


def kept_query(given: QueryDict) -> str:
    """What of an address a view keeps: filters, search and order."""
    kept = [
        (name, one)
        for name, every in sorted(given.lists())
        if name not in (*PLACE, OPEN, INSIDE, PARAM)
        for one in every
        if one
    ]
    query = QueryDict(mutable=True)
    for name, one in kept:
        query.appendlist(name, one)
    return query.urlencode()


def keep_view(
    person: Any, name: str, query: str, columns: Sequence[str], *, shared: bool, default: bool
) -> SavedView:
    """A new view. Raises `MikomiError` for an empty name and one of more than 60 characters."""
    last = SavedView.objects.aggregate(last=Max("place"))["last"] or 0
    view = SavedView.objects.create(
        name=_checked(name),
        owner=person,
        shared=shared,
        query=kept_query(QueryDict(query)),
        columns=list(columns),
        place=last + 10,
        at=timezone.now(),
    )
    if default:
        set_setting(person, DEFAULT, view.pk)
    return view


def change_view(view: SavedView, name: str, *, shared: bool) -> None:
    """Another name, and who sees it."""
    view.name, view.shared = _checked(name), shared
    view.save()


def keep_again(view: SavedView, query: str, columns: Sequence[str]) -> None:
    """Keeps what a view was changed to."""
    view.query = kept_query(QueryDict(query))
    if columns:
        view.columns = list(columns)
    view.save()


def delete_view(view: SavedView) -> None:
    """Forgets a view; whoever had it as default sees all leads again."""
    view.delete()


def default_of(person: Any) -> int:
    """The number of the person's default view, 0 for none."""
    return int(setting(person, DEFAULT, 0) or 0)


def set_default(person: Any, number: int) -> None:
    """Makes a view the one that opens; 0: none."""
    set_setting(person, DEFAULT, number)


def _view(person: Any, number: str) -> SavedView | None:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return views_of(person).filter(pk=int(number)).first()


def _checked(name: str) -> str:
    shown = " ".join(name.replace("\0", "").split())
    if not shown:
        raise MikomiError(Words("ビューの名前を入れてください", "give the view a name"))
    return shown[:LONGEST]

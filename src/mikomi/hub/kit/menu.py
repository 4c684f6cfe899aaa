"""The side menu and the health light: apps say what they have, the frame shows what there is.

An app calls `register` (and `register_health`) in its `AppConfig.ready`. An entry whose address does
not resolve is left out, so the menu never leads to a page that is not there; neither does it lead
where the reader may not go, as the guard says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

type Group = Literal["sales", "leads", "nurture", "learn", "tools"]
type State = Literal["good", "warn", "bad"]

GROUPS: dict[Group, str | Promise] = {
    "sales": _("営業"),
    "leads": _("リード"),
    "nurture": _("育てるしくみ"),
    "learn": _("ふりかえり"),
    "tools": "",
}
"""The groups in their order, with the heading of each; the last has none."""

LIGHTS_HOLD_SECONDS = 5.0
"""So long a process shows the lights that it asked for last: they stand on every page, and change seldom."""

PHONE_TABS = 4
"""So many pages fit beside the phone's menu button."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One page of the menu.

    `place` orders entries within the group, by tens in the order of the design. `count` gives the
    number at the right end, or None for none; it runs on every page, so it must be cheap.
    `phone` puts the entry into the tabs at the foot of the phone, under `phone_label` if given.
    """

    key: str
    group: Group
    place: int
    label: str | Promise
    icon: str
    url_name: str
    count: Callable[[HttpRequest], int | None] | None = None
    phone: bool = False
    phone_label: str | Promise = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry as one page shows it."""

    key: str
    label: str | Promise
    icon: str
    url: str
    count: int | None
    current: bool
    phone: bool
    phone_label: str | Promise


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A heading and its items; never without items."""

    key: Group
    label: str | Promise
    items: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class Light:
    """The health light: icon and colour follow `state`, `words` say it, `url` leads to the fix."""

    state: State
    words: str | Promise
    url: str = ""


_entries: dict[str, MenuEntry] = {}
_health: list[Callable[[HttpRequest], Light | None]] = []
_held_lights: dict[str, tuple[float, list[Light]]] = {}
_search: list[str] = []
_guards: list[Callable[[HttpRequest, str], bool]] = []


def register(*entries: MenuEntry) -> None:
    """Adds pages to the menu; the same key again replaces the entry."""
    _entries.update((entry.key, entry) for entry in entries)


def register_health(light: Callable[[HttpRequest], Light | None]) -> None:
    """Adds a source of the health light; None from it means nothing to say."""
    if light not in _health:
        _health.append(light)


def register_search(url_name: str) -> None:
    """Names the page that the search field asks, by GET with `q`."""
    _search[:] = [url_name]


def register_guard(may_open: Callable[[HttpRequest, str], bool]) -> None:
    """Names who says whether the reader of a page may open the address with a name."""
    _guards[:] = [may_open]


def leads_somewhere(request: HttpRequest | None, address: str) -> bool:
    """Whether the reader of a page may follow an address of ours; an empty one leads nowhere."""
    if not address or request is None:
        return bool(address)
    try:
        name = resolve(address.partition("?")[0].partition("#")[0]).view_name
    except Resolver404:
        return True
    return all(may_open(request, name) for may_open in _guards)


def search_of() -> str:
    """The address of the search, or nothing where no app brings one."""
    try:
        return reverse(_search[0]) if _search else ""
    except NoReverseMatch:
        return ""


def menu_of(request: HttpRequest, current: str = "") -> tuple[MenuGroup, ...]:
    """The groups of the menu for this page.

    `current` names the key of the current entry; without it the entry whose address the page's
    path continues is current, the longest one where there are several.
    """
    found: list[tuple[MenuEntry, str]] = []
    for entry in sorted(_entries.values(), key=lambda entry: entry.place):
        if not all(may_open(request, entry.url_name) for may_open in _guards):
            continue
        try:
            found.append((entry, reverse(entry.url_name)))
        except NoReverseMatch:
            continue
    if not current:
        fitting = [(len(url), entry.key) for entry, url in found if _continues(request.path, url)]
        current = max(fitting)[1] if fitting else ""
    items = {
        entry.key: MenuItem(
            key=entry.key,
            label=entry.label,
            icon=entry.icon,
            url=url,
            count=entry.count(request) if entry.count else None,
            current=entry.key == current,
            phone=entry.phone,
            phone_label=entry.phone_label or entry.label,
        )
        for entry, url in found
    }
    groups = (
        MenuGroup(group, label, tuple(items[entry.key] for entry, _url in found if entry.group == group))
        for group, label in GROUPS.items()
    )
    return tuple(group for group in groups if group.items)


def current_item(request: HttpRequest) -> MenuItem | None:
    """The menu's page that this page belongs to, or None where it belongs to none."""
    items = (item for group in menu_of(request) for item in group.items)
    return next((item for item in items if item.current), None)


def health_of(request: HttpRequest) -> Light | None:
    """The worst of the registered lights, or None where nothing reports."""
    return next(iter(lights_of(request)), None)


def lights_of(request: HttpRequest) -> list[Light]:
    """All lights that have something to say in the reader's language, the worst first; up to
    `LIGHTS_HOLD_SECONDS` old."""
    language, now = get_language() or "", monotonic()
    until, held = _held_lights.get(language, (0.0, []))
    if now >= until:
        held = _lights_of(request)
        _held_lights[language] = now + LIGHTS_HOLD_SECONDS, held
    return held


def _lights_of(request: HttpRequest) -> list[Light]:
    order: list[State] = ["bad", "warn", "good"]
    lights = [light for source in _health if (light := source(request)) is not None]
    return sorted(lights, key=lambda light: order.index(light.state))


def _continues(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))

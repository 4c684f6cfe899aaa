"""Which address takes what."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from mikomi.collector.messages import MessageType

type Kind = Literal["batch", "single", "tag", "script", "trap", "settings", "source_config", "description"]

WITH_EVENTS: frozenset[Kind] = frozenset({"batch", "single", "tag"})
SETTINGS_START = "/v1/projects/"
SETTINGS_END = "/settings"
DESCRIPTION = "/v1/openapi.json"


class Route(NamedTuple):
    """What is done at an address; `message` is the type of a single message."""

    kind: Kind
    message: MessageType | None = None

    @property
    def takes_events(self) -> bool:
        """Whether events are sent here."""
        return self.kind in WITH_EVENTS

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods it takes."""
        return ("POST",) if self.takes_events else ("GET", "HEAD")


def _routes() -> dict[str, Route]:
    routes: dict[str, Route] = {}
    for path in ("/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"):
        routes[path] = Route("batch")
    for message in get_args(MessageType.__value__):
        for path in (f"/v1/{message}", f"/v1/{message[0]}"):
            routes[path] = Route("single", message)
    routes["/sourceConfig"] = routes["/sourceConfig/"] = Route("source_config")
    routes[DESCRIPTION] = Route("description")
    return routes


ROUTES = _routes()
"""By path; the settings of a project, whose path holds the key, are not in it."""


TRAP = "/v1/more"
"""What a link leads to that no person can see."""
OF_TAG = {"/v1/tag": Route("tag"), "/mikomi.js": Route("script"), TRAP: Route("trap")}
"""What only our own tag asks for, and may change with it: no part of the description."""


def route_of(path: str) -> Route | None:
    """The route of `path`, None where nothing is there."""
    found = ROUTES.get(path) or OF_TAG.get(path)
    if found is None and path.startswith(SETTINGS_START) and path.endswith(SETTINGS_END):
        return Route("settings")
    return found


def takes(path: str) -> bool:
    """Whether the collector, and not the pages, answers for `path`."""
    return path.startswith(("/v1/", "/beacon/")) or path in ROUTES or path in OF_TAG

"""The collector's own description (OpenAPI 3.1), made from the routes, the messages and the reasons.

Kept as docs/reference/collector.openapi.json; a test compares the two.
"""

from __future__ import annotations

from typing import Any

from mikomi.collector.messages import LONGEST_ID, LONGEST_NAME
from mikomi.collector.reasons import REFUSALS, Reason
from mikomi.collector.routes import ROUTES, SETTINGS_END, SETTINGS_START, Route

REASONS_OF_GET = {Reason.NO_KEY, Reason.UNKNOWN_KEY}
ID = {"anyOf": [{"type": "string", "maxLength": LONGEST_ID}, {"type": "number"}, {"type": "null"}]}
NAME = {"anyOf": [{"type": "string", "maxLength": LONGEST_NAME}, {"type": "null"}]}
OBJECT = {"anyOf": [{"type": "object"}, {"type": "null"}]}
MOMENT = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}
TYPES = ["track", "page", "identify", "group", "alias", "screen"]


def description() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {path: _path(route) for path, route in ROUTES.items()}
    paths[f"{SETTINGS_START}{{key}}{SETTINGS_END}"] = _path(Route("settings"))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mikomi collector",
            "version": "1",
            "description": "Takes events in. An event that was answered with 200 is durable, once.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {
                "Message": _message(),
                "Batch": _batch(),
                "Success": {
                    "type": "object",
                    "required": ["success"],
                    "properties": {
                        "success": {"const": True},
                        "accepted": {"type": "integer", "minimum": 1},
                        "refused": {"type": "array", "items": {"$ref": "#/components/schemas/Refused"}},
                    },
                },
                "Refused": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "code": {"enum": [reason.value for reason in Reason]},
                        "message": {"type": "string"},
                        "place": {"type": "integer", "minimum": 0},
                    },
                },
            },
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The write key as the user; or `writeKey` in the query or the body",
                }
            },
        },
    }


def _message() -> dict[str, Any]:
    ids = ("messageId", "anonymousId", "userId", "previousId", "groupId")
    return {
        "type": "object",
        "description": "At most 32 KiB. anonymousId or userId must say whose it is; track needs event.",
        "properties": {
            "type": {"enum": TYPES},
            **dict.fromkeys(ids, ID),
            **dict.fromkeys(("event", "name", "category"), NAME),
            **dict.fromkeys(("properties", "traits", "context"), OBJECT),
            **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt"), MOMENT),
            "writeKey": {"type": "string"},
        },
    }


def _batch() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["batch"],
        "description": "At most 500 KiB after inflating.",
        "properties": {
            "batch": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
            "sentAt": MOMENT,
            "context": OBJECT,
            "writeKey": {"type": "string"},
        },
    }


def _path(route: Route) -> dict[str, Any]:
    if route.takes_events:
        return {"post": _post(route)}
    answer: dict[str, Any] = {
        "responses": {"200": {"description": "As asked", "content": {"application/json": {}}}}
    }
    if route.kind == "description":
        return {"get": {**answer, "summary": "This description"}}
    answer["responses"] |= _refusals(REASONS_OF_GET)
    if route.kind == "settings":
        key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
        return {"get": {**answer, "summary": "For @segment/analytics-next", "parameters": [key]}}
    key = {"name": "writeKey", "in": "query", "schema": {"type": "string"}}
    return {
        "get": {
            **answer,
            "summary": "For @rudderstack/analytics-js",
            "parameters": [key],
            "security": [{"key": []}, {}],
        }
    }


def _post(route: Route) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{'Message' if route.message else 'Batch'}"}
    as_text = {"type": "string", "contentEncoding": "gzip", "description": "The JSON, or its gzip"}
    content: dict[str, Any] = {
        "application/json": {"schema": schema},
        "text/plain": {"schema": schema},
        "application/x-www-form-urlencoded": {"schema": as_text},
    }
    return {
        "summary": f"One {route.message}" if route.message else "Many messages",
        "security": [{"key": []}, {}],
        "parameters": [{"name": "writeKey", "in": "query", "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {
                "description": "Durable; messages named in `refused` are not",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Success"}}},
            },
            **_refusals(set(Reason) - {Reason.PATH}),
        },
    }


def _refusals(reasons: set[Reason]) -> dict[str, Any]:
    """The answers for `reasons`, by status."""
    found: dict[str, list[str]] = {}
    for reason in sorted(reasons):
        found.setdefault(str(REFUSALS[reason].status), []).append(f"`{reason}`: {REFUSALS[reason].words.en}")
    return {
        status: {
            "description": "; ".join(said),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}},
        }
        for status, said in sorted(found.items())
    }

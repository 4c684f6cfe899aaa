"""What people do on pages of our own (forms, documents, seminars), written into the facts at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from mikomi.core.machines.reasons import certainty as sure_of
from mikomi.hub.activity.services import record_events
from mikomi.hub.activity.types import Recorded
from mikomi.hub.capture.arrivals import as_text
from mikomi.hub.capture.machines import judge_request
from mikomi.hub.kit.jobs import enqueue


def record(
    key: str,
    kind: str,
    content: str,
    at: datetime,
    *,
    payload: Mapping[str, Any] | None = None,
    automated: bool = False,
    reason: str = "",
    source: str = "page",
) -> Recorded:
    """Records that the lead with `key` (or a visitor, `identity.subject_key`) did something at `at`
    (aware), in the caller's transaction, and has it scored. What is `automated` never counts, for a
    `reason` of `core.machines.reasons`; what is not is judged by the `agent`, `address` and `flags` (headers
    as JSON text) of the payload."""
    details = as_text(payload or {})
    certainty = sure_of(reason) if automated and reason else None
    if not automated and payload and "agent" in payload:
        automated, certainty, reason = judge_request(kind, content, int(at.timestamp() * 1_000_000), details)
    recorded = record_events(
        pl.DataFrame(
            {
                "lead": [key],
                "at": pl.Series([at], dtype=pl.Datetime("us", "UTC")),
                "kind": [kind],
                "content": [content],
                "automated": [automated],
                "reason": pl.Series([str(reason)], dtype=pl.String),
                "certainty": pl.Series([certainty], dtype=pl.Int16),
                "payload": pl.Series([details], dtype=pl.String),
                "id": [secrets.randbits(63)],
            }
        ),
        source=source,
    )
    enqueue("site.score_changed", once=True)
    return recorded

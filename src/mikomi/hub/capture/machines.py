"""Machines among what arrives: judged as it comes, and again later, when more is known.

Networks of machines of one's own stand in `machine_networks.txt` in the data folder, one a line, read anew
when it changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl
from django.conf import settings

from mikomi.core.machines.addresses import Ranges, parse_ranges
from mikomi.core.machines.judging import judge
from mikomi.hub.activity.judging import Rejudged, judge_again

FILE = "machine_networks.txt"
EPOCH = date(1970, 1, 1).toordinal()
_READ: dict[str, tuple[int, Ranges]] = {}


def own_networks() -> Ranges:
    """The networks of the file in the data folder; none where there is no file."""
    file = Path(settings.DATA_FOLDER) / FILE
    try:
        changed = file.stat().st_mtime_ns
        known = _READ.get(str(file))
        if known is None or known[0] != changed:
            known = changed, parse_ranges(file.read_text("utf-8", errors="replace").splitlines())
            _READ[str(file)] = known
    except OSError:
        return Ranges()
    return known[1]


def judge_messages(events: pl.DataFrame) -> pl.DataFrame:
    """Judges messages as they arrive (`key`, `at`, `kind`, `content`, `payload`, `token` of a mail's link):
    `automated`, `certainty`, `reason`, row for row."""
    described = _described(events).with_columns(message=pl.lit(True), person=events["token"])
    return judge(described, own_networks())


def judge_request(kind: str, content: str, at: int, payload: str | None) -> tuple[bool, int, str]:
    """Judges one thing done on a page of our own at `at` (µs UTC): automated, certainty, reason."""
    event = pl.DataFrame(
        {"key": [""], "at": [at], "kind": [kind], "content": [content], "payload": [payload]},
        schema_overrides={"payload": pl.String},
    )
    return judge(_described(event), own_networks()).row(0)


def flags_of(headers: Mapping[str, str], method: str = "") -> str:
    """The headers of a request that tell a machine, as the `flags` of an event: JSON text."""
    ahead = " ".join(headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")).strip()
    return json.dumps({"purpose": ahead, "method": method})


def judge_sending(at: int, details: Mapping[str, str], before: Sequence[int], *, told: bool) -> str:
    """Judges a form that was sent at `at` (µs UTC): the reason why it is a machine's, "" for a person.

    `details`: `agent`, `address` and `flags` of the request. `before`: when the same browser sent other
    forms. `told`: a tag told of it, so that the request's agent is not the sender's.
    """
    times = [*before, at]
    events = pl.DataFrame(
        {
            "visitor": [0] * len(times),
            "at": times,
            "kind": ["form_submit"] * len(times),
            # Each is another one, whatever it is called.
            "content": [str(place) for place in range(len(times))],
            **{name: [details.get(name, "")] * len(times) for name in ("agent", "address", "flags")},
            "message": [told] * len(times),
        }
    )
    automated, _sure, reason = judge(events, own_networks()).row(-1)
    return reason if automated else ""


def look_again(today: date, days: int) -> Rejudged:
    """Judges again what came in the last `days` local days through `today`, as far as its details are
    kept."""
    last = today.toordinal() - EPOCH
    return judge_again(last - days + 1, last, own_networks())


def _described(events: pl.DataFrame) -> pl.DataFrame:
    said = (
        pl.col("payload").str.json_path_match(f"$.{name}").alias(name)
        for name in ("agent", "address", "flags")
    )
    return events.select(pl.col("key").alias("visitor"), "at", "kind", "content", *said)

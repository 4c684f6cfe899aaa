"""Sources: who may send events, and what the collector is told of them.

The collector never asks the database: it reads `collector.json` in the data folder, which is written
here, whole or not at all, after each change and when the program starts.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mikomi.core.words import MikomiError, Words
from mikomi.hub.capture.models import Source
from mikomi.hub.kit.folder import replace_file

FORMAT = 1
FILE = "collector.json"
DEFAULT_OPTIONS: Mapping[str, Any] = {
    "origins": [],
    "cookie": "first_party",
    "cookie_domain": "",
    "consent": "none",
    "collect": {"page": True, "download": True, "outbound": True, "time": True, "forms": []},
    "events_per_minute": 60_000,
}
LONGEST_NAME = 100


def make_source(name: str, kind: str = "web", options: Mapping[str, Any] | None = None) -> Source:
    """A new source with a write key of its own. Raises `MikomiError` for a name that is empty, too long
    or taken."""
    with transaction.atomic():
        shown = _free_name(name, 0)
        source = Source.objects.create(
            name=shown,
            kind=Source.Kind(kind),
            write_key=secrets.token_urlsafe(24),
            options=dict(options or {}),
            created_at=timezone.now(),
        )
        transaction.on_commit(tell_collector)
    return source


def rename(number: int, name: str) -> None:
    """Gives a source another name. Raises `MikomiError` as `make_source` does."""
    with transaction.atomic():
        Source.objects.filter(pk=number).update(name=_free_name(name, number))
        transaction.on_commit(tell_collector)


def set_options(number: int, options: Mapping[str, Any]) -> None:
    """Changes what the collector does for a source; keys left out stay as they are."""
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=number)
        source.options = {**source.options, **options}
        source.save(update_fields=["options"])
        transaction.on_commit(tell_collector)


def disable(number: int) -> None:
    """Refuses the source's key from now on; what it sent stays."""
    with transaction.atomic():
        Source.objects.filter(pk=number, disabled_at=None).update(disabled_at=timezone.now())
        transaction.on_commit(tell_collector)


def enable(number: int) -> None:
    """Takes the key of a disabled source again. Raises `MikomiError` where its name was given away."""
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=number)
        _free_name(source.name, number)
        Source.objects.filter(pk=number).update(disabled_at=None)
        transaction.on_commit(tell_collector)


def options_of(source: Source) -> dict[str, Any]:
    """The options of a source, the defaults where nothing was chosen."""
    return {**DEFAULT_OPTIONS, **source.options}


def tell_collector(folder: Path | None = None) -> None:
    """Writes `collector.json` of the data folder from what the database says."""
    file = Path(folder or settings.DATA_FOLDER) / FILE
    told = {
        "format": FORMAT,
        "salt": _salt(file),
        "sources": [
            {"id": s.pk, "name": s.name, "kind": s.kind, "write_key": s.write_key, **options_of(s)}
            for s in Source.objects.filter(disabled_at=None).order_by("pk")
        ],
    }
    replace_file(file, json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _free_name(name: str, number: int) -> str:
    """The name as it is kept. Raises `MikomiError` for one that is empty, too long or another source's."""
    shown = " ".join(name.replace("\0", "").split())
    if not shown or len(shown) > LONGEST_NAME:
        raise MikomiError(
            Words(
                f"名前を {LONGEST_NAME} 文字までで入れてください",
                f"give it a name of {LONGEST_NAME} characters at most",
            )
        )
    if Source.objects.filter(name=shown, disabled_at=None).exclude(pk=number).exists():
        raise MikomiError(
            Words(
                f"計測元「{shown}」はもうあります。別の名前にしてください",
                f"there is a source {shown} already; give it another name",
            )
        )
    return shown


def _salt(file: Path) -> str:
    """What visitors without a cookie are told apart by; kept as long as the file is."""
    try:
        return str(json.loads(file.read_text("utf-8"))["salt"])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.token_urlsafe(32)

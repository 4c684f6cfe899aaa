"""Forms of a small company, and visitors who fill them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from mikomi.hub.activity.models import Activity, Touch
from mikomi.hub.capture.documents import keeping
from mikomi.hub.capture.models import Document, Form
from mikomi.hub.capture.webforms import editing, starters, tokens
from mikomi.hub.capture.webforms.content import Content, Purpose
from mikomi.hub.people import queries as people
from mikomi.hub.people.types import Person

SENDER = "北浜精機株式会社"
AYA = {
    "q-company": "瀬戸内フーズ",
    "q-name": "小林 彩",
    "q-email": "aya@setouchi.example",
}


def publish_form(purpose: Purpose = "request", name: str = "資料請求", **changes: Any) -> Form:
    """A form from a template, changed and published."""
    content: Content = replace(starters.start(purpose, SENDER), **changes)
    form = editing.make_form(name, content, None)
    editing.publish(form.pk, None)
    form.refresh_from_db()
    return form


def page_of(form: Form, *, ago: float = 30, language: str = "ja") -> str:
    """The token of a page of the form that was opened so many seconds ago."""
    assert form.version is not None
    return tokens.page_token(form.pk, form.version.pk, language, timezone.now() - timedelta(seconds=ago))


def send(form: Form, given: Mapping[str, Any], *, token: str | None = None, client: Client | None = None):
    """Posts the form as a visitor's browser does; cookies and login are not there."""
    visitor = client or Client(headers={"accept-language": "ja"}, enforce_csrf_checks=True)
    told = {"token": page_of(form) if token is None else token, "lang": "ja", **given}
    return visitor.post(f"/f/{form.slug}", told)


def token_in(page: bytes) -> str:
    """The token that stands in a page."""
    found = re.search(r'name="token" value="([^"]+)"', page.decode())
    assert found is not None
    return found[1]


def give_document(name: str = "製品カタログ.pdf", data: bytes = b"%PDF-1.7 " + bytes(range(100))) -> Document:
    """A document that can be given out."""
    return keeping.add_document("", SimpleUploadedFile(name, data), None)


def aya() -> Person:
    found = people.find_by_email("aya@setouchi.example")
    assert len(found) == 1
    person = people.person(found[0])
    assert person is not None
    return person


def counted(kind: str) -> int:
    """How many events of a kind count."""
    touches = Touch.objects.filter(kind=kind).values_list("pk", flat=True)
    return Activity.objects.filter(touch__in=list(touches)).aggregate(n=Sum("n"))["n"] or 0

"""Seminars of a small company, and people who apply to them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from mikomi.hub.activity.models import Activity, Touch
from mikomi.hub.capture.models import Form, Seminar
from mikomi.hub.capture.seminars import planning
from mikomi.hub.capture.seminars.planning import Plan
from tests.hub.capture.forms_world import SENDER, send


def open_seminar(*, capacity: int = 0, hours: float = 48, **more: object) -> Seminar:
    """A seminar that begins so many hours from now and takes applications."""
    begins = timezone.now() + timedelta(hours=hours)
    plan = Plan("段取り改善セミナー", begins, begins + timedelta(hours=1), capacity=capacity, **more)
    made = planning.make_seminar(plan, None)
    return planning.open_seminar(made.pk, SENDER, None)


def hold(seminar: Seminar, *, hours_ago: float = 20) -> None:
    """Lets a seminar have begun so many hours ago."""
    begins = timezone.now() - timedelta(hours=hours_ago)
    Seminar.objects.filter(pk=seminar.pk).update(starts_at=begins, ends_at=begins + timedelta(hours=1))
    seminar.refresh_from_db()


def apply(seminar: Seminar, name: str, company: str = "瀬戸内フーズ", email: str = "", **more: str):
    """Sends the application form of a seminar."""
    form = Form.objects.select_related("version").get(pk=seminar.form.pk if seminar.form else 0)
    told = {"q-company": company, "q-name": name, "q-email": email or mail_of(name)}
    return send(form, told | more)


def mail_of(name: str) -> str:
    """The address under which somebody of that name applies."""
    return "-".join(f"{ord(sign):x}" for sign in name if not sign.isspace()) + "@setouchi.example"


def counted(kind: str, content: str) -> int:
    """How many events of a kind and content count."""
    touches = Touch.objects.filter(kind=kind, content=content).values_list("pk", flat=True)
    return Activity.objects.filter(touch__in=list(touches)).aggregate(n=Sum("n"))["n"] or 0

"""Hand-offs: of a company (or a lead without one), to a person, until an end.

Leads and companies are numbers. Instants are aware, days local.
"""

from __future__ import annotations

from datetime import time

from django.conf import settings
from django.db import models

from mikomi.hub.handoff.types import Cause, Kind, State


def weekdays() -> list[int]:
    """Monday to Friday."""
    return [0, 1, 2, 3, 4]


class Handoff(models.Model):
    """One company in somebody's hands (`handoff.types.Standing` says what the columns mean).

    `lead`: the one that was handed over first; of a hand-off without company, the only one. `edits` grows
    with every change. `followed_by`: the hand-off that the day to look again made, or that this one became a
    part of. `first_company`: the company it was opened for; merges change `company` alone.
    """

    company = models.IntegerField(null=True)
    first_company = models.IntegerField(null=True)
    lead = models.IntegerField()
    owner_id: int | None
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, default=State.OPEN)
    urgent = models.BooleanField(default=False)
    is_check = models.BooleanField(default=False)
    draw_probability = models.FloatField(null=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    next_on = models.DateField(null=True)
    next_first = models.BooleanField(default=False)
    tries = models.IntegerField(default=0)
    last_result = models.CharField(max_length=20, default="")
    last_contact_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.TextField(default="")
    look_again_on = models.DateField(null=True)
    followed_by = models.BigIntegerField(null=True)
    edits = models.IntegerField(default=0)

    class Meta:
        constraints = (
            # Two people never have one company without knowing: whoever comes second joins the first.
            models.UniqueConstraint(
                fields=["company"],
                condition=models.Q(state="open", company__isnull=False),
                name="handoff_one_open_a_company",
            ),
            models.UniqueConstraint(
                fields=["lead"],
                condition=models.Q(state="open", company__isnull=True),
                name="handoff_one_open_a_lead",
            ),
        )
        indexes = (
            models.Index(fields=["owner", "state", "next_on"], name="handoff_today"),
            models.Index(fields=["state", "due_at"], name="handoff_due"),
            models.Index(fields=["company", "state"], name="handoff_company"),
            models.Index(
                fields=["look_again_on"],
                name="handoff_look_again",
                condition=models.Q(state="returned", look_again_on__isnull=False, followed_by__isnull=True),
            ),
        )


class HandedLead(models.Model):
    """A lead in a hand-off for one cause, with its score as it was that moment, never changed.

    `subject`: the lead it was handed over as; a merge changes `lead` alone. `left_at`: it is none of the
    people to call any more, because of `left`.
    """

    handoff_id: int
    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="members")
    lead = models.IntegerField(db_index=True)
    subject = models.IntegerField(db_index=True)
    cause = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Cause])
    entry = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    fit = models.FloatField(default=0)
    engagement = models.FloatField(default=0)
    total = models.FloatField(default=0)
    fit_grade = models.CharField(max_length=20, default="")
    engagement_grade = models.CharField(max_length=20, default="")
    hot = models.BooleanField(default=False)
    heat = models.SmallIntegerField(default=0)
    version = models.IntegerField(null=True)
    reason_ja = models.TextField(default="")
    reason_en = models.TextField(default="")
    why = models.JSONField(default=list)
    left_at = models.DateTimeField(null=True)
    left = models.CharField(max_length=20, default="")


class Occasion(models.Model):
    """Something that hands a lead over, once: found late or found again, it is the same one.

    Written with the scores that show it (`seen_at`), settled right after: `answer` is the words of why it
    was not handed over, empty where `handoff` is what came of it.
    """

    lead = models.IntegerField()
    cause = models.CharField(max_length=12)
    entry = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)
    seen_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    handoff_id: int | None
    handoff = models.ForeignKey(Handoff, models.SET_NULL, null=True, related_name="+")
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["lead", "cause", "entry"], name="occasion_once_for_all"),
        )
        indexes = (
            models.Index(
                fields=["seen_at"], name="occasion_waiting", condition=models.Q(settled_at__isnull=True)
            ),
            models.Index(
                fields=["seen_at", "id"], name="occasion_came_back", condition=models.Q(cause="reconsider")
            ),
        )


class Result(models.Model):
    """What came of a contact. `before`: the hand-off as it was, to put it back; `made`: what was recorded
    elsewhere (deed, event, outcome), to take it back."""

    handoff_id: int
    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="results")
    lead = models.IntegerField(db_index=True)
    subject = models.IntegerField(db_index=True)
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Kind])
    by_id: int | None
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    note = models.TextField(default="")
    reason = models.TextField(default="")
    next_on = models.DateField(null=True)
    before = models.JSONField(default=dict)
    made = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by_id: int | None
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["at"], name="handoff_result_at"),)


class HandoffChange(models.Model):
    """A line of the log of one hand-off; never changed."""

    handoff_id: int
    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by_id: int | None
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    what = models.CharField(max_length=20)
    detail = models.JSONField(default=dict)


class ClosedLead(models.Model):
    """A lead that is 対象外: not handed over until a person opens it again."""

    lead = models.IntegerField(db_index=True)
    subject = models.IntegerField()
    result = models.ForeignKey(Result, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class Team(models.Model):
    """How the team works; one row. `days`: weekdays, 0 is Monday. `closed`: own closed days as ISO dates.

    `urgent_minutes` and `other_minutes`: working minutes until the first contact. `check_slots`: how many
    are drawn a week. `everybody`: everyone sees every hand-off; else their own and those of nobody.
    `urgent_contents`: what else counts as an inquiry, as `kind:content`; None: what is called so.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(18))
    days = models.JSONField(default=weekdays)
    holidays = models.BooleanField(default=True)
    closed = models.JSONField(default=list)
    urgent_minutes = models.IntegerField(default=30)
    other_minutes = models.IntegerField(default=480)
    remind_minutes = models.IntegerField(default=60)
    check_slots = models.IntegerField(default=2)
    everybody = models.BooleanField(default=True)
    rules = models.JSONField(default=dict)
    urgent_contents = models.JSONField(null=True)
    edits = models.IntegerField(default=0)


class Seat(models.Model):
    """Somebody who is given leads. `given_at`: when the last one was, so that turns go round."""

    user_id: int
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    capacity = models.IntegerField(default=10)
    territories = models.JSONField(default=list)
    products = models.JSONField(default=list)
    given_at = models.DateTimeField(null=True)


class Absence(models.Model):
    """The local days from `first` through `last` on which somebody is away."""

    user_id: int
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()
    note = models.CharField(max_length=200, default="")

    class Meta:
        indexes = (models.Index(fields=["last"], name="absence_last"),)

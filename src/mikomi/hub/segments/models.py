"""Who belongs together: the definitions, their members as bits, and who came and went when."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Segment(models.Model):
    """A group of leads by a condition (`mikomi.core.conditions.who`, as plain data in `condition`).

    `key`: the folded name, unique. `definition` grows with every change of the condition; `counted` is the
    definition that the stored members follow, 0 before the first count, and `counted_on` the local day of
    the count, `begun_on` that of the first one by it: who was in then may have been in before. `members`:
    how many there are. `priority`: its members are worked on first (1), next (2),
    last (3) or not at all (4); None for others. `deleted_at`: it can be brought back for a while.
    """

    name = models.TextField()
    key = models.TextField(unique=True)
    note = models.TextField(default="")
    condition = models.JSONField()
    priority = models.SmallIntegerField(null=True)
    definition = models.IntegerField(default=1)
    defined_at = models.DateTimeField()
    counted = models.IntegerField(default=0)
    counted_on = models.DateField(null=True)
    begun_on = models.DateField(null=True)
    members = models.IntegerField(default=0)
    deleted_at = models.DateTimeField(null=True)


class Definition(models.Model):
    """A condition that a segment had, and since when: what its past members followed."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+")
    number = models.IntegerField()
    condition = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["segment", "number"], name="segments_definition_once"),
        )


class MemberPart(models.Model):
    """The members among `bits.PART` leads: bit n of `bits` (least significant first) is the lead with the
    number `part` x `bits.PART` + n."""

    pk = models.CompositePrimaryKey("segment", "part")
    segment = models.IntegerField()
    part = models.IntegerField()
    bits = models.BinaryField()


class Move(models.Model):
    """A lead that entered a segment or left it on the local day `on`, seen at `at` (UTC).

    Who is in or out because the definition was made or changed did not move.
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.IntegerField()
    lead = models.BigIntegerField()
    on = models.DateField()
    at = models.DateTimeField()
    entered = models.BooleanField()

    class Meta:
        indexes = (
            models.Index(fields=["lead", "segment"], name="segments_move_lead"),
            models.Index(fields=["segment", "on"], name="segments_move_day"),
        )

"""Deals out of SFA: what holds of each now, and what each import said of it."""

from __future__ import annotations

from django.db import models


class Deal(models.Model):
    """A deal as it stands. `sfa` and `key` name it: the SFA and its own number there (`=…`: company, name
    and day, where the list has no number).

    `company_text` as written, `company` the number it was found under (perhaps merged since), null while
    nobody knows it. `lead_key`, `email`, `contact`: the person it names. Days count from 1970-01-01; `closed`
    of deals won or lost alone. `subject`: under which its outcomes stand; whose they are is told there.
    `basis`: by what the lead was found (`Basis`), "" while it waits, and then `waits` says why.
    `forgotten`: the person it named was erased, and no later list may bring them back; `others_forgotten`:
    one of the others was.
    """

    class Basis(models.TextChoices):
        WAITING = ""
        LEAD = "lead"
        MAIL = "mail"
        HANDED = "handed"
        BEST = "best"

    class Waits(models.TextChoices):
        NOT = ""
        PERSON = "person"
        COMPANY = "company"
        PEOPLE = "people"
        SEVERAL = "several"
        ERASED = "erased"

    id = models.AutoField(primary_key=True)
    sfa = models.CharField(max_length=12)
    key = models.TextField()
    name = models.TextField(default="")
    company_text = models.TextField(default="")
    company = models.IntegerField(null=True, db_index=True)
    lead_key = models.TextField(default="")
    email = models.TextField(default="")
    contact = models.TextField(default="")
    stage = models.TextField(default="")
    state = models.CharField(max_length=4)
    yen = models.BigIntegerField(null=True)
    product = models.TextField(default="")
    reason = models.TextField(default="")
    opened = models.IntegerField(null=True)
    closed = models.IntegerField(null=True)
    owner = models.TextField(default="")
    subject = models.IntegerField(null=True)
    basis = models.CharField(max_length=6, choices=Basis, default=Basis.WAITING)
    waits = models.CharField(max_length=7, choices=Waits, default=Waits.NOT)
    forgotten = models.BooleanField(default=False)
    others = models.TextField(default="")
    others_forgotten = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sfa", "key"], name="deal_once")]
        indexes = [
            models.Index(
                fields=["id"], name="deal_unplaced", condition=models.Q(basis__in=["", "handed", "best"])
            ),
            models.Index(fields=["subject"], name="deal_subject"),
        ]


class DealVersion(models.Model):
    """What an import said of a deal, as JSON; null: just what was known already. The latest that says
    something holds, so an import that is taken back leaves what the others said."""

    id = models.BigAutoField(primary_key=True)
    deal = models.IntegerField()
    import_id = models.IntegerField()
    said = models.TextField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "import_id"], name="dealversion_once")]
        indexes = [models.Index(fields=["import_id"], name="dealversion_import")]

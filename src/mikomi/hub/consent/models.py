"""Consent and refusal per mail address, with the evidence that the law asks for.

特定電子メールの送信の適正化等に関する法律 第3条: advertising mail needs consent or another basis, records
of it must be kept; after an opt-out nothing more may be sent against it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Basis(models.Model):
    """A ground on which an address may be written to, and how we know.

    `address` is folded (lower case, half width). `kind`: consent, card (書面・名刺), deal (取引関係) or
    published (公表). `topic` "" is everything. `since`: the day it was given. `how`: in words, where and
    in what way; `wording`: the form's text as shown; `url` and the day for published addresses.
    """

    class Kind(models.TextChoices):
        CONSENT = "consent"
        CARD = "card"
        DEAL = "deal"
        PUBLISHED = "published"

    id = models.BigAutoField(primary_key=True)
    address = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind)
    topic = models.TextField(default="")
    since = models.DateField()
    how = models.TextField(default="")
    wording = models.TextField(default="")
    url = models.TextField(default="")
    import_id = models.IntegerField(null=True, db_index=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["address"], name="basis_address")]


class Refusal(models.Model):
    """An address that must not be written to: an opt-out, or a mailbox that does not take mail.

    It counts whatever else is known, and no undo takes it away. `kind`: opt_out, error (bounces of the
    former tool) or complaint. `topic` "" is everything. `lifted_at`: the person consented anew by a
    confirmed form; nothing else ends a refusal.
    """

    class Kind(models.TextChoices):
        OPT_OUT = "opt_out"
        ERROR = "error"
        COMPLAINT = "complaint"

    id = models.BigAutoField(primary_key=True)
    address = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind)
    topic = models.TextField(default="")
    since = models.DateField()
    how = models.TextField(default="")
    import_id = models.IntegerField(null=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address", "kind", "topic"], name="refusal_once"),
        ]

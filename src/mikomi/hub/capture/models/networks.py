"""Where connections come from: ranges of addresses that we know, and what was guessed of others."""

from __future__ import annotations

from django.db import models


class Network(models.Model):
    """A range of addresses. `first` and `last` are 32 hexadecimal digits, IPv4 as in ::ffff:0:0/96, so
    that they sort as numbers do. `kind`: our own offices, a company, or a network that many share."""

    class Kind(models.TextChoices):
        OWN = "own"
        COMPANY = "company"
        SHARED = "shared"

    id = models.AutoField(primary_key=True)
    first = models.CharField(max_length=32, db_index=True)
    last = models.CharField(max_length=32)
    text = models.TextField()
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.TextField(default="")
    at = models.DateTimeField()


class AddressGuess(models.Model):
    """Whose network an address seems to be in. `company` "" is nobody's in particular. `how`: by our own
    list, the reverse name, or a service that was asked."""

    address = models.CharField(max_length=45, primary_key=True)
    host = models.TextField(default="")
    company = models.TextField(default="")
    domain = models.TextField(default="")
    how = models.CharField(max_length=8)
    at = models.DateTimeField(db_index=True)


class NetworkSettings(models.Model):
    """One row: whether reverse names are looked up, and which service is asked with which key."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    names = models.BooleanField(default=False)
    service_url = models.TextField(default="")
    service_key = models.TextField(default="")


class VisitingCompany(models.Model):
    """A company that seems to have visited in the last days, as the job saw it last. `company` is its
    number where it is one that we know. `how`: as in `AddressGuess`, or `mail` for links passed on."""

    name = models.TextField(primary_key=True)
    company = models.IntegerField(null=True)
    domain = models.TextField(default="")
    how = models.CharField(max_length=10)
    visitors = models.IntegerField()
    events = models.IntegerField()
    first_seen = models.BigIntegerField()
    last_seen = models.BigIntegerField(db_index=True)
    contents = models.JSONField(default=list)

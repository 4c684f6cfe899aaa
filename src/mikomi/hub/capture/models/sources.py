"""Where events come from, and how far what was accepted has been taken in."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """A site or a program that may send events.

    `write_key` is public and only writes. `kind` is `web` (a tag or an SDK in browsers) or `server`.
    `options` is what the collector is told of it (`collector.settings`): `origins`, `cookie`,
    `cookie_domain`, `consent`, `collect`, `events_per_minute`. With `disabled_at` its key is refused.
    """

    class Kind(models.TextChoices):
        WEB = "web"
        SERVER = "server"

    id = models.AutoField(primary_key=True)
    name = models.TextField()
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.WEB)
    write_key = models.CharField(max_length=64, unique=True)
    options = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True)


class RefusedCount(models.Model):
    """How many messages were refused, by the hour (UTC, hours since 1970), source and reason. `source` 0
    is none that we know."""

    pk = models.CompositePrimaryKey("hour", "source", "reason")
    hour = models.IntegerField()
    source = models.IntegerField()
    reason = models.CharField(max_length=40)
    n = models.BigIntegerField()


class JournalCursor(models.Model):
    """The last entry of a collector's journal that was taken in, written with what it brought."""

    journal = models.CharField(max_length=64, primary_key=True)
    seq = models.BigIntegerField()
    at = models.DateTimeField()


class AsideEntry(models.Model):
    """A journal's entry that could not be taken in, kept as it came so that all others could be; it is tried
    again at each start. `entry`: what `collector.journal.Entry` holds, as `pump` packs it."""

    pk = models.CompositePrimaryKey("journal", "seq")
    journal = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    error = models.TextField()
    entry = models.BinaryField()


class SeenMessage(models.Model):
    """A message that was taken in, by the hash of its source and message id: sent again, it is known.

    `day` counts days since 1970-01-01 in the data folder's time zone; old ones are swept away.
    """

    key = models.BigIntegerField(primary_key=True)
    day = models.IntegerField(db_index=True)

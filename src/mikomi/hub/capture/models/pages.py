"""Which pages browsers were on: what the self-check of the tag looks at."""

from __future__ import annotations

from django.db import models


class SeenPage(models.Model):
    """A page of a site on a day: how often it was seen, and when last.

    `day` counts days since 1970-01-01 in the data folder's time zone, `last` is in microseconds since
    1970-01-01 UTC. `site` is the host of the page, "" where it was not told; `content` is the content of
    its events. Machines are in it: a tag that only machines meet is a tag that works.
    """

    pk = models.CompositePrimaryKey("source", "day", "site", "content")
    source = models.IntegerField()
    day = models.IntegerField()
    site = models.CharField(max_length=255)
    content = models.CharField(max_length=512)
    n = models.BigIntegerField()
    last = models.BigIntegerField()

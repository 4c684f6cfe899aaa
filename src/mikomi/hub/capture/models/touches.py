"""By what ways people came: facts, from which the first and the last way of a lead follow."""

from __future__ import annotations

from django.db import models


class Touch(models.Model):
    """A way that a visitor, or whoever sent a form, came by on a local day; coming by it again that day
    moves `first` and `last` (µs UTC) apart.

    `visitor` is 0 where a form says it (`submission`), and the other way round. `way` is the hash of all
    texts but `landing`, the page they came to first. `click` names the parameter of an ad's click
    (`gclid`), never its value. `machine`: all that the visitor did from `first` through `last` turned out to
    be a machine's, so nobody came by it.
    """

    pk = models.CompositePrimaryKey("visitor", "submission", "day", "way")
    visitor = models.IntegerField()
    submission = models.BigIntegerField()
    day = models.IntegerField()
    way = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    source = models.TextField(default="")
    medium = models.TextField(default="")
    campaign = models.TextField(default="")
    term = models.TextField(default="")
    content = models.TextField(default="")
    referrer = models.TextField(default="")
    click = models.TextField(default="")
    landing = models.TextField(default="")
    machine = models.BooleanField(default=False)

"""Documents that are given out by links, and who took them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mikomi.hub.capture.models.forms import Submission


class Document(models.Model):
    """A file that is given out. `slug` never changes: events bear `doc/<slug>` as content. `stored_as` is
    its random name in the data folder's `documents/`; another file may take its place."""

    id = models.AutoField(primary_key=True)
    slug = models.CharField(max_length=60, unique=True)
    title = models.TextField()
    name = models.TextField()
    stored_as = models.CharField(max_length=40)
    size = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)


class DocumentLink(models.Model):
    """An address that gives a document out: to `lead` (a number), to whoever sent `submission`, or to
    anybody. Its token is the signed number, so no address can be guessed."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, models.CASCADE, related_name="links")
    lead = models.IntegerField(null=True, db_index=True)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class Download(models.Model):
    """Somebody took a document: once for each browser and half hour. `browser` is a hash of address and
    user agent that tells nobody which they were. `automated`: a machine's, which never counts."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, models.CASCADE, related_name="downloads")
    link = models.ForeignKey(DocumentLink, models.CASCADE, related_name="downloads")
    lead = models.IntegerField(null=True, db_index=True)
    at = models.DateTimeField(db_index=True)
    browser = models.CharField(max_length=32)
    automated = models.BooleanField(default=False)

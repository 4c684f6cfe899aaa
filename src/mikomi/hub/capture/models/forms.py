"""Forms as people make them, what was sent by them, and the mails that followed."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Form(models.Model):
    """A form that fills leads: on a page of ours (`hosted`), or one that stands on the site already (`site`).

    `slug` is its address and never changes; events bear `form/<slug>` as content. `draft` is what is
    being edited (`webforms.content`), `version` the one that is shown. With `closed_at` it takes
    nothing more. `urgent`: whoever sends it waits for an answer; None: as its purpose and name say.
    """

    class Place(models.TextChoices):
        HOSTED = "hosted"
        SITE = "site"

    id = models.AutoField(primary_key=True)
    slug = models.CharField(max_length=60, unique=True)
    name = models.TextField()
    place = models.CharField(max_length=6, choices=Place, default=Place.HOSTED)
    draft = models.JSONField(default=dict)
    version = models.ForeignKey("capture.FormVersion", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    urgent = models.BooleanField(null=True)


class FormVersion(models.Model):
    """A form as it was published: never changed, so that what somebody saw can be shown for ever."""

    id = models.AutoField(primary_key=True)
    form = models.ForeignKey(Form, models.CASCADE, related_name="versions")
    number = models.IntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]


class ConsentWording(models.Model):
    """The words of consent beside a form's field, exactly as they were shown, in one language. The same
    words are one row: `number` counts a form's wordings in that language."""

    id = models.AutoField(primary_key=True)
    form = models.ForeignKey(Form, models.CASCADE, related_name="wordings")
    language = models.CharField(max_length=5)
    number = models.IntegerField()
    text = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "language", "number"], name="form_wording_once")
        ]


class Submission(models.Model):
    """What somebody sent by a form, as it was sent.

    `once` is the hash of the page that was opened and what was filled in: sent again, it is the same.
    `answers` maps the questions' keys to stored texts. `touch`: UTM, click ids and pages of the hidden
    fields. `visitor`: the number of the source and the tag's anonymous id,
    `3:…`. `state`: `new` (stored, not taken in yet), `taken`
    (became a lead, or was added to one), `held` (looks like a machine: nothing was done), for `held_why`: a
    code of `core.machines.reasons`, or `honeypot`. `details`: agent, address and headers of the request, kept
    as long as those of events. `subject`: the lead's key that its event came under.
    `wording` is there where consent was asked; `consented` says whether it was given, `confirmed_at`
    when it was confirmed by mail. `pitch` says that somebody wants to sell us something, `pitch_why`
    by which words, `pitch_by` who has judged instead of the words.
    """

    class State(models.TextChoices):
        NEW = "new"
        TAKEN = "taken"
        HELD = "held"

    id = models.BigAutoField(primary_key=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="submissions")
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    once = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    language = models.CharField(max_length=5)
    email = models.TextField(db_index=True)
    answers = models.JSONField()
    touch = models.JSONField(default=dict)
    visitor = models.CharField(max_length=160, default="")
    page = models.TextField(default="")
    state = models.CharField(max_length=5, choices=State, default=State.NEW)
    held_why = models.CharField(max_length=20, default="")
    details = models.JSONField(default=dict)
    lead = models.IntegerField(null=True, db_index=True)
    subject = models.TextField(default="")
    wording = models.ForeignKey(ConsentWording, models.PROTECT, null=True, related_name="+")
    consented = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    pitch = models.BooleanField(default=False)
    pitch_why = models.JSONField(default=list)
    pitch_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["form", "-at"], name="submission_form")]


class FormMail(models.Model):
    """A mail that a submission brings, written down before it is sent and sent once.

    `state`: `waiting`; `sending` (handed to the mail server: what became of it is not known until it
    is `sent`, and only a person has it sent a second time); `sent`; `failed` (refused for good);
    `left_out` (too many to one address).
    """

    class Kind(models.TextChoices):
        THANKS = "thanks"
        CONFIRM = "confirm"
        NOTICE = "notice"
        MOVED = "moved"
        OFF = "off"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        LEFT_OUT = "left_out"

    id = models.BigAutoField(primary_key=True)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=7, choices=Kind)
    to = models.TextField(db_index=True)
    subject = models.TextField()
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    recorded_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "kind", "to"], name="form_mail_once")]


class PitchPhrase(models.Model):
    """A phrase (folded) that tells a sales pitch here, counting `weight`; 0 takes one of the product out."""

    id = models.AutoField(primary_key=True)
    phrase = models.TextField(unique=True)
    weight = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

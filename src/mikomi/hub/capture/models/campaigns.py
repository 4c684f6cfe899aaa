"""施策: what we did to be found, and who came by it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mikomi.hub.capture.models.forms import Form


class Campaign(models.Model):
    """Something that brings people: a fair, a seminar, an advertisement.

    `cost` in yen. `rules`: visits that belong to it, each `{"campaign": …, "source": …}` by parts of UTM,
    all of which must fit (`*` and `?` stand for others); one rule is enough, on a day from `begins` through
    `ends` where they are given. `cards`: the content of card
    exchanges that belong to it, in the same way, `seminars` that of applications to and attendances of
    seminars. With `archived_at` it is offered nowhere, and what
    comes later joins it no more.
    """

    class Kind(models.TextChoices):
        EXHIBITION = "exhibition", _("展示会")
        SEMINAR = "seminar", pgettext_lazy("kind", "セミナー")
        ADVERT = "advert", _("広告")
        NEWSLETTER = "newsletter", _("メルマガ")
        REFERRAL = "referral", _("紹介")
        OTHER = "other", _("その他")

    id = models.AutoField(primary_key=True)
    name = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind)
    begins = models.DateField(null=True)
    ends = models.DateField(null=True)
    cost = models.BigIntegerField(null=True)
    note = models.TextField(default="")
    rules = models.JSONField(default=list)
    cards = models.TextField(default="")
    seminars = models.TextField(default="")
    forms = models.ManyToManyField(Form, related_name="campaigns")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)


class CampaignAddition(models.Model):
    """Somebody says that a lead belongs to a campaign: `lead` as it was numbered then, perhaps merged
    since. `batch_id`: the act it was said with."""

    pk = models.CompositePrimaryKey("campaign", "lead")
    campaign = models.IntegerField()
    lead = models.IntegerField(db_index=True)
    batch_id = models.IntegerField(null=True)
    at = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


class CampaignMember(models.Model):
    """A lead that belongs to a campaign, as follows from imports, forms, visits, card exchanges,
    seminars and additions (`campaigns.following`); a row for each of them.

    `lead` stands now. `how` with `ref` says by what: the number of the import, the submission, the
    visitor (below 0: the submission that bore the UTM), the touch of the card exchange or seminar; 0 by
    hand. `at` (µs UTC): since when.
    """

    class How(models.TextChoices):
        IMPORT = "import", _("取り込み")
        FORM = "form", _("フォーム")
        UTM = "utm", _("サイトへの訪問")
        CARD = "card", _("名刺交換")
        SEMINAR = "seminar", pgettext_lazy("kind", "セミナー")
        HAND = "hand", _("手で追加")

    pk = models.CompositePrimaryKey("campaign", "lead", "how", "ref")
    campaign = models.IntegerField()
    lead = models.IntegerField(db_index=True)
    how = models.CharField(max_length=7, choices=How)
    ref = models.BigIntegerField()
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["campaign", "at", "lead"], name="campaign_joined")]


class CampaignCount(models.Model):
    """How many leads a campaign has, as the job counted last: all, new ones, hot ones now, those that came
    to a meeting and those that bought since it began."""

    campaign = models.IntegerField(primary_key=True)
    leads = models.IntegerField()
    new = models.IntegerField()
    hot = models.IntegerField()
    meetings = models.IntegerField()
    won = models.IntegerField()
    at = models.DateTimeField()

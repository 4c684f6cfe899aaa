"""What lists read: two rows a lead, and the small tables that count and find rows.

Written by the pipeline alone. Everything here can be computed again from facts.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models


class LeadRow(models.Model):
    """What lists show of one lead as a person. Texts are empty, never null, so that paging can
    compare them. `lead_id` is the lead's number."""

    lead_id = models.BigIntegerField(primary_key=True)
    key = models.TextField()
    name = models.TextField(default="")
    kana = models.TextField(default="")
    email = models.TextField(default="")
    company_id = models.BigIntegerField(null=True)
    company = models.TextField(default="")
    title = models.TextField(default="")
    department = models.TextField(default="")
    industry = models.TextField(default="")
    owner = models.TextField(default="")

    class Meta:
        db_table = "site_lead_row"


class LeadScore(models.Model):
    """What lists show of one lead's score; every `LeadRow` has one.

    `rank` puts hot leads first, then higher totals (low is first). `last_day`: the last active day
    in days since 1970-01-01, 0 for none. `cell`: the row of `LeadCell` this lead is counted in,
    which knows its temperature and grades; 0 before the first scoring.
    """

    lead_id = models.BigIntegerField(primary_key=True)
    key = models.TextField()
    fit = models.FloatField(default=0)
    engagement = models.FloatField(default=0)
    total = models.FloatField(default=0)
    rank = models.BigIntegerField(default=0)
    last_day = models.IntegerField(default=0)
    cell = models.IntegerField(default=0)

    class Meta:
        db_table = "site_lead_score"


class LeadCell(models.Model):
    """How many leads share the values that lists filter by. Kept with every write-back.

    `heat` is the temperature, 0 to 4 (4: hot); grades are places in the model's grades, best first.
    `recency`: 0 never active, 1 longer ago, 2 within 90 days, 3 within 30, 4 within 7. `status`: how far
    it came with sales, a place in `site.statuses.STATUSES`.
    """

    id = models.IntegerField(primary_key=True)
    heat = models.SmallIntegerField()
    fit_grade = models.SmallIntegerField()
    engagement_grade = models.SmallIntegerField()
    recency = models.SmallIntegerField()
    owner = models.TextField()
    industry = models.TextField()
    status = models.SmallIntegerField(default=0)
    n = models.IntegerField()

    class Meta:
        db_table = "site_lead_cell"


class LeadText(models.Model):
    """The folded text that a search compares: name, kana, company, email, one a line."""

    lead_id = models.BigIntegerField(primary_key=True)
    text = models.TextField()

    class Meta:
        db_table = "site_lead_text"


class LeadSuffix(models.Model):
    """The places a search may start in a lead's name, kana and email: the next 12 characters."""

    pk = models.CompositePrimaryKey("suffix", "lead_id")
    suffix = models.TextField()
    lead_id = models.BigIntegerField()

    class Meta:
        db_table = "site_lead_suffix"


class CompanySuffix(models.Model):
    """The same for the names of companies, once a company."""

    pk = models.CompositePrimaryKey("suffix", "company_id")
    suffix = models.TextField()
    company_id = models.BigIntegerField()

    class Meta:
        db_table = "site_company_suffix"


class CompanyRow(models.Model):
    """What the list of companies shows and sorts by.

    `sort`: the name without its legal form, folded; `text`: the whole name, folded, as searched. `best`:
    the lead with the lowest `rank`, 0 without people.
    """

    company_id = models.BigIntegerField(primary_key=True)
    name = models.TextField()
    sort = models.TextField()
    text = models.TextField()
    leads = models.IntegerField()
    hot = models.IntegerField()
    rank = models.BigIntegerField()
    best = models.BigIntegerField()
    last_day = models.IntegerField()

    class Meta:
        db_table = "site_company_row"


class Board(models.Model):
    """What all rows were scored with; one row. `model` is the YAML of the version.

    `on` is the local day, `hot_at` the total from which the temperature reads hot, `change` the
    number of the latest change of activity that is in the rows.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    on = models.DateField(null=True)
    version = models.IntegerField(null=True)
    model = models.TextField(default="")
    hot_at = models.FloatField(default=0)
    change = models.BigIntegerField(default=0)
    scored_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "site_board"


class ScoreLog(models.Model):
    """One write-back of scores: what was shown from then on.

    `file` is a Parquet file in the data folder's `scores`: of a day's first write-back with a
    version every lead, of later ones those that changed. `hot` counts all hot leads after it.
    """

    id = models.BigAutoField(primary_key=True)
    on = models.DateField()
    version = models.IntegerField()
    scored_at = models.DateTimeField()
    leads = models.IntegerField()
    hot = models.IntegerField()
    file = models.TextField()

    class Meta:
        db_table = "site_score_log"
        indexes = (models.Index(fields=["on", "version"], name="score_log_day"),)


class StatusCount(models.Model):
    """How many leads had a status (`site.statuses`) at a temperature, as the first run of a local day found
    them."""

    pk = models.CompositePrimaryKey("on", "status", "heat")
    on = models.DateField()
    status = models.SmallIntegerField()
    heat = models.SmallIntegerField()
    n = models.IntegerField()

    class Meta:
        db_table = "site_status_count"


class CapacityLook(models.Model):
    """What the night's look at the team's capacity proposes (`site.today.capacity.Proposal`); one row.
    `passed`: the threshold that somebody did not want."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    on = models.DateField()
    document = models.JSONField(default=dict)
    passed = models.FloatField(null=True)

    class Meta:
        db_table = "site_capacity_look"


class SavedView(models.Model):
    """A list as somebody keeps it: filters, order and search as in its address, and the columns.

    `shared`: everybody sees it; else `owner` alone.
    """

    id = models.AutoField(primary_key=True)
    name = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    shared = models.BooleanField(default=False)
    query = models.TextField(default="")
    columns = models.JSONField(default=list)
    place = models.IntegerField(default=0)
    at = models.DateTimeField()


class Act(models.Model):
    """A bulk edit on its way: the other half of people's `Batch` (`batch`).

    `deed` says what is done (`mikomi.hub.site.actions.edit_leads`). `done` of its leads are through, up
    to the number `upto`; `changed` of them it changed.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"

    batch = models.IntegerField(primary_key=True)
    deed = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    upto = models.IntegerField(default=0)

    class Meta:
        db_table = "site_act"


class Export(models.Model):
    """A list that is written as a workbook by a worker, for the person `by` alone.

    `query`: the list as in its address, with its columns; `language`: that of the heads. `done` of `rows`
    are written. `stored_as`: the file in the data folder's `exports/`, there whole once it is done. `notes`:
    what must be heard of it. Of one that failed or is gone, `error_ja` and `error_en` say why.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        GONE = "gone"

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    query = models.TextField()
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING, db_index=True)
    rows = models.IntegerField()
    done = models.IntegerField(default=0)
    stored_as = models.TextField(default="")
    size = models.BigIntegerField(default=0)
    notes = models.JSONField(default=list)
    error_ja = models.TextField(default="")
    error_en = models.TextField(default="")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "site_export"


class ActedLead(models.Model):
    """A lead that an act is on. Of a label that it took off: where that came from, to hang it on again."""

    pk = models.CompositePrimaryKey("batch", "lead")
    batch = models.IntegerField()
    lead = models.IntegerField(db_index=True)
    taken = models.BooleanField(default=False)
    import_id = models.IntegerField(null=True)
    put_by = models.IntegerField(null=True)
    at = models.TextField(null=True)
    by_id = models.IntegerField(null=True)

    class Meta:
        db_table = "site_acted_lead"


class KeptOut(models.Model):
    """A lead that is kept out of something, as of the last scoring. `effects` and `reasons` are the
    words of `mikomi.hub.people.exclusions`, joined by commas. `heat`: its temperature in the lists;
    `would_be_hot`: only the exclusion keeps it out of the hot ones.
    """

    lead_id = models.BigIntegerField(primary_key=True)
    effects = models.TextField()
    reasons = models.TextField()
    counted = models.BooleanField(default=True)
    heat = models.SmallIntegerField(default=0)
    would_be_hot = models.BooleanField(default=False)

    class Meta:
        db_table = "site_kept_out"
        indexes = (
            models.Index(fields=["lead_id"], name="kept_out_hot", condition=models.Q(would_be_hot=True)),
        )


class PrivacyRequest(models.Model):
    """What was done because a person asked for it. `mark` tells whose it was without saying it
    (`actions.privacy_requests.mark_of`); `name` is emptied when the person is erased."""

    class Kind(models.TextChoices):
        GIVE_OUT = "give_out"
        STOP = "stop"
        ERASE = "erase"

    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(db_index=True)
    by = models.TextField()
    mark = models.CharField(max_length=32, db_index=True)
    name = models.TextField(default="")

    class Meta:
        db_table = "site_privacy_request"


class Resting(models.Model):
    """One row: how many days the people of a company rest after a deal was lost."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    days = models.IntegerField()


class FlowFigures(models.Model):
    """One row: how far everybody came (`site.flow.SCHEMA`), as an Arrow file, and when it was worked out."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    data = models.BinaryField()

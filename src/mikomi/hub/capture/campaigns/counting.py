"""How many leads campaigns have: written by the job that counts."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.db import transaction
from django.db.models import Max

from mikomi.hub.capture.models import Campaign, CampaignCount


def write_counts(counted: pl.DataFrame, now: datetime) -> None:
    """Keeps what was counted (`campaign`, `leads`, `new`, `hot`, `meetings`, `won`) `now`; campaigns that
    are not among it have nobody."""
    told = {row["campaign"]: row for row in counted.iter_rows(named=True)}
    nothing = dict.fromkeys(("leads", "new", "hot", "meetings", "won"), 0)
    with transaction.atomic():
        CampaignCount.objects.all().delete()
        CampaignCount.objects.bulk_create(
            CampaignCount(**{**nothing, **told.get(number, {}), "campaign": number, "at": now})
            for number in Campaign.objects.values_list("pk", flat=True)
        )


def counted_at() -> datetime | None:
    """When all campaigns were counted last."""
    return CampaignCount.objects.aggregate(last=Max("at"))["last"]

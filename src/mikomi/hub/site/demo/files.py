"""The demo as the three files that the command line reads."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl

from mikomi.hub.site.demo.generate import TIMEZONE, DemoData

MODEL_FILE = Path(__file__).with_name("model.yaml")
"""標準スコア: the scoring model made for these contents."""

AT_FORMAT = "%Y-%m-%dT%H:%M:%S%:z"


class DemoFiles(NamedTuple):
    """Where the files were written."""

    leads: Path
    events: Path
    outcomes: Path


def write_files(data: DemoData, folder: Path) -> DemoFiles:
    """Writes `leads.csv`, `events.csv` and `outcomes.csv` (UTF-8, times in Japan with offset).

    A lead's row bears its company's attributes and the values known last. The folder is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(folder / "leads.csv", folder / "events.csv", folder / "outcomes.csv")
    flat_leads(data).with_columns(_local("created_at")).write_csv(files.leads)
    data.events.with_columns(_local("at")).write_csv(files.events)
    data.outcomes.with_columns(_local("at")).write_csv(files.outcomes)
    return files


def flat_leads(data: DemoData) -> pl.DataFrame:
    """One row a lead with its company's columns; `company` is the name; values as known last."""
    companies = _known_last(data.companies, data.changes, "company")
    leads = _known_last(data.leads, data.changes, "lead").rename({"company": "key", "phone": "lead_phone"})
    flat = leads.join(companies.rename({"company": "key", "name": "company"}), on="key", how="left")
    return flat.select(
        "lead",
        "company",
        "industry",
        "employees",
        "prefecture",
        "website",
        pl.concat_str("family_name", "given_name", separator=" ").alias("name"),
        "department",
        "title",
        "email",
        pl.coalesce("lead_phone", "phone").alias("phone"),
        "source",
        "created_at",
    ).sort("lead")


def _known_last(frame: pl.DataFrame, changes: pl.DataFrame, subject: str) -> pl.DataFrame:
    mine = changes.filter(pl.col("subject") == subject).sort("at")
    for field in mine["field"].unique(maintain_order=True):
        last = mine.filter(pl.col("field") == field).group_by("key", maintain_order=True).last()
        new = last.select(pl.col("key").alias(subject), pl.col("value").alias("changed"))
        frame = (
            frame.join(new, on=subject, how="left", maintain_order="left")
            .with_columns(
                pl.coalesce(pl.col("changed").cast(frame.schema[field]), pl.col(field)).alias(field)
            )
            .drop("changed")
        )
    return frame


def _local(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(TIMEZONE).dt.to_string(AT_FORMAT)

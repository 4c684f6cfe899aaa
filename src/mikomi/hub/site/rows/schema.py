"""The tables and indexes of the lists, as SQL for SQLite and for PostgreSQL."""

from __future__ import annotations

SCORE_COLUMNS = (
    "fit",
    "engagement",
    "total",
    "rank",
    "last_day",
    "cell",
)
"""Columns of `site_lead_score`: what a night writes for everybody. The cell knows heat and grades."""

PEOPLE_COLUMNS = (
    "key",
    "name",
    "kana",
    "email",
    "company_id",
    "company",
    "title",
    "department",
    "industry",
    "owner",
)
"""Columns of `site_lead_row`: what is known of the person, written when it changes."""

SCORE_INDEXES = {
    "site_row_rank": "rank, key",
    "site_row_fit": "fit, lead_id",
    "site_row_engagement": "engagement, lead_id",
    "site_row_total": "total, lead_id",
    "site_row_last_day": "last_day, lead_id",
    "site_row_cell": "cell",
}
PEOPLE_INDEXES = {
    "site_row_kana": "kana, lead_id",
    "site_row_company": "company, lead_id",
    "site_row_company_id": "company_id",
    "site_row_title": "title, lead_id",
    "site_row_department": "department, lead_id",
    "site_row_industry": "industry, lead_id",
    "site_row_owner": "owner, lead_id",
}
INDEXES = {"site_lead_row": PEOPLE_INDEXES, "site_lead_score": SCORE_INDEXES}
"""The indexes of each table: name -> columns."""

_TYPES = {
    "sqlite": {"big": "integer", "int": "integer", "small": "integer", "float": "real", "text": "text"},
    "postgresql": {
        "big": "bigint",
        "int": "integer",
        "small": "smallint",
        "float": "double precision",
        "text": 'text collate "C"',
    },
}

_TABLES: dict[str, dict[str, str]] = {
    "site_lead_row": {
        "lead_id": "{big} not null primary key",
        "key": "{text} not null",
        "name": "{text} not null default ''",
        "kana": "{text} not null default ''",
        "email": "{text} not null default ''",
        "company_id": "{big}",
        "company": "{text} not null default ''",
        "title": "{text} not null default ''",
        "department": "{text} not null default ''",
        "industry": "{text} not null default ''",
        "owner": "{text} not null default ''",
    },
    "site_lead_score": {
        "lead_id": "{big} not null primary key",
        "key": "{text} not null",
        "fit": "{float} not null default 0",
        "engagement": "{float} not null default 0",
        "total": "{float} not null default 0",
        "rank": "{big} not null default 0",
        "last_day": "{int} not null default 0",
        "cell": "{int} not null default 0",
    },
    "site_lead_cell": {
        "id": "{int} not null primary key",
        "heat": "{small} not null",
        "fit_grade": "{small} not null",
        "engagement_grade": "{small} not null",
        "recency": "{small} not null",
        "owner": "{text} not null",
        "industry": "{text} not null",
        "n": "{int} not null",
    },
    "site_lead_text": {"lead_id": "{big} not null primary key", "text": "{text} not null"},
    "site_lead_suffix": {"suffix": "{text} not null", "lead_id": "{big} not null"},
    "site_company_suffix": {"suffix": "{text} not null", "company_id": "{big} not null"},
    "site_board": {
        "id": "{small} not null primary key",
        '"on"': "date",
        "version": "{int}",
        "model": "text not null",
        "hot_at": "{float} not null",
        "change": "{big} not null",
        "scored_at": "{stamp}",
    },
}
_KEYS = {
    "site_lead_suffix": "suffix, lead_id",
    "site_company_suffix": "suffix, company_id",
}


def create_table(vendor: str, table: str) -> str:
    """The statement that makes one table."""
    types = _TYPES[vendor] | {"stamp": "timestamptz" if vendor == "postgresql" else "datetime"}
    parts = [f"{name} {form.format(**types)}" for name, form in _TABLES[table].items()]
    if table in _KEYS:
        parts.append(f"primary key ({_KEYS[table]})")
    # Without it SQLite would keep each suffix twice, in the table and in the key's index.
    tail = " without rowid" if vendor == "sqlite" and table.endswith("_suffix") else ""
    return f"create table {table} ({', '.join(parts)}){tail}"


def create_index(table: str, name: str, *, suffix: str = "") -> str:
    """The statement that makes one index of `table`, both called with `suffix`."""
    return f"create index {name}{suffix} on {table}{suffix} ({INDEXES[table][name]})"


def create_all(vendor: str) -> list[str]:
    """Everything an empty database needs."""
    tables = [create_table(vendor, table) for table in _TABLES]
    return [*tables, *(create_index(table, name) for table, names in INDEXES.items() for name in names)]


def drop_all() -> list[str]:
    """Undoes `create_all`."""
    return [f"drop table {table}" for table in _TABLES]

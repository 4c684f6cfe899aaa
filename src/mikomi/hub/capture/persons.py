"""The people that messages speak of: found by the id a program gave them or by mail address, made where
nobody is known, and what is said of them written down.

A browser's key is public, so what it says fills only what is empty; a server's key is secret, so what it
says holds.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mikomi.hub.activity.queries import leads_of_keys
from mikomi.hub.activity.services import attach
from mikomi.hub.capture.identity import Claim, How
from mikomi.hub.capture.tokens import read_token
from mikomi.hub.capture.traits import fields_of
from mikomi.hub.consent.addresses import folded_addresses
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import (
    custom_keys,
    keys_of_leads,
    leads_by_email,
    numbers_of,
    standing_numbers,
)
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.people.value_sources import TRACKED


def user_key() -> pl.Expr:
    """The subject key of a message's user id: a server's ids are the keys of leads, as in files; those
    of a site are its own."""
    own = pl.format("user:{}:{}", "source", "user")
    named = pl.col("user") != ""
    return pl.when(named & pl.col("trusted")).then("user").when(named).then(own)


def take_people(messages: pl.DataFrame, number: int) -> dict[int, int]:
    """Finds or makes the people whom messages name by user id or mail address, writes what is said of
    them, and ties user ids to them, with change `number`.

    A user id alone makes nobody: its events wait until it is known whose it is. Message -> the number of
    the lead that it names.
    """
    rows, values = _speaking(messages)
    known = leads_of_keys(messages["user_key"].drop_nulls().unique())
    rows = rows.join(
        known.select(pl.col("key").alias("user_key"), pl.col("lead").alias("by_user")),
        on="user_key",
        how="left",
        maintain_order="left",
    )
    mails = leads_by_email(rows["email"]).select(
        pl.col("address").alias("email"), pl.col("number").alias("by_mail")
    )
    rows = rows.join(mails, on="email", how="left", maintain_order="left").with_columns(
        pl.coalesce("by_user", "by_mail").alias("lead")
    )
    nobody = pl.col("lead").is_null()
    rows = rows.with_columns(
        pl.when(nobody & pl.col("trusted") & pl.col("user_key").is_not_null())
        .then("user_key")
        .when(nobody)
        .then("email")
        .alias("new_key")
    )
    rows = rows.filter(pl.col("lead").is_not_null() | pl.col("new_key").is_not_null())
    for trusted in (False, True):
        _write(rows.filter(trusted=trusted), values, trusted)
    made = numbers_of(rows["new_key"].drop_nulls().unique().to_list())
    whose = {
        message: lead if lead is not None else made.get(new)
        for message, lead, new in rows.select("message", "lead", "new_key").iter_rows()
    }
    tied = pl.DataFrame(
        [
            (key, whose[message])
            for message, key in rows.select("message", "user_key").iter_rows()
            if key is not None and whose[message] is not None
        ],
        schema={"key": pl.String, "lead": pl.Int32},
        orient="row",
    ).unique("key", keep="first", maintain_order=True)
    if tied.height:
        attach(tied, number)
    users = dict(known.select("key", "lead").iter_rows()) | dict(tied.iter_rows())
    named = {
        message: users[key]
        for message, key in messages.select("message", "user_key").iter_rows()
        if key in users
    }
    return named | {message: lead for message, lead in whose.items() if lead is not None}


def claims(messages: pl.DataFrame, whose: Mapping[int, int]) -> list[Claim]:
    """What messages of browsers claim about who is there, by user id, mail address or a mail's link."""
    found: list[Claim] = []
    asked = messages.filter(
        (pl.col("anonymous") != "") & ((pl.col("token") != "") | pl.col("message").is_in(list(whose)))
    )
    links = {token: link for token in asked["token"].unique() if token and (link := read_token(token))}
    stands = standing_numbers({link.lead for link in links.values()})
    for row in asked.iter_rows(named=True):
        browsers = [row["anonymous"], *([row["alias"]] if row["alias"] else [])]
        if (link := links.get(row["token"])) and link.lead in stands:
            claim = Claim((row["source"], row["anonymous"]), row["at"], stands[link.lead], "mail", link.mail)
            found.append(claim)
        if (lead := whose.get(row["message"])) is not None:
            how: How = "form" if row["kind"] == "form_submit" else "login" if row["kind"] else "identify"
            found += [Claim((row["source"], browser), row["at"], lead, how) for browser in browsers]
    return found


def _speaking(messages: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, dict[str, str]]]:
    """The messages that say something of a person: `message`, `trusted`, `user_key`, `email` (folded,
    null where none is said); and by message the fields that they say."""
    custom = custom_keys()
    rows = messages.drop_nulls("traits").select("message", "trusted", "user_key", "traits")
    said = rows.select("message", "traits").iter_rows()
    values = {message: fields_of(text, custom) for message, text in said}
    mails = pl.Series("email", [value.get("email") for value in values.values()], dtype=pl.String)
    frame = rows.drop("traits").with_columns(folded_addresses(mails).alias("email"))
    named = frame["email"].is_not_null() | frame["user_key"].is_not_null()
    return frame.filter(named), values


def _write(rows: pl.DataFrame, values: Mapping[int, dict[str, str]], trusted: bool) -> None:
    """Writes what the rows say, the last word of each field."""
    keys = keys_of_leads(rows["lead"].drop_nulls().unique().to_list())
    said: dict[str, dict[str, str]] = {}
    for message, lead, new, email in rows.select("message", "lead", "new_key", "email").iter_rows():
        key = keys.get(lead, new)
        if key is None:
            continue
        told = said.setdefault(key, {})
        told |= {field: value for field, value in values[message].items() if field != "email"}
        if email is not None:
            told["email"] = email
    if not said:
        return
    fields = sorted({field for told in said.values() for field in told})
    frame = pl.DataFrame(
        [{"lead": key, **{field: told.get(field) for field in fields}} for key, told in said.items()],
        schema={"lead": pl.String, **dict.fromkeys(fields, pl.String)},
    )
    upsert_leads(frame, origin(TRACKED), fill=not trusted)

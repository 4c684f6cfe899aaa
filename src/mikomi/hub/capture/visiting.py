"""来訪企業: the companies behind visits of nobody, guessed from where they came. Never of a person.

An address is looked for in our own list first, then, where that is switched on, by its reverse name
(RFC 1035, 3.5: PTR) and by a service with a key of ours. Networks that many share say nothing.
"""

from __future__ import annotations

import json
import logging
import urllib.parse
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import dns.exception
import dns.resolver
import polars as pl
from django.db import transaction

from mikomi.core.names.networks import company_domain_of
from mikomi.core.words import MikomiError, Words
from mikomi.hub.activity.queries import contents_of_keys
from mikomi.hub.capture.models import AddressGuess, Network, NetworkSettings, VisitingCompany
from mikomi.hub.capture.networks import placed
from mikomi.hub.capture.queries import published
from mikomi.hub.kit import outgoing
from mikomi.hub.kit.setwise import fetch, run
from mikomi.hub.people.queries import (
    companies_by_domain,
    companies_by_name,
    companies_there,
    company_numbers,
    standing_numbers,
)

log = logging.getLogger("mikomi.visiting")

DAYS = 30
AT_ONCE = 400
"""Addresses that a run asks others about."""
SECONDS = 2.0
THREADS = 8
KEPT_DAYS = 30
"""A guess is made anew after so long: addresses change hands."""
MOST_SHOWN = 500
CONTENTS = 5

_VISITED = {
    "source": pl.Int32,
    "anonymous": pl.String,
    "generation": pl.Int32,
    "first_seen": pl.Int64,
    "last_seen": pl.Int64,
}

type Ask = Callable[[str], tuple[str, str, str]]
"""Of an address: its reverse name, the company's name and its domain, "" where nothing is known."""


def settings() -> NetworkSettings:
    """What may be asked outside; nothing where nobody has said so."""
    return NetworkSettings.objects.first() or NetworkSettings()


def guess(now: datetime, *, reverse_name: Callable[[str], str] | None = None, ask: Ask | None = None) -> int:
    """Guesses whose network visitors of the last days came from, as far as that is not known yet; how
    many addresses were looked at. `reverse_name` and `ask` stand in for the network in tests."""
    held = settings()
    AddressGuess.objects.filter(at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    since = round((now - timedelta(days=DAYS)).timestamp() * 1_000_000)
    asked = fetch(
        "select distinct v.address from capture_visitor v where v.last_seen >= %s and v.address <> ''"
        " and not v.joined and not exists"
        " (select 1 from capture_addressguess g where g.address = v.address) limit %s",
        {"address": pl.String},
        [since, AT_ONCE],
    )["address"]
    listed = placed(asked)
    found = [
        AddressGuess(
            address=address, company=name if kind == Network.Kind.COMPANY else "", how="list", at=now
        )
        for address, kind, name in listed.iter_rows()
    ]
    rest = [address for address in asked if address not in set(listed["address"])]
    with ThreadPoolExecutor(THREADS) as pool:
        names = pool.map(reverse_name or _reverse_name, rest) if held.names else [""] * len(rest)
        found += [_named(address, host, now) for address, host in zip(rest, names, strict=True)]
        unknown = [one for one in found if not one.company and not one.domain and one.how == "name"]
        if held.service_url:
            asking = ask or (lambda address: ask_service(held.service_url, held.service_key, address))
            for one, (host, company, domain) in zip(
                unknown, pool.map(asking, [one.address for one in unknown]), strict=True
            ):
                one.host, one.company, one.domain, one.how = host or one.host, company, domain, "service"
    AddressGuess.objects.bulk_create(found, ignore_conflicts=True)
    return len(asked)


def summarise(now: datetime) -> int:
    """Counts the companies that visited in the last days anew; how many there are."""
    since = round((now - timedelta(days=DAYS)).timestamp() * 1_000_000)
    passed = _passed_on(since)
    rows = fetch(
        "select v.source, v.anonymous, v.generation, v.first_seen, v.last_seen, g.company, g.domain, g.how"
        " from capture_visitor v join capture_addressguess g on g.address = v.address"
        " where v.last_seen >= %s and not v.joined and (g.company <> '' or g.domain <> '')",
        _VISITED | {"company": pl.String, "domain": pl.String, "how": pl.String},
        [since],
    ).join(passed, on=("source", "anonymous", "generation"), how="anti")
    known = companies_by_domain(rows["domain"].filter(rows["domain"] != "").unique())
    named = companies_by_name(rows["company"].filter(rows["company"] != "").unique())
    rows = (
        rows.join(known, on="domain", how="left")
        .join(named, on="company", how="left")
        .with_columns(
            pl.coalesce("known_id", "named_id").cast(pl.Int32).alias("known_id"),
            pl.coalesce("known_name", pl.when(pl.col("company") != "").then("company"), "domain").alias(
                "name"
            ),
        )
    )
    rows = pl.concat([rows.select(passed.columns), passed])
    suffix = pl.when(pl.col("generation") > 0).then(pl.format("/{}", "generation")).otherwise(pl.lit(""))
    rows = rows.with_columns(pl.format("visitor:{}:{}", "source", "anonymous").add(suffix).alias("key"))
    done = contents_of_keys(rows["key"]).join(rows.select("key", "name"), on="key")
    counted = done.group_by("name", "content").agg(pl.col("n").sum())
    counted = counted.sort("n", "content", descending=[True, False])
    contents = counted.group_by("name", maintain_order=True).agg(
        pl.col("n").sum().alias("events"), pl.col("content").head(CONTENTS)
    )
    shown = (
        rows.group_by("name")
        .agg(
            pl.col("known_id").drop_nulls().first(),
            pl.col("domain").max(),
            pl.col("how").first(),
            pl.len().alias("visitors"),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
        )
        .join(contents, on="name", how="left")
        .sort("last_seen", descending=True)
        .head(MOST_SHOWN)
    )
    with transaction.atomic():
        VisitingCompany.objects.all().delete()
        VisitingCompany.objects.bulk_create(
            VisitingCompany(
                name=row["name"],
                company=row["known_id"],
                domain=row["domain"] or "",
                how=row["how"],
                visitors=row["visitors"],
                events=row["events"] or 0,
                first_seen=row["first_seen"],
                last_seen=row["last_seen"],
                contents=[content for content in row["content"] or [] if content],
            )
            for row in shown.iter_rows(named=True)
        )
    return shown.height


def _passed_on(since: int) -> pl.DataFrame:
    """The visitors since `since` (µs UTC) who came by a mail's link that was passed on, under the company of
    whom the mail went to; none while nobody says that the privacy text is published."""
    schema = _VISITED | {"lead": pl.Int32}
    rows = pl.DataFrame(schema=schema)
    if published() is not None:
        rows = fetch(
            "select source, anonymous, generation, first_seen, last_seen, lead from capture_visitor"
            " where last_seen >= %s and certainty = 'forwarded' and lead is not null",
            schema,
            [since],
        )
    stands = standing_numbers(set(rows["lead"]))
    rows = rows.with_columns(pl.col("lead").replace_strict(stands, default=None, return_dtype=pl.Int32))
    companies = company_numbers(rows["lead"].drop_nulls().to_list())
    names = companies_there(companies["company_id"].drop_nulls().to_list())
    return (
        rows.join(companies, left_on="lead", right_on="number")
        .with_columns(pl.col("company_id").cast(pl.Int64))
        .join(names, on="company_id")
        .select(
            *_VISITED,
            pl.col("company_id").cast(pl.Int32).alias("known_id"),
            "name",
            pl.lit("").alias("domain"),
            pl.lit("mail").alias("how"),
        )
    )


def forget_addresses(before: int) -> None:
    """Empties the addresses of visitors last seen before `before` (µs UTC)."""
    run("update capture_visitor set address = '' where last_seen < %s and address <> ''", [before])


def ask_service(
    url: str, key: str, address: str, *, allowed: outgoing.Allowed = outgoing.is_public
) -> tuple[str, str, str]:
    """Asks a lookup service: `url` with `{ip}` and `{key}` filled in answers JSON with a company's name and
    domain, flat or under `company` (as ipinfo.io, ipapi.is and others do). Whatever fails is no answer."""
    filled = url.replace("{ip}", urllib.parse.quote(address)).replace("{key}", urllib.parse.quote(key))
    try:
        answer = outgoing.call(filled, allowed=allowed, redirects=1, seconds=SECONDS * 2, most=1 << 16)
        said = json.loads(answer.body) if answer.status == 200 else None
    except (MikomiError, ValueError) as error:
        log.warning("the lookup service did not answer for an address: %s", type(error).__name__)
        return "", "", ""
    if not isinstance(said, dict):
        return "", "", ""
    told = said.get("company")
    company = told if isinstance(told, dict) else said
    if company.get("type") in ("isp", "hosting"):
        return "", "", ""
    name, domain = (str(company.get(part) or "")[:200] for part in ("name", "domain"))
    host = str(said.get("hostname") or "")
    return host, name, domain if domain and company_domain_of(domain, address) else ""


def _reverse_name(address: str) -> str:
    try:
        answer = dns.resolver.resolve_address(address, lifetime=SECONDS)
        return str(answer[0]).rstrip(".")
    except (dns.exception.DNSException, ValueError, OSError):
        return ""


def _named(address: str, host: str, now: datetime) -> AddressGuess:
    domain = company_domain_of(host, address) or ""
    return AddressGuess(address=address, host=host[:255], domain=domain, how="name", at=now)


def set_up(*, names: bool, service_url: str, service_key: str) -> None:
    """Says what may be asked outside. Raises `MikomiError` for an address that is none or lacks `{ip}`."""
    url = service_url.strip()
    if url and (not url.startswith("https://") or "{ip}" not in url or len(url) > 500):
        raise MikomiError(
            Words(
                "照会サービスのアドレスは https:// で始め、アドレスの入るところに {ip} と書いてください",
                "the service's address begins with https:// and has {ip} where the address goes",
            )
        )
    told = {"names": names, "service_url": url, "service_key": service_key.strip()[:500]}
    NetworkSettings.objects.update_or_create(id=1, defaults=told)


def begun() -> bool:
    """Whether there is anything to guess companies by."""
    held = settings()
    return held.names or bool(held.service_url) or Network.objects.filter(kind=Network.Kind.COMPANY).exists()


def visiting(most: int) -> Iterable[VisitingCompany]:
    """The companies that visited, latest first."""
    return VisitingCompany.objects.order_by("-last_seen")[:most]

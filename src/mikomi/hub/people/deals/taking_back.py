"""Taking deals back: what one import said of them, and the persons that go."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mikomi.hub.activity.changes import changing
from mikomi.hub.activity.results import forget_empty, take_back_deals
from mikomi.hub.kit.setwise import fetch, run, staged
from mikomi.hub.people.deals.contacts import mails_among
from mikomi.hub.people.deals.placing import place
from mikomi.hub.people.deals.reading import FRAME, OF_PEOPLE
from mikomi.hub.people.deals.settling import settle
from mikomi.hub.people.deals.storing import SAID, write_deals

DEALS_A_STEP = 10_000
_LEADS_DEALS = (
    "select d.id from {0} g join activity_subject s on s.lead = g.lead join people_deal d on d.subject = s.id"
)


def take_back_deals_of(import_id: int) -> int:
    """Takes back what an import said of deals: those that nothing else speaks of go, the others are what the
    other imports say; how many deals changed. Step by step, each one transaction: cut off, it goes on."""
    done = 0
    while True:
        with changing():
            gone = fetch(
                "select id, deal from people_dealversion where import_id = %s order by id limit %s",
                {"version": pl.Int64, "deal": pl.Int32},
                [import_id, DEALS_A_STEP],
            )
            if gone.is_empty():
                return done
            _take(gone)
        done += gone.height


def release_deals(table: str) -> None:
    """Has the deals of leads that go (`lead` of the temporary `table`) wait again. Before their subjects go,
    in a transaction."""
    run(f"update people_deal set basis = '', waits = 'people' where id in ({_LEADS_DEALS.format(table)})")


def forget_deals(table: str) -> None:
    """Takes the persons out of the deals of leads that are erased (`lead` of the temporary `table`): the deal
    stays with its company, nobody is named, and no list brings them back. Where they were named besides
    somebody else, the others go. In a transaction, before the facts go."""
    theirs = fetch(
        f"{_LEADS_DEALS.format(table)} union select d.id from {table} g join people_lead l on l.id = g.lead"
        " join people_deal d on d.email = l.email where l.email <> ''",
        {"deal": pl.Int32},
    )
    with staged(theirs, "nameless"):
        named = "(select deal from nameless)"
        run(
            "update people_deal set lead_key = '', email = '', contact = '', others = '', forgotten = true,"
            f" basis = '', waits = 'erased', subject = null where id in {named}"
        )
        _rename_versions(named, OF_PEOPLE)
    with staged(_naming(table), "nameless"):
        named = "(select deal from nameless)"
        run(f"update people_deal set others = '', others_forgotten = true where id in {named}")
        _rename_versions(named, ("others",))


def _naming(table: str) -> pl.DataFrame:
    """The deals (`deal`) that name leads of the temporary `table` besides somebody else."""
    mails = fetch(
        f"select l.email from {table} g join people_lead l on l.id = g.lead where l.email <> ''",
        {"mail": pl.String},
    )
    held = fetch(
        "select id, others from people_deal where others <> ''", {"deal": pl.Int32, "others": pl.String}
    )
    found = mails_among(held["others"]).join(mails, on="mail", how="semi")["place"].unique()
    return held.select("deal")[found]


def _rename_versions(named: str, gone: Sequence[str]) -> None:
    """Takes what is said in the columns `gone` out of the versions of the deals in the subselect `named`."""
    versions = fetch(
        f"select id, said from people_dealversion where deal in {named} and said is not null",
        {"version": pl.Int64, "said": pl.String},
    )
    if versions.is_empty():
        return
    said = _opened(versions["said"]).with_columns(pl.lit("").alias(name) for name in gone)
    plain = versions.with_columns(
        said.select(pl.struct(SAID).struct.json_encode().alias("said"))["said"].alias("said")
    )
    with staged(plain, "nameless_versions"):
        run(
            "update people_dealversion set said = nameless_versions.said from nameless_versions"
            " where nameless_versions.version = people_dealversion.id"
        )


def _take(gone: pl.DataFrame) -> None:
    with staged(gone, "taken"):
        # Who said the same later says it now.
        heirs = fetch(
            "select t.version, v.said, min(n.id) from taken t join people_dealversion v on v.id = t.version"
            " join people_dealversion n on n.deal = t.deal and n.id > t.version"
            " where v.said is not null group by t.version, v.said",
            {"version": pl.Int64, "said": pl.String, "heir": pl.Int64},
        )
    with staged(heirs.select("heir", "said"), "heirs"):
        run(
            "update people_dealversion set said = heirs.said from heirs"
            " where heirs.heir = people_dealversion.id and people_dealversion.said is null"
        )
    with staged(gone, "taken"):
        run("delete from people_dealversion where id in (select version from taken)")
        left = fetch(
            "select t.deal, v.said from taken t left join (select n.deal, max(n.id) as latest from taken t"
            " join people_dealversion n on n.deal = t.deal where n.said is not null group by n.deal) m"
            " on m.deal = t.deal left join people_dealversion v on v.id = m.latest",
            {"deal": pl.Int32, "said": pl.String},
        )
    alone = left.filter(pl.col("said").is_null())["deal"]
    if len(alone):
        with staged(alone.to_frame(), "alone"):
            subjects = fetch(
                "select d.subject from alone a join people_deal d on d.id = a.deal"
                " where d.subject is not null",
                {"subject": pl.Int32},
            )["subject"]
            take_back_deals(alone)
            run("delete from people_deal where id in (select deal from alone)")
        forget_empty(subjects)
    stays = left.filter(pl.col("said").is_not_null())
    if stays.height:
        write_deals(pl.concat([stays.select("deal"), _opened(stays["said"])], how="horizontal"))
        settle(stays["deal"])
        place(stays["deal"])


def _opened(said: pl.Series) -> pl.DataFrame:
    fields = pl.Struct({name: FRAME[name] for name in SAID})
    # Versions of before know of no others.
    return said.str.json_decode(fields).struct.unnest().with_columns(pl.col("others").fill_null(""))

"""Judging events: a literal list of steps, each with its reason; the most certain one stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from mikomi.core.machines.addresses import (
    PEOPLE,
    Ranges,
    cloud_networks,
    crawler_networks,
    find_in,
    gateway_ranges,
)
from mikomi.core.machines.agents import SCHEMA, classify_user_agent
from mikomi.core.machines.pace import Flags, beside, crowded
from mikomi.core.machines.reasons import COUNTS_BELOW, Reason, certainty

TRAP_KIND = "trap"
"""The kind of opening a link that no person can see."""

LINKS_AN_ADDRESS = 6
PAGES_AN_ADDRESS = 10
"""So many different ones from one address and one kind of browser within a second, each by another visitor,
are one machine's: the people behind a company's gateway do not open so many different things at once."""
SECOND = 1_000_000
PAGES_A_SECOND = 3
LINKS_A_SECOND = 2
FORMS_A_SECOND = 3
"""So many different ones within a second are a machine's. Two pages may be a redirect between them, and two
people of one office may send a form at once."""
FAST = ((10 * SECOND, 15), (60 * SECOND, 60))
"""Spans (µs) and how many different contents in them no person opens."""
TRAP_SPAN = 10 * SECOND
"""What the same visitor did so shortly before or after a hidden link was the machine, too."""

PAGES = ("page_view", "download")
LINKS = ("mail_click",)
FORMS = ("form_submit", "seminar_apply")
OPENS = ("mail_open",)
_PROXIES = (Reason.PRIVACY_PROXY, Reason.IMAGE_PROXY)


@dataclass(frozen=True, slots=True)
class Asked:
    """Events to be judged, as `judge` takes them, and what their agents say, row for row.

    `order` sorts them by visitor and time; `who`, `at`, `touch` are sorted by it. `browser`: sent by what
    says that it is a browser.
    """

    frame: pl.DataFrame
    agents: pl.DataFrame
    own: Ranges
    order: np.ndarray
    who: np.ndarray
    at: np.ndarray
    touch: np.ndarray
    touches: int
    browser: np.ndarray


type Step = Callable[[Asked], pl.DataFrame]


def by_agent(asked: Asked) -> pl.DataFrame:
    """Machines that say what they are by their user agent.

    Messages are sent by programs, so that a program's agent says nothing of who acted; a proxy's agent
    speaks of opened mails alone.
    """
    reason = pl.col("reason")
    told_by_program = (reason == Reason.PROGRAM) & pl.col("message")
    not_a_mail = reason.is_in(list(_PROXIES)) & pl.col("message") & ~pl.col("kind").is_in(OPENS)
    silent = told_by_program | not_a_mail
    frame = asked.agents.with_columns(asked.frame["message"], asked.frame["kind"])
    return frame.select(
        pl.when(silent).then(pl.lit("")).otherwise(reason).alias("reason"),
        pl.when(silent).then(pl.lit(0, pl.Int16)).otherwise("certainty").alias("certainty"),
    )


def by_address(asked: Asked) -> pl.DataFrame:
    """What comes from networks of machines: those of the file of one's own, of mail gateways, of crawlers."""
    lists = asked.own, gateway_ranges(), crawler_networks()
    found = find_in(asked.frame["address"], *lists)
    told = pl.DataFrame(dict(zip(("own", "gateway", "crawler"), found, strict=True)))
    return _sure(
        told.select(
            pl.when(pl.col("own") == PEOPLE)
            .then(pl.lit(""))
            .when(pl.col("own") != "")
            .then("own")
            .when(pl.col("gateway") != "")
            .then("gateway")
            .otherwise("crawler")
            .alias("reason")
        )
    )


def by_cloud(asked: Asked) -> pl.DataFrame:
    """What mail gateways and other programs in rented machines do, whatever browser they name: opening mails
    and their links, taking documents.

    People come by way of clouds, too (a company's gateway to the web, desktops in a cloud): pages that a
    browser's tag tells of, and forms, say more for a person than the network against.
    """
    looked = asked.frame.select(
        pl.col("kind").is_in(OPENS + LINKS) | ((pl.col("kind") == "download") & ~pl.col("message"))
    ).to_series()
    looked &= ~asked.agents["reason"].is_in(list(_PROXIES))
    reasons = pl.Series("reason", [""], dtype=pl.String).new_from_index(0, asked.frame.height)
    if looked.any():
        own, clouds = find_in(asked.frame["address"].filter(looked), asked.own, cloud_networks())
        found = clouds.zip_with(own != PEOPLE, pl.Series([""]).new_from_index(0, clouds.len()))
        reasons = reasons.scatter(looked.arg_true(), found)
    return _sure(reasons.to_frame())


def by_prefetch(asked: Asked) -> pl.DataFrame:
    """Pages that a browser loads beforehand: Sec-Purpose, Purpose, X-Moz."""
    said = asked.frame["flags"].str.contains(r'(?i)purpose"\s*:\s*"[^"]*(?:prefetch|prerender|preview)')
    return _where(said.to_numpy(), Reason.PREFETCH)


def by_head(asked: Asked) -> pl.DataFrame:
    """Checks that read nothing: the method HEAD."""
    return _where(asked.frame["flags"].str.contains(r'(?i)method"\s*:\s*"HEAD"').to_numpy(), Reason.HEAD)


def by_trap(asked: Asked) -> pl.DataFrame:
    """Whoever opened a link that people cannot see, and what the same visitor did around it."""
    marked = (asked.frame["kind"] == TRAP_KIND).to_numpy()[asked.order]
    found = beside(asked.who, asked.at, marked, TRAP_SPAN) if marked.any() else marked
    return _where(_unsorted(asked, found), Reason.TRAP)


def by_burst(asked: Asked) -> pl.DataFrame:
    """Several different pages, links of mails, or forms, within one second in one browser."""
    found = _crowded(asked, PAGES, SECOND, PAGES_A_SECOND)
    found |= _crowded(asked, LINKS, SECOND, LINKS_A_SECOND)
    found |= _crowded(asked, FORMS, SECOND, FORMS_A_SECOND)
    return _where(found, Reason.BURST)


def by_many_browsers(asked: Asked) -> pl.DataFrame:
    """One machine that seems to be many browsers: several links of mails, or pages, within a second from one
    address, each in a browser of its own.

    Colleagues share an address, too, and may have the same browser: what they cannot do is open so many
    different things in one second, each of them a single one. Links that went to one person are that
    person's, who has one browser at a time.
    """
    found = _alike(asked, LINKS, LINKS_AN_ADDRESS)
    found |= _alike(asked, PAGES, PAGES_AN_ADDRESS)
    if "person" in asked.frame.columns:
        found |= _by_person(asked)
    return _where(found, Reason.MANY_BROWSERS)


def by_speed(asked: Asked) -> pl.DataFrame:
    """More different contents than a person opens in the time."""
    found = np.zeros(asked.frame.height, np.bool_)
    for span, least in FAST:
        found |= _crowded(asked, PAGES + LINKS, span, least) | _crowded(asked, FORMS, span, least)
    return _where(found, Reason.SPEED)


STEPS: tuple[Step, ...] = (
    by_agent,
    by_address,
    by_cloud,
    by_prefetch,
    by_head,
    by_trap,
    by_burst,
    by_many_browsers,
    by_speed,
)


def judge(events: pl.DataFrame, own: Ranges | None = None) -> pl.DataFrame:
    """Columns `automated`, `certainty` (percent that a machine did it), `reason` for each event, row for row.

    `events`: `visitor` (whole numbers or texts), `at` (whole µs), `kind`, `content`, `agent`, `address`,
    `flags` (the headers kept, as JSON text); what is not known may be null. Optional `message` (bool): a
    program told of it, as browsers' tags and servers do; without it the request itself was the deed. Optional
    `person` (text): whom the mail went to whose link led there. `own`: networks of one's own. Events of one
    visitor (or address) that are judged together are seen together: give whole visits.
    """
    if events.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    asked = _asked(events, own or Ranges())
    best = STEPS[0](asked)
    for step in STEPS[1:]:
        found = step(asked)
        more = found["certainty"] > best["certainty"]
        best = pl.DataFrame(
            {
                "reason": found["reason"].zip_with(more, best["reason"]),
                "certainty": found["certainty"].zip_with(more, best["certainty"]),
            }
        )
    return best.select((pl.col("certainty") >= COUNTS_BELOW).alias("automated"), "certainty", "reason")


def _asked(events: pl.DataFrame, own: Ranges) -> Asked:
    told = pl.lit(False) if "message" not in events.columns else pl.col("message").fill_null(False)
    frame = events.with_columns(
        told.alias("message"),
        pl.col("content", "agent", "address", "flags").cast(pl.String).fill_null(""),
    )
    frame = frame.with_columns(_codes(frame, ["kind", "content"]).alias("touch"))
    codes = frame.select(
        _codes(frame, ["visitor"]).alias("who"), pl.col("at").cast(pl.Int64), "touch"
    ).with_row_index("place")
    sorted_ = codes.sort("who", "at", "place")
    agents = classify_user_agent(frame["agent"])
    browser = (frame["agent"] != "") & (agents["reason"] != Reason.PROGRAM.value)
    return Asked(
        frame=frame,
        agents=agents,
        own=own,
        order=sorted_["place"].to_numpy(),
        who=sorted_["who"].to_numpy(),
        at=sorted_["at"].to_numpy(),
        touch=sorted_["touch"].to_numpy(),
        # The greatest of whole numbers is one; Polars types it as any value.
        touches=int(codes["touch"].max() or 0) + 1,  # pyright: ignore[reportArgumentType] - Int64
        browser=browser.to_numpy(),
    )


def _crowded(asked: Asked, kinds: tuple[str, ...], window: int, least: int) -> Flags:
    """Events of `kinds` that stand too close together, row for row."""
    looked = (asked.frame["kind"].is_in(list(kinds)).to_numpy() & asked.browser)[asked.order]
    found = np.zeros(len(asked.order), np.bool_)
    found[looked] = crowded(
        asked.who[looked], asked.at[looked], asked.touch[looked], asked.touches, window, least
    )
    return _unsorted(asked, found)


def _alike(asked: Asked, kinds: tuple[str, ...], least: int) -> Flags:
    """Events of `kinds` from one address and agent that stand too close together, where each is of another
    visitor: row for row."""
    looked = asked.frame["kind"].is_in(list(kinds)).to_numpy() & asked.browser
    looked &= (asked.frame["address"] != "").to_numpy()
    found = np.zeros(asked.frame.height, np.bool_)
    second = (pl.col("at") // SECOND).alias("second")
    asking = asked.frame.select("address", second).filter(pl.Series(looked))
    # Of so many within a second, half lie in one second of the clock.
    full = asking.group_by("address", "second").len().filter(pl.col("len") >= (least + 1) // 2)
    if full.is_empty():
        return found
    looked &= asked.frame["address"].is_in(full["address"].implode()).to_numpy()
    told = asked.frame.filter(pl.Series(looked)).select("visitor", "address", "agent", "at", "touch")
    alone = pl.len().over("visitor", "address", "agent", pl.col("at") // SECOND) == 1
    place = np.flatnonzero(looked)[told.select(alone).to_series().to_numpy()]
    found[place] = _crowded_by(told.filter(alone), ["address", "agent"], least)
    return found


def _by_person(asked: Asked) -> Flags:
    """What links of mails to one person led to within a second from one address, several of them in several
    browsers, row for row."""
    looked = (asked.frame["kind"].is_in(list(LINKS + PAGES)) & (asked.frame["address"] != "")).to_numpy()
    looked &= (asked.frame["person"].fill_null("") != "").to_numpy()
    found = np.zeros(asked.frame.height, np.bool_)
    told = asked.frame.filter(pl.Series(looked)).select("person", "address", "visitor", "at", "touch")
    if told.height >= LINKS_A_SECOND:
        by = ["address", "person"]
        browsers = told.with_columns(pl.col("visitor").alias("touch"))
        found[looked] = _crowded_by(told, by, LINKS_A_SECOND) & _crowded_by(browsers, by, LINKS_A_SECOND)
    return found


def _crowded_by(told: pl.DataFrame, by: list[str], least: int) -> Flags:
    """Which rows of `told` (`at`, `touch` and the columns `by`) stand with `least` different touches within a
    second among those that are alike in `by`, row for row."""
    codes = told.select(
        _codes(told, by).alias("who"), pl.col("at").cast(pl.Int64), _codes(told, ["touch"]).alias("touch")
    ).with_row_index("place")
    sorted_ = codes.sort("who", "at", "place")
    rows = np.zeros(told.height, np.bool_)
    rows[sorted_["place"].to_numpy()] = crowded(
        sorted_["who"].to_numpy(),
        sorted_["at"].to_numpy(),
        sorted_["touch"].to_numpy(),
        int(codes["touch"].n_unique()),
        SECOND,
        least,
    )
    return rows


def _codes(frame: pl.DataFrame, by: list[str]) -> pl.Series:
    """A number below that of the distinct ones for each row, the same for rows that are alike in `by`: in no
    order, which would cost a sort of texts."""
    distinct = frame.select(by).unique().with_row_index("code")
    found = frame.select(by).join(distinct, on=by, how="left", nulls_equal=True, maintain_order="left")
    return found["code"].cast(pl.Int32)


def _unsorted(asked: Asked, found: Flags) -> Flags:
    rows = np.empty_like(found)
    rows[asked.order] = found
    return rows


def _where(found: Flags, reason: Reason) -> pl.DataFrame:
    return _sure(
        pl.DataFrame({"found": found}).select(
            pl.when("found").then(pl.lit(reason.value)).otherwise(pl.lit("")).alias("reason")
        )
    )


def _sure(reasons: pl.DataFrame) -> pl.DataFrame:
    """Reasons with their certainty, row for row."""
    sure = {reason.value: certainty(reason) for reason in Reason} | {"": 0}
    return reasons.select(
        "reason", pl.col("reason").replace_strict(sure, return_dtype=pl.Int16).alias("certainty")
    )

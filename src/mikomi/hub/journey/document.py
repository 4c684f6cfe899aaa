"""The overlay of a map as the plain data that `Figures` keeps, so that the page only has to show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from mikomi.core.journey.estimates import Share
from mikomi.core.journey.gap_types import change_data
from mikomi.core.journey.lift import Lift, Lifts, Verdict
from mikomi.core.journey.map import JourneyMap
from mikomi.core.journey.overlay import Found, Overlay
from mikomi.core.journey.reality import StageReality
from mikomi.core.journey.ways import Ways
from mikomi.core.words import Words

MOST_LEADS = 500
"""Leads of a gap that are kept by number; of more, the first ones."""
MOST_CONTENTS = 12
"""Contents told a stage and verdict."""

type Data = dict[str, Any]


def document_of(
    journey: JourneyMap, overlay: Overlay, numbers: npt.NDArray[np.int64], title: Callable[[str], str]
) -> Data:
    """Everything of `overlay` that the page shows; stages by key, leads by number."""
    keys = journey.keys()
    return {
        "leads": overlay.reality.leads,
        "nowhere": overlay.reality.nowhere,
        "stages": {key: _stage(real, keys) for key, real in zip(keys, overlay.reality.stages, strict=True)},
        "sources": list(overlay.sources),
        "ways": {keys[ways.target - 1] if ways.target else "": _ways(ways, keys) for ways in overlay.ways},
        "contents": _contents(overlay.lifts, keys, title),
        "observed": {key: share.whole for key, share in zip(keys, overlay.lifts.observed[1:], strict=False)},
        "tested": len(overlay.lifts.tested),
        "used": overlay.used,
        "gaps": [_gap(found, numbers) for found in overlay.gaps],
    }


def _share(share: Share) -> Data:
    low, high = share.interval()
    return {"part": share.part, "whole": share.whole, "low": low, "high": high}


def _stage(real: StageReality, keys: tuple[str, ...]) -> Data:
    low, high = real.durations.interval() if real.durations.stays else (0, None)
    return {
        "people": real.people,
        "companies": real.companies,
        "entered": real.entered,
        "left": real.left,
        "onward": _share(real.onward),
        "to": [[keys[stage - 1], _share(share)] for stage, share in real.to],
        "skipped": _share(real.skipped),
        "stays": real.durations.stays,
        "open": real.durations.open,
        "median": real.durations.median() if real.durations.stays else None,
        "median_low": low,
        "median_high": high,
    }


def _ways(ways: Ways, keys: tuple[str, ...]) -> Data:
    return {
        "people": ways.people,
        "sources": list(ways.sources),
        "stages": list(ways.stages),
        "links": [
            [
                link.from_source,
                None if link.from_stage is None else keys[link.from_stage - 1],
                keys[link.to_stage - 1],
                link.people,
            ]
            for link in ways.links
        ],
        "common": [[[keys[stage - 1] for stage in way], people] for way, people in ways.common],
        "others": ways.others,
    }


def _contents(lifts: Lifts, keys: tuple[str, ...], title: Callable[[str], str]) -> Data:
    told: Data = {}
    for place, key in enumerate(keys, start=1):
        here = [lift for lift in lifts.tested if lift.stage == place]
        by_verdict = {verdict.value: [x for x in here if x.verdict == verdict] for verdict in Verdict}
        by_verdict[Verdict.NONE].sort(key=lambda lift: -lift.touched.whole)
        by_verdict[Verdict.UNSURE].sort(key=lambda lift: -lift.ratio)
        told[key] = {
            "counts": {verdict: len(found) for verdict, found in by_verdict.items()},
            "rows": [_lift(lift, title) for found in by_verdict.values() for lift in found[:MOST_CONTENTS]],
        }
    return told


def _lift(lift: Lift, title: Callable[[str], str]) -> Data:
    return {
        "content": lift.content,
        "title": title(lift.content),
        "touched": [lift.touched.part, lift.touched.whole],
        "others": [lift.others.part, lift.others.whole],
        "ratio": lift.ratio,
        "low": lift.low,
        "high": lift.high,
        "verdict": lift.verdict.value,
    }


def _gap(found: Found, numbers: npt.NDArray[np.int64]) -> Data:
    gap = found.gap
    return {
        "kind": gap.kind.value,
        "stage": gap.stage,
        "content": gap.content,
        "title": _words(gap.title),
        "believed": _words(gap.believed),
        "real": _words(gap.real),
        "evidence": _words(gap.evidence),
        "button": _words(gap.button),
        "change": change_data(gap.change),
        "people": len(found.rows),
        "leads": numbers[found.rows[:MOST_LEADS]].tolist(),
    }


def _words(words: Words) -> list[str]:
    return [words.ja, words.en]

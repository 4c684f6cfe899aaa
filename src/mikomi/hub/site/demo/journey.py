"""What the demo's company believes of its customers' way. Where it is wrong, its data say so.

It believes that half of those who look around go on, that security is read when people talk inside their
company, and that a page nobody ever found helps them there; and it placed what really helps nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from mikomi.core.conditions.document import place_of
from mikomi.core.journey.map import JourneyMap, parse_map

FILE = Path(__file__).with_name("journey.yaml")
REASONS = ("3部門で話して決めた、はじめの仮説", "営業の話から、社内で相談する段階を足した")
"""Why each revision was kept, oldest first."""


def demo_maps() -> tuple[JourneyMap, JourneyMap]:
    """The first belief and the one that rules, oldest first."""
    now = parse_map(place_of(yaml.safe_load(FILE.read_text(encoding="utf-8")), FILE.name))
    first = tuple(
        replace(stage, expected_share=30 if stage.key == "compare" else stage.expected_share)
        for stage in now.stages
        if stage.key != "internal"
    )
    return replace(now, stages=first), now

"""The segments that the demo's company keeps."""

from __future__ import annotations

from dataclasses import dataclass

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.conditions.who import Who
from mikomi.hub.segments.types import Priority
from mikomi.hub.site.segments.ranking import Ranking, conditions_of


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment of the demo."""

    name: str
    note: str
    who: Who
    priority: Priority | None = None


def demo_segments() -> tuple[Kept, ...]:
    """Whom they write to, whom they look after, and whom they work on first."""
    bounds = Ranking("employees", None, {Priority.HIGH: 300, Priority.MIDDLE: 50}, Priority.LOW)
    sizes = {Priority.HIGH: "高", Priority.MIDDLE: "中", Priority.LOW: "低"}
    return (
        Kept(
            "料金をくり返し見た人",
            "営業が電話の前に見ます",
            read_who({"did": {"kind": "page_view", "group": "料金"}, "within_days": 30, "at_least": 3}),
        ),
        Kept(
            "決裁者で事例を読んだ人",
            "",
            read_who(
                {
                    "all": [
                        {
                            "any": [
                                {"field": "title", "contains": "部長"},
                                {"field": "title", "contains": "取締役"},
                                {"field": "title", "contains": "社長"},
                            ]
                        },
                        {"did": {"kind": "page_view", "group": "導入事例"}, "within_days": 90},
                    ]
                }
            ),
        ),
        Kept(
            "セミナーに来て、商談はまだの人",
            "次のセミナーの案内を送ります",
            read_who(
                {"all": [{"did": {"kind": "seminar_attend"}}, {"not": {"outcome": ["meeting", "won"]}}]}
            ),
        ),
        Kept(
            "90日動きのない人",
            "",
            read_who({"last": {}, "days_ago": {"at_least": 90}}),
        ),
        *(
            Kept(f"優先度 {sizes[priority]}", "従業員数で決めています", who, priority)
            for priority, who in conditions_of(bounds).items()
        ),
    )

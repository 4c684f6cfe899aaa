"""The map that a team starts from where nothing else is known."""

from __future__ import annotations

from mikomi.core.conditions.parse_who import read_who
from mikomi.core.conditions.who import Who
from mikomi.core.journey.map import JourneyMap, MapStage
from mikomi.core.words import Language, Words

PRICES = ("/pricing*", "/price*", "/plan*", "/fee*")
CASES = ("/case*", "/customers*", "/voice*", "/works*")
PRODUCTS = ("/product*", "/feature*", "/function*", "/service*")
ASSURING = ("/security*", "/faq*", "/support*", "/onboarding*", "/implementation*")

_WRITTEN: dict[str, dict[str, object]] = {
    "aware": {"did": {}, "within_days": 180},
    "inform": {
        "any": [
            {"did": {}, "within_days": 90, "count": "days", "at_least": 2},
            {"did": {"kind": ["download", "seminar_apply"]}, "within_days": 90},
        ]
    },
    "compare": {
        "any": [
            {"did": {"kind": "page_view", "content": [*PRICES, *CASES]}, "within_days": 60, "at_least": 2},
            {"did": {"kind": "seminar_attend"}, "within_days": 60},
        ]
    },
    "internal": {
        "any": [
            {"did": {"kind": "page_view", "content": list(ASSURING)}, "within_days": 45, "at_least": 2},
            {
                "did": {"kind": "page_view", "content": list(PRICES)},
                "within_days": 30,
                "count": "days",
                "at_least": 3,
            },
        ]
    },
    "meeting": {"outcome": ["meeting"], "within_days": 365},
    "won": {"outcome": ["won"]},
}
CONDITIONS: dict[str, Who] = {key: read_who(data, purpose="stage") for key, data in _WRITTEN.items()}
"""Who stands where, by key, until a team says otherwise."""

NAMES: dict[str, Words] = {
    "aware": Words("認知", "Awareness"),
    "inform": Words("情報収集", "Research"),
    "compare": Words("比較検討", "Comparison"),
    "internal": Words("社内検討", "Internal review"),
    "meeting": Words("商談", "Meeting"),
    "won": Words("受注", "Won"),
}


def default_map(language: Language) -> JourneyMap:
    """認知 to 受注 with conditions and without words of the lanes."""
    title = Words("お客様の購入までの道のり", "Our customers' way to purchase").text(language)
    stages = (MapStage(key, name.text(language), CONDITIONS[key]) for key, name in NAMES.items())
    return JourneyMap(title, tuple(stages))

"""A second implementation of SCORING.md: plain, slow, written from the text alone.

It shares nothing with the package: dictionaries and loops, one lead and one rule at a time.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d+)?")
FREE = {"gmail.com", "yahoo.co.jp", "hotmail.com", "outlook.com", "icloud.com"}


def fold(text):
    return unicodedata.normalize("NFKC", text).casefold().strip()


def known(value):
    return value is not None and fold(value) != ""


def number(value):
    if not known(value):
        return None
    text = unicodedata.normalize("NFKC", value).strip()
    if not NUMBER.fullmatch(text):
        return None
    parsed = float(text.replace(",", ""))
    return parsed if math.isfinite(parsed) else None


def equals(value, wanted):
    if not known(value):
        return False
    if isinstance(wanted, bool):
        return fold(value) == ("true" if wanted else "false")
    if isinstance(wanted, int | float):
        found = number(value)
        return found is not None and found == float(wanted)
    return fold(value) == fold(wanted)


def meets(condition, lead):
    if "all" in condition:
        return all(meets(c, lead) for c in condition["all"])
    if "any" in condition:
        return any(meets(c, lead) for c in condition["any"])
    if "not" in condition:
        return not meets(condition["not"], lead)
    value = lead.get(condition["field"])
    ((op, wanted),) = ((k, v) for k, v in condition.items() if k != "field")
    if op == "is":
        return equals(value, wanted)
    if op == "is_not":
        return not equals(value, wanted)
    if op == "in":
        return any(equals(value, w) for w in wanted)
    if op == "not_in":
        return not any(equals(value, w) for w in wanted)
    if op == "contains":
        return known(value) and fold(wanted) in fold(value)
    if op == "starts_with":
        return known(value) and fold(value).startswith(fold(wanted))
    if op == "known":
        return known(value) == wanted
    if op == "free_mail":
        free = known(value) and "@" in fold(value) and fold(value).rsplit("@", 1)[1] in FREE
        return free == wanted
    found = number(value)
    if found is None:
        return False
    if op == "gte":
        return found >= wanted
    if op == "lte":
        return found <= wanted
    assert op == "between"
    return wanted[0] <= found <= wanted[1]


def as_list(value):
    return value if isinstance(value, list) else [value]


def glob(pattern, text):
    body = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(body, text, re.DOTALL) is not None


def touches(when, kind, content, groups):
    if when is None:
        return True
    if "kind" in when and kind not in as_list(when["kind"]):
        return False
    if "content" in when and not any(glob(g, content) for g in as_list(when["content"])):
        return False
    if "group" in when:
        globs = [g for name in as_list(when["group"]) for g in groups[name]]
        if not any(glob(g, content) for g in globs):
            return False
    return True


def rounded(x):
    def rint(v):
        return float(round(v)) if abs(v) < 2**52 else v

    return rint(rint(x * 1e9) / 1e3) / 1e6 + 0.0


def decay(days, half_life):
    return 1.0 if half_life is None else 2.0 ** (-days / half_life)


@dataclass
class Plain:
    """Scores one model over leads (dictionaries) and events (lead, instant, kind, content, automated)."""

    model: dict
    leads: list[dict]
    events: list[tuple]
    by_lead: dict = field(default_factory=dict)

    def __post_init__(self):
        zone = ZoneInfo(self.model.get("timezone", "Asia/Tokyo"))
        for lead, at, kind, content, automated in self.events:
            if automated:
                continue
            day = datetime.fromtimestamp(at.timestamp(), UTC).astimezone(zone).date().toordinal()
            self.by_lead.setdefault(lead, Counter())[day, kind, content] += 1

    def per_day(self, lead, when, until):
        days = Counter()
        for (day, kind, content), n in self.by_lead.get(lead, {}).items():
            if day <= until and touches(when, kind, content, self.model.get("groups", {})):
                days[day] += n
        return days

    def engagement_rule(self, rule, lead, until):
        days = self.per_day(lead, rule.get("when"), until)
        limit = rule.get("per_day", 1)
        worth = 0.0
        for day, m in days.items():
            worth += (m if limit is None else min(m, limit)) * decay(until - day, rule.get("half_life_days"))
        worth *= rule["points"]
        if rule.get("cap") is not None and abs(worth) > rule["cap"]:
            worth = math.copysign(rule["cap"], worth)
        return worth, sum(days.values()), max(days, default=None)

    def signal(self, rule, lead, until):
        by_key = {row["lead"]: row for row in self.leads}
        worth, count, last = getattr(self, "signal_" + rule["pattern"])(rule, lead, until)
        if "lead" in rule and not meets(rule["lead"], by_key[lead]):
            worth = 0.0
        return worth, count, last

    def signal_return(self, rule, lead, until):
        active = sorted(self.per_day(lead, rule.get("quiet_when"), until))
        matching = self.per_day(lead, rule.get("when"), until)
        best = None
        for previous, start in itertools.pairwise(active):
            if start - previous < rule["quiet_days"]:
                continue
            seen = 0
            for day in sorted(d for d in matching if start <= d <= start + rule["within_days"] - 1):
                seen += matching[day]
                if seen >= rule["at_least"]:
                    if best is None or day >= best[0]:
                        best = (day, seen)
                    break
        if best is None:
            return 0.0, 0, None
        return rule["points"] * decay(until - best[0], rule.get("half_life_days")), best[1], best[0]

    def signal_surge(self, rule, lead, until):
        days = self.per_day(lead, rule.get("when"), until)
        inside = {d: n for d, n in days.items() if d >= until - rule["within_days"] + 1}
        total = sum(inside.values())
        return (rule["points"] if total >= rule["at_least"] else 0.0), total, max(inside, default=None)

    def signal_silence(self, rule, lead, until):
        last = max(self.per_day(lead, rule.get("quiet_when"), until), default=None)
        if last is None or until - last < rule["quiet_days"]:
            return 0.0, 0, None
        return rule["points"], until - last, last

    def signal_colleagues(self, rule, lead, until):
        column = self.model.get("company_field", "company")

        def busy(key):
            days = self.per_day(key, rule.get("when"), until)
            return max((d for d in days if d >= until - rule["within_days"] + 1), default=None)

        own = next(row for row in self.leads if row["lead"] == lead).get(column)
        if not known(own) or busy(lead) is None:
            return 0.0, 0, None
        same = [r["lead"] for r in self.leads if known(r.get(column)) and fold(r[column]) == fold(own)]
        people = sum(busy(key) is not None for key in same)
        return (rule["points"] if people >= rule["at_least"] else 0.0), people, busy(lead)

    def score(self, lead: dict, on: date) -> dict:
        until = on.toordinal()
        lines = []
        fit = engagement = 0.0
        for rule in self.model.get("fit", []):
            if meets(rule["when"], lead):
                fit += rule["points"]
                lines.append((rule, rule["points"], None, None))
        for rule in self.model.get("engagement", []):
            worth, count, last = self.engagement_rule(rule, lead["lead"], until)
            engagement += worth
            lines.append((rule, worth, count, last))
        for rule in self.model.get("signals", []):
            worth, count, last = self.signal(rule, lead["lead"], until)
            engagement += worth
            lines.append((rule, worth, count, last))
        fit, engagement = rounded(fit), rounded(engagement)
        total = rounded(fit + engagement)
        numbers = {"fit": fit, "engagement": engagement, "total": total}
        hot = self.model.get("hot") or {}
        grades = self.model.get("grades") or {}
        why = [
            {
                "id": rule["id"],
                "label": rule["label"],
                "worth": rounded(worth),
                "count": count,
                "last": None if last is None else date.fromordinal(last).isoformat(),
            }
            for rule, worth, count, last in lines
            if rounded(worth) != 0
        ]
        why.sort(key=lambda line: (-abs(line["worth"]), line["id"]))
        return numbers | {
            "lead": lead["lead"],
            "fit_grade": self.grade(fit, grades.get("fit") or {}, "D"),
            "engagement_grade": self.grade(engagement, grades.get("engagement") or {}, "4"),
            "hot": bool(hot) and all(numbers[name] >= rounded(least) for name, least in hot.items()),
            "why": why,
        }

    @staticmethod
    def grade(value, thresholds, lowest):
        reached = [(least, name) for name, least in thresholds.items() if value >= rounded(least)]
        return max(reached)[1] if reached else lowest

    def scores(self, on: date) -> list[dict]:
        """Every lead, in priority order."""
        found = [self.score(lead, on) for lead in self.leads]
        return sorted(found, key=lambda s: (not s["hot"], -s["total"], s["lead"]))

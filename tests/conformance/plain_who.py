"""A second implementation of docs/reference/conditions.md: plain, slow, written from the text alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from .plain import Plain, as_list, meets


@dataclass
class PlainWho:
    """Answers conditions in their plain data form for one lead (its key) on one day (an ordinal).

    `outcomes`: (lead, ordinal, result). `scores`: by day and lead, as `Plain.scores` gives them. `stages`:
    by day and lead, a key. `labels`: (kind, number, lead). `consent`: by lead.
    """

    plain: Plain
    outcomes: list[tuple] = field(default_factory=list)
    scores: dict = field(default_factory=dict)
    stages: dict = field(default_factory=dict)
    labels: set = field(default_factory=set)
    consent: dict = field(default_factory=dict)
    segments: dict = field(default_factory=dict)

    def holds(self, who, lead, day):
        if "all" in who:
            return all(self.holds(w, lead, day) for w in who["all"])
        if "any" in who:
            return any(self.holds(w, lead, day) for w in who["any"])
        if "not" in who:
            return not self.holds(who["not"], lead, day)
        (kind,) = set(who) & set(KINDS)
        return getattr(self, "is_" + kind)(who, lead, day)

    def is_field(self, who, lead, day):
        return meets(who, next(row for row in self.plain.leads if row["lead"] == lead))

    def is_did(self, who, lead, day):
        days = self.plain.per_day(lead, who["did"], day)
        inside = {d: n for d, n in days.items() if d > day - who.get("within_days", 10**9)}
        number = len(inside) if who.get("count") == "days" else sum(inside.values())
        least = who.get("at_least", 0 if "at_most" in who else 1)
        return least <= number <= who.get("at_most", 10**12)

    def is_first(self, who, lead, day):
        return self.since(who, min(self.plain.per_day(lead, who["first"], day), default=None), day)

    def is_last(self, who, lead, day):
        return self.since(who, max(self.plain.per_day(lead, who["last"], day), default=None), day)

    def since(self, who, found, day):
        if found is None:
            return False
        bounds = who["days_ago"]
        return bounds.get("at_least", 0) <= day - found <= bounds.get("at_most", 10**12)

    def is_outcome(self, who, lead, day):
        return any(
            of == lead
            and result in as_list(who["outcome"])
            and day - who.get("within_days", 10**9) < at <= day
            for of, at, result in self.outcomes
        )

    def is_score(self, who, lead, day):
        value = self.scores[day][lead][who["score"]]
        low, high = who.get("between", (who.get("gte", -(10**9)), who.get("lte", 10**9)))
        return low <= value <= high

    def is_grade(self, who, lead, day):
        return self.scores[day][lead][who["grade"] + "_grade"] in who["in"]

    def is_hot(self, who, lead, day):
        return self.scores[day][lead]["hot"] == who["hot"]

    def is_stage(self, who, lead, day):
        return self.stages[day][lead] in as_list(who["stage"])

    def is_tag(self, who, lead, day):
        return any(("tag", number, lead) in self.labels for number in as_list(who["tag"]))

    def is_list(self, who, lead, day):
        return any(("list", number, lead) in self.labels for number in as_list(who["list"]))

    def is_consent(self, who, lead, day):
        return self.consent.get(lead, "unknown") == who["consent"]

    def is_segment(self, who, lead, day):
        return any(
            number in self.segments and self.holds(self.segments[number], lead, day)
            for number in as_list(who["segment"])
        )


KINDS = [name.removeprefix("is_") for name in vars(PlainWho) if name.startswith("is_")]

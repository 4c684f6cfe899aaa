"""Random models and random data for the conformance suite (hypothesis strategies)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

KINDS = ["page_view", "download", "mail_click", "mail_open", "visit_booth"]
CONTENTS = ["/pricing", "/pricing/plan", "/case/1", "/case/22", "doc-a", "料金 表", "/a.b+c", ""]
GLOBS = ["/pricing*", "/case/?", "*", "doc-a", "料金*", "/a.b+c", "?", "*/1"]
FIELDS = ["industry", "employees", "email", "memo"]
VALUES = [
    None,
    "",
    "  ",
    "　",
    "製造業",
    "ＩＴ",
    "it",
    "Straße",
    "STRASSE",
    "300",
    "３００",
    "1,200",
    "12,34",
    "5e1",
    "-0",
    "nan",
    "true",
    "TRUE",
    "a@gmail.com",
    "b@example.co.jp",
    "B＠Yahoo.co.jp",
    "gmail.com",
    "+7.5",
    " 10 ",
]
COMPANIES = [None, "", " ", "北浜精機", "北浜精機 ", "Ａｃｍｅ", "acme", "瀬戸内フーズ"]
START = datetime(2026, 1, 1, tzinfo=UTC)

points = st.one_of(st.integers(-60, 60), st.floats(-50, 50, allow_nan=False).map(lambda x: round(x, 3)))
half_lives = st.one_of(st.none(), st.sampled_from([0.5, 1, 7, 14, 30.5, 400]))
scalars = st.one_of(
    st.sampled_from(["製造業", "it", "straße", "300", "true", "a@gmail.com", "1,200"]),
    st.sampled_from([300, 1200, 50, 7.5, 0, 10]),
    st.booleans(),
)


@st.composite
def tests(draw):
    field = draw(st.sampled_from([*FIELDS, "no_such_field"]))
    op = draw(
        st.sampled_from(
            [
                "is",
                "is_not",
                "in",
                "not_in",
                "contains",
                "starts_with",
                "gte",
                "lte",
                "between",
                "known",
                "free_mail",
            ]
        )
    )
    if op in {"is", "is_not"}:
        value = draw(scalars)
    elif op in {"in", "not_in"}:
        value = draw(st.lists(scalars, min_size=1, max_size=4))
    elif op in {"contains", "starts_with"}:
        value = draw(st.sampled_from(["ss", "@", "製", "Ｉ", "3"]))
    elif op in {"gte", "lte"}:
        value = draw(st.sampled_from([-1, 0, 7.5, 300, 1199.5]))
    elif op == "between":
        value = sorted([draw(st.integers(-5, 400)), draw(st.integers(-5, 1500))])
    else:
        value = draw(st.booleans())
    return {"field": field, op: value}


conditions = st.recursive(
    tests(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda c: {"all": c}),
        st.lists(inner, min_size=1, max_size=3).map(lambda c: {"any": c}),
        inner.map(lambda c: {"not": c}),
    ),
    max_leaves=5,
)


@st.composite
def whens(draw):
    when = {}
    if draw(st.booleans()):
        kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True))
        when["kind"] = kinds[0] if len(kinds) == 1 else kinds
    match draw(st.integers(0, 3)):
        case 1:
            when["content"] = draw(st.sampled_from(GLOBS))
        case 2:
            when["content"] = draw(st.lists(st.sampled_from(GLOBS), min_size=1, max_size=2))
        case 3:
            when["group"] = draw(st.sampled_from(["料金", ["料金", "others"], "others"]))
    return when


@st.composite
def signals(draw):
    pattern = draw(st.sampled_from(["return", "surge", "silence", "colleagues"]))
    signal: dict = {"pattern": pattern, "points": draw(points)}
    if draw(st.integers(0, 3)) == 0:
        signal["lead"] = draw(conditions)
    if pattern in {"return", "silence"}:
        signal["quiet_days"] = draw(st.integers(1, 12))
        if draw(st.booleans()):
            signal["quiet_when"] = draw(whens())
    if pattern != "silence":
        signal["within_days"] = draw(st.integers(1, 15))
        signal["at_least"] = draw(st.integers(1, 4))
        if draw(st.booleans()):
            signal["when"] = draw(whens())
    if pattern == "return":
        life = draw(half_lives)
        if life is not None:
            signal["half_life_days"] = life
    return signal


@st.composite
def engagement_rules(draw):
    rule: dict = {"when": draw(whens()), "points": draw(points)}
    life, cap = draw(half_lives), draw(st.one_of(st.none(), st.sampled_from([5, 12.5, 40])))
    if life is not None:
        rule["half_life_days"] = life
    if cap is not None:
        rule["cap"] = cap
    match draw(st.integers(0, 2)):
        case 1:
            rule["per_day"] = None
        case 2:
            rule["per_day"] = draw(st.integers(1, 3))
    return rule


@st.composite
def models(draw):
    def named(prefix, rules):
        return [{"id": f"{prefix}{i}", "label": f"ルール{prefix}{i}", **rule} for i, rule in enumerate(rules)]

    fit = draw(st.lists(st.fixed_dictionaries({"when": conditions, "points": points}), max_size=4))
    thresholds = st.lists(st.integers(-30, 60), min_size=3, max_size=3, unique=True).map(
        lambda values: sorted(values, reverse=True)
    )
    model: dict = {
        "name": "試し",
        "timezone": draw(st.sampled_from(["Asia/Tokyo", "UTC", "America/New_York"])),
        "groups": {"料金": ["/pricing*", "料金*"], "others": ["/case/*", "doc-?"]},
        "fit": named("f", fit),
        "engagement": named("e", draw(st.lists(engagement_rules(), max_size=4))),
        "signals": named("s", draw(st.lists(signals(), max_size=4))),
        "grades": {
            "fit": dict(zip("ABC", draw(thresholds), strict=True)),
            "engagement": dict(zip("123", draw(thresholds), strict=True)),
        },
    }
    hot = draw(
        st.dictionaries(st.sampled_from(["fit", "engagement", "total"]), st.integers(-20, 40), max_size=3)
    )
    if hot:
        model["hot"] = hot
    return model


@st.composite
def worlds(draw):
    """(leads, events): events as (lead, instant, kind, content, automated)."""
    count = draw(st.integers(1, 7))
    leads = [
        {
            "lead": f"L{i}" if i else " L0",
            "company": draw(st.sampled_from(COMPANIES)),
            **{name: draw(st.sampled_from(VALUES)) for name in FIELDS},
        }
        for i in range(count)
    ]
    keys = st.sampled_from([lead["lead"] for lead in leads])
    moments = st.integers(0, 40 * 48).map(lambda half_hours: START + timedelta(minutes=30 * half_hours))
    event = st.tuples(
        keys,
        moments,
        st.sampled_from(KINDS),
        st.sampled_from(CONTENTS),
        st.integers(0, 9).map(lambda x: x == 0),
    )
    events = draw(st.lists(event, max_size=60))
    return leads, events


@st.composite
def bounded(draw, low_name, high_name, highest):
    low, high = sorted([draw(st.integers(0, highest)), draw(st.integers(0, highest))])
    match draw(st.integers(0, 2)):
        case 0:
            return {low_name: max(low, 1)}
        case 1:
            return {high_name: high}
    return {low_name: max(low, 1), high_name: max(high, 1)}


@st.composite
def asked_activities(draw):
    when = draw(whens())
    if "content" in when and "group" in when:
        del when["group"]
    return when


@st.composite
def did(draw):
    who = {"did": draw(asked_activities())}
    if draw(st.booleans()):
        who["within_days"] = draw(st.integers(1, 45))
    if draw(st.integers(0, 2)) == 0:
        who["count"] = "days"
    return who | (draw(bounded("at_least", "at_most", 4)) if draw(st.booleans()) else {})


@st.composite
def since(draw):
    return {
        draw(st.sampled_from(["first", "last"])): draw(asked_activities()),
        "days_ago": draw(bounded("at_least", "at_most", 40)),
    }


@st.composite
def outcomes_had(draw):
    results = st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=3, unique=True)
    who: dict = {"outcome": draw(results)}
    if draw(st.booleans()):
        who["within_days"] = draw(st.integers(1, 30))
    return who


OUTCOMES = ["meeting", "won", "lost", "rejected"]
STAGES = ["aware", "compare", "deal"]
numbers = st.lists(st.integers(1, 3), min_size=1, max_size=2, unique=True)
stage_leaves = st.one_of(tests(), did(), did(), since(), outcomes_had())
scores = st.sampled_from(["fit", "engagement", "total"])
ends = st.tuples(points, points).map(sorted)
segment_leaves = st.one_of(
    stage_leaves,
    stage_leaves,
    st.builds(lambda of, low: {"score": of, "gte": low}, scores, points),
    st.builds(lambda of, high: {"score": of, "lte": high}, scores, points),
    st.builds(lambda of, both: {"score": of, "between": both}, scores, ends),
    st.lists(st.sampled_from("ABCD"), min_size=1).map(lambda g: {"grade": "fit", "in": g}),
    st.lists(st.sampled_from("1234"), min_size=1).map(lambda g: {"grade": "engagement", "in": g}),
    st.booleans().map(lambda hot: {"hot": hot}),
    st.lists(st.sampled_from([*STAGES, "none", "gone"]), min_size=1, unique=True).map(lambda s: {"stage": s}),
    numbers.map(lambda n: {"tag": n}),
    numbers.map(lambda n: {"list": n}),
    st.sampled_from(["granted", "refused", "unknown"]).map(lambda c: {"consent": c}),
)


def whos(leaves):
    """Conditions on leads in their plain data form."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda c: {"all": c}),
            st.lists(inner, min_size=1, max_size=3).map(lambda c: {"any": c}),
            inner.map(lambda c: {"not": c}),
        ),
        max_leaves=4,
    )

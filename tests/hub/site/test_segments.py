from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mikomi.core.conditions.parse_who import read_who, who_data
from mikomi.core.conditions.who import Who, used_contents
from mikomi.hub.accounts.models import User
from mikomi.hub.people import labels
from mikomi.hub.people import queries as people
from mikomi.hub.people.importing.storing import store_facts
from mikomi.hub.people.models import Import, LeadTag
from mikomi.hub.segments import queries
from mikomi.hub.segments.models import Definition
from mikomi.hub.segments.services import define
from mikomi.hub.segments.types import Priority, SegmentView
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions.edit_leads import Deed, edit_leads, undo_edit
from mikomi.hub.site.answering import who_holds
from mikomi.hub.site.segments import form
from mikomi.hub.site.segments.ranking import Ranking, conditions_of, ranking_of
from tests.hub.site.world import ON, make_world, origin, put_leads

SAMPLES = [
    {"field": "industry", "in": ["製造業", "卸売業"]},
    {"field": "employees", "between": [100, 300]},
    {"field": "email", "free_mail": True},
    {"field": "title", "known": False},
    {"field": "title", "contains": "部長"},
    {"did": {"kind": "page_view", "group": "料金"}, "within_days": 30, "at_least": 2},
    {"did": {"kind": "download"}, "within_days": 90, "at_most": 0},
    {"did": {"content": "/pricing"}, "count": "days", "at_most": 3},
    {"did": {"kind": ["page_view", "download"], "content": ["/a", "/b"]}},
    {"did": {"kind": "page_view", "content": ["/product/*", "/pricing"]}},
    {"did": {"content": ["セミナー、春*", "/x"]}},
    {"last": {"kind": "mail_click"}, "days_ago": {"at_most": 7}},
    {"last": {"content": "/works/?"}, "days_ago": {"at_most": 7}},
    {"first": {}, "days_ago": {"at_least": 30}},
    {"outcome": ["meeting", "won"], "within_days": 365},
    {"score": "total", "gte": 50},
    {"score": "fit", "between": [5, 12.5]},
    {"grade": "fit", "in": ["A", "B"]},
    {"hot": False},
    {"stage": ["compare", "none"]},
    {"tag": [1, 2]},
    {"segment": [3]},
    {"consent": "granted"},
]


@st.composite
def conditions(draw, depth: int = 2) -> dict:
    if depth and draw(st.booleans()):
        join = draw(st.sampled_from(["all", "any"]))
        data = {join: draw(st.lists(conditions(depth - 1), min_size=1, max_size=3))}
    else:
        data = draw(st.sampled_from(SAMPLES))
    return {"not": data} if draw(st.booleans()) else data


def posted(part: form.Part) -> QueryDict:
    """What a browser sends of a form."""
    post = QueryDict(mutable=True)
    for one in form.parts_in(part):
        post[f"kind.{one.address}"] = one.kind
        if one.negated:
            post[f"not.{one.address}"] = "1"
        post.setlist(f"kid.{one.address}", [str(place) for place in range(len(one.parts))])
        post.setlist(f"value.{one.address}", [*one.chosen, ""])
        for name, value in one.fields.items():
            post[f"{name}.{one.address}"] = value
    return post


@hypothesis_settings(deadline=None)
@given(conditions())
def test_a_condition_comes_back_out_of_its_form(data) -> None:
    who = read_who(data)
    read = form.data_of(posted(form.shown(data)))
    again = read_who(form.pruned(read))
    assert who_data(again) == who_data(read_who(form.pruned({"all": [data]})))
    assert who_data(read_who(form.pruned(data))) == who_data(again) or who_data(who) == who_data(again)


def test_buttons_change_the_shape() -> None:
    data = form.reshaped({"all": []}, "add::did")
    data = form.reshaped(data, "add::any")
    data = form.reshaped(data, "add:1:field")
    assert [next(iter(one)) for one in data["all"]] == ["did", "any"]
    assert len(data["all"][1]["any"]) == 2
    assert form.reshaped(data, "remove:1.0")["all"][1] == {"any": [form.FRESH["field"]]}
    for odd in ("remove:9", "remove:0.5", "add:0:did", "add::nothing", "remove:", "what"):
        assert form.reshaped(data, odd) == data


def test_a_pattern_is_typed_and_its_absence_said() -> None:
    part = form.shown({"all": [form.FRESH["did"]]})
    post = posted(part)
    post["c.0"] = form.TYPED
    read = form.data_of(post)
    line = form.shown(read).parts[0]
    assert (line.get("c"), line.get("p")) == (form.TYPED, "")
    assert line.error is not None
    post["p.0"] = " /product/*,/pricing "
    read = form.data_of(post)
    assert used_contents(read_who(read)) == {"/product/*", "/pricing"}
    line = form.shown(read).parts[0]
    assert (line.get("c"), line.get("p"), line.error) == (form.TYPED, "/product/*、/pricing", None)


def test_a_hostile_form_is_cut_and_read() -> None:
    post = QueryDict(mutable=True)
    post["kind."] = "all"
    post.setlist("kid.", [str(n) for n in range(500)] + ["x", "-1", "９"])
    post["n.0"], post["op.0"], post["kind.0"] = "1e999", "gte", "field"
    read = form.data_of(post)
    assert len(read["all"]) <= form.MOST_PARTS
    assert form.shown(read).parts[0].error is not None


def test_priorities_by_values_and_by_numbers_read_back() -> None:
    for ranking in (
        Ranking("industry", {"製造業": Priority.HIGH, "小売業": Priority.NOT}),
        Ranking("employees", None, {Priority.HIGH: 300, Priority.MIDDLE: 50}, Priority.NOT),
    ):
        said = conditions_of(ranking)
        views = [view(read_who(who_data(who)), priority) for priority, who in said.items()]
        assert ranking_of(views) == ranking
    assert ranking_of([]) == Ranking()


def sent(data: dict, **more: str) -> dict[str, list[str]]:
    """A form as the test client posts it: its `QueryDict` would lose all but the last values."""
    return dict(posted(form.shown(data)).lists()) | {name: [value] for name, value in more.items()}


def view(who: Who, priority: Priority) -> SegmentView:
    return SegmentView(1, "n", "", who, priority, 1, timezone.now(), None, 0)


@pytest.fixture
def client(db, tmp_path, monkeypatch) -> Client:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def keys(numbers) -> set[str]:
    return {people.keys_of_leads([number])[number] for number in np.asarray(numbers).tolist()}


def make(client: Client, name: str, data: dict) -> int:
    answer = client.post(reverse("site:segment_new"), sent({"all": [data]}, name=name))
    assert answer.status_code == 302, answer.context["failed"]
    return int(answer["location"].strip("/").split("/")[-1])


@pytest.mark.django_db(transaction=True)
def test_a_segment_is_made_counted_opened_and_taken_back(client) -> None:
    pipeline.score_all(timezone.localdate())
    post = sent({"all": [{"field": "industry", "in": ["製造業"]}]}, do="add::did")
    told = client.post(reverse("site:segment_form"), post, headers={"HX-Request": "true"})
    assert told.context["told"].count == len(told.context["told"].rows) > 0
    number = make(client, "工場", {"field": "industry", "in": ["製造業"]})
    page = client.get(reverse("site:segment", args=[number]))
    assert "数えています" in page.content.decode()
    pipeline.score_all(timezone.localdate())
    assert keys(queries.members(number)) == {"L1", "L2", "L3", "L4", "L5", "L8"}
    assert {r.key for r in client.get(f"/leads/?segment={number}").context["page"].rows} == keys(
        queries.members(number)
    )
    lead = people.numbers_of(["L1"])["L1"]
    assert [one.segment.name for one in queries.segments_of(lead)] == ["工場"]
    assert "工場" in client.get(reverse("site:lead", args=[lead])).content.decode()
    other = make(client, "料金を見た", {"did": {"group": "料金"}})
    pipeline.score_all(timezone.localdate())
    shown = client.get(reverse("site:segment_overlap"), {"a": number, "b": other}).context["shown"]
    assert (shown.first_alone, shown.both, shown.second_alone) == (3, 3, 0)
    client.post(reverse("site:segment_snapshot", args=[number]), {"name": "控え"})
    kept = next(label for label in labels.labels("list") if label.name == "控え")
    assert keys(labels.bearers("list", kept.number)) == keys(queries.members(number))
    client.post(reverse("site:segment_delete", args=[number]))
    assert client.get(reverse("site:segment", args=[number])).status_code == 404
    client.post(reverse("site:segment_restore", args=[number]))
    pipeline.score_all(timezone.localdate())
    assert len(queries.members(number)) == 6


@pytest.mark.django_db(transaction=True)
def test_touched_leads_enter_and_leave_at_once(client) -> None:
    number = make(client, "食品", {"field": "industry", "in": ["食品"]})
    today = timezone.localdate()
    pipeline.score_all(today)
    put_leads([("L6", "村上 千尋", "ムラカミ チヒロ", "瀬戸内フーズ", "主任", "小売業"),
               ("L7", "", "", "", "", "食品")], today)  # fmt: skip
    pipeline.score_touched(today)
    assert keys(queries.members(number)) == {"L7"}
    assert queries.moves_in(number, today, today) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_why_is_told_for_any_past_day(client) -> None:
    number = make(client, "料金2回", {"did": {"group": "料金"}, "within_days": 30, "at_least": 2})
    lead = people.numbers_of(["L1"])["L1"]
    url = reverse("site:segment_why", args=[number])
    assert client.get(url, {"lead": lead, "on": ON.isoformat()}).context["reason"].holds
    early = client.get(url, {"lead": lead, "on": (ON - timedelta(days=3)).isoformat()}).context["reason"]
    assert not early.holds
    assert "1回" in early.seen
    assert client.get(url, {"lead": lead, "on": "いつか"}).status_code == 200
    assert client.get(url, {"lead": "999999"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_past_days_follow_the_definitions_and_the_tags_of_then(client) -> None:
    tag, today = labels.make_label("tag", "展示会"), timezone.localdate()
    lead, (then, before) = people.numbers_of(["L1"])["L1"], (today - timedelta(9), today - timedelta(19))
    inner = make(client, "札", {"tag": [tag]})
    outer = make(client, "札の人", {"segment": [inner]})
    edit_leads(Deed("tag", label=tag), np.array([lead]), "札", None)
    LeadTag.objects.update(at=timezone.now() - timedelta(15))
    edit_leads(Deed("untag", label=tag), np.array([lead]), "札", None)
    define(inner, read_who({"field": "title", "contains": "社長"}), None)
    Definition.objects.filter(number=1).update(at=timezone.now() - timedelta(12))
    told = {}
    for number in (inner, outer):
        url = reverse("site:segment_why", args=[number])
        days = {"then": then, "before": before, "today": today}
        told |= {
            (number, name): client.get(url, {"lead": lead, "on": day.isoformat()}).context
            for name, day in days.items()
        }
    holds = {key: context["reason"].holds for key, context in told.items()}
    assert holds == {
        (number, name): name == "then" for number in (inner, outer) for name in ("then", "before", "today")
    }
    assert "展示会" in told[inner, "then"]["sentence"]
    assert "社長" in told[inner, "today"]["sentence"]
    assert told[inner, "before"]["then"].on > before


@pytest.mark.django_db(transaction=True)
def test_one_attribute_says_whom_to_leave_alone(client) -> None:
    answer = client.get(reverse("site:priorities"), {"field": "industry"})
    places = {value: place for place, (value, _n, _said) in enumerate(answer.context["rows"])}
    post = {"field": "industry", f"value.{places['製造業']}": "1", f"value.{places['食品']}": "4"}
    client.post(reverse("site:priorities"), post)
    pipeline.score_all(timezone.localdate())
    lead = people.numbers_of(["L6"])["L6"]
    assert queries.priority_of([lead]) == {lead: Priority.NOT}
    client.post(reverse("site:priorities"), {"field": "industry"})
    assert queries.segments() == []


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_kept_says_why_and_loses_nothing(client) -> None:
    post = sent({"all": [{"field": "title", "contains": "部長"}, {"tag": []}]}, name="部長")
    answer = client.post(reverse("site:segment_new"), post)
    assert answer.status_code == 422
    assert "部長" in answer.content.decode()
    first = make(client, "一", {"field": "title", "known": True})
    second = make(client, "二", {"segment": [first]})
    post = sent({"all": [{"segment": [second]}]}, name="一")
    answer = client.post(reverse("site:segment_edit", args=[first]), post)
    assert answer.status_code == 422
    assert "輪" in answer.context["failed"]
    assert client.post(reverse("site:segment_delete", args=[first])).status_code == 302
    assert queries.segment(first) is not None
    numbers, holds = who_holds(read_who({"segment": [second]}))
    assert len(numbers) == len(holds)


@pytest.mark.django_db(transaction=True)
def test_a_tag_and_a_refusal_move_leads_at_once(client) -> None:
    tag = labels.make_label("tag", "展示会")
    tagged = make(client, "札", {"tag": [tag]})
    refused = make(client, "断り", {"consent": "refused"})
    today = timezone.localdate()
    pipeline.score_all(today)
    numbers = people.numbers_of(["L1", "L2"])
    act = edit_leads(Deed("tag", label=tag), np.array([*numbers.values()]), "札", None)
    store_facts(
        pl.DataFrame({"address": ["L2@works.example"], "kind": ["opt_out"], "since": [today], "how": [""]}),
        cast(Any, SimpleNamespace(kind=Import.Kind.OPTOUTS)),
        origin(),
    )
    pipeline.score_touched(today)
    assert keys(queries.members(tagged)) == {"L1", "L2"}
    assert keys(queries.members(refused)) == {"L2"}
    undo_edit(act.pk, None)
    pipeline.score_touched(today)
    assert keys(queries.members(tagged)) == set()
    assert queries.moves_in(tagged, today, today) == (2, 2)

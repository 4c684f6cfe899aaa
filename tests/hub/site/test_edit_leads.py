from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import labels
from mikomi.hub.people import queries as people
from mikomi.hub.people.dated import origin
from mikomi.hub.people.models import Batch, Change, Field, Lead, LeadTag, ListMember
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site import pipeline
from mikomi.hub.site.actions import edit_leads as acts
from mikomi.hub.site.actions.edit_leads import Deed, edit_leads, undo_edit
from mikomi.hub.site.models import Act
from tests.hub.site.world import LEADS, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    make_world()
    pipeline.score_all(timezone.localdate())


@pytest.fixture
def client() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def numbers(*keys: str) -> np.ndarray:
    return np.array([number(key) for key in keys])


def known(field: str) -> dict[str, str | None]:
    frame = people.attribute_frame()
    if field not in frame.columns:
        return {}
    return {lead: value for lead, value in frame.select("lead", field).iter_rows() if value}


def everything() -> tuple:
    return (
        people.attribute_frame(),
        sorted(map(str, Change.objects.values_list("scope", "subject", "values", "source"))),
        sorted(map(str, LeadTag.objects.values_list("lead", "tag", "import_id", "batch_id", "at", "by"))),
        sorted(map(str, ListMember.objects.values_list("lead", "list", "import_id", "batch_id", "at"))),
    )


def test_it_works(client) -> None:
    """From the list to the look at it, to the deed, to the way back."""
    lead = number("L1")
    chosen = {"lead": [lead, number("L2")], "query": "sort=kana"}
    assert "2人" in client.post("/leads/edit/", chosen).content.decode()
    look = client.post(
        "/leads/edit/", chosen | {"do": "set", "field": "owner", "value": "小川"}
    ).content.decode()
    assert "営業担当を「小川」にする" in look
    assert known("owner") == {}
    sure = chosen | {"do": "set", "field": "owner", "value": "小川", "sure": "2"}
    answer = client.post("/leads/edit/", sure, follow=True)
    assert answer.redirect_chain[-1][0] == "/leads/?sort=kana"
    undo = re.search(r'action="(/acts/\d+/undo/)"', answer.content.decode())
    assert undo
    run_pending()
    assert known("owner") == {"L1": "小川", "L2": "小川"}
    assert "小川" in client.get("/leads/").content.decode()
    client.post(undo[1])
    run_pending()
    assert known("owner") == {}
    assert "元に戻しました" in client.get("/acts/").content.decode()


def test_all_that_a_filter_finds_are_edited_and_only_they(client) -> None:
    chosen = {"query": "industry=製造業", "every": "1", "do": "tag", "name": "製造"}
    look = client.post("/leads/edit/", chosen).content.decode()
    assert "6人に行う" in look
    client.post("/leads/edit/", chosen | {"sure": "6"})
    tag = labels.labels("tag")[0]
    assert tag.name == "製造"
    tagged = set(LeadTag.objects.filter(tag=tag.number).values_list("lead", flat=True))
    assert tagged == set(numbers(*(row[0] for row in LEADS if row[5] == "製造業")).tolist())


def test_where_the_list_changed_since_the_look_it_is_shown_again(client) -> None:
    chosen = {"query": "industry=製造業", "every": "1", "do": "tag", "name": "製造", "sure": "5"}
    answer = client.post("/leads/edit/", chosen).content.decode()
    assert "人数が変わりました" in answer
    assert not LeadTag.objects.exists()


@pytest.mark.parametrize("do", ["set", "tag", "untag", "list", "unlist", "trash"])
@pytest.mark.parametrize("many", [False, True])
def test_taking_a_deed_back_gives_back_what_was_before(monkeypatch, do: str, many: bool) -> None:
    if many:
        monkeypatch.setattr(acts, "AT_ONCE", 1)
        monkeypatch.setattr(acts, "PIECE", 2)
    kind = "list" if "list" in do else "tag"
    label = labels.make_label(kind, "展示会")
    labels.put_label(kind, label, numbers("L1", "L2"), import_id=7)
    edit_leads(Deed("set", "source", "名刺"), numbers("L1"), "前のこと", None)
    run_pending()
    before = everything()
    deed = Deed("set", "source", "展示会") if do == "set" else Deed(do, label=label)
    act = edit_leads(deed, numbers("L1", "L2", "L3", "L4"), "試し", None)
    assert (act.state == Act.State.WAITING) == many
    run_pending()
    assert Act.objects.get(pk=act.batch).done == 4
    after = everything()
    assert not (after[0].equals(before[0]) and after[1:] == before[1:])
    undo_edit(act.batch, None)
    run_pending()
    now = everything()
    assert now[0].equals(before[0])
    assert now[1:] == before[1:]
    assert Batch.objects.get(pk=act.batch).report["left"] == 0
    # Once more does nothing.
    undo_edit(act.batch, None)
    assert everything()[1:] == before[1:]


def test_what_somebody_changed_since_stays_and_is_said(client) -> None:
    act = edit_leads(Deed("set", "owner", "小川"), numbers("L1", "L2"), "担当を小川に", None)
    upsert_leads(pl.DataFrame({"lead": ["L1"], "owner": ["森"]}), origin("担当表.csv"))
    client.post(f"/acts/{act.batch}/undo/")
    assert known("owner") == {"L1": "森"}
    page = client.get(f"/acts/{act.batch}/").content.decode()
    assert "1人は、そのあとに" in page
    assert "担当表.csv" in page


def test_a_worker_that_dies_in_the_middle_goes_on_where_it_was(monkeypatch) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 1)
    monkeypatch.setattr(acts, "PIECE", 2)
    done = acts._do
    calls = []

    def dying(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return done(*arguments)

    monkeypatch.setattr(acts, "_do", dying)
    act = edit_leads(Deed("set", "owner", "小川"), numbers("L1", "L2", "L3", "L4", "L5"), "試し", None)
    with pytest.raises(RuntimeError):
        acts.run_act(act.batch)
    act.refresh_from_db()
    assert (act.state, act.done) == (Act.State.RUNNING, 2)
    acts.run_act(act.batch)
    act.refresh_from_db()
    assert (act.state, act.done, act.changed) == (Act.State.DONE, 5, 5)
    assert len(known("owner")) == 5


def test_a_value_that_does_not_fit_its_field_is_refused_in_words(client) -> None:
    Field.objects.create(
        key="seats", label_ja="席数", label_en="Seats", scope="lead", kind="number", custom=True
    )
    asked = {"lead": number("L1"), "do": "set", "field": "seats", "value": "たくさん"}
    answer = client.post("/leads/edit/", asked)
    assert answer.status_code == 422
    assert "数として読めません" in answer.content.decode()
    look = client.post("/leads/edit/", asked | {"value": "約３００"}).content.decode()
    assert "席数を「約300" in look


def test_nobody_chosen_is_said(client) -> None:
    for asked in ({}, {"lead": "x"}, {"query": "owner=だれもいない", "every": "1"}):
        answer = client.post("/leads/edit/", asked, follow=True)
        assert "人が選ばれていません" in answer.content.decode()


def test_labels_are_made_renamed_and_deleted_after_asking(client) -> None:
    client.post("/labels/tag/", {"name": " 展示会 "})
    client.post("/labels/list/", {"name": "秋の名簿"})
    tag = labels.labels("tag")[0].number
    labels.put_label("tag", tag, numbers("L1"))
    client.post(f"/labels/tag/{tag}/", {"name": "展示会 2026"})
    page = client.get("/labels/").content.decode()
    assert "展示会 2026" in page
    assert "秋の名簿" in page
    client.post("/labels/tag/", {"name": "ＶＩＰ"})
    answer = client.post(f"/labels/tag/{tag}/", {"name": "vip"}, follow=True)
    assert "もうあります" in answer.content.decode()
    assert "1人から外れます" in client.get(f"/labels/tag/{tag}/delete/").content.decode()
    assert labels.label("tag", tag)
    client.post(f"/labels/tag/{tag}/delete/")
    assert labels.label("tag", tag) is None
    assert labels.labels_of("tag", numbers("L1")) == {}
    assert Lead.objects.count() == len(LEADS)

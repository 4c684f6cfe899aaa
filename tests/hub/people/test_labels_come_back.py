"""A tag or list that was deleted comes back with its leads, for a while."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.people import labels
from mikomi.hub.people.models import LeadList, LeadTag, ListMember, PastLabel, Tag
from tests.hub.people.duplicates_world import put

pytestmark = pytest.mark.django_db
KINDS: tuple[labels.Kind, ...] = ("tag", "list")


@pytest.mark.parametrize("kind", KINDS)
def test_it_works(kind: labels.Kind) -> None:
    leads = sorted(put().values())
    number = labels.make_label(kind, "展示会")
    labels.put_label(kind, number, leads)
    assert labels.delete_label(kind, number)
    assert labels.labels(kind) == []
    assert labels.labels_of(kind, leads) == {}
    assert [label.name for label in labels.deleted_labels(kind)] == ["展示会"]
    assert labels.restore_label(kind, number)
    assert [label.number for label in labels.labels(kind)] == [number]
    assert labels.leads_with(kind, [number], 100) == leads
    assert labels.labels_of(kind, leads) == {lead: ["展示会"] for lead in leads}


@pytest.mark.parametrize("kind", KINDS)
def test_its_name_is_free_meanwhile_and_taken_only_once(kind: labels.Kind) -> None:
    number = labels.make_label(kind, "展示会")
    labels.delete_label(kind, number)
    other = labels.make_label(kind, "展示会")
    assert other != number
    with pytest.raises(MikomiError, match="rename"):
        labels.restore_label(kind, number)
    labels.rename_label(kind, other, "展示会 秋")
    assert labels.restore_label(kind, number)
    assert not labels.restore_label(kind, number)


def test_after_thirty_days_it_is_gone_with_what_said_on_whom_it_was() -> None:
    leads = sorted(put().values())
    for kind in KINDS:
        number = labels.make_label(kind, "展示会")
        labels.put_label(kind, number, leads)
        labels.delete_label(kind, number)
    labels.sweep_labels(timezone.now() + labels.KEPT - timedelta(minutes=1))
    assert Tag.objects.count() == LeadList.objects.count() == 1
    labels.sweep_labels(timezone.now() + labels.KEPT + timedelta(minutes=1))
    assert not any(model.objects.exists() for model in (Tag, LeadList, LeadTag, ListMember))


@pytest.mark.parametrize("kind", KINDS)
def test_past_days_know_who_had_it_until_it_was_taken_off(kind: labels.Kind) -> None:
    one, other, *_ = leads = sorted(put().values())
    hung: type[LeadTag] | type[ListMember] = LeadTag if kind == "tag" else ListMember
    number, now = labels.make_label(kind, "展示会"), timezone.now()
    today, yesterday = timezone.localdate(now), timezone.localdate(now) - timedelta(1)
    labels.put_label(kind, number, [one, other], batch_id=7)
    hung.objects.update(at=now - timedelta(10))

    def had(day: date, among: list[int] | None = None) -> list[int]:
        return sorted(labels.bearers(kind, number, until=day, among=among).tolist())

    taken = labels.take_label(kind, number, [one])
    assert had(today) == [other]
    assert had(yesterday) == had(yesterday, leads) == [one, other]
    assert had(yesterday, [one]) == [one]
    assert had(yesterday, []) == []
    assert had(today - timedelta(11)) == []
    labels.give_labels(kind, number, taken)
    assert had(today) == [one, other]
    assert not PastLabel.objects.exists()
    labels.take_label(kind, number, [one])
    labels.put_label(kind, number, [one])
    assert had(yesterday) == had(today) == [one, other]
    labels.take_label(kind, number, [one, other])
    labels.delete_label(kind, number)
    assert number in labels.known_then(kind, yesterday)
    assert number not in labels.known_then(kind, today)
    labels.take_back_labels(kind, number, 7)
    assert had(yesterday) == [], "what an act hung on was never there once the act is taken back"

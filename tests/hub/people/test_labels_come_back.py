"""A tag or list that was deleted comes back with its leads, for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mikomi.core.words import MikomiError
from mikomi.hub.people import labels
from mikomi.hub.people.models import LeadList, LeadTag, ListMember, Tag
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
